# SPDX-License-Identifier: GPL-2.0-or-later
"""Evidence that is lost, and a lab that stands still, blame nobody and pass nothing."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from typing import Any

import pytest

from tests.vm.shell import shell_at
from tests.vm.user import Command, command_line, descendants, listening_port

MANY = "100000"
STOPS_S = (2.5, 4.0, 8.0)
"""So long does a part of the lab stand still, once each."""


def judged(command: Command) -> tuple[int, str]:
    """`hil judge` on the newest run: its exit code and output."""
    done = subprocess.run(
        [sys.executable, "-m", "harness", "judge", str(command.run_dir)],
        cwd=command.folder, capture_output=True, text=True, timeout=120, check=False,
        env={**os.environ, "CI": "true"},
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


FILL_THE_DISK = """
fallocate -l "$(df --output=avail -B1 / | tail -n 1)" /full
cat /dev/zero >> /rest
true
"""
"""All at once, so that it does not take a busy machine a minute; then what root alone may use."""


def events(command: Command, kind: str) -> list[dict[str, Any]]:
    """The events of a kind in the newest run."""
    lines = (command.run_dir / "events.jsonl").read_text().splitlines()
    return [event for event in map(json.loads, lines) if event["event"] == kind]


def test_a_full_disk_of_the_guest_is_a_miss(command: Command) -> None:
    """A DLL that fills the disk leaves the recorder no room: the association without its records is
    MISS, the run ends there, and nothing passes by what is not in the trace."""
    command.start("run", "-n", MANY)
    command.wait_for(r"(?m)^\D*3/100000\b")
    with shell_at(listening_port(command.child("qemu-system")), command.image.login) as shell:
        shell.run(FILL_THE_DISK)
    assert command.wait() == 3, command.output
    result = command.result()
    assert result["verdict"] == "MISS"
    *whole, last = result["associations"]
    assert last["verdict"] == "MISS"
    assert "in the IHV trace" in last["lab_fault"]["awaited"]
    assert "disk may be full" in last["lab_fault"]["hint"]
    assert {one["verdict"] for one in whole} <= {"PASS", "MISS"}
    passed = [one for one in whole if one["verdict"] == "PASS"]
    assert all(one["post_association"]["completions"] == 1 for one in passed)
    assert not any(found["severity"] == "FAIL" for one in whole for found in one["findings"])
    assert judged(command)[0] == 3


def test_a_killed_run_is_judged_from_its_files(command: Command) -> None:
    """SIGKILL leaves no result and no report: what is in the files is judged, as an unfinished run,
    and the new report is written, named, and links to nothing that is not there."""
    command.start("run", "-n", MANY)
    command.wait_for(r"(?m)^\D*5/100000\b")
    children = descendants(command.process.pid)
    run_dir = next((command.folder / "runs").glob("2*"))
    command.signal(signal.SIGKILL)
    command.wait()
    assert children
    assert not (run_dir / "result.json").exists()
    done = subprocess.run(
        [sys.executable, "-m", "harness", "judge", str(run_dir)],
        cwd=command.folder, capture_output=True, text=True, timeout=120, check=False,
        env={**os.environ, "CI": "true"},
    )  # fmt: skip
    assert done.returncode == 3, done.stdout + done.stderr
    assert "the run was ended before it was over" in done.stdout
    assert done.stdout.count("PASS   M1 M2 M3 M4") >= 5
    report = run_dir / "judged" / "report.html"
    assert str(report) in done.stdout
    links = [part.partition('"')[0] for part in report.read_text().split('href="./')[1:]]
    assert links
    files = {link.partition("#")[0] for link in links}  # a rule's link names its row, too
    assert [name for name in files if not (report.parent / name).exists()] == []


@pytest.mark.parametrize(
    ("part", "who"),
    [("qemu-system", "the guest"), ("-m hwsim", "the air"), ("", "the harness")],
)
def test_a_lab_that_stands_still_fails_nobody(command: Command, part: str, who: str) -> None:
    """Stopped and continued three times, in the midst of associations: each stall is told, with
    whose it was, and whatever came of it is not the driver's."""
    command.start("run", "-n", "60")
    for place, seconds in enumerate(STOPS_S, 1):
        command.wait_for(rf"(?m)^\D*{place * 12}/60\b")
        pid = command.child(part) if part else command.process.pid
        os.kill(pid, signal.SIGSTOP)
        time.sleep(seconds)  # what is tested, not what is waited for
        os.kill(pid, signal.SIGCONT)
    code = command.wait()
    assert code in (0, 3), command.output
    result = command.result()
    findings = [found for one in result["associations"] for found in one["findings"]]
    assert not [found for found in findings if found["severity"] == "FAIL"]
    told = [event for event in events(command, "stall") if event["who"] == who]
    lengths = sorted((e["until_air_ns"] - e["from_air_ns"]) / 1e9 for e in told)[-3:]
    assert len(lengths) == 3
    for length, stopped in zip(lengths, STOPS_S, strict=True):
        assert stopped - 1.3 < length < stopped + 2
    assert all(who in one["message"] for one in result["damage"][:1])
    assert not any("qemu" in command_line(pid) for pid in descendants(command.process.pid))
