# SPDX-License-Identifier: GPL-2.0-or-later
"""Verdicts on the MICs of EAPOL-Key messages: each is computed here.

A message is right if any pair of nonces that the two sent makes a key by which its MIC is what it
should be; it is wrong if there are such pairs, none does, and a key of the network is known. So a
handshake of which M1 was not captured is judged by the nonce in M3, and an M2 for a former M1 is
right, and stale.

Sources: IEEE 802.11-2020, 12.7.1.3 (PTK), 12.7.1.6.3 to 12.7.1.6.5 (FT), 12.7.2 (MIC).
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from harness.captures.key_messages import parse_key
from harness.field.model import AccessPoint, Conversation, Message, Mic
from harness.field.secrets import Secrets
from harness.field.security import (
    FT_AKMS,
    akm_of,
    element_content,
    key_suites,
    security_elements,
)
from hwsim import eapol, frames
from hwsim.ap.security.ft_elements import parse_fte
from hwsim.ap.security.ft_keys import pmk_r0, pmk_r1
from hwsim.ap.security.key_suite import KeySuite
from hwsim.eapol import KeyFrame
from hwsim.errors import WireError

_NONCES_BEFORE, _NONCES_AFTER = 6, 2
"""So many of the nonces of either side are tried, counted from the message: an M2 may be late for
its M1, and have its nonce from M3."""
MOST_KEYS: Final = 1024
"""Kept at a time of a conversation."""
_TK_LENGTHS: Final = (16, 32)
"""By the pairwise cipher; a KDF's output depends on how much of it is asked for."""
_PMK_LENGTH: Final = 32
_SUITE_B_192: Final = 12
_MOBILITY_DOMAIN: Final = 54
_FAST_TRANSITION: Final = 55
_EMPTY: Final = bytes(32)


def judge_mics(one: Conversation, access_point: AccessPoint | None, secrets: Secrets) -> None:
    """Set ``mic`` of each EAPOL-Key message."""
    if not secrets:
        for message in one.messages:
            message.mic = "unknown" if _has_mic(message) else "none"
        return
    judge = _Judge(one, access_point, secrets)
    for association in _associations(one.messages):
        for message in association:
            judge.see(message)
        judge.judge()


def _has_mic(message: Message) -> bool:
    at = eapol.OFFSET_INFO
    info = int.from_bytes(message.pdu[at : at + 2], "big")
    return message.counter is not None and bool(info & eapol.INFO_MIC)


def _associations(messages: list[Message]) -> Iterator[list[Message]]:
    """The messages of each association: a station may choose another AKM in the next."""
    part: list[Message] = []
    for message in messages:
        if message.kind == "assoc-req" and part:
            yield part
            part = []
        part.append(message)
    yield part


