# SPDX-License-Identifier: GPL-2.0-or-later
"""The handshakes of all stations of one access point, by station."""

from __future__ import annotations

from hwsim.ap.frame_info import FrameInfo
from hwsim.ap.handshake import Authenticator, HandshakeContext
from hwsim.ap.station import Station
from hwsim.eapol import KeyFrame
from hwsim.records import FrameKind


class Handshakes:
    """An :class:`Authenticator` for each station, from its first M1 until it is forgotten.

    ``shared`` is None in a network without keys, where none is started.
    """

    def __init__(self, shared: HandshakeContext | None) -> None:
        self._shared = shared
        self._authenticators: dict[Station, Authenticator] = {}

    @property
    def busy(self) -> bool:
        """Whether a handshake is under way."""
        return any(one.phase != "done" for one in self._authenticators.values())

    def start(self, station: Station, pmk: bytes) -> None:
        """Begin a 4-way handshake; a station that has keys keeps them until its M4."""
        assert self._shared is not None
        if station not in self._authenticators:
            self._authenticators[station] = Authenticator(station, self._shared)
        self._authenticators[station].start(pmk)

    def adopt(self, station: Station, pmk: bytes, gtk: bytes) -> None:
        """Go on from keys that a station has brought, and the GTK it was given then."""
        assert self._shared is not None
        self._authenticators[station] = Authenticator(station, self._shared)
        self._authenticators[station].adopt(pmk, gtk)

    def renew(self, station: Station) -> None:
        """Begin the 4-way handshake of a station that has keys again, under the same PMK."""
        self._authenticators[station].renew()

    def start_group(self, station: Station) -> None:
        """Send the newest group key to a station for which nothing else is under way."""
        if station in self._authenticators:
            self._authenticators[station].start_group()

    def renew_group_key(self, station: Station) -> bool:
        """Send the newest group key if the station's M3 had an older one; whether that is so."""
        authenticator = self._authenticators.get(station)
        if authenticator is None or authenticator.has_newest_gtk:
            return False
        authenticator.start_group()
        return True

    def interrupt(self, station: Station) -> None:
        """Stop a handshake that is under way; replay counters are kept for the next one."""
        authenticator = self._authenticators.get(station)
        if authenticator is not None and authenticator.phase != "done":
            authenticator.stop()

    def forget(self, station: Station) -> None:
        """Stop, and begin from nothing next time: the station associates anew or has left."""
        authenticator = self._authenticators.pop(station, None)
        if authenticator is not None:
            authenticator.stop()

    def transmitted(self, station: Station, kind: FrameKind, *, acked: bool) -> None:
        """A frame went out to the station, acknowledged or not."""
        if station in self._authenticators:
            self._authenticators[station].transmitted(kind, acked)

    def receive(self, station: Station, key: KeyFrame, info: FrameInfo) -> bool:
        """An EAPOL-Key frame of the station; whether its handshake ignored it, as ``info`` tells.

        One of a station that has no handshake is not counted so.
        """
        authenticator = self._authenticators.get(station)
        if authenticator is None:
            info.detail["ignored"] = "no handshake"
            return False
        authenticator.receive(key, info)
        return "ignored" in info.detail
