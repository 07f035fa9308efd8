# SPDX-License-Identifier: GPL-2.0-or-later
"""From a radio to access points: transmit status first, then the access points, then the record."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from hwsim.ap.frame_info import FrameInfo, ReceivedFrame
from hwsim.errors import WireError
from hwsim.frames import BROADCAST, PROTECTED, MacHeader, kind_of
from hwsim.links.links import BY_LINK, Links, Sending
from hwsim.loop import Loop
from hwsim.medium.access_points import SIGNAL_DBM, AttachedAp, AttachedAps, station_number
from hwsim.medium.alterations import altered_up, body_of
from hwsim.medium.between import BetweenRadios
from hwsim.medium.consequences import Consequences
from hwsim.medium.frame_log import FrameLog, UpFrame, basic_rate_kbps, tell_delay
from hwsim.medium.swap import Swap
from hwsim.ports.base import Port, RadioFrame
from hwsim.records import FrameKind
from hwsim.rules.frame_rules import REORDER_LIMIT_MS, FrameRule, FrameRules, Traits


class Uplink:
    """Carries frames of radios to access points, as ``rules`` have it."""

    def __init__(
        self, loop: Loop, port: Port, aps: AttachedAps, log: FrameLog, consequences: Consequences,
        between: BetweenRadios,
    ) -> None:  # fmt: skip
        self._loop = loop
        self._port = port
        self._aps = aps
        self._log = log
        self._consequences = consequences
        self._between = between
        self._swap = Swap(loop, REORDER_LIMIT_MS)
        self._closed = False
        self.rules = FrameRules()
        self.links = Links()
        self.malformed = 0
        self.coming: Callable[[FrameKind], None] | None = None

    def close(self) -> None:
        """Carry nothing more, what was held back included: radios send to nobody."""
        self._closed = True

    def carry(self, sent: RadioFrame, header: MacHeader) -> None:
        """Carry a frame to the access points that it is for and that receive on its channel; and to
        other radios, if they hear each other."""
        if self._closed:
            self._port.transmit_status(sent, acked=False, signal_dbm=SIGNAL_DBM)
            return
        aps = self._aps.receivers(header.receiver, sent.freq_mhz)
        if self._between.carry(sent, header, heard=bool(aps)):
            return
        if aps:
            received = aps[0].access_point.inspect(sent.frame, header)
            up = self._new(sent, received, aps)
            if self.coming is not None:
                self.coming(received.info.kind)
                if not self._port.radios:  # it went with the frame still in it
                    self._lose(up, None)
                    return
            if self.rules.empty and not self._swap.holding:
                self._deliver(up, acked=True, rule=None)
                return
            kind = received.info.kind
            held_back = self._swap.take(kind)
            self._apply_rule(up, self.rules.match(kind, "up", self._traits(up)))
            for release in held_back:
                release()
            return
        info = FrameInfo(kind_of(header), bool(header.flags & PROTECTED))
        received = ReceivedFrame(sent.frame, header, info)
        if sent.freq_mhz is not None and not self._aps.use_channel(sent.freq_mhz):
            info.detail["freq_mhz"] = sent.freq_mhz  # why no access point received it
        self._lose(self._new(sent, received, aps), None)

    def _new(
        self, sent: RadioFrame, received: ReceivedFrame, aps: tuple[AttachedAp, ...]
    ) -> UpFrame:
        return UpFrame(self._log.new_number(), self._log.association, sent, received, aps)

    def _traits(self, up: UpFrame) -> Traits:
        """What the conditions of rules ask of it."""
        payload, info = up.received.payload, up.received.info
        eapol = payload is not None and up.received.key is not None
        body = payload[8:] if payload is not None and eapol else body_of(up.sent.frame)
        station = station_number(self._port, up.received.header.transmitter)
        return Traits(up.aps[0].number, station, info.replay_counter, body)

    def _apply_rule(self, up: UpFrame, rule: FrameRule | None) -> None:
        action = rule.action if rule else None
        if rule is None:
            self._deliver(up, acked=True, rule=None)
        elif action == "drop":
            self._lose(up, rule)
        elif action == "drop-ack":
            self._deliver(up, acked=False, rule=rule)
        elif action == "delay":
            delay_ns = tell_delay(up.received.info, self.rules.delay_ns(rule))
            self._loop.call_after(delay_ns, lambda: self._deliver(up, acked=True, rule=rule))
        elif action == "reorder":
            deliver = partial(self._deliver, up, acked=True, rule=rule)
            self._swap.hold(up.received.info.kind, deliver)
        elif action == "repeat":
            self._deliver(up, acked=True, rule=rule)
            for copy in range(1, rule.copies + 1):
                self._deliver_copy(up, copy, rule)
        elif action == "corrupt":
            self._corrupt(up, rule)
        elif action == "refuse":
            self._refuse(up, rule)
        else:
            self._follow(up, rule)

    def _corrupt(self, up: UpFrame, rule: FrameRule) -> None:
        changed = altered_up(up.received, rule)
        acted = rule if changed is not up.received else None
        up.received = changed
        self._deliver(up, acked=True, rule=acted)

    def _refuse(self, up: UpFrame, rule: FrameRule) -> None:
        self._send_status(up, acked=True)
        try:
            up.aps[0].access_point.refuse(up.received, rule.status, rule.comeback_tu)
        except WireError as error:
            self.malformed += 1
            up.received.info.detail["malformed"] = str(error)
        self._log.write_up(up, acked=True, delivered=True, rule=rule)

    def _follow(self, up: UpFrame, rule: FrameRule) -> None:
        """A goodbye in the place of what the access point would do; or what comes besides."""
        delay_ns = self.rules.delay_ns(rule)
        if rule.insertion is not None or delay_ns:
            self._deliver(up, acked=True, rule=None)  # the frame that follows shows that it acted
        else:
            self._send_status(up, acked=True)
            self._log.write_up(up, acked=True, delivered=True, rule=rule)
        station = up.received.header.transmitter
        self._consequences.follow(rule, up.aps[0], station, delay_ns)

    def _lose(self, up: UpFrame, rule: FrameRule | None) -> None:
        self._send_status(up, acked=False)
        self._log.write_up(up, acked=False, delivered=False, rule=rule)

    def _deliver(self, up: UpFrame, *, acked: bool, rule: FrameRule | None) -> None:
        if self._closed:  # the radio lives on, and may wait for it: a USB transfer ends with it
            self._send_status(up, acked=False)
            return
        if self.links.links:
            up.aps = self._hearing(up)
        if not up.aps:
            up.received.info.detail["link"] = "lost"
            self._lose(up, rule or BY_LINK)
            return
        acked = acked and up.received.header.receiver != BROADCAST
        self._send_status(up, acked=acked)
        self._receive(up)
        self._log.write_up(up, acked=acked, delivered=True, rule=rule)

    def _hearing(self, up: UpFrame) -> tuple[AttachedAp, ...]:
        """The access points that a frame is not lost to on the way, by their links."""
        sent, header, kind = up.sent, up.received.header, up.received.info.kind
        station = station_number(self._port, header.transmitter)
        rate_kbps = sent.rate_kbps or basic_rate_kbps(sent.frame, sent.freq_mhz or 0)
        group = header.receiver == BROADCAST
        sending = Sending(kind, "up", rate_kbps, len(sent.frame), group)
        return tuple(ap for ap in up.aps if not self.links.loses(ap.number, station, sending))

    def _deliver_copy(self, up: UpFrame, copy: int, rule: FrameRule) -> None:
        frame, header = up.sent.frame, up.received.header
        again = self._new(up.sent, up.aps[0].access_point.inspect(frame, header, copy=copy), up.aps)
        self._receive(again)
        self._log.write_up(again, acked=False, delivered=True, rule=rule)

    def _receive(self, up: UpFrame) -> None:
        try:
            for ap in up.aps:
                ap.access_point.receive(up.received, up.sent.air_ns)
        except WireError as error:
            self.malformed += 1
            up.received.info.detail["malformed"] = str(error)

    def _send_status(self, up: UpFrame, *, acked: bool) -> None:
        self._port.transmit_status(up.sent, acked=acked, signal_dbm=SIGNAL_DBM)
