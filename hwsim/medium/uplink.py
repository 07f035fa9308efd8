# SPDX-License-Identifier: GPL-2.0-or-later
"""From a radio to access points: transmit status first, then the access points, then the record."""

from __future__ import annotations

from hwsim.ap.frame_info import FrameInfo, ReceivedFrame
from hwsim.errors import WireError
from hwsim.frame_rules import DEAUTHENTICATION_REASON, FrameRule, FrameRules
from hwsim.frames import BROADCAST, MacHeader, kind_of
from hwsim.loop import Loop
from hwsim.medium.access_points import SIGNAL_DBM, AttachedAp, AttachedAps
from hwsim.medium.frame_log import FrameLog, UpFrame
from hwsim.ports.base import Port, RadioFrame


class Uplink:
    """Carries frames of radios to access points, as ``rules`` have it."""

    def __init__(self, loop: Loop, port: Port, aps: AttachedAps, log: FrameLog) -> None:
        self._loop = loop
        self._port = port
        self._aps = aps
        self._log = log
        self._closed = False
        self.rules = FrameRules()
        self.malformed = 0

    def close(self) -> None:
        """Carry nothing more, what was held back included: radios send to nobody."""
        self._closed = True

    def carry(self, sent: RadioFrame, header: MacHeader) -> None:
        """Carry a frame to the access points that it is for and that receive on its channel."""
        if self._closed:
            self._port.transmit_status(sent, acked=False, signal_dbm=SIGNAL_DBM)
            return
        aps = self._aps.receivers(header.receiver, sent.freq_mhz)
        if aps:
            received = aps[0].access_point.inspect(sent.frame, header)
            up = self._new(sent, received, aps)
            self._apply_rule(up, self.rules.match(received.info.kind, "up"))
            return
        received = ReceivedFrame(sent.frame, header, FrameInfo(kind_of(header)))
        if sent.freq_mhz is not None and not self._aps.use_channel(sent.freq_mhz):
            received.info.detail["freq_mhz"] = sent.freq_mhz  # why no access point received it
        self._lose(self._new(sent, received, aps), None)

    def _new(
        self, sent: RadioFrame, received: ReceivedFrame, aps: tuple[AttachedAp, ...]
    ) -> UpFrame:
        return UpFrame(self._log.new_number(), self._log.association, sent, received, aps)

    def _apply_rule(self, up: UpFrame, rule: FrameRule | None) -> None:
        action = rule.action if rule else None
        if rule is None:
            self._deliver(up, acked=True, rule=None)
        elif action == "drop":
            self._lose(up, rule)
        elif action == "drop-ack":
            self._deliver(up, acked=False, rule=rule)
        elif action == "delay":
            up.received.info.detail["delay_ms"] = rule.delay_ms
            self._loop.call_after(
                rule.delay_ms * 1_000_000, lambda: self._deliver(up, acked=True, rule=rule)
            )
        elif action == "repeat":
            self._deliver(up, acked=True, rule=rule)
            for copy in range(1, rule.copies + 1):
                self._deliver_copy(up, copy, rule)
        else:
            self._deauthenticate(up, rule)

    def _lose(self, up: UpFrame, rule: FrameRule | None) -> None:
        self._send_status(up, acked=False)
        self._log.write_up(up, acked=False, delivered=False, rule=rule)

    def _deliver(self, up: UpFrame, *, acked: bool, rule: FrameRule | None) -> None:
        if self._closed:
            return
        acked = acked and up.received.header.receiver != BROADCAST
        self._send_status(up, acked=acked)
        self._receive(up)
        self._log.write_up(up, acked=acked, delivered=True, rule=rule)

    def _deliver_copy(self, up: UpFrame, copy: int, rule: FrameRule) -> None:
        frame, header = up.sent.frame, up.received.header
        again = self._new(up.sent, up.aps[0].access_point.inspect(frame, header, copy=copy), up.aps)
        self._receive(again)
        self._log.write_up(again, acked=False, delivered=True, rule=rule)

    def _deauthenticate(self, up: UpFrame, rule: FrameRule) -> None:
        self._send_status(up, acked=True)
        station = up.received.header.transmitter
        up.aps[0].access_point.deauthenticate(station, DEAUTHENTICATION_REASON)
        self._log.write_up(up, acked=True, delivered=True, rule=rule)

    def _receive(self, up: UpFrame) -> None:
        try:
            for ap in up.aps:
                ap.access_point.receive(up.received, up.sent.air_ns)
        except WireError as error:
            self.malformed += 1
            up.received.info.detail["malformed"] = str(error)

    def _send_status(self, up: UpFrame, *, acked: bool) -> None:
        self._port.transmit_status(up.sent, acked=acked, signal_dbm=SIGNAL_DBM)
