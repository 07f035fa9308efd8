# SPDX-License-Identifier: GPL-2.0-or-later
"""Several runs on one guest: each ends as it does alone, and none has to do with another."""

from __future__ import annotations

import os
import re
import signal
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

from harness.config.lab import Lab
from harness.console import PlainConsole
from harness.faults import find_fault
from harness.results import RunResult, Verdict
from harness.results.reading import load_result
from harness.run.perform import open_lab
from harness.run.plan import RunPlan
from harness.run.replay import judge_again
from harness.scenarios import find_scenario
from tests.vm.user import Command

GUEST_STARTED = re.compile(r"(?m)^(?:restore|boot) the guest: done")


def runs_of(folder: Path) -> list[Path]:
    """The folders of the runs, the oldest first."""
    return [path.parent for path in sorted((folder / "runs").glob("2*/result.json"))]


def test_three_scenarios_share_a_guest(command: Command) -> None:
    """One guest is started; each run is judged again from its folder alone, with the same result.

    The last is judged by just what the first was, which had the guest when it was new: the DLL's
    life begins and ends in every run.
    """
    command.start("run", "plain", "eap-tls", "m4-lost", "plain", "-n", "1")
    assert command.wait() == 0, command.output
    assert len(GUEST_STARTED.findall(command.output)) == 1
    assert "PASS  4 scenarios: 4 PASS" in command.output
    folders = runs_of(command.folder)
    results = [load_result(folder / "result.json") for folder in folders]
    assert [one.scenario for one in results] == ["plain", "eap-tls", "m4-lost", "plain"]
    for folder, result in zip(folders, results, strict=True):
        check_again(folder, result)
    first, last = results[0], results[3]
    assert set(last.rules.checked) == set(first.rules.checked)
    assert set(last.rules.held) == set(first.rules.held)
    (series,) = (command.folder / "runs").glob("series-*")
    page = (series / "index.html").read_text()
    assert all(f"../{folder.name}/report.html" in page for folder in folders)
    assert len(ET.parse(series / "junit.xml").getroot()) == 4


def check_again(folder: Path, result: RunResult) -> None:
    """What is in a run's folder, and nothing else, leads to its result; no line was changed."""
    again, evidence = judge_again(folder, None)
    assert (again.verdict, again.reason) == (result.verdict, result.reason)
    assert again.associations == result.associations
    assert again.rules == result.rules
    assert not evidence.damage
    numbers = [frame.number for one in evidence.associations for frame in one.frames]
    assert min(numbers) < 20  # of its own air, which counts from 1
    assert len({record.process for record in evidence.trace}) == 1


def test_a_fault_and_a_crash_are_their_own_runs(tmp_path: Path) -> None:
    """Between good runs: the rules that were broken are those of the fault, and the good ones pass
    before and after, on a new guest."""
    lab = Lab.model_validate({"store": {"runs": tmp_path / "runs"}})
    scenario = find_scenario("plain").model_copy(update={"associations": 1}).with_passphrase()
    plain = RunPlan(lab, scenario, "hil run")
    faults = [None, "claims-version-1", None, "crashes", None]
    seen = []
    with (tmp_path / "out").open("w") as out, open_lab(PlainConsole(out)) as opened:
        for name in faults:
            plan = replace(plain, fault=find_fault(name) if name else None)
            result, folder = opened.perform(plan)
            broken = {one.rule for one in result.all_findings if one.severity == "FAIL"}
            seen.append((result.verdict, broken))
            again, _ = judge_again(folder, None)
            assert again.verdict is result.verdict
            assert again.associations == result.associations
    good = (Verdict.PASS, set[str]())
    assert seen[0] == seen[2] == seen[4] == good, (tmp_path / "out").read_text()
    assert seen[1] == (Verdict.FAIL, {"LIFE-03"})
    assert seen[3] == (Verdict.FAIL, {"HOST-01"})
    assert len(GUEST_STARTED.findall((tmp_path / "out").read_text())) == 3


def test_after_a_lab_fault_the_next_run_has_a_guest_of_its_own(command: Command) -> None:
    """The air is killed in the second of three: that is a MISS, and the third passes."""
    command.start("run", "plain", "plain", "plain", "-n", "6")
    command.wait_for(r"scenario 2/3[\s\S]*\D1/6\b")
    os.kill(command.child("-m hwsim"), signal.SIGKILL)
    assert command.wait() == 3, command.output
    results = [load_result(folder / "result.json") for folder in runs_of(command.folder)]
    assert [one.verdict.value for one in results] == ["PASS", "MISS", "PASS"]
    assert not any(one.all_findings for one in results)
    assert "MISS  3 scenarios: 1 MISS, 2 PASS" in command.output
    assert len(GUEST_STARTED.findall(command.output)) == 2
    assert not command.leftovers()
