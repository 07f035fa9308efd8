# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs on the guest of a lab that stands: kept and judged as any run, one after the other."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.config.lab import Lab
from harness.console import PlainConsole
from harness.errors import LabFault, UsageError
from harness.faults import FAULTS
from harness.lab.standing_guest import StandingGuest
from harness.pytest_plugin import RunningLab, running_lab
from harness.pytest_plugin.runs import ScenarioRun, TestRuns, kept_in
from harness.results import Verdict, load_result
from harness.run.perform import OpenLab
from harness.run.replay import judge_again
from harness.run.vendor import CommandLineDll
from tests.unit.checks import builder
from tests.unit.doubles import FakeGuest, World, lost

BAD = list(builder.ASSOCIATION[: builder.ASSOCIATION.index(builder.echo)])
BAD[BAD.index(builder.completion)] = lambda s: builder.complete(s, reason=0x38005)


@pytest.fixture
def lab(
    world: World, console: PlainConsole, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[RunningLab]:
    """A running lab without a guest."""
    monkeypatch.setattr(running_lab, "open_session", world.open_session)
    (tmp_path / "logs").mkdir()
    standing = StandingGuest(FakeGuest(world, tmp_path / "logs"), tmp_path / "logs")
    kept = kept_in(Lab(), tmp_path / "runs")
    runs = TestRuns(kept, CommandLineDll(), OpenLab(console, standing), lambda: "pytest test_x.py")
    made = RunningLab(standing, runs, tmp_path, console)
    yield made
    made.close()
    assert world.done.count("open session") == world.done.count("close session")


def judged_again(run: ScenarioRun) -> Verdict:
    """What the run's folder comes to by itself."""
    result, _ = judge_again(run.folder)
    assert result.associations == run.associations
    return result.verdict


def test_a_run_is_kept_and_comes_to_the_same_judged_again(lab: RunningLab, world: World) -> None:
    """One that passes and one that fails, each with its own associations and its own evidence."""
    good = lab.associate(associations=2)
    world.agent.steps = [tuple(BAD)]
    bad = lab.associate(fault="reason-out-of-range")
    assert bad.rules == set(FAULTS["reason-out-of-range"].rules)
    for run, verdict in ((good, Verdict.PASS), (bad, Verdict.FAIL)):
        assert run.verdict is load_result(run.folder).verdict is judged_again(run) is verdict
        assert run.report.exists()
        assert (run.folder / "repro.txt").read_text() == "pytest test_x.py\n"
    assert [one.index for one in bad.evidence.associations] == [1]


def test_a_run_that_fails_leaves_the_guest(lab: RunningLab, world: World) -> None:
    """It belongs to the tests: no other is started, as a run of its own would."""
    world.agent.steps = [tuple(BAD)]
    assert lab.associate().verdict is Verdict.FAIL
    assert lab.associate().verdict is Verdict.PASS
    assert "open guest" not in world.done


def test_what_stands_gives_way_to_a_run_and_stands_again(lab: RunningLab, world: World) -> None:
    """The network on the air between runs is the session's, whose passphrase tests may know."""
    first = lab.session
    assert lab.session is first
    assert world.done[-2:] == ["configure", "start"]
    assert len(lab.passphrase) >= 8
    lab.associate()
    assert world.done.count("open session") == world.done.count("close session") == 2
    before, events = lab.folder, (lab.folder / "events.jsonl").read_bytes()
    assert lab.session is not first
    assert lab.folder != before
    assert (before / "events.jsonl").read_bytes() == events
    assert lab.config == Lab.model_validate({"store": {"runs": lab.config.store.runs}})


def test_a_lab_that_breaks_raises_and_the_run_is_kept(lab: RunningLab, world: World) -> None:
    """It is pytest that makes an error of it; the next run finds the guest there still."""
    world.at("connect", 1, lost())
    with pytest.raises(LabFault):
        lab.associate()
    world.breaks.clear()
    assert lab.associate().verdict is Verdict.PASS


def test_what_cannot_be_used_is_refused_before_anything_is_done(
    lab: RunningLab, world: World
) -> None:
    """A misspelt scenario or fault, a count of none, a waiver that does not say until when."""
    done = list(world.done)
    for wrong, hint in (
        ({"scenario": "m3-retransmited"}, "did you mean m3-retransmitted?"),
        ({"fault": "never-complete"}, "did you mean never-completes?"),
        ({"associations": 0}, "leave it out"),
        ({"waive": {"POST-08": "some day"}}, "until 2027-01-31"),
    ):
        with pytest.raises(UsageError) as refused:
            lab.associate(**wrong)
        assert hint in refused.value.hint
    assert world.done == done
