# SPDX-License-Identifier: GPL-2.0-or-later
"""Power save: the frames that an access point keeps for stations that doze.

A station says by the Power Management bit of its frames that it dozes from now on, or that it does
not any more. What is for it then waits, and the TIM of the beacons tells so by the bit of its AID;
it fetches frame by frame with PS-Poll, or all at once by waking. Group-addressed frames wait for
the next DTIM beacon as long as any station dozes.

With U-APSD (:mod:`hwsim.ap.wmm`) what is of a delivery-enabled access category waits for a trigger
frame, a frame with QoS of such a category, and then comes in a service period, whose last frame
says so. What nobody fetches is given up in time.

Source: IEEE 802.11-2020, 11.2.3 (power management in a BSS; 11.2.3.5 for U-APSD, 11.2.3.13 for
what is given up), 9.4.2.5 (TIM), 9.2.4.1.7 and 9.2.4.1.8 (the bits Power Management and More Data),
9.3.1.5 (PS-Poll).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from hwsim.ap.environment import ApEnvironment, ForwardingEnvironment
from hwsim.ap.frame_info import FrameInfo, ReceivedFrame
from hwsim.ap.network import TU_NS, Network
from hwsim.ap.network_keys import NetworkKeys
from hwsim.ap.station import Station
from hwsim.ap.wmm import AT_QOS_CONTROL, END_OF_SERVICE_PERIOD, is_qos_data
from hwsim.frames import DATA, MORE_DATA, POWER_MANAGEMENT
from hwsim.loop import Timer
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
LEAST_AGE_NS: Final = 10_000_000_000
"""Nothing is given up that waits for less long; otherwise for two listen intervals. mac80211's."""
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
    since_ns: int


@dataclass(slots=True)
class _Dozer:
    """A station that dozes, and what waits for it: for PS-Polls, and for trigger frames."""

    station: Station
    kept: deque[_Kept] = field(default_factory=deque)
    triggered: deque[_Kept] = field(default_factory=deque)
    timer: Timer | None = None

    def queue(self, frame: bytes) -> deque[_Kept]:
        """Where a frame is to wait."""
        uapsd = self.station.uapsd
        return self.triggered if uapsd is not None and uapsd.has(frame) else self.kept

    @property
    def told(self) -> bool:
        """Whether beacons tell of it: of what is not delivery-enabled, unless all is."""
        uapsd = self.station.uapsd
        return bool(self.kept or (uapsd is not None and uapsd.has_all and self.triggered))

    @property
    def all(self) -> list[_Kept]:
        """What waits, in the order in which it came."""
        return sorted((*self.kept, *self.triggered), key=lambda one: one.since_ns)


