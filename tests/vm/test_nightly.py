# SPDX-License-Identifier: GPL-2.0-or-later
"""A night on real guests: killed in its midst, resumed, and compared with the next."""

from __future__ import annotations

import signal

from harness.history.model import Mark, Night, NightState
from harness.history.sql import open_history
from harness.results import Verdict
from tests.vm.user import Command

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
