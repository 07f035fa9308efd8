# SPDX-License-Identifier: GPL-2.0-or-later
"""A night on real guests: killed in its midst, resumed, and compared with the next; and one on two
guests at a time, of which one is lost."""

from __future__ import annotations

import contextlib
import os
import re
import signal
from pathlib import Path

from harness.history.model import Mark, Night, NightState
from harness.history.sql import open_history
from harness.local.deadline import Deadline
from harness.results import Verdict
from tests.vm.user import Command, descendants

HEAD = 'name = "small"\nassociations = 1\nretry.count = 0\n'
FIRST = f"""{HEAD}
scenarios = ["plain", "m4-lost", "open"]

[[dll]]
name = "build"

[[dll]]
name = "broken"
fault = "wrong-session"
scenarios = ["plain", "m4-lost", "open"]
expect = "FAIL"
rules = ["POST-07"]
"""
SECOND = f"""{HEAD}
scenarios = ["plain"]

[[dll]]
name = "build"                # tonight's is broken, and nobody expects it
fault = "wrong-session"
expect = "PASS"
"""


def last_night(command: Command) -> tuple[Night, list[Verdict]]:
    """The last night in the history, and the verdicts of its runs as they are by themselves."""
    with open_history(str(command.folder / "runs" / "history.sqlite")) as book:
        night = book.nights()[-1]
        ids = [one.run_id or "" for cell in night.cells for one in cell.judged]
        runs = {one.id: one.verdict for one in book.runs(ids)}
    return night, [runs[one] for one in ids]


def test_a_killed_night_goes_on_and_the_next_says_what_changed(command: Command) -> None:
    """Three scenarios with two builds, one of them with a fault that must be found."""
    (command.folder / "nightly.toml").write_text(FIRST)
    command.start("nightly")
    command.wait_for(r"1/6  PASS")
    command.signal(signal.SIGKILL)
    command.wait()
    killed, _ = last_night(command)
    assert killed.state is NightState.RUNNING
    assert [len(one.attempts) for one in killed.cells] == [1, 1, 0, 0, 0, 0]
    assert killed.cells[1].attempts[0].ended_at is None

    command.start("nightly")
    assert command.wait() == 0, command.output
    assert f"resumes night {killed.id}: 5 of 6 cells to run" in command.output
    night, verdicts = last_night(command)
    assert (night.id, night.state) == (killed.id, NightState.COMPLETE)
    assert [one.verdict for one in night.cells] == [Verdict.PASS] * 6
    assert [len(one.attempts) for one in night.cells] == [1, 2, 1, 1, 1, 1]
    assert [one.mark for one in night.cells] == [None] * 3 + [Mark.EXPECTED] * 3
    assert verdicts == [Verdict.PASS] * 3 + [Verdict.FAIL] * 3

    (command.folder / "nightly.toml").write_text(SECOND)
    command.start("nightly")
    assert command.wait() == 1, command.output
    assert "1 regression, 5 disappeared" in command.output
    assert "regression     reference/hwsim/build/plain: PASS → FAIL" in command.output
    assert "again:  ./hil run plain -n 1 --fault wrong-session" in command.output
    report = last_night(command)[0].cells[0].judged[0].run_id
    assert (command.folder / "runs" / str(report) / "report.html").exists()


TWO_SLOTS = """
name = "two"
slots = 2
associations = 4
retry.count = 0
scenarios = ["plain", "m4-lost", "open"]
"""


FIRST_OF_FOUR = re.compile(r"(?m)^ *1/4  PASS")


def worker_at(command: Command, log: Path) -> int:
    """The worker that writes a slot's log: of the command's descendants the one that has it
    open."""
    for pid in descendants(command.process.pid):
        with contextlib.suppress(OSError):
            if any(one.resolve() == log for one in Path(f"/proc/{pid}/fd").iterdir()):
                return pid
    raise AssertionError(f"no process has {log} open: {command.output[-400:]}")


def test_the_cell_of_a_worker_that_is_killed_runs_elsewhere(command: Command) -> None:
    """Its guest goes with it; what its cell leaves in the end is there as of any other."""
    (command.folder / "nightly.toml").write_text(TWO_SLOTS)
    command.start("nightly")
    logs = command.folder / "runs"
    deadline = Deadline("an association in the midst of a cell", 240)

    def begun() -> Path | None:
        assert command.process.poll() is None, command.output
        found = logs.glob("nightly-slot-*.log")
        return next((one for one in found if FIRST_OF_FOUR.search(one.read_text())), None)

    os.kill(worker_at(command, deadline.poll(begun)), signal.SIGKILL)
    assert command.wait() == 0, command.output
    assert "went away, it is run again" in command.output
    night, verdicts = last_night(command)
    assert verdicts == [Verdict.PASS] * 3
    assert sorted(len(one.attempts) for one in night.cells) == [1, 1, 2]
    (again,) = (one for one in night.cells if len(one.attempts) == 2)
    assert [one.verdict for one in again.attempts] == [None, Verdict.PASS]
    with open_history(str(logs / "history.sqlite")) as book:
        runs = book.runs()
        files = book.artefacts([one.id for one in runs])
    assert {one.id for one in runs} == {one.judged[0].run_id for one in night.cells}
    folders = {one.id: Path(one.path) for one in runs}
    assert all((folders[one.run_id] / one.name).stat().st_size == one.size_bytes for one in files)
    assert all((folder / "report.html").exists() for folder in folders.values())
