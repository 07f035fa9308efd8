# SPDX-License-Identifier: GPL-2.0-or-later
"""A medium between a port in memory and access points that keep what they are told."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from hwsim.ap.frame_info import FrameInfo, ReceivedFrame
from hwsim.ap.robust_management import Parting
from hwsim.ap.station import Station
from hwsim.errors import WireError
from hwsim.frames import MacHeader
from hwsim.loop import Loop
from hwsim.medium import AttachedAp, FrameCount, Medium
from hwsim.ports.base import Radio, RadioFrame
from hwsim.records import FrameKind, FrameRecord
from hwsim.rules.frame_rules import FrameRule, FrameRules
from tests.unit.hwsim.manual_clock import ManualClock
from tests.unit.hwsim.ports.memory_port import Delivered, MemoryPort

STATION = bytes.fromhex("020000000000")
HW = bytes.fromhex("420000000000")
OTHER_HW = bytes.fromhex("420000000100")
BSSID = bytes.fromhex("0248494c0001")
OTHER_BSSID = bytes.fromhex("0248494c0002")
GROUP = b"\xff" * 6
CHANNEL_6, CHANNEL_11, CHANNEL_36 = 2437, 2462, 5180


def data_frame(receiver: bytes, transmitter: bytes) -> bytes:
    """A data frame without a payload to speak of."""
    return b"\x08\x00\x00\x00" + receiver + transmitter + receiver + b"\x10\x00" + b"payload"


class RecordingAp:
    """An access point on the medium that keeps what happens to it, in order."""

    def __init__(self, happened: list[Any]) -> None:
        self.happened = happened
        self.kind: FrameKind = "data"
        self.refuses = False

    @property
    def stations(self) -> tuple[Station, ...]:
        """One."""
        return (Station(STATION),)

    def inspect(self, frame: bytes, header: MacHeader, *, copy: int = 0) -> ReceivedFrame:
        """A frame of :attr:`kind`."""
        return ReceivedFrame(frame, header, FrameInfo(self.kind, detail={"copy": copy}))

    def receive(self, received: ReceivedFrame, air_ns: int) -> None:
        """Keep which copy came."""
        if self.refuses:
            raise WireError("refused")
        self.happened.append(("received", received.info.detail["copy"]))

    def transmitted(self, frame: bytes, info: FrameInfo, *, acked: bool) -> None:
        """Keep whether it was acknowledged."""
        self.happened.append(("transmitted", acked))

    def resequenced(self, frame: bytes) -> bytes:
        """The frame with another end."""
        return frame + b" again"

    def part(self, parting: Parting, mac: bytes) -> None:
        """Keep how, and whom."""
        self.happened.append((parting, mac))

    def refuse(self, received: ReceivedFrame, status: int, comeback_tu: int) -> None:
        """Keep how."""
        if self.refuses:
            raise WireError("refused")
        self.happened.append(("refuse", status, comeback_tu))


class TellingPort(MemoryPort):
    """A port in memory that also keeps in order what the medium does, and can be congested."""

    def __init__(self, loop: Loop, happened: list[Any]) -> None:
        super().__init__(loop)
        self.happened = happened
        self.reports: int | None = 0
        """The errno of reports, None for none."""
        self.full = False

    @property
    def congested(self) -> bool:
        """As the test has it."""
        return self.full

    def deliver(
        self, radio: bytes, frame: bytes, *,
        freq_mhz: int, rate_kbps: int, signal_dbm: int, tag: int,
    ) -> int:  # fmt: skip
        """Keep a frame, and report on it as the test has it."""
        self.delivered.append(Delivered(radio, frame, freq_mhz, rate_kbps, signal_dbm))
        self.happened.append(("delivered", radio, bool(tag)))
        errno = self.reports
        if tag and errno is not None:
            self._loop.later(lambda: self._user.on_delivered(tag, errno, 99))
        return self._loop.now_ns()

    def transmit_status(self, sent: RadioFrame, *, acked: bool, signal_dbm: int) -> None:
        """Keep what the sender is told."""
        self.happened.append(("status", acked))


class Rig:
    """A medium with one radio, and an access point on channel 6; the port's user as well."""

    busy = False

    def __init__(self, clock: ManualClock) -> None:
        self.clock = clock
        self.loop = Loop()
        self.happened: list[Any] = []
        self.records: list[FrameRecord] = []
        self.captured: list[dict[str, Any]] = []
        self.port = TellingPort(self.loop, self.happened)
        self.medium = Medium(self.loop, self.port, self.records.append, self._capture, FrameCount())
        self.port.start(self)
        self.port.connect(Radio(STATION, HW))
        self.ap = RecordingAp(self.happened)
        self.medium.put_on_air(AttachedAp(self.ap, BSSID, CHANNEL_6))

    def _capture(self, frame: bytes, air_ns: int, **fields: Any) -> None:
        self.captured.append(fields)

    def rules(self, *rules: FrameRule) -> None:
        """These rules from now on, in association 7."""
        self.medium.begin(7, FrameRules(rules))

    def up(
        self, receiver: bytes = BSSID, *, radio: bytes = HW, freq_mhz: int | None = CHANNEL_6
    ) -> None:
        """The radio transmits a frame, and everything that follows from it happens."""
        frame = data_frame(receiver, STATION)
        self.medium.on_frame(RadioFrame(radio, frame, freq_mhz, None, 5, 10))
        self.turn()

    def down(
        self, receiver: bytes = STATION, *, transmitter: bytes = BSSID, kind: FrameKind = "data"
    ) -> None:
        """The access point transmits a frame, and everything that follows from it happens."""
        self.medium.transmit(data_frame(receiver, transmitter), FrameInfo(kind))
        self.turn()

    def turn(self, after_ns: int = 0) -> None:
        """Let the loop do what is due after that time."""
        self.clock.now += after_ns
        self.loop.turn()

    # hwsim.ports.base.PortUser

    def on_frame(self, sent: RadioFrame) -> None:
        """A frame of a radio."""
        self.medium.on_frame(sent)

    def on_malformed(self) -> None:
        """No frame."""
        self.medium.on_malformed()

    def on_delivered(self, tag: int, errno: int, guest_ns: int) -> None:
        """A report."""
        self.medium.on_delivered(tag, errno, guest_ns)

    def on_port_state(self, connected: bool) -> None:
        """Radios came or went."""

    def on_stall(self, since_ns: int, until_ns: int) -> None:
        """Does not happen."""


@pytest.fixture
def rig(monkeypatch: pytest.MonkeyPatch) -> Iterator[Rig]:
    """A medium, whose loop reads a clock that stands still."""
    rig = Rig(ManualClock(monkeypatch))
    yield rig
    rig.loop.close()
