# SPDX-License-Identifier: GPL-2.0-or-later
"""The unit tests' software station and the air in one process, on a clock of its own."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from hil_common.security import SECURITY_CHOICES
from hwsim import air_run, beacons
from hwsim.air_run import AirRun
from hwsim.ap.orders import ApOrders
from hwsim.ap.timers import Timers
from hwsim.control.network_requests import networks
from hwsim.loop import Loop
from hwsim.medium import FrameCount
from hwsim.ports.base import Radio, RadioFrame
from hwsim.rules.frame_rules import FrameRules
from tests.unit.hwsim.manual_clock import ManualClock
from tests.unit.hwsim.ports.memory_port import MemoryPort
from tests.unit.hwsim.soft_station import SoftStation

FREQ_MHZ: Final = 2437
MAX_INBOX: Final = 256


class NotAnswered(AssertionError):
    """The access point sent nothing more."""


class AirFailed(BaseException):
    """The air raised what it must not: no `except Exception` of a station hides it."""


@contextlib.contextmanager
def _air_failures() -> Iterator[None]:
    try:
        yield
    except Exception as error:
        raise AirFailed(f"{type(error).__name__}: {error}") from error


class Bench:
    """One access point on the air, and the far end of its port; the clock moves when told to."""

    def __init__(self, patch: pytest.MonkeyPatch, folder: Path, security: str, pmf: str) -> None:
        self.clock = ManualClock(patch, air_run, beacons)
        self.loop = Loop()
        self.port = MemoryPort(self.loop)
        self.run = AirRun(self.loop, self.port, folder, lambda name, fields: None, FrameCount())
        request: dict[str, Any] = {
            "ssid": "hil-net", "channel": 6, "security": security, "pmf": pmf,
            "ap_ip": "10.77.0.1", "station_ip": "10.77.0.2", "wmm": True, "uapsd": True,
            "ocv": pmf != "disabled",
        }  # fmt: skip
        if SECURITY_CHOICES[security].credential == "passphrase":
            request["passphrase"] = "correct horse"
        self.run.configure(networks(request), Timers())
        self.port.start(self)
        self.run.put_on_air()
        self.run.begin(1, FrameRules(()), ApOrders())

    def close(self) -> None:
        """End the run, as the call `finish` does."""
        self.run.close()
        self.loop.close()

    def send(self, radio: bytes, frame: bytes, freq_mhz: int, token: bytes) -> None:
        """A radio transmits; raises `AirFailed` for whatever the air raises."""
        with _air_failures():
            self.port.send(radio, frame, freq_mhz, token)

    def turn(self, after_ns: int = 0) -> None:
        """Let everything happen that is due after that time; raises `AirFailed`."""
        self.clock.now += after_ns
        with _air_failures():
            for _ in range(4):
                self.loop.turn()

    # hwsim.ports.base.PortUser

    busy = False

    def on_frame(self, sent: RadioFrame) -> None:
        """A radio transmitted."""
        self.run.medium.on_frame(sent)

    def on_malformed(self) -> None:
        """A radio transmitted what is no frame."""
        self.run.medium.on_malformed()

    def on_delivered(self, tag: int, errno: int, guest_ns: int) -> None:
        """The guest reports on a frame."""
        self.run.medium.on_delivered(tag, errno, guest_ns)

    def on_port_state(self, connected: bool) -> None:
        """Radios are there."""

    def on_stall(self, since_ns: int, until_ns: int) -> None:
        """The clock moves when told to: nothing stands still."""


class DirectStation(SoftStation):
    """A station whose frames reach the access point at once."""

    def __init__(self, bench: Bench, mac: str = "02:00:00:00:00:00") -> None:
        self.bench = bench
        super().__init__("", ssid="hil-net", passphrase="correct horse", mac=mac)
        bench.port.connect(*bench.port.radios, Radio(self.mac, self.hw))

    def connect(self, path: str) -> None:
        """There is nothing to connect to."""

    def wait_at_most(self, limit_s: float) -> None:
        """Nothing is waited for."""

    def send_frame(self, frame: bytes, *, flags: int = 1, freq: int | None = None) -> int:
        """Transmit it; what the access point answers is in the inbox afterwards."""
        self.cookie += 1
        self.bench.send(self.hw, frame, freq or FREQ_MHZ, str(self.cookie).encode())
        self.pump()
        return self.cookie

    def pump(self) -> None:
        """Take what came by now."""
        self.bench.turn()
        for one in self.bench.port.delivered:
            if one.radio == self.hw and one.frame[0] != 0x80:
                self.inbox.append(one.frame)
        self.bench.port.delivered.clear()
        del self.inbox[:-MAX_INBOX]

    def next_frame(self, limit_s: float = 0) -> bytes:
        """The next frame that has come; raises `NotAnswered`."""
        if not self.inbox:
            self.pump()
        if not self.inbox:
            raise NotAnswered
        return self.inbox.pop(0)

    def acked(self, cookie: int) -> bool:
        """Whether the frame was acknowledged."""
        return self.bench.port.acked.pop(str(cookie).encode(), False)
