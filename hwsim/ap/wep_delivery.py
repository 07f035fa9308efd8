# SPDX-License-Identifier: GPL-2.0-or-later
"""WEP keys handed out after 802.1X: to each station one of its own, and the group's.

Source: RFC 3580, 4. As hostapd does it (src/ap/ieee802_1x.c): the broadcast key first, then the
unicast key, each message once and in the clear; nothing answers them, and the keys are in use when
they have been sent. This stands where :class:`hwsim.ap.handshakes.Handshakes` does elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable

from hil_common.ciphers import WEP
from hwsim.ap.frame_info import FrameInfo
from hwsim.ap.handshake import HandshakeContext
from hwsim.ap.handshakes import Handshakes
from hwsim.ap.station import Station
from hwsim.ciphers.wep import WepKey
from hwsim.rc4_key import IV_LENGTH, Rc4Key, rc4_key_pdu

SendEapol = Callable[[Station, bytes, FrameInfo], None]


def handshakes_of(shared: HandshakeContext, send: SendEapol) -> Handshakes:
    """What makes the keys of an access point's stations, if anything does."""
    if shared.security.choice.hands_out_wep_keys:
        return WepDelivery(shared, send)
    return Handshakes(shared if shared.security.suite is not None else None)


class WepDelivery(Handshakes):
    """Hands out the keys of one access point; no handshake is ever under way.

    ``send`` sends a station an EAPOL PDU.
    """

    def __init__(self, shared: HandshakeContext, send: SendEapol) -> None:
        super().__init__(None)
        self._environment = shared.environment
        self._group = shared.group
        self._send = send
        self._authorized = shared.authorized
        self._group_done = shared.group_done
        self._msks: dict[Station, bytes] = {}
        self._counter = 0

    def start(self, station: Station, pmk: bytes) -> None:
        """Give an authenticated station its keys; ``pmk`` is the whole MSK here."""
        self._msks[station] = pmk
        self._give_group_key(station)
        self.renew(station)

    def renew(self, station: Station) -> None:
        """Give it another key of its own."""
        own = self._environment.random(WEP.key_length)
        self._give(station, Rc4Key(own, 0, unicast=True))
        station.pairwise = WepKey(own)
        self._authorized(station)

    def start_group(self, station: Station) -> None:
        """Give it the newest key of all."""
        self._give_group_key(station)
        self._group_done(station)

    def forget(self, station: Station) -> None:
        """It associates anew, or has left."""
        self._msks.pop(station, None)

    def _give_group_key(self, station: Station) -> None:
        index, key, _ = self._group.newest
        self._give(station, Rc4Key(key, index, unicast=False))

    def _give(self, station: Station, given: Rc4Key) -> None:
        """The replay counter is a time, so that it grows over associations too."""
        self._environment.keep_key(given.key, station)
        self._counter = max(self._counter + 1, self._environment.now_ns())
        iv = self._environment.random(IV_LENGTH)
        pdu = rc4_key_pdu(given, self._msks[station], self._counter, iv)
        info = FrameInfo("rc4-key", replay_counter=self._counter, detail=given.describe())
        self._send(station, pdu, info)