class PowerSave(ForwardingEnvironment):
    """Stands between an access point and its environment, and holds back what is to wait.

    A frame is protected, and has its sequence and packet number, when it begins to wait; More Data
    is outside that protection (12.5.3.3.3), and so is the end of a service period.
    """

    def __init__(self, environment: ApEnvironment, network: Network) -> None:
        super().__init__(environment)
        self._beacon_interval_ns = network.beacon_interval_tu * TU_NS
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
        aids = (dozer.station.aid for dozer in self._dozers.values() if dozer.told)
        return Waiting(tuple(sorted(aids)), bool(self._group))

    def transmit(self, frame: bytes, info: FrameInfo) -> int:
        """Send a frame now, or keep it: then the time is that from which on it waits."""
        queue = self._queue(frame, info.kind)
        if queue is None:
            return super().transmit(frame, info)
        info.detail["power_save"] = "buffered"
        if len(queue) == MAX_KEPT:
            self._lose(queue.popleft())
        queue.append(_Kept(frame, info, self.now_ns()))
        if frame[4:10] in self._dozers:
            self._watch(self._dozers[frame[4:10]])
        return self.now_ns()

    def _queue(self, frame: bytes, kind: FrameKind) -> deque[_Kept] | None:
        """Where a frame is to wait; None if it goes at once."""
        receiver = frame[4:10]
        if kind in _NOT_KEPT:
            return None
        if receiver[0] & _GROUP_BIT:  # one that went at once would overtake those that wait
            return self._group if self._dozers or self._group else None
        dozer = self._dozers.get(receiver)
        return None if dozer is None else dozer.queue(frame)

    def _watch(self, dozer: _Dozer) -> None:
        """Give up what has waited too long, and look again when the oldest of the rest has."""
        if dozer.timer is not None:
            dozer.timer.cancel()
        age_ns = max(2 * dozer.station.listen_interval * self._beacon_interval_ns, LEAST_AGE_NS)
        for queue in (dozer.kept, dozer.triggered):
            while queue and self.now_ns() - queue[0].since_ns >= age_ns:
                queue[0].info.detail["power_save"] = "expired"
                self._lose(queue.popleft())
        waits = dozer.all
        left_ns = waits[0].since_ns + age_ns - self.now_ns() if waits else 0
        dozer.timer = self.call_after(left_ns, lambda: self._watch(dozer)) if waits else None

    def _lose(self, kept: _Kept) -> None:
        self.give_up(kept.frame, kept.info)

    def heard(self, station: Station, received: ReceivedFrame, null: Callable[[], bytes]) -> None:
        """A frame of an associated station: it dozes from now on, is awake and gets what waits, or
        asks for one frame, in whose place it gets a ``null`` one if none waits."""
        header, kind = received.header, received.info.kind
        if kind == "ps-poll" and polling_aid(received.frame) == station.aid:
            self._polled(station, null)
        elif header.type == DATA or kind in _TELLING:
            dozer = self._dozers.get(station.mac)
            self._told(station, dozes=bool(header.flags & POWER_MANAGEMENT))
            uapsd = station.uapsd
            triggers = uapsd is not None and is_qos_data(received.frame)
            if dozer is not None and station.mac in self._dozers and triggers:
                self._triggered(dozer, received.frame, null)

    def _told(self, station: Station, *, dozes: bool) -> None:
        if not dozes:
            for kept in self._awake(station):
                super().transmit(kept.frame, kept.info)
        elif station.mac not in self._dozers:
            self._dozers[station.mac] = _Dozer(station)

    def _awake(self, station: Station) -> list[_Kept]:
        """The station dozes no more; what has waited for it."""
        dozer = self._dozers.pop(station.mac, None)
        if dozer is None:
            return []
        if dozer.timer is not None:
            dozer.timer.cancel()
        return dozer.all

    def _polled(self, station: Station, null: Callable[[], bytes]) -> None:
        dozer = self._dozers.get(station.mac)
        queue = None if dozer is None else dozer.kept or dozer.triggered
        if dozer is None or not queue or not dozer.told:
            super().transmit(null(), FrameInfo("null"))
        else:
            kept = queue.popleft()
            self._release(kept, more=dozer.told)

    def _triggered(self, dozer: _Dozer, frame: bytes, null: Callable[[], bytes]) -> None:
        """A service period, if the frame is of a trigger-enabled category: what waits for it, as
        much as the station wants; the last frame with QoS says that it ends."""
        uapsd, queue = dozer.station.uapsd, dozer.triggered
        if uapsd is None or not uapsd.has(frame):
            return
        chosen = [queue.popleft() for _ in range(min(uapsd.most or MAX_KEPT, len(queue)))]
        for place, kept in enumerate(chosen):
            last = place == len(chosen) - 1
            self._release(kept, more=not last or bool(queue), ends=last)
        if not chosen or not is_qos_data(chosen[-1].frame):
            super().transmit(_ending(null()), FrameInfo("null", detail={"service_period": "ends"}))

    def after_dtim(self) -> None:
        """Send what waited for all: the DTIM beacon has gone out."""
        while self._group:
            self._release(self._group.popleft(), more=bool(self._group))

    def forget(self, station: Station) -> None:
        """The station has left, or associates anew, awake: what waited for it is given up."""
        for kept in self._awake(station):
            self._lose(kept)

    def shut_down(self) -> None:
        """Give up all that waits."""
        for dozer in list(self._dozers.values()):
            self.forget(dozer.station)
        while self._group:
            self._lose(self._group.popleft())

    def _release(self, kept: _Kept, *, more: bool, ends: bool = False) -> None:
        frame, info = kept.frame, kept.info
        if more:
            frame = frame[:1] + bytes((frame[1] | MORE_DATA,)) + frame[2:]
        if ends and is_qos_data(frame):
            frame, info.detail["service_period"] = _ending(frame), "ends"
        super().transmit(frame, info)


def _ending(frame: bytes) -> bytes:
    """A frame with QoS that ends a service period."""
    control = frame[AT_QOS_CONTROL] | END_OF_SERVICE_PERIOD
    return frame[:AT_QOS_CONTROL] + bytes((control,)) + frame[AT_QOS_CONTROL + 1 :]


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
