# SPDX-License-Identifier: GPL-2.0-or-later
"""How fast the lab is, measured: no figure here is a limit, and no test asserts one.

Machines are noisy, so every figure keeps all its samples and shows the median with the spread.
"""

from __future__ import annotations

import platform
import statistics
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from harness.config.lab import Lab
from harness.console import Console
from harness.errors import HarnessError
from harness.guests.registry import guest_of
from harness.naming import own_name
from harness.results import RunResult, Verdict
from harness.run import overhead
from harness.run.perform import Spent, open_lab, perform
from harness.run.plan import RunPlan
from harness.scenarios import find_scenario
from harness.vm.host import host_cpu, qemu_version

MAKING_RUNS = 2
"""Runs that make the saved states: the one with the DLL in place is made at its second use."""

CELL = 5
"""Associations of a cell of a nightly, as it is measured alone and on a shared guest."""

STATE_RUNS = 3
"""Runs from a saved state, for a median of the time to the first verdict."""


@dataclass(slots=True)
class Figure:
    """One thing measured, with all its samples."""

    name: str
    unit: str
    samples: list[float] = field(default_factory=list)

    @property
    def median(self) -> float:
        """The middle sample, in the figure's unit; of an even number the mean of the two."""
        return statistics.median(self.samples)


@dataclass(slots=True)
class Figures:
    """Everything measured, in the order it was measured, and the machine it was measured on."""

    environment: dict[str, str]
    figures: list[Figure] = field(default_factory=list)

    def add(self, name: str, unit: str, *samples: float) -> None:
        """Keep the samples of one figure; without any it is left out."""
        if samples:
            self.figures.append(Figure(name, unit, [round(one, 4) for one in samples]))

    def to_json(self) -> dict[str, object]:
        """As the JSON `hil bench --json` writes."""
        rows = [
            {
                "name": one.name,
                "unit": one.unit,
                "n": len(one.samples),
                "min": min(one.samples),
                "median": one.median,
                "max": max(one.samples),
                "samples": one.samples,
            }
            for one in self.figures
        ]
        return {"schema": 1, "environment": self.environment, "figures": rows}

    def lines(self) -> list[str]:
        """As text, a line a figure: median, number of samples, least and largest."""
        return [
            f"{one.name:<54}{one.median:>12.3f} {one.unit:<8}"
            f"(n={len(one.samples)}, {min(one.samples):.3f} to {max(one.samples):.3f})"
            for one in self.figures
        ]


def figures_of_this_machine() -> Figures:
    """Figures without any yet, with the processor, kernel and QEMU they will be of."""
    return Figures({"cpu": host_cpu(), "kernel": platform.release(), "qemu": qemu_version()})


def measure(lab: Lab, console: Console, *, associations: int, build: bool) -> Figures:
    """Measure everything; runs are kept in a temporary folder."""
    figures = figures_of_this_machine()
    with tempfile.TemporaryDirectory(prefix="hil-bench-") as folder:
        scratch = Path(folder)
        if build:
            figures.add("image build", "s", _build(lab, scratch, console))
        image = guest_of(lab.guest.kind).prepare(lab.guest, lab.store.cache, console)
        _overhead(figures, lab, image.recorder.parent, scratch, console)
        booted = _run(lab, scratch, console, associations=1, saved_state=False)
        figures.add("first verdict, booting", "s", booted.first_verdict_s)
        for _ in range(MAKING_RUNS):
            _run(lab, scratch, console, associations=1, saved_state=True)
        restored = [
            _run(lab, scratch, console, associations=1, saved_state=True) for _ in range(STATE_RUNS)
        ]
        figures.add("first verdict, saved state", "s", *(one.first_verdict_s for one in restored))
        _sharing(figures, lab, scratch, console)
        long = _run(lab, scratch, console, associations=associations, saved_state=True)
        figures.add("associations a minute", "1/min", long.rate_per_minute)
        _timings(figures, long.result)
    return figures


