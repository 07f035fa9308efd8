# SPDX-License-Identifier: GPL-2.0-or-later
"""A lab that breaks is MISS, never FAIL: each way ends in bounds, says what broke, keeps evidence.

These run `hil` as a user does, in a process of its own, and break it from outside.
"""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Callable

import pytest

from tests.vm.shell import shell_at
from tests.vm.user import Command, command_line, descendants, listening_port

MANY = "100000"
"""Associations asked for: more than can be made before the lab is broken."""

FIRST = r"(?m)^\D*1/100000\b"
"""The line of the first association."""


def in_guest(command: Command, line: str) -> None:
    """Run a shell line in the guest of a running command."""
    port = listening_port(command.child("qemu-system"))
    with shell_at(port, command.image.login) as shell:
        shell.run(line)


def kill_qemu(command: Command) -> None:
    """The virtual machine is gone at once."""
    os.kill(command.child("qemu-system"), signal.SIGKILL)


def stop_qemu(command: Command) -> None:
    """The virtual machine stands still: nothing answers, nothing ends."""
    os.kill(command.child("qemu-system"), signal.SIGSTOP)


def kill_air(command: Command) -> None:
    """The medium and its access point are gone."""
    os.kill(command.child("-m hwsim"), signal.SIGKILL)


def kill_agent(command: Command) -> None:
    """agent.exe is gone, SSH still stands."""
    in_guest(command, "pkill -9 -f agent.exe")


def cut_ssh(command: Command) -> None:
    """Every SSH session of the guest ends, and no new one comes about."""
    in_guest(command, "(sleep 0.3; pkill -9 sshd) >/dev/null 2>&1 </dev/null &")


def kill_radius(command: Command) -> None:
    """The RADIUS server is gone."""
    os.kill(command.child("hostapd"), signal.SIGKILL)


def stop_radius(command: Command) -> None:
    """The RADIUS server is there and answers nothing."""
    os.kill(command.child("hostapd"), signal.SIGSTOP)


BREAKS = [
    (kill_qemu, "QEMU ended with signal 9"),
    (stop_qemu, "no answer|TimeoutError|running"),
    (kill_air, "air ended with status -9"),
    (kill_agent, "stream ended|agent.exe ended"),
    (cut_ssh, "closed the SSH connection"),
]
"""Ways to break the lab, and the cause that must be named."""


BREAKS_OF_8021X = [
    (kill_radius, "hostapd ended with status -9"),
    (stop_radius, "radius: RADIUS server 127.0.0.1:[0-9]+: no answer to 4 requests"),
]
"""Ways to break what only 802.1X needs."""


@pytest.mark.parametrize(
    ("scenario", "break_it", "cause"),
    [
        *(("plain", break_it, cause) for break_it, cause in BREAKS),
        *(("eap-tls", break_it, cause) for break_it, cause in BREAKS_OF_8021X),
    ],
)
def test_a_broken_lab_is_a_miss(
    command: Command, scenario: str, break_it: Callable[[Command], None], cause: str
) -> None:
    """Exit code 3, verdict MISS, what was awaited and the cause last seen, the evidence so far."""
    lab = '[store]\nruns = "runs"\n[limits]\ncommand_s = 15\nassociation_s = 15\n'
    command.start("run", scenario, "-n", MANY, lab=lab)
    command.wait_for(FIRST)
    children = descendants(command.process.pid)
    break_it(command)
    assert command.wait() == 3, command.output
    result = command.result()
    assert result["verdict"] == "MISS"
    assert 1 <= len(result["associations"]) < 100_000
    assert result["associations"][0]["verdict"] == "PASS"
    assert not any(f for one in result["associations"] for f in one["findings"])
    fault = [*result["lab_faults"], *(a["lab_fault"] for a in result["associations"])][-1]
    assert fault["awaited"]
    assert re.search(cause, fault["last_state"])
    assert fault["awaited"] in command.output
    for name in ("air.pcapng", "ihv-trace.jsonl", "events.jsonl", "serial.log", "report.html"):
        assert (command.run_dir / name).stat().st_size > 0
    assert not [pid for pid in children if "hil" in command_line(pid)]
    assert not command.leftovers()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_leaves_nothing_behind(command: Command, number: signal.Signals) -> None:
    """Ctrl-C and SIGTERM: no process, socket or temporary file stays, and the report is written."""
    command.start("run", "-n", MANY)
    command.wait_for(FIRST)
    children = descendants(command.process.pid)
    assert children
    command.signal(number)
    assert command.wait() == 3
    assert command.result()["verdict"] == "MISS"
    assert "interrupted" in command.output
    assert not any(command_line(pid) for pid in children)
    assert not command.leftovers()
    assert (command.run_dir / "report.html").stat().st_size > 0


def test_a_killed_harness_takes_its_processes_along(command: Command) -> None:
    """Even SIGKILL leaves no QEMU and no air; the folder goes with the next run."""
    command.start("run", "-n", MANY)
    command.wait_for(FIRST)
    children = descendants(command.process.pid)
    command.signal(signal.SIGKILL)
    command.wait()
    from harness.local.deadline import Deadline

    deadline = Deadline("end of the children of a killed harness", 20)
    deadline.poll(lambda: None if any(command_line(pid) for pid in children) else True)


def test_a_full_disk_keeps_what_there_is(command: Command) -> None:
    """With the run directory's disk full the run ends MISS, says so, and result.json is there."""
    script = (
        "mkdir runs && mount -t tmpfs -o size=3m tmpfs runs && "
        "head -c 1900000 /dev/zero > runs/ballast && "
        '"$@"; code=$?; rm runs/ballast; cp -r runs kept; exit $code'
    )
    ours = ("--user", "--map-root-user") if os.geteuid() else ()  # root needs no namespace for it
    unshared = ("unshare", *ours, "--mount", "--propagation", "unchanged")
    prefix = (*unshared, "sh", "-c", script, "sh")
    command.start("run", "-n", MANY, prefix=prefix)
    assert command.wait() == 3, command.output
    assert "No space left" in command.output
    kept = next((command.folder / "kept").glob("2*"))
    assert (kept / "result.json").stat().st_size > 0
    assert '"MISS"' in (kept / "result.json").read_text()
