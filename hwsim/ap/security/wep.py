# SPDX-License-Identifier: GPL-2.0-or-later
"""WEP with a static key, by open system or shared key authentication.

Sources: IEEE 802.11-2020, 12.3.2 (WEP), 12.3.3.3 (shared key authentication), 9.4.2.8 (challenge
text); table 9-50 (status codes).
"""

from __future__ import annotations

import struct
from hmac import compare_digest
from typing import Final

from hil_common.ciphers import WEP
from hil_common.network import wep_key
from hil_common.security import WEP_OPEN, WEP_SHARED
from hwsim.ap.environment import ApEnvironment
from hwsim.ap.frame_info import ReceivedFrame
from hwsim.ap.network import Network
from hwsim.ap.security.mode import (
    STATUS_UNEXPECTED_SEQUENCE,
    STATUS_UNSUPPORTED_ALGORITHM,
    AuthAnswer,
    AuthFrame,
    SecurityMode,
)
from hwsim.ap.security.rsne import STATUS_SUCCESS
from hwsim.ap.station import Station
from hwsim.ciphers.suites import DataSuite, Suite
from hwsim.ciphers.wep import WepKey
from hwsim.errors import UndecryptableError, WireError
from hwsim.frames import PROTECTED

SHARED_KEY: Final = 1
STATUS_CHALLENGE_FAILURE: Final = 15
CHALLENGE_LENGTH: Final = 128
_CHALLENGE: Final = 16
_MAX_CHALLENGES: Final = 64
_UNREADABLE: Final = struct.pack("<HHH", SHARED_KEY, 3, 0)


class WepOpen(SecurityMode):
    """Anyone associates, and who has the key is understood. It is key 0 of four."""

    choice = WEP_OPEN

    def __init__(self, network: Network, environment: ApEnvironment) -> None:
        super().__init__(network, environment)
        key = wep_key(network.passphrase or "")
        assert key is not None
        self._key = key
        environment.keep_key(key)

    @property
    def protects_data(self) -> bool:
        """Always, by the one key."""
        return True

    @property
    def group(self) -> DataSuite:
        """The same key serves all, and is not renewed."""
        return Suite(WEP, lambda _key, _identifier: WepKey(self._key))

    def agree(self, station: Station, rsne: bytes) -> None:
        """The key is in use as soon as a station is associated."""
        super().agree(station, b"")
        station.pairwise = WepKey(self._key)


class WepShared(WepOpen):
    """A station proves that it has the key: it sends a challenge back under it."""

    choice = WEP_SHARED

    def __init__(self, network: Network, environment: ApEnvironment) -> None:
        super().__init__(network, environment)
        self._challenges: dict[bytes, bytes] = {}

    def authentication_body(self, received: ReceivedFrame) -> bytes:
        """Decrypted if need be; one that does not open answers no challenge."""
        if not received.header.flags & PROTECTED:
            return super().authentication_body(received)
        try:
            return WepKey(self._key).open(received.frame, received.header.length)
        except (UndecryptableError, WireError):
            return _UNREADABLE

    def authenticate(self, mac: bytes, frame: AuthFrame) -> AuthAnswer:
        """The challenge, or whether what came back is it. A repeated message is answered again."""
        if frame.algorithm != SHARED_KEY:
            refused = AuthFrame(frame.algorithm, 2, STATUS_UNSUPPORTED_ALGORITHM)
            return AuthAnswer(refused, authenticated=False)
        if frame.sequence == 1:
            challenge = self._new_challenge(mac)
            element = bytes((_CHALLENGE, CHALLENGE_LENGTH)) + challenge
            asked = AuthFrame(SHARED_KEY, 2, STATUS_SUCCESS, element)
            return AuthAnswer(asked, authenticated=False)
        status = STATUS_UNEXPECTED_SEQUENCE
        if frame.sequence == 3:
            known = self._challenges.get(mac, b"")
            given = frame.rest[2 : 2 + CHALLENGE_LENGTH]
            same = bool(known) and compare_digest(known, given)
            status = STATUS_SUCCESS if same else STATUS_CHALLENGE_FAILURE
        answer = AuthFrame(SHARED_KEY, frame.sequence + 1 & 0xFFFF, status)
        return AuthAnswer(answer, status == STATUS_SUCCESS)

    def _new_challenge(self, mac: bytes) -> bytes:
        """One of its own for each station; the oldest gives way."""
        self._challenges.pop(mac, None)
        while len(self._challenges) >= _MAX_CHALLENGES:
            del self._challenges[next(iter(self._challenges))]
        self._challenges[mac] = self._environment.random(CHALLENGE_LENGTH)
        return self._challenges[mac]
