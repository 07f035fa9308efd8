# SPDX-License-Identifier: GPL-2.0-or-later
"""Power save: the frames that an access point keeps for stations that doze.

A station says by the Power Management bit of its frames that it dozes from now on, or that it does
not any more. What is for it then waits, and the TIM of the beacons tells so by the bit of its AID;
it fetches frame by frame with PS-Poll, or all at once by waking. Group-addressed frames wait for
the next DTIM beacon as long as any station dozes.

Source: IEEE 802.11-2020, 11.2.3 (power management in a BSS), 9.4.2.5 (TIM), 9.2.4.1.7 and 9.2.4.1.8
(the bits Power Management and More Data), 9.3.1.5 (PS-Poll).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from hwsim.ap.environment import ApEnvironment, ForwardingEnvironment
from hwsim.ap.frame_info import FrameInfo, ReceivedFrame
from hwsim.ap.network import Network
from hwsim.ap.network_keys import NetworkKeys
from hwsim.ap.station import Station
from hwsim.frames import DATA, MORE_DATA, POWER_MANAGEMENT
from hwsim.records import FrameKind

MAX_KEPT: Final = 64
"""So many frames wait for one station, and for all; then the oldest is given up. mac80211's."""
_NOT_KEPT: Final[frozenset[FrameKind]] = frozenset(
    {"beacon", "probe-resp", "auth", "assoc-resp", "deauth", "disassoc"}
)
"""Who asks for an answer is awake for it; with a goodbye the station is forgotten, and its frames
with it, so that one that waited would never be sent."""
_TELLING: Final[frozenset[FrameKind]] = frozenset({"deauth", "disassoc", "action"})
"""The management frames whose Power Management bit means something: in others it is reserved."""
_AID_MASK: Final = 0x3FFF
_ELEMENT_TIM: Final = 5
_GROUP_BIT: Final = 1


class Waiting(NamedTuple):
    """What beacons tell of frames that wait: the stations they are for, by AID, or a group."""

    aids: tuple[int, ...] = ()
    group: bool = False


class _Kept(NamedTuple):
    frame: bytes
    info: FrameInfo


@dataclass(slots=True)
class _Dozer:
    """A station that dozes, and what waits for it."""

    aid: int
    kept: deque[_Kept] = field(default_factory=deque)


class PowerSave(ForwardingEnvironment):
    """Stands between an access point and its environment, and holds back what is to wait.

    A frame is protected, and has its sequence and packet number, when it begins to wait; More Data
    is outside that protection (12.5.3.3.3).
    """

    def __init__(self, environment: ApEnvironment) -> None:
        super().__init__(environment)
        self._beyond = environment
        self._dozers: dict[bytes, _Dozer] = {}
        self._group: deque[_Kept] = deque()

    def network_keys(self, ssid: bytes) -> NetworkKeys:
        """See :meth:`ApEnvironment.network_keys`."""
        return self._beyond.network_keys(ssid)

    def neighbours(self, ssid: bytes, bssid: bytes) -> tuple[Network, ...]:
        """See :meth:`ApEnvironment.neighbours`."""
        return self._beyond.neighbours(ssid, bssid)

    def transition(
        self, ssid: bytes, bssid: bytes, mac: bytes, elements: bytes
    ) -> tuple[int, bytes] | None:
        """See :meth:`ApEnvironment.transition`."""
        return self._beyond.transition(ssid, bssid, mac, elements)

    @property
    def waiting(self) -> Waiting:
        """What the next beacon is to tell."""
        aids = (dozer.aid for dozer in self._dozers.values() if dozer.kept)
        return Waiting(tuple(sorted(aids)), bool(self._group))

    def transmit(self, frame: bytes, info: FrameInfo) -> int:
        """Send a frame now, or keep it: then the time is that from which on it waits."""
        queue = self._queue(frame[4:10], info.kind)
        if queue is None:
            return super().transmit(frame, info)
        info.detail["power_save"] = "buffered"
        if len(queue) == MAX_KEPT:
            self.give_up(*queue.popleft())
        queue.append(_Kept(frame, info))
        return self.now_ns()

    def _queue(self, receiver: bytes, kind: FrameKind) -> deque[_Kept] | None:
        """Where a frame is to wait; None if it goes at once."""
        if kind in _NOT_KEPT:
            return None
        if receiver[0] & _GROUP_BIT:  # one that went at once would overtake those that wait
            return self._group if self._dozers or self._group else None
        dozer = self._dozers.get(receiver)
        return None if dozer is None else dozer.kept

    def heard(self, station: Station, received: ReceivedFrame, null: Callable[[], bytes]) -> None:
        """A frame of an associated station: it dozes from now on, is awake and gets what waits, or
        asks for one frame, in whose place it gets a ``null`` one if none waits."""
        header, kind = received.header, received.info.kind
        if kind == "ps-poll" and polling_aid(received.frame) == station.aid:
            self._polled(station, null)
        elif header.type == DATA or kind in _TELLING:
            self._told(station, dozes=bool(header.flags & POWER_MANAGEMENT))

    def _told(self, station: Station, *, dozes: bool) -> None:
        if not dozes:
            dozer = self._dozers.pop(station.mac, None)
            for kept in dozer.kept if dozer else ():
                super().transmit(*kept)
        elif station.mac not in self._dozers:
            self._dozers[station.mac] = _Dozer(station.aid)

    def _polled(self, station: Station, null: Callable[[], bytes]) -> None:
        dozer = self._dozers.get(station.mac)
        if dozer is None or not dozer.kept:
            super().transmit(null(), FrameInfo("null"))
        else:
            self._release(dozer.kept.popleft(), more=bool(dozer.kept))

    def after_dtim(self) -> None:
        """Send what waited for all: the DTIM beacon has gone out."""
        while self._group:
            self._release(self._group.popleft(), more=bool(self._group))

    def forget(self, station: Station) -> None:
        """The station has left, or associates anew, awake: what waited for it is given up."""
        dozer = self._dozers.pop(station.mac, None)
        for kept in dozer.kept if dozer else ():
            self.give_up(*kept)

    def shut_down(self) -> None:
        """Give up all that waits."""
        for kept in (*self._group, *(one for each in self._dozers.values() for one in each.kept)):
            self.give_up(*kept)
        self._dozers.clear()
        self._group.clear()

    def _release(self, kept: _Kept, *, more: bool) -> None:
        frame, info = kept
        if more:
            frame = frame[:1] + bytes((frame[1] | MORE_DATA,)) + frame[2:]
        super().transmit(frame, info)


def polling_aid(frame: bytes) -> int:
    """The AID in a PS-Poll."""
    return int.from_bytes(frame[2:4], "little") & _AID_MASK


def tim(count: int, period: int, waiting: Waiting) -> bytes:
    """The TIM element of a beacon: DTIM ``count`` and ``period``, and who has frames waiting.

    The bitmap is cut to the bytes from the first to the last that are not 0, the first of them at
    an even place (9.4.2.5.1). Group-addressed frames are told of in DTIM beacons alone.
    """
    bitmap = _bitmap(waiting.aids)
    first = next((at for at, byte in enumerate(bitmap) if byte), 0) & ~1
    control = first | (waiting.group and count == 0)  # the offset counts pairs, above bit 0
    content = bytes((count, period, control)) + bitmap[first:]
    return bytes((_ELEMENT_TIM, len(content))) + content


def _bitmap(aids: Iterable[int]) -> bytes:
    bits = sum(1 << aid for aid in aids)
    return bits.to_bytes(max((bits.bit_length() + 7) // 8, 1), "little")
