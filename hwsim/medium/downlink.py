# SPDX-License-Identifier: GPL-2.0-or-later
"""From an access point to radios: out at once, and recorded when the guest has reported on it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final

from hwsim.ap.frame_info import FrameInfo
from hwsim.errors import WireError
from hwsim.links.links import BY_LINK, Links, Sending
from hwsim.loop import Loop
from hwsim.medium.access_points import AttachedAp, AttachedAps, station_number
from hwsim.medium.alterations import altered_down, body_of
from hwsim.medium.consequences import Consequences, Kept
from hwsim.medium.frame_log import DownFrame, FrameLog, basic_rate_kbps, tell_delay
from hwsim.medium.swap import Swap
from hwsim.ports.base import Port
from hwsim.records import FrameKind
from hwsim.rules.frame_rules import REORDER_LIMIT_MS, FrameRule, FrameRules, Traits, message_of

DELIVERY_LIMIT_NS: Final = 5_000_000_000
"""A frame that the guest has not reported on for so long counts as not delivered."""
MAX_RADIOS: Final = 1024
"""So many addresses of stations are remembered."""
ALWAYS_KEPT: Final = frozenset({"M1", "M3", "G1"})
"""Of these a rule that comes later may want copies, too."""
_GROUP_BIT: Final = 1
_COPIES: Final = frozenset({"copy", "inserted"})
"""What a frame's detail has if the access point did not send it."""
_TAGS: Final = 0xFFFFFFFF


