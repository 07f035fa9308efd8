# SPDX-License-Identifier: GPL-2.0-or-later
"""`hil bench usb`, with guests that tell figures: whose turn it is, and what is no figure."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from harness.config.lab import Lab
from harness.console import PlainConsole
from harness.errors import HarnessError, UsageError
from harness.lab.port_times import PortTimes
from harness.results import Verdict
from harness.run import usb_bench as module
from harness.run.plan import RunPlan
from harness.run.usb_bench import ALONE, MANY, RECEIVED, adapters_named, measure_usb
from tests.unit.nightly.samples import result_of


class Guests:
    """In the place of guests: each frame is taken, and each handshake takes 30 ms."""

    def __init__(self) -> None:
        self.turns: list[str] = []
        self.windows: list[tuple[int, int]] = []
        self.received = 0
        self.lost = 0
        self.verdict = Verdict.PASS
        self.guest: Any = SimpleNamespace(air=self)

    @contextlib.contextmanager
    def open_lab(self, *_: object, in_history: bool) -> Iterator[Guests]:
        """See `open_lab`."""
        assert not in_history
        yield self

    def perform(self, plan: RunPlan) -> tuple[Any, None]:
        """One handshake."""
        self.turns.append(plan.lab.guest.radio)
        result = result_of(self.verdict)
        handshake = SimpleNamespace(timing_us={"handshake": 30_000.0})
        renewal = SimpleNamespace(timing_us={})
        item = SimpleNamespace(handshakes=(handshake, renewal))
        return SimpleNamespace(verdict=result.verdict, reason="x", associations=(item,)), None

    @contextlib.contextmanager
    def root_shell(self, guest: object) -> Iterator[object]:
        """See `root_shell`."""
        assert guest is self.guest
        yield self

    def must(self, _: object, command: str) -> str:
        """The counter of frames, or nothing."""
        return f"{self.received}\n" if command == RECEIVED else ""

    def wait_radio(self, limit_s: float) -> None:
        """It is there."""

    def measure_port(self, frames: int, *, window: int, **_: object) -> PortTimes:
        """All are taken."""
        self.windows.append((frames, window))
        self.received += frames - self.lost
        return PortTimes((100.0,) * frames, 0.5, 0)


@pytest.fixture
def guests(monkeypatch: pytest.MonkeyPatch) -> Guests:
    """Nothing is started."""
    made = Guests()
    monkeypatch.setattr(module, "open_lab", made.open_lab)
    monkeypatch.setattr(module, "SharedGuest", lambda: made)
    monkeypatch.setattr(module, "root_shell", made.root_shell)
    monkeypatch.setattr(module, "must", made.must)
    return made


def test_radios_take_turns(guests: Guests, console: PlainConsole) -> None:
    """The simulated one among them, in each round, as many as make the associations asked for."""
    found = measure_usb(Lab(), console, 6, ("rt3070", "rtl8187b"), {})
    assert guests.turns == ["hwsim", "rt3070", "rtl8187b"] * 2
    assert guests.windows[:2] == [(ALONE, 1), (MANY, module.WINDOW)]
    rt3070 = found.radios["rt3070"]
    assert (rt3070.handshakes_ms, rt3070.rates) == ([30.0] * 2, [MANY / 0.5] * 2)
    assert len(rt3070.took_us) == 2 * ALONE
    assert all(one.kept for one in found.bounds)


def test_frames_that_never_reached_the_guest_are_no_figure(
    guests: Guests, console: PlainConsole
) -> None:
    """The guest's own counter is asked."""
    guests.lost = 1
    with pytest.raises(HarnessError, match=f"of {ALONE + MANY} frames {ALONE + MANY - 2} reached"):
        measure_usb(Lab(), console, 1, ("rt3070",), {})


def test_a_run_that_does_not_pass_and_a_guest_that_is_gone(
    guests: Guests, console: PlainConsole
) -> None:
    """A lab that fails is not measured."""
    guests.guest = None
    with pytest.raises(HarnessError, match="is gone"):
        measure_usb(Lab(), console, 1, ("rt3070",), {})
    guests.verdict = Verdict.FAIL
    with pytest.raises(HarnessError, match="ended FAIL"):
        measure_usb(Lab(), console, 1, ("rt3070",), {})


def test_adapters_by_name() -> None:
    """All of them for none; one there is not is refused."""
    assert adapters_named(["rt3070"]) == ("rt3070",)
    assert set(adapters_named(None)) > {"rt3070", "rtl8187l"}
    with pytest.raises(UsageError, match="--adapter hwsim"):
        adapters_named(["hwsim"])
