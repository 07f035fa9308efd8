# SPDX-License-Identifier: GPL-2.0-or-later
"""What is put into a guest for the air there, and how its end is told; the guest is the test."""

from __future__ import annotations

import io
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path, PureWindowsPath
from subprocess import CompletedProcess
from typing import Any

import pytest

from harness.errors import HarnessError, LabFault
from harness.guests.common.ssh import CommandResult
from harness.lab import air_in_guest as module
from harness.lab.air_in_guest import AirInGuest, inside, must, place_air
from harness.local.jsonlines import JsonLinesClient


class Channel:
    """The channel of a command that has ended with a word."""

    said = b"hwsim: mac80211_hwsim is not loaded\n"

    def __init__(self) -> None:
        self.status_event = self
        self.left = self.said

    def wait(self, limit_s: float) -> bool:
        """It has ended."""
        return True

    def recv_stderr_ready(self) -> bool:
        """Whether there is more."""
        return bool(self.left)

    def recv_stderr(self, size: int) -> bytes:
        """What it said."""
        said, self.left = self.left, b""
        return said

    def shutdown_write(self) -> None:
        """Nobody reads."""

    def close(self) -> None:
        """Nobody is there."""


class Shell:
    """A guest that does what it is told, and keeps it."""

    def __init__(self) -> None:
        self.commands: list[str] = []
        self.written: list[bytes] = []
        self.fails = ""
        self.there = False

    def run(self, command: str, *, timeout_s: float | None = None) -> CommandResult:
        """Keep a command; one that fails says why."""
        self.commands.append(command)
        if self.fails and self.fails in command:
            return CommandResult(1, "", "no such thing")
        if command.startswith("test -e"):
            return CommandResult(0 if self.there else 1, "", "")
        return CommandResult(0, "3.13" if "version_info" in command else "", "")

    def write(self, data: bytes, target: PureWindowsPath) -> None:
        """Keep what is written."""
        self.written.append(data)

    def program(
        self, command: str, on_event: Callable[[dict[str, Any]], None], *, name: str
    ) -> tuple[JsonLinesClient, Channel]:
        """A program that has ended."""
        return JsonLinesClient(name, [], lambda data: None, on_event), Channel()


@pytest.fixture
def pip(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """pip, which installs a library with tests of its own; its command lines."""
    calls: list[list[str]] = []

    def run(argv: list[str]) -> CompletedProcess[str]:
        calls.append(argv)
        site = Path(argv[argv.index("--target") + 1])
        for name in ("scapy/packet.py", "scapy/contrib/bgp.py", "six.py"):
            (site / name).parent.mkdir(parents=True, exist_ok=True)
            (site / name).touch()
        return CompletedProcess(argv, 0, "", "")

    monkeypatch.setattr(module.programs, "run", run)
    return calls


def names(archive: bytes) -> set[str]:
    """The files in an archive."""
    with tarfile.open(fileobj=io.BytesIO(archive)) as found:
        return {member.name for member in found if member.isfile()}


def test_what_is_put_there(tmp_path: Path, pip: list[list[str]]) -> None:
    """The libraries as they are here, for the guest's Python and without what is never loaded; and
    our own packages."""
    shell: Any = Shell()
    place_air(shell, tmp_path)
    assert pip[0][:4] == [sys.executable, "-m", "pip", "install"]
    assert "--python-version=3.13" in pip[0]
    assert any(word.startswith("scapy==") for word in pip[0])
    libraries, ours = map(names, shell.written)
    assert libraries == {"scapy/packet.py", "six.py"}
    assert {"hwsim/__main__.py", "hil_common/loop.py"} <= ours


def test_what_is_there_already(tmp_path: Path, pip: list[list[str]]) -> None:
    """The libraries are fetched once, and carried over once; our packages each time."""
    shell: Any = Shell()
    place_air(shell, tmp_path)
    shell.there = True
    place_air(shell, tmp_path)
    assert (len(pip), len(shell.written)) == (1, 3)


def test_no_package_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """pip's last line, and what to look at."""
    failed = CompletedProcess([], 1, "", "…\nERROR: No matching distribution found for scapy\n")
    monkeypatch.setattr(module.programs, "run", lambda argv: failed)
    shell: Any = Shell()
    with pytest.raises(HarnessError, match="No matching distribution") as caught:
        place_air(shell, tmp_path)
    assert "network" in str(caught.value.hint)


def test_a_command_that_has_to_succeed() -> None:
    """Its last words are in the error."""
    shell: Any = Shell()
    shell.fails = "netns"
    with pytest.raises(LabFault, match="no such thing"):
        must(shell, inside("true"))


def test_an_air_that_does_not_come() -> None:
    """The start ends with what it said, not at its limit."""
    shell: Any = Shell()
    listener: Any = None
    air = AirInGuest(shell, "python3 -m hwsim", listener)
    with pytest.raises(LabFault, match="mac80211_hwsim is not loaded"):
        air.await_start(5)
    assert air.describe() == "it ended without a word"
    air.stop()
