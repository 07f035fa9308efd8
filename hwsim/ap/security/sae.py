# SPDX-License-Identifier: GPL-2.0-or-later
"""WPA3 with SAE: AKM suite 00-0F-AC:8, alone or beside WPA2 with a pre-shared key.

The station's commit is answered by ours, its confirm by ours; then it associates, and the PMK of
the exchange goes into the 4-way handshake. A station that kept the PMK may come back by the open
system and name it by its PMKID (12.6.10.3).

Sources, all IEEE 802.11-2020: 12.4.8.6 (state machine), 12.4.6 (anti-clogging tokens), 12.4.4.2
(password element), 9.4.2.241 (RSNXE), table 9-50 (status codes), table 12-8 (key suite).
"""

from __future__ import annotations

import contextlib
import hmac
from dataclasses import dataclass
from functools import partial
from typing import ClassVar, Final

from Crypto.PublicKey.ECC import EccPoint

from hil_common.security import WPA3_SAE, WPA3_TRANSITION
from hwsim.ap.environment import ApEnvironment
from hwsim.ap.network import Network
from hwsim.ap.pmksa import PMK_KEPT, Pmksa, keep_newest
from hwsim.ap.security.curves import CURVES, Curve
from hwsim.ap.security.key_suite import HMAC_SHA1, KeySuite, kdf
from hwsim.ap.security.mode import (
    OPEN_SYSTEM,
    STATUS_INVALID_PMKID,
    STATUS_UNEXPECTED_SEQUENCE,
    STATUS_UNSUPPORTED_ALGORITHM,
    AssociationAnswer,
    AuthAnswer,
    AuthFrame,
    SecurityMode,
)
from hwsim.ap.security.psk import pmk_from_passphrase
from hwsim.ap.security.psk_sha256 import aes_cmac
from hwsim.ap.security.rsne import (
    STATUS_INVALID_AKMP,
    STATUS_MANAGEMENT_PROTECTION,
    STATUS_SUCCESS,
    chosen_akm,
    offers_protection,
)
from hwsim.ap.security.sae_ahead import Ahead
from hwsim.ap.security.sae_element import hashed, hunted, secret_point
from hwsim.ap.security.sae_exchange import SaeExchange
from hwsim.ap.security.sae_frames import (
    Commit,
    group_field,
    group_of,
    parse_commit,
    parse_confirm,
    token_request,
)
from hwsim.ap.station import Station
from hwsim.errors import WireError
from hwsim.frames import ELEMENT_RSN, element

SAE: Final = 3
"""The authentication algorithm (9.4.1.1)."""
COMMIT: Final = 1
CONFIRM: Final = 2
"""The sequence numbers of SAE's two messages."""

STATUS_UNSPECIFIED: Final = 1
STATUS_CHALLENGE_FAILURE: Final = 15
STATUS_TOKEN_REQUIRED: Final = 76
STATUS_UNSUPPORTED_GROUP: Final = 77
STATUS_UNKNOWN_IDENTIFIER: Final = 123
STATUS_HASH_TO_ELEMENT: Final = 126

AKM_SAE: Final = bytes.fromhex("000fac08")
RSNXE_HASH_TO_ELEMENT: Final = bytes.fromhex("f40120")
SAE_SUITE: Final = KeySuite(
    descriptor_version=0, expand=partial(kdf, "sha256"), mic=aes_cmac, digest="sha256"
)
"""AKM suite 00-0F-AC:8: KDF of SHA-256, MIC by AES-128-CMAC."""


@dataclass(slots=True)
class _Peer:
    """A station's exchange; ``confirmed`` is the number of the confirm that was believed."""

    exchange: SaeExchange
    confirmed: int | None = None


