# SPDX-License-Identifier: GPL-2.0-or-later
"""hil bench: what is measured, and how the figures are written. No figure is a limit."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner

from harness.cli.app import app
from harness.config.lab import Lab
from harness.console import PlainConsole
from harness.errors import HarnessError
from harness.results import AssociationResult, RunResult, TimingSummary, Verdict
from harness.run import bench
from harness.run.bench import Figures, Timed, measure
from harness.run.overhead import CallCost
from harness.run.perform import Spent
from harness.run.plan import RunPlan
from tests.unit.results.samples import association, run

SUMMARY = TimingSummary(n=1, min=1, p50=1, p95=1, p99=1, max=1)


class Runs:
    """In place of `perform`: notes each plan, tells its associations."""

    def __init__(self) -> None:
        self.plans: list[RunPlan] = []
        self.verdict = Verdict.PASS
        self.native: tuple[CallCost, ...] = ()
        self.spent = Spent(whole_s=4.0, harness_s=0.1)

    @contextlib.contextmanager
    def open_lab(self, _: object) -> Iterator[Runs]:
        """In place of the lab that several runs share."""
        yield self

    def perform(
        self,
        plan: RunPlan,
        _: object = None,
        *,
        on_association: Callable[[AssociationResult], None] = lambda _: None,
    ) -> tuple[RunResult, Path]:
        """A run that takes no time."""
        self.plans.append(plan)
        done = [association(index) for index in range(1, plan.scenario.associations + 1)]
        for one in done:
            on_association(one)
        summary = {"handshake": SUMMARY.model_copy(update={"n": len(done)})}
        result = run(*done, timing_summary_us=summary)
        return result.model_copy(update={"verdict": self.verdict}), Path()


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> Runs:
    """Nothing is built or started."""
    made = Runs()
    monkeypatch.setattr(bench, "perform", made.perform)
    monkeypatch.setattr(bench, "open_lab", made.open_lab)
    image = SimpleNamespace(recorder=Path("pe/recorder.dll"))
    guest = SimpleNamespace(prepare=lambda *_: image)
    monkeypatch.setattr(bench, "guest_of", lambda _: guest)
    cost = CallCost("AdapterReset", (0.004, 0.006), (7.005, 9.005))
    monkeypatch.setattr(bench.overhead, "natively", lambda *_: made.native)
    monkeypatch.setattr(bench.overhead, "in_guest", lambda *_: ("tcg", (cost,)))
    made.native = (cost,)
    monkeypatch.setattr(bench, "qemu_version", lambda: "QEMU 7.2")
    return made


def test_every_figure_is_measured(runs: Runs, console: PlainConsole) -> None:
    """Build, first verdict booting and from a state, rate, and each timing with all samples."""
    figures = measure(Lab(), console, associations=4, build=True)
    names = [one.name for one in figures.figures]
    assert names == [
        *("image build", "bare call (native Wine)", "recorder adds, AdapterReset (native Wine)"),
        *("bare call (guest, tcg)", "recorder adds, AdapterReset (guest, tcg)"),
        *("first verdict, booting", "first verdict, saved state"),
        *("run of 5 associations, alone", "run of 5 associations, shared guest"),
        *("harness' own share of it", "associations a minute", "handshake"),
    ]
    by_name = {one.name: one for one in figures.figures}
    assert len(by_name["first verdict, saved state"].samples) == bench.STATE_RUNS
    assert by_name["harness' own share of it"].samples == [2.5] * bench.STATE_RUNS
    assert by_name["handshake"].samples == [12_400.0] * 4
    assert [plan.lab.guest.saved_state for plan in runs.plans][:2] == [False, True]
    assert runs.plans[-1].scenario.associations == 4


def test_without_wine_the_guest_is_measured(runs: Runs, console: PlainConsole) -> None:
    """What the recorder adds natively is left out then."""
    runs.native = ()
    figures = measure(Lab(), console, associations=1, build=False)
    names = [one.name for one in figures.figures]
    assert "recorder adds, AdapterReset (guest, tcg)" in names
    assert not any("native" in name for name in names)


def test_runs_of_a_measurement_leave_nothing(runs: Runs, console: PlainConsole) -> None:
    """Their folder is a temporary one, not the user's."""
    measure(Lab(), console, associations=1, build=False)
    for plan in runs.plans:
        assert plan.lab.store.runs != Lab().store.runs
        assert not plan.lab.store.runs.parent.exists()


def test_a_failing_lab_is_not_measured(runs: Runs, console: PlainConsole) -> None:
    """Figures of a run that did not pass would mean nothing."""
    runs.verdict = Verdict.MISS
    with pytest.raises(HarnessError, match="a run to be measured ended MISS"):
        measure(Lab(), console, associations=1, build=False)


def test_the_json_holds_every_sample(runs: Runs, tmp_path: Path, monkeypatch: Any) -> None:
    """`hil bench --json` prints the schema, the environment and each figure's spread."""
    monkeypatch.chdir(tmp_path)
    said = CliRunner().invoke(app, ["bench", "--json", "-n", "3", "--no-build"])
    assert said.exit_code == 0, said.output
    found = json.loads(said.stdout)
    assert found["schema"] == 1
    assert set(found["environment"]) == {"cpu", "kernel", "qemu"}
    handshake = next(one for one in found["figures"] if one["name"] == "handshake")
    assert handshake == {
        "name": "handshake", "unit": "us", "n": 3, "min": 12_400.0, "median": 12_400.0,
        "max": 12_400.0, "samples": [12_400.0] * 3,
    }  # fmt: skip


def test_figures_as_lines() -> None:
    """Median with the spread, a line a figure; one without samples is left out."""
    figures = Figures({})
    figures.add("nothing", "s")
    figures.add("rate", "1/min", 3, 1, 2)
    (line,) = figures.lines()
    assert line.split() == ["rate", "2.000", "1/min", "(n=3,", "1.000", "to", "3.000)"]


@pytest.mark.parametrize(
    ("moments", "rate"), [((2.0,), 0.0), ((2.0, 2.0), 0.0), ((2.0, 3.0, 4.0), 60.0)]
)
def test_a_rate_counts_from_the_first_verdict(moments: tuple[float, ...], rate: float) -> None:
    """The start of the lab is not part of it; one association has no rate."""
    timed = Timed(run(association(1)), moments)
    assert timed.first_verdict_s == 2.0
    assert timed.rate_per_minute == rate