class Downlink:
    """Carries frames of access points to radios, as ``rules`` have it.

    ``tag`` is the last one that the port was given by an earlier medium.
    """

    def __init__(
        self, loop: Loop, port: Port, aps: AttachedAps, log: FrameLog, tag: int = 0
    ) -> None:
        self._loop = loop
        self._port = port
        self._aps = aps
        self._log = log
        self.tag = tag
        self._closed = False
        self._pending: dict[int, DownFrame] = {}
        self._radio_of: dict[bytes, bytes] = {}
        self._cause: FrameRule | None = None
        self._kept = Kept()
        self.consequences = Consequences(loop, self._kept, self)
        self._swap = Swap(loop, REORDER_LIMIT_MS)
        self.rules = FrameRules()
        self.links = Links()
        self.coming: Callable[[FrameKind], None] | None = None

    def begin(self, rules: FrameRules, links: Links) -> None:
        """Another association, with these rules and links."""
        self.rules, self.links = rules, links
        self._kept.clear()
        self.consequences.begin()

    def learn_radio(self, mac: bytes, radio: bytes) -> None:
        """Remember that the station ``mac`` was heard from that radio."""
        if len(self._radio_of) < MAX_RADIOS:
            self._radio_of[mac] = radio

    def transmit(self, frame: bytes, info: FrameInfo) -> int:
        """Send a frame; returns the air's time when it left, or would have."""
        if self.coming is not None:
            self.coming(info.kind)
        ap = self._aps.transmitter(frame)
        rule = self._cause
        if rule is None and not self.rules.empty:
            rule = self.rules.match(info.kind, "down", self._traits(frame, info, ap))
        down = self._new(frame, info, ap, rule)
        message = message_of(info.kind)
        if message is not None and (message in ALWAYS_KEPT or message in self.rules.copied):
            self._kept.keep(message, frame, replace(info, detail=dict(info.detail)))
        held_back = self._swap.take(info.kind) if self._swap.holding else ()
        if rule is None or rule is self._cause:
            self._send(down)
        else:
            self._apply_rule(down, rule)
        for release in held_back:
            release()
        return down.air_ns

    def give_up(self, frame: bytes, info: FrameInfo) -> None:
        """Record a frame that an access point had and will never send; no rule counts it."""
        self._fail(self._new(frame, info, self._aps.transmitter(frame), None), "given up")

    @contextlib.contextmanager
    def caused_by(self, rule: FrameRule) -> Iterator[None]:
        """What an access point sends within is that rule's doing, and no rule acts on it."""
        self._cause = rule
        try:
            yield
        finally:
            self._cause = None

    def _traits(self, frame: bytes, info: FrameInfo, ap: AttachedAp | None) -> Traits:
        """What the conditions of rules ask of it."""
        if ap is None:
            return Traits()
        station = station_number(self._port, frame[4:10])
        return Traits(ap.number, station, info.replay_counter, body_of(frame))

    def _apply_rule(self, down: DownFrame, rule: FrameRule) -> None:
        if rule.action == "drop":
            self._loop.later(lambda: self._drop(down, rule))
        elif rule.action == "delay":
            delay_ns = tell_delay(down.info, self.rules.delay_ns(rule))
            self._loop.call_after(delay_ns, lambda: self._send(down))
        elif rule.action == "reorder":
            self._swap.hold(down.info.kind, lambda: self._send(down))
        elif rule.action in ("edit", "corrupt"):
            self._alter(down, rule)
        else:
            delay_ns = self.rules.delay_ns(rule)
            if rule.insertion is not None or delay_ns:
                down.rule = None  # the frame that follows shows that it acted
            self._send(down)
            if rule.action == "repeat":
                for copy in range(1, rule.copies + 1):
                    self._send_copy(down, copy)
            elif rule.action != "drop-ack" and down.ap is not None and self._aps.on_air:
                self.consequences.follow(rule, down.ap, down.receiver, delay_ns)

    def _alter(self, down: DownFrame, rule: FrameRule) -> None:
        """Send it as the rule has it; a rule that finds nothing to change has not acted."""
        as_meant = down.frame
        with contextlib.suppress(WireError):
            down.frame = altered_down(as_meant, down.info, rule)
        if down.frame == as_meant:
            down.rule = None
        self._send(down)

    def insert(self, frame: bytes, info: FrameInfo, ap: AttachedAp, rule: FrameRule) -> None:
        """Send a frame that a rule inserts, on which no rule acts."""
        self._send(self._new(frame, info, ap, rule))

    def broadcast_beacon(self, frame: bytes) -> None:
        """Send a beacon, without a record unless a rule acts on it. Left out while the guest does
        not keep up."""
        port, ap = self._port, self._aps.transmitter(frame)
        if ap is None or not port.radios or port.congested:
            return
        if not self.rules.empty:
            info = FrameInfo("beacon")
            rule = self.rules.match("beacon", "down", self._traits(frame, info, ap))
            if rule is not None:
                self._apply_rule(self._new(frame, info, ap, rule), rule)
                return
        at_ns = self._loop.now_ns()
        radios = tuple(radio.hw for radio in port.radios)
        for radio in self._heard(ap, "beacon", frame, radios):
            at_ns = self._deliver(radio, frame, ap)
        self._loop.later(lambda: self._log.capture_down(frame, at_ns, ap))

    def _new(
        self, frame: bytes, info: FrameInfo, ap: AttachedAp | None, rule: FrameRule | None
    ) -> DownFrame:
        now_ns = self._loop.now_ns()
        return DownFrame(
            self._log.new_number(), self._log.association, frame, info, rule, now_ns, ap
        )

    def delivered(self, tag: int, errno: int, guest_ns: int) -> None:
        """Record a frame that the guest reports on.

        The arguments are those of :meth:`hwsim.ports.base.PortUser.on_delivered`; a ``tag`` that is
        not awaited any more is passed over.
        """
        down = self._pending.pop(tag, None)
        if down is not None:
            if errno:
                down.info.detail["errno"] = errno
            self._finish(down, None if errno else guest_ns)

    def port_lost(self) -> None:
        """No report will come for what is on its way."""
        pending, self._pending = self._pending, {}
        for down in pending.values():
            self._fail(down, "port lost")

    def close(self) -> None:
        """Send nothing more, what was held back included; no report is awaited any more."""
        self._closed = True
        self.consequences.close()
        self._pending.clear()

    def _send(self, down: DownFrame) -> None:
        if self._closed:
            return
        ap, radios = down.ap, self.radios_for(down.receiver)
        if ap is None or not radios:
            down.info.detail["delivery"] = "no radio"
            self._loop.later(lambda: self._finish(down, None))
            return
        radios = self._heard(ap, down.info.kind, down.frame, radios)
        if not radios:
            rule = down.rule = down.rule or BY_LINK
            down.info.detail["link"] = "lost"
            self._loop.later(lambda: self._drop(down, rule))
            return
        for radio in radios[1:]:
            self._deliver(radio, down.frame, ap)
        tag = self.new_tag()
        self._pending[tag] = down
        down.air_ns = self._deliver(radios[0], down.frame, ap, tag)
        self._loop.later(lambda: self._log.capture_down(down.frame, down.air_ns, ap, down.rule))
        self._loop.call_after(DELIVERY_LIMIT_NS, lambda: self._give_up(tag))

    def new_tag(self) -> int:
        """A tag by which the port's report on a frame is known."""
        self.tag = self.tag % _TAGS + 1
        return self.tag

    def _send_copy(self, down: DownFrame, copy: int) -> None:
        if down.ap is None:
            return
        self._send(replace(
            down,
            number=self._log.new_number(),
            frame=down.ap.access_point.resequenced(down.frame),
            info=replace(down.info, detail={**down.info.detail, "copy": copy}),
        ))  # fmt: skip

    def _deliver(self, radio: bytes, frame: bytes, ap: AttachedAp, tag: int = 0) -> int:
        rate_kbps, signal_dbm = basic_rate_kbps(frame, ap.freq_mhz), ap.signal_dbm
        if self.links.links:
            signal_dbm = self.links.signal_dbm(ap.number, self._number_of(radio), signal_dbm)
        return self._port.deliver(
            radio, frame, freq_mhz=ap.freq_mhz, rate_kbps=rate_kbps, signal_dbm=signal_dbm, tag=tag
        )

    def _heard(
        self, ap: AttachedAp, kind: FrameKind, frame: bytes, radios: tuple[bytes, ...]
    ) -> tuple[bytes, ...]:
        """The radios that a frame is not lost to on the way, by their links."""
        if not self.links.links:
            return radios
        rate_kbps, group = basic_rate_kbps(frame, ap.freq_mhz), bool(frame[4] & _GROUP_BIT)
        sending = Sending(kind, "down", rate_kbps, len(frame), group)
        numbers = [(radio, self._number_of(radio)) for radio in radios]
        return tuple(one for one, n in numbers if not self.links.loses(ap.number, n, sending))

    def _number_of(self, radio: bytes) -> int:
        """Which of the guest's radios it is, from 1."""
        return next(one.number for one in self._port.radios if one.hw == radio)

    def radios_for(self, receiver: bytes) -> tuple[bytes, ...]:
        """The radios that a frame for that address reaches: all of them if it is a group's."""
        radios = self._port.radios
        if receiver[0] & _GROUP_BIT:
            return tuple(radio.hw for radio in radios)
        hw = self._radio_of.get(receiver)
        return tuple(radio.hw for radio in radios if radio.hw == hw or radio.mac == receiver)

    def _drop(self, down: DownFrame, rule: FrameRule) -> None:
        self._finish(down, None)
        if down.ap is not None:
            self._log.capture_down(down.frame, down.air_ns, down.ap, rule)

    def _give_up(self, tag: int) -> None:
        down = self._pending.pop(tag, None)
        if down is not None:
            self._fail(down, "no report")

    def _fail(self, down: DownFrame, delivery: str) -> None:
        down.info.detail["delivery"] = delivery
        self._finish(down, None)

    def _finish(self, down: DownFrame, guest_ns: int | None) -> None:
        acked = (
            guest_ns is not None
            and not down.frame[4] & _GROUP_BIT
            and not (down.rule is not None and down.rule.action == "drop-ack")
        )
        if down.ap is not None and self._aps.on_air and not _COPIES & down.info.detail.keys():
            down.ap.access_point.transmitted(down.frame, down.info, acked=acked)
        self._log.write_down(down, guest_ns, acked=acked)