class _Judge:
    """What a conversation shows of its keys: network, AKM, nonces."""

    def __init__(
        self, one: Conversation, access_point: AccessPoint | None, secrets: Secrets
    ) -> None:
        self._one = one
        self._secrets = secrets
        self._ssid = access_point.ssid if access_point else None
        offered = (access_point.rsne or access_point.wpa) if access_point else b""
        self._akm = akm_of(offered)
        self._domain = b""
        self._holders: tuple[bytes, bytes] | None = None
        self._anonces: list[bytes] = []
        self._snonces: list[bytes] = []
        self._kcks: dict[tuple[int, bytes, bytes, bytes, int], bytes] = {}
        self._keys: list[tuple[Message, KeyFrame, int, int]] = []
        """Each with how many nonces of either side there were up to it."""

    def see(self, message: Message) -> None:
        """Learn from a message."""
        if message.kind in ("assoc-req", "assoc-resp"):
            self._on_association(message)
        if message.counter is None:
            return
        try:
            key = parse_key(message.pdu)
        except WireError:
            return
        if message.kind in ("M1", "M3"):
            _add_nonce(self._anonces, key.nonce)
        elif message.kind in ("M2", "M4"):
            _add_nonce(self._snonces, key.nonce)
        self._keys.append((message, key, len(self._anonces), len(self._snonces)))
        if message.kind == "M2":
            self._learn(key.key_data)

    def judge(self) -> None:
        """Give the messages of an association their verdict; of keys what it showed stays known,
        as a message of it may come late."""
        for message, key, anonces, snonces in self._keys:
            near = _near(self._anonces, anonces), _near(self._snonces, snonces)
            message.mic = self._verdict(key, *near)
        self._keys.clear()

    def _verdict(self, key: KeyFrame, anonces: list[bytes], snonces: list[bytes]) -> Mic:
        if not key.info & eapol.INFO_MIC:
            return "none"
        tried = False
        bare = eapol.without_mic(key)
        for suite in key_suites(self._akm, key):
            for pmk in self._pmks(suite):
                for kck in self._of_nonces(suite, pmk, anonces, snonces):
                    tried = True
                    if hmac.compare_digest(suite.mic(kck, bare), key.mic):
                        return "right"
        return "wrong" if tried else "unknown"

    def _on_association(self, message: Message) -> None:
        if message.kind == "assoc-req":
            self._learn(message.pdu)
            ssid = element_content(message.pdu, frames.ELEMENT_SSID)
            self._ssid = ssid if ssid is not None else self._ssid
        domain = element_content(message.pdu, _MOBILITY_DOMAIN)
        self._domain = domain[:2] if domain else self._domain
        self._learn_holders(message.pdu)

    def _learn(self, elements: bytes) -> None:
        rsne, wpa, _ = security_elements(elements)
        akm = akm_of(rsne or wpa)
        self._akm = akm if akm is not None else self._akm
        self._learn_holders(elements)

    def _learn_holders(self, elements: bytes) -> None:
        """Who holds the keys of a mobility domain, which an FTE tells."""
        content = element_content(elements, _FAST_TRANSITION)
        if content is None:
            return
        try:
            fte = parse_fte(bytes((_FAST_TRANSITION, len(content))) + content)
        except WireError:
            return
        if fte.r0kh_id and fte.r1kh_id:
            self._holders = (fte.r0kh_id, fte.r1kh_id)

    def _pmks(self, suite: KeySuite) -> Iterator[bytes]:
        """The keys that a PTK may be made of; of FT the PMK-R1."""
        ft = self._akm in FT_AKMS
        firsts = list(self._first_keys(ft=ft))
        if not ft:
            yield from firsts
        elif self._holders is not None and self._ssid is not None:
            r0kh, r1kh = self._holders
            for first in firsts:
                r0 = pmk_r0(first, self._ssid, self._domain, r0kh, self._one.station)
                yield pmk_r1(r0, r1kh, self._one.station).pmk

    def _first_keys(self, *, ft: bool) -> Iterator[bytes]:
        yield from self._secrets.pmks
        for msk in self._secrets.msks:
            if ft:
                yield msk[_PMK_LENGTH : 2 * _PMK_LENGTH]
            else:
                yield msk[: 48 if self._akm == _SUITE_B_192 else _PMK_LENGTH]
        for passphrase, ssid in self._secrets.passphrases:
            salt = ssid if ssid is not None else self._ssid
            if salt is not None and (self._ssid is None or salt == self._ssid):
                yield _psk(passphrase, salt)

    def _of_nonces(
        self, suite: KeySuite, pmk: bytes, anonces: list[bytes], snonces: list[bytes]
    ) -> Iterator[bytes]:
        """The key confirmation keys of each pair of nonces, the latest first."""
        for anonce in reversed(anonces):
            for snonce in reversed(snonces):
                for length in _TK_LENGTHS:
                    yield self._kck(suite, pmk, anonce, snonce, length)

    def _kck(
        self, suite: KeySuite, pmk: bytes, anonce: bytes, snonce: bytes, tk_length: int
    ) -> bytes:
        known = (id(suite), pmk, anonce, snonce, tk_length)
        if known not in self._kcks:
            if len(self._kcks) >= MOST_KEYS:
                self._kcks.clear()
            ends = self._one.access_point, self._one.station
            self._kcks[known] = suite.derive_ptk(pmk, *ends, anonce, snonce, tk_length).kck
        return self._kcks[known]


def _add_nonce(known: list[bytes], nonce: bytes) -> None:
    if nonce != _EMPTY and nonce not in known[-_NONCES_BEFORE:]:
        known.append(nonce)


def _near(nonces: list[bytes], count: int) -> list[bytes]:
    """The nonces around the last of so many."""
    return nonces[max(count - _NONCES_BEFORE, 0) : count + _NONCES_AFTER]


@lru_cache(maxsize=256)
def _psk(passphrase: bytes, ssid: bytes) -> bytes:
    """The PSK of a passphrase (J.4.1); its 64 digits are the PSK itself."""
    if len(passphrase) == 64:
        try:
            return bytes.fromhex(passphrase.decode("ascii"))
        except ValueError:
            pass
    return hashlib.pbkdf2_hmac("sha1", passphrase, ssid, 4096, 32)
