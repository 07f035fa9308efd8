# SPDX-License-Identifier: GPL-2.0-or-later
"""The air of one run: its medium, its access points, its capture with the keys.

One run follows another on the same port. Nothing of one reaches the next: what is still under way
in a run that was closed (frames held back, timers of its access points, reports of the guest) ends
in parts that carry, send and write nothing more.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal

from hwsim.ap.access_point import AccessPoint
from hwsim.ap.ess import Ess
from hwsim.ap.frame_info import FrameInfo
from hwsim.ap.network import Network
from hwsim.ap.orders import ApOrder, ApOrders
from hwsim.ap.orders import Moment as ApMoment
from hwsim.ap.station import Station
from hwsim.ap.timers import Timers
from hwsim.beacons import Beacons
from hwsim.capture import Capture
from hwsim.errors import RequestError
from hwsim.frames import mac_text
from hwsim.links.links import Link, Links
from hwsim.loop import Loop, Timer, now_ns
from hwsim.medium import FrameCount, Medium
from hwsim.medium.access_points import station_number
from hwsim.network_life import NetworkLife
from hwsim.ports.base import Port
from hwsim.radius import RadiusClient
from hwsim.records import FrameKind, FrameRecord
from hwsim.rules.frame_rules import FrameRule, FrameRules, message_of

RuleChange = Literal["added", "changed", "removed", "triggered"]
"""What a client does with a rule while an association lasts."""
Moment = Callable[[str, Literal["before", "after"]], None]
"""Gets the name of a moment of access points' orders, or of a message that is about to be carried
or has reached its receiver."""


class AirRun:
    """One medium with the access points of one network, and its capture in ``directory``.

    ``event`` gets the name and fields of what is to be told; ``count`` numbers the frames of all
    media of the run, of which this is the one called ``number``; ``before`` is the run on the same
    port that was closed; ``moment`` is told what comes about. It is the access points'
    :class:`hwsim.ap.environment.EssEnvironment`.
    """

    def __init__(
        self,
        loop: Loop,
        port: Port,
        directory: Path,
        event: Callable[[str, Mapping[str, Any]], None],
        count: FrameCount,
        number: int = 1,
        before: AirRun | None = None,
        moment: Moment | None = None,
    ) -> None:
        self._loop = loop
        self._port = port
        self._event = event
        self._number = number
        self.open = True
        self.capture = Capture(loop, directory, self._capture_fault, number)
        tag = before.medium.tag if before is not None else 0
        self._tell_moment = moment
        coming = self._coming if moment is not None else None
        self.medium: Medium = Medium(loop, port, self._record, self.capture.add, count, tag, coming)
        self.ess: Ess | None = None
        self.life: NetworkLife | None = None
        self._radius: RadiusClient | None = None
        self._links: tuple[Link, ...] = ()
        self.on_air = False
        self._beacons = Beacons(loop, self.medium)

    def configure(
        self, networks: tuple[Network, ...], timers: Timers, links: tuple[Link, ...] = ()
    ) -> None:
        """Have these access points in the place of those before, off the air still."""
        self._shut_down_network()
        self._links = links
        if networks[0].radius is not None:
            self._radius = RadiusClient(self._loop, networks[0].radius, timers.radius_ms)
        self.ess = Ess(networks, timers, self, self._radius)
        self.life = NetworkLife(self._loop, self.medium, self._beacons, self.ess, self._carried_out)

    def put_on_air(self) -> None:
        """Let the access points beacon and receive; no error if they do."""
        life = self.living("start")
        if not self.on_air:
            self.on_air = True
            life.put_on_air()

    def begin(
        self, association: int, rules: FrameRules, orders: ApOrders, *, stations_left: bool = False
    ) -> None:
        """Another association begins: frames obey these rules, access points these orders. They
        know no station any more if their stations left without a word."""
        self.medium.begin(association, rules, Links(self._links, rules.seed))
        if self.ess is not None and self.life is not None:
            self.ess.new_association()
            self.life.begin(orders, on_air=self.on_air, stations_left=stations_left)
            self.moment("begin")

    def take_off_air(self) -> None:
        """Beacon and receive no more, and forget the stations; the capture is on the disk then."""
        self.on_air = False
        self.medium.take_off_air()
        self._beacons.stop()
        if self.life is not None:
            self.life.end()
        if self.ess is not None:
            self.ess.shut_down()
        self.capture.flush()

    def close(self) -> None:
        """End the run for good: nothing is carried, told or captured any more."""
        self.take_off_air()
        self._shut_down_network()
        self.medium.close()
        self.capture.close()
        self.open = False

    def configured(self, call: str) -> Ess:
        """The access points; raises :class:`RequestError` on behalf of a call if there are none."""
        if self.ess is None or not self.open:
            raise RequestError("not-configured", f"{call}: call configure first")
        return self.ess

    def living(self, call: str) -> NetworkLife:
        """The life of the access points; errors are as of :meth:`configured`."""
        self.configured(call)
        assert self.life is not None
        return self.life

    def tell_rule(self, change: RuleChange, rule: FrameRule, was: int = 0) -> None:
        """Send the event ``rule``: what was done with a rule while the association lasts; ``was``
        is the place of the one whose stead it takes."""
        fields = {
            "association": self.medium.association, "change": change, "place": rule.place,
            "was": was, "action": rule.action, "message": rule.message, "words": rule.words(),
            "air_ns": now_ns(),
        }  # fmt: skip
        self._loop.later(lambda: self._tell("rule", fields))

    def totals(self) -> dict[str, Any]:
        """What there was in all, as the call ``stop`` tells it."""
        return {
            "frames": self.medium.frames,
            "malformed": self.medium.malformed,
            "ignored": self.ess.ignored if self.ess else 0,
            "port_errors": self._port.errors,
            "capture": "failed" if self.capture.failed else "written",
        }

    def moment(self, moment: ApMoment) -> None:
        """Something came about that orders may wait for."""
        if self.life is not None:
            self.life.moment(moment)
        if self._tell_moment is not None:
            self._tell_moment(moment, "after")

    # what the access point asks (hwsim.ap.environment.EssEnvironment)

    def transmit(self, frame: bytes, info: FrameInfo) -> int:
        """Send a frame of an access point over the medium; returns the air's time (ns)."""
        return self.medium.transmit(frame, info)

    def give_up(self, frame: bytes, info: FrameInfo) -> None:
        """Record a frame of an access point that is never sent."""
        self.medium.give_up(frame, info)

    def now_ns(self) -> int:
        """The air's clock: the host's CLOCK_MONOTONIC in nanoseconds."""
        return now_ns()

    def call_after(self, delay_ns: int, callback: Callable[[], None]) -> Timer:
        """A timer of the air's loop, due in ``delay_ns``."""
        return self._loop.call_after(delay_ns, callback)

    def random(self, size: int) -> bytes:
        """``size`` bytes of the operating system's random source."""
        return os.urandom(size)

    def radio_number(self, mac: bytes) -> int:
        """The place of a station's radio among the guest's, from 0; 0 for one that is not known."""
        return max(station_number(self._port, mac) - 1, 0)

    def keep_key(self, pmk: bytes, station: Station | None = None) -> None:
        """Keep a PMK beside the capture, with association and station if it is one station's."""
        mac = mac_text(station.mac) if station else ""
        remark = f"association {self.medium.association}, {mac}" if station else ""
        self.capture.add_key(pmk, remark)

    def fault(self, what: str, message: str) -> None:
        """Send the event ``fault``: ``what``, a part of the lab, broke; no station did it."""
        self._loop.later(lambda: self._tell("fault", {"what": what, "message": message}))

    def station_changed(self, station: Station, reason: int | None) -> None:
        """Send the event ``station``, after the records of the frames that led to it."""
        fields = {**station.describe(), "reason": reason, "air_ns": now_ns()}
        self._loop.later(lambda: self._loop.later(lambda: self._tell("station", fields)))
        if station.state in ("associated", "authorized"):
            self.moment(station.state)

    # the rest

    def _shut_down_network(self) -> None:
        """Shut down the access points and the RADIUS client."""
        if self.ess is not None:
            self.ess.shut_down()
        if self._radius is not None:
            self._radius.close()
            self._radius = None

    def _carried_out(self, order: ApOrder, point: AccessPoint, at_ns: int) -> None:
        """Send the event ``order``: an access point did as it was ordered."""
        network = point.network
        fields = {
            "association": self.medium.association, "place": order.place, "do": order.do,
            "bssid": mac_text(network.bssid), "channel": network.channel, "air_ns": at_ns,
        }  # fmt: skip
        self._loop.later(lambda: self._tell("order", fields))

    def _capture_fault(self, message: str) -> None:
        self._tell("fault", {"what": "capture", "message": message})

    def _coming(self, kind: FrameKind) -> None:
        """A message is about to be carried."""
        message = message_of(kind)
        if self._tell_moment is not None and message is not None:
            self._tell_moment(message, "before")

    def _record(self, record: FrameRecord) -> None:
        self._tell("frame", {**record.to_json(), "medium": self._number})
        message = message_of(record.kind)
        if self._tell_moment is not None and message is not None and record.delivered:
            self._tell_moment(message, "after")

    def _tell(self, name: str, fields: Mapping[str, Any]) -> None:
        if self.open:
            self._event(name, fields)
