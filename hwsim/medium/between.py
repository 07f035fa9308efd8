# SPDX-License-Identifier: GPL-2.0-or-later
"""From one radio to others: for radios that serve each other, such as hostapd's.

The medium is no party to what they say: it knows no keys, acts by no rule, and records each frame
once, as the sender's. A frame for one station is acknowledged when the kernel of its radio took it,
which refuses what comes on another channel than the radio is on.
"""

from __future__ import annotations

from typing import Final

from hwsim.ap.inspection import in_the_clear
from hwsim.frames import MacHeader, kind_of
from hwsim.loop import Loop
from hwsim.medium.access_points import SIGNAL_DBM
from hwsim.medium.downlink import Downlink
from hwsim.medium.frame_log import FrameLog, UpFrame, basic_rate_kbps
from hwsim.ports.base import Port, RadioFrame

REPORT_LIMIT_NS: Final = 5_000_000_000
"""A frame that no report has come on for so long counts as lost."""
_GROUP_BIT: Final = 1


class BetweenRadios:
    """Carries frames of radios to other radios while it is ``on``."""

    def __init__(self, loop: Loop, port: Port, log: FrameLog, down: Downlink) -> None:
        self._loop = loop
        self._port = port
        self._log = log
        self._down = down
        self._pending: dict[int, tuple[int, UpFrame]] = {}
        self._sweeping = False
        self.on = False

    def carry(self, sent: RadioFrame, header: MacHeader, *, heard: bool) -> bool:
        """Carry a frame to the radios that it is for, and say whether that was all there is to do.

        One for a group that an access point has ``heard``, too, gets status and record there.
        """
        if not self.on or sent.freq_mhz is None:
            return False
        radios = [hw for hw in self._down.radios_for(header.receiver) if hw != sent.radio]
        if header.receiver[0] & _GROUP_BIT:
            for radio in radios:
                self._deliver(radio, sent, 0)
            if not heard:
                self._finish_group(sent, header)
            return not heard
        if not radios:
            return False
        tag = self._down.new_tag()
        self._pending[tag] = (self._loop.now_ns(), self._new(sent, header))
        self._deliver(radios[0], sent, tag)
        if not self._sweeping:
            self._sweeping = True
            self._loop.call_after(REPORT_LIMIT_NS, self._sweep)
        return True

    def delivered(self, tag: int, errno: int) -> None:
        """The port reports on a frame; a tag of other frames is passed over."""
        if tag in self._pending:
            if errno:
                self._pending[tag][1].received.info.detail["errno"] = errno
            self._finish(tag, acked=not errno)

    def port_lost(self) -> None:
        """No report will come for what is on its way."""
        for tag in list(self._pending):
            self._finish(tag, acked=False)

    def _deliver(self, radio: bytes, sent: RadioFrame, tag: int) -> None:
        freq_mhz = sent.freq_mhz or 0
        rate_kbps = sent.rate_kbps or basic_rate_kbps(sent.frame, freq_mhz)
        self._port.deliver(
            radio, sent.frame, freq_mhz=freq_mhz, rate_kbps=rate_kbps, signal_dbm=SIGNAL_DBM,
            tag=tag,
        )  # fmt: skip

    def _new(self, sent: RadioFrame, header: MacHeader) -> UpFrame:
        received = in_the_clear(sent.frame, header)
        return UpFrame(self._log.new_number(), self._log.association, sent, received, ())

    def _finish_group(self, sent: RadioFrame, header: MacHeader) -> None:
        """Nobody acknowledges a frame for a group; of beacons there are no records."""
        self._port.transmit_status(sent, acked=False, signal_dbm=SIGNAL_DBM)
        if kind_of(header) != "beacon":
            self._log.write_up(self._new(sent, header), acked=False, delivered=True, rule=None)

    def _finish(self, tag: int, *, acked: bool) -> None:
        _, up = self._pending.pop(tag)
        self._port.transmit_status(up.sent, acked=acked, signal_dbm=SIGNAL_DBM)
        self._log.write_up(up, acked=acked, delivered=acked, rule=None)

    def _sweep(self) -> None:
        """Finish what no report has come on; they are in the order in which they were sent."""
        due_ns = self._loop.now_ns() - REPORT_LIMIT_NS
        for tag in [tag for tag, (at_ns, _) in self._pending.items() if at_ns <= due_ns]:
            self._finish(tag, acked=False)
        self._sweeping = bool(self._pending)
        if self._sweeping:
            self._loop.call_after(REPORT_LIMIT_NS, self._sweep)