class Sae(SecurityMode):
    """Every station shows that it knows the passphrase, and gets a PMK of its own."""

    choice = WPA3_SAE
    suite = SAE_SUITE
    names_pmk = True
    sae_akms: ClassVar[frozenset[bytes]] = frozenset({AKM_SAE})
    """The AKM suites whose PMK is that of an exchange."""

    def __init__(self, network: Network, environment: ApEnvironment) -> None:
        super().__init__(network, environment)
        assert network.passphrase is not None
        self._password = network.passphrase.encode()
        self._options = network.sae
        self._identifier = network.sae.password_id.encode()
        self._secrets: dict[int, EccPoint] = {}
        self._ahead = Ahead(environment, self._element)
        self._token_key = environment.random(32)
        self._peers: dict[bytes, _Peer] = {}
        self._in_use: dict[bytes, Pmksa] = {}
        self._opened: dict[bytes, None] = {}

    @property
    def rsnxe(self) -> bytes:
        """It offers hash to element, if that is one of the ways."""
        return b"" if self._options.ways == "hunting-and-pecking" else RSNXE_HASH_TO_ELEMENT

    # authentication

    def expect(self, mac: bytes) -> None:
        """Our commit is ready for a station that begins with the best way there is."""
        by_hash = self._options.ways != "hunting-and-pecking"
        self._ahead.expect(CURVES[self._options.groups[0]], mac, by_hash)

    def authenticate(self, mac: bytes, frame: AuthFrame) -> AuthAnswer:
        """Commit by commit, confirm by confirm; the open system for who has a PMK (or a PSK)."""
        if frame.algorithm == OPEN_SYSTEM:
            keep_newest(self._opened, mac, None)
            return super().authenticate(mac, frame)
        if frame.algorithm != SAE:
            return _refusal(frame, STATUS_UNSUPPORTED_ALGORITHM)
        if frame.sequence == COMMIT:
            return AuthAnswer(self._committed(mac, frame), authenticated=False)
        if frame.sequence == CONFIRM:
            return self._confirmed(mac, frame)
        return _refusal(frame, STATUS_UNEXPECTED_SEQUENCE)

    def _committed(self, mac: bytes, frame: AuthFrame) -> AuthFrame | None:
        if frame.status not in (STATUS_SUCCESS, STATUS_HASH_TO_ELEMENT):
            return None
        by_hash = frame.status == STATUS_HASH_TO_ELEMENT
        only = self._options.ways
        if only != "both" and by_hash != (only == "hash-to-element"):
            return _status(COMMIT, STATUS_UNSPECIFIED)
        try:
            group = group_of(frame.rest)
            if group not in self._options.groups:
                return _status(COMMIT, STATUS_UNSUPPORTED_GROUP, group_field(group))
            return self._answer(mac, parse_commit(frame.rest, hash_to_element=by_hash), by_hash)
        except WireError:
            return _status(COMMIT, STATUS_UNSPECIFIED)

    def _answer(self, mac: bytes, commit: Commit, by_hash: bool) -> AuthFrame:
        """The answer to a well-formed commit; raises :class:`WireError` for numbers that are not
        allowed."""
        if commit.identifier != (self._identifier or None):
            unknown = commit.identifier is not None
            return _status(COMMIT, STATUS_UNKNOWN_IDENTIFIER if unknown else STATUS_UNSPECIFIED)
        if any(group in self._options.groups for group in commit.rejected):
            return _status(COMMIT, STATUS_UNSPECIFIED)  # somebody has refused it in our name
        token = hmac.digest(self._token_key, mac, "sha256")
        if self._clogged(mac) and not hmac.compare_digest(commit.token, token):
            asked = token_request(commit.curve.group, token, hash_to_element=by_hash)
            return _status(COMMIT, STATUS_TOKEN_REQUIRED, asked)
        peer = self._peers.get(mac)
        if peer is None or not peer.exchange.repeats(commit):
            own = self._ahead.take(commit.curve, mac, by_hash)
            exchange = SaeExchange(commit, own, hash_to_element=by_hash)
            peer = _Peer(exchange)
            keep_newest(self._peers, mac, peer)
            self._environment.call_after(0, lambda: _have_keys(exchange))
        status = STATUS_HASH_TO_ELEMENT if by_hash else STATUS_SUCCESS
        return _status(COMMIT, status, peer.exchange.commit.body())

    def _confirmed(self, mac: bytes, frame: AuthFrame) -> AuthAnswer:
        peer = self._peers.get(mac)
        if peer is None or frame.status != STATUS_SUCCESS:
            return AuthAnswer(None, authenticated=False)
        try:
            confirm = parse_confirm(frame.rest)
            proven = peer.exchange.confirms(confirm)
        except WireError:
            return AuthAnswer(_status(CONFIRM, STATUS_UNSPECIFIED), authenticated=False)
        if not proven:
            if peer.confirmed is None:
                del self._peers[mac]
            return AuthAnswer(_status(CONFIRM, STATUS_CHALLENGE_FAILURE), authenticated=False)
        first = peer.confirmed is None
        peer.confirmed = confirm.send_confirm
        keys = peer.exchange.keys
        made = Pmksa(keys.pmk, keys.pmkid)
        keep_newest(self._in_use, mac, made)
        self._pmks.keep(mac, made)
        self._opened.pop(mac, None)
        if first:
            self._ahead.again(peer.exchange.peer.curve, mac, peer.exchange.hash_to_element)
        answer = _status(CONFIRM, STATUS_SUCCESS, peer.exchange.confirm().body())
        return AuthAnswer(answer, authenticated=first)

    def _clogged(self, mac: bytes) -> bool:
        """Whether a commit of that station needs a token: too many exchanges are unfinished."""
        unfinished = [one for one, peer in self._peers.items() if peer.confirmed is None]
        return len(unfinished) >= self._options.open_exchanges and mac not in unfinished

    def _element(self, curve: Curve, mac: bytes, by_hash: bool) -> EccPoint:
        own = self._network.bssid
        if not by_hash:
            return hunted(curve, self._password, mac, own)
        if curve.group not in self._secrets:
            password = self._password + self._identifier
            secret = secret_point(curve, self._network.ssid, password)
            self._secrets[curve.group] = secret
        return hashed(curve, self._secrets[curve.group], mac, own)

    # association

    def associate(self, mac: bytes, elements: bytes) -> AssociationAnswer:
        """As of an RSN; the PMK must be of this authentication, or be named."""
        answer = super().associate(mac, elements)
        rsne = element(elements, ELEMENT_RSN)
        if answer.status != STATUS_SUCCESS or rsne is None:
            return answer
        if chosen_akm(rsne) not in self.sae_akms:
            opened = mac in self._opened
            return AssociationAnswer(STATUS_SUCCESS if opened else STATUS_INVALID_AKMP)
        if not offers_protection(rsne):
            return AssociationAnswer(STATUS_MANAGEMENT_PROTECTION)
        return self._by_pmk(mac, rsne)

    def _by_pmk(self, mac: bytes, rsne: bytes) -> AssociationAnswer:
        if mac not in self._opened:
            known = mac in self._in_use
            return AssociationAnswer(STATUS_SUCCESS if known else STATUS_INVALID_PMKID)
        kept = self._kept(mac, rsne)
        if kept is None:
            return AssociationAnswer(STATUS_INVALID_PMKID)
        keep_newest(self._in_use, mac, kept)
        return AssociationAnswer(STATUS_SUCCESS, detail=PMK_KEPT)

    def pmk(self, station: Station) -> bytes | None:
        """That of the station's exchange, or of an earlier one that it has named; None if those of
        many others came since."""
        in_use = self._in_use.get(station.mac)
        if in_use is None:
            return None
        self._environment.keep_key(in_use.pmk, station)
        return in_use.pmk

    def pmkid(self, station: Station, pmk: bytes) -> bytes:
        """That of the exchange, which is no hash over the PMK; asked for together with it."""
        return self._in_use[station.mac].pmkid


