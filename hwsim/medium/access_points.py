# SPDX-License-Identifier: GPL-2.0-or-later
"""The access points on the medium, and which of them receive a frame."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

from hwsim.ap.frame_info import FrameInfo, ReceivedFrame
from hwsim.ap.robust_management import Parting
from hwsim.ap.station import Station
from hwsim.frames import BROADCAST, MacHeader
from hwsim.ports.base import Port

SIGNAL_DBM: Final = -40
"""How strongly an access point is received where nothing else is said (dBm)."""
_TRANSMITTER: Final = slice(10, 16)


class AccessPointOnMedium(Protocol):
    """What the medium calls on an access point: inspect first, then receive if no rule objects."""

    @property
    def stations(self) -> tuple[Station, ...]:
        """The stations it knows, from their Authentication frame until they are forgotten."""

    def inspect(self, frame: bytes, header: MacHeader, *, copy: int = 0) -> ReceivedFrame:
        """Say what a frame is, without acting on it; ``copy`` numbers copies made by a rule."""

    def receive(self, received: ReceivedFrame, air_ns: int) -> None:
        """Act on a frame; raises :class:`hwsim.errors.WireError` if it is malformed."""

    def transmitted(self, frame: bytes, info: FrameInfo, *, acked: bool) -> None:
        """Learn whether a frame that this access point sent was acknowledged."""

    def resequenced(self, frame: bytes) -> bytes:
        """A frame that this access point sent, under a new sequence number."""

    def part(self, parting: Parting, mac: bytes) -> None:
        """Deauthenticate or disassociate a station, or forge that."""

    def refuse(self, received: ReceivedFrame, status: int, comeback_tu: int) -> None:
        """Answer an authentication or association request with a status code (table 9-50), and do
        nothing else; raises :class:`hwsim.errors.WireError` if it is malformed."""


@dataclass(frozen=True, slots=True)
class AttachedAp:
    """An access point on the medium, its BSSID, its channel, and how strongly it is received.

    ``number`` is its place among those of the network, from 1.
    """

    access_point: AccessPointOnMedium
    bssid: bytes
    freq_mhz: int
    signal_dbm: int = SIGNAL_DBM
    number: int = 1


class AttachedAps:
    """All access points on the medium. They receive nothing while they are off the air."""

    def __init__(self) -> None:
        self._by_bssid: dict[bytes, AttachedAp] = {}
        self.on_air = False

    def put_on_air(self, *aps: AttachedAp) -> None:
        """Let these access points, and no others, receive and be received."""
        self._by_bssid = {ap.bssid: ap for ap in aps}
        self.on_air = True

    def take_off_air(self) -> None:
        """Let none receive nor acknowledge any more; what they still send goes out."""
        self.on_air = False

    def receivers(self, receiver: bytes, freq_mhz: int | None) -> tuple[AttachedAp, ...]:
        """Which access points receive a frame for ``receiver`` sent on that channel.

        A frame whose channel is not known (``None``) is received on every one.
        """
        if not self.on_air:
            return ()
        if receiver == BROADCAST:
            return tuple(ap for ap in self._by_bssid.values() if freq_mhz in (None, ap.freq_mhz))
        ap = self._by_bssid.get(receiver)
        return (ap,) if ap is not None and freq_mhz in (None, ap.freq_mhz) else ()

    def transmitter(self, frame: bytes) -> AttachedAp | None:
        """The access point that sent a frame; ``None`` if it is not attached."""
        return self._by_bssid.get(frame[_TRANSMITTER])

    def numbered(self, number: int) -> AttachedAp | None:
        """The access point of that number, from 1, if it is on the air."""
        found = (ap for ap in self._by_bssid.values() if ap.number == number)
        return next(found, None) if self.on_air else None

    def use_channel(self, freq_mhz: int) -> bool:
        """Whether any access point receives on the channel with that centre frequency."""
        return self.on_air and any(ap.freq_mhz == freq_mhz for ap in self._by_bssid.values())


def station_number(port: Port, mac: bytes) -> int:
    """Which of the guest's radios a station is, from 1; 0 for one that is not known."""
    return next((radio.number for radio in port.radios if radio.mac == mac), 0)