def _overhead(figures: Figures, lab: Lab, pe: Path, scratch: Path, console: Console) -> None:
    """What the recorder adds to a call: here, without emulation, and in the guest."""
    costs = overhead.natively(pe, scratch)
    if not costs:
        console.note(
            "no Wine on this machine: what the recorder adds is measured in the guest only"
        )
    accel, guest_costs = overhead.in_guest(lab, console, scratch)
    for where, measured in (("native Wine", costs), (f"guest, {accel}", guest_costs)):
        bare = [one for cost in measured for one in cost.direct_us]
        figures.add(f"bare call ({where})", "us", *bare)
        for cost in measured:
            figures.add(f"recorder adds, {cost.call} ({where})", "us", *cost.added_us)


@dataclass(frozen=True, slots=True)
class Timed:
    """A run and when its associations were judged, in seconds from its start."""

    result: RunResult
    verdicts_s: tuple[float, ...]

    @property
    def first_verdict_s(self) -> float:
        """From the start to the first association's verdict."""
        return self.verdicts_s[0]

    @property
    def rate_per_minute(self) -> float:
        """Associations a minute, from the first verdict to the last."""
        span_s = self.verdicts_s[-1] - self.verdicts_s[0]
        return 60 * (len(self.verdicts_s) - 1) / span_s if span_s > 0 else 0.0


def _build(lab: Lab, scratch: Path, console: Console) -> float:
    started_s = time.monotonic()
    guest_of(lab.guest.kind).prepare(lab.guest, scratch / "cache", console)
    return time.monotonic() - started_s


def _run(
    lab: Lab, scratch: Path, console: Console, *, associations: int, saved_state: bool
) -> Timed:
    plan = measured_plan(lab, scratch, associations=associations, saved_state=saved_state)
    started_s = time.monotonic()
    moments: list[float] = []
    result, _ = perform(
        plan, console, on_association=lambda _: moments.append(time.monotonic() - started_s)
    )
    return Timed(passed(result), tuple(moments))


def measured_plan(lab: Lab, scratch: Path, *, associations: int, saved_state: bool) -> RunPlan:
    """A run of a lab that is kept in a scratch folder, and in no history of the user's."""
    guest = lab.guest.model_copy(update={"saved_state": saved_state})
    store = lab.store.model_copy(update={"runs": scratch / "runs", "database": None})
    lab = lab.model_copy(update={"guest": guest, "store": store})
    scenario = find_scenario("plain").model_copy(update={"associations": associations})
    return RunPlan(lab, scenario.with_passphrase(), f"{own_name()} bench")


def passed(result: RunResult) -> RunResult:
    """The result, if it is PASS; raises `HarnessError` for one that says nothing of speed."""
    if result.verdict is not Verdict.PASS:
        raise HarnessError(
            f"a run to be measured ended {result.verdict}: {result.reason}",
            hint="run `hil run` and fix what it finds; a failing lab is not measured",
        )
    return result


def _sharing(figures: Figures, lab: Lab, scratch: Path, console: Console) -> None:
    """A run of a few associations alone, and as one of several on a guest; pair by pair."""
    alone: list[float] = []
    shared: list[Spent] = []
    plan = measured_plan(lab, scratch, associations=CELL, saved_state=True)
    with open_lab(console) as opened:
        passed(opened.perform(plan)[0])  # the guest is up now
        for _ in range(STATE_RUNS):
            started_s = time.monotonic()
            passed(perform(plan, console)[0])
            alone.append(time.monotonic() - started_s)
            passed(opened.perform(plan)[0])
            shared.append(opened.spent)
    figures.add(f"run of {CELL} associations, alone", "s", *alone)
    figures.add(f"run of {CELL} associations, shared guest", "s", *(one.whole_s for one in shared))
    overhead = [100 * one.overhead for one in shared]
    figures.add("harness' own share of it", "%", *overhead)


def _timings(figures: Figures, result: RunResult) -> None:
    for name, summary in result.timing_summary_us.items():
        handshakes = [one for item in result.associations for one in item.handshakes]
        samples = [one.timing_us[name] for one in handshakes if name in one.timing_us]
        figures.add(name, "us", *samples)
        assert len(samples) == summary.n