class Transition(Sae):
    """The same network for stations with a pre-shared key: AKM 2 beside AKM 8."""

    choice = WPA3_TRANSITION

    def __init__(self, network: Network, environment: ApEnvironment) -> None:
        super().__init__(network, environment)
        assert network.passphrase is not None
        self._psk = pmk_from_passphrase(network.passphrase, network.ssid)
        environment.keep_key(self._psk)

    def suite_of(self, station: Station) -> KeySuite:
        """By the AKM that the station chose."""
        return SAE_SUITE if station.akm == AKM_SAE else HMAC_SHA1

    def pmk(self, station: Station) -> bytes | None:
        """The PSK, or that of the station's last exchange."""
        return super().pmk(station) if station.akm == AKM_SAE else self._psk

    def pmkid(self, station: Station, pmk: bytes) -> bytes:
        """None of a PSK."""
        return super().pmkid(station, pmk) if station.akm == AKM_SAE else b""


def _have_keys(exchange: SaeExchange) -> None:
    """While our commit is on its way; what is wrong with them shows when they are used."""
    with contextlib.suppress(WireError):
        _ = exchange.keys


def _status(sequence: int, status: int, rest: bytes = b"") -> AuthFrame:
    return AuthFrame(SAE, sequence, status, rest)


def _refusal(frame: AuthFrame, status: int) -> AuthAnswer:
    refused = AuthFrame(frame.algorithm, frame.sequence + 1 & 0xFFFF, status)
    return AuthAnswer(refused, authenticated=False)
