# SPDX-License-Identifier: GPL-2.0-or-later
"""The program as its user meets it: a process with output, an exit code and a run directory."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from harness.guests.base import GuestImage
from harness.local.deadline import Deadline


class Command:
    """A `hil` command in a process of its own."""

    def __init__(self, folder: Path, image: GuestImage) -> None:
        self.folder = folder
        self.image = image
        self.output = ""
        self._process: subprocess.Popen[str] | None = None
        self._reader: threading.Thread | None = None

    def start(self, *args: str, prefix: tuple[str, ...] = (), lab: str = "") -> None:
        """Start `hil ARGS`; its runs go to this command's folder."""
        (self.folder / "lab.toml").write_text(lab or '[store]\nruns = "runs"\n')
        self.temporary.mkdir(exist_ok=True)
        self._process = subprocess.Popen(
            [*prefix, sys.executable, "-m", "harness", *args],
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={
                **os.environ,
                "CI": "true",
                "HIL_COMMAND": "./hil",
                "PYTHONUNBUFFERED": "1",
                "TMPDIR": str(self.temporary),
            },
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def process(self) -> subprocess.Popen[str]:
        """The running process."""
        assert self._process is not None
        return self._process

    def wait_for(self, pattern: str, limit_s: float = 240) -> None:
        """Wait until the output has a match of `pattern`."""
        deadline = Deadline(f"{pattern!r} in the output of hil", limit_s)

        def seen() -> bool | None:
            deadline.state = self.output[-400:]
            if re.search(pattern, self.output):
                return True
            if self.process.poll() is not None:
                raise deadline.gone()
            return None

        deadline.poll(seen)

    def wait(self, limit_s: float = 240) -> int:
        """Wait for the end; the exit code."""
        code = self.process.wait(limit_s)
        assert self._reader is not None
        self._reader.join(10)
        return code

    def signal(self, number: signal.Signals) -> None:
        """Send the harness a signal."""
        self.process.send_signal(number)

    def child(self, part: str) -> int:
        """The pid of the harness's descendant whose command line holds `part`."""
        for pid in descendants(self.process.pid):
            if part in command_line(pid):
                return pid
        raise AssertionError(f"no descendant with {part!r}: {self.output[-400:]}")

    def result(self) -> dict[str, Any]:
        """The result.json of the newest run."""
        found: dict[str, Any] = json.loads((self.run_dir / "result.json").read_text())
        return found

    @property
    def run_dir(self) -> Path:
        """The newest run directory."""
        return (self.folder / "runs" / "latest").resolve()

    @property
    def temporary(self) -> Path:
        """The folder for the command's temporary files, its own."""
        return self.folder / "t"

    def leftovers(self) -> list[Path]:
        """What the command has left in its temporary folder."""
        return list(self.temporary.iterdir())

    def close(self) -> None:
        """End the process if it still runs."""
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.output += line
        self.process.stdout.close()


@contextlib.contextmanager
def command_in(folder: Path, image: GuestImage) -> Iterator[Command]:
    """A command whose files are in `folder`, on a guest that is built already."""
    command = Command(folder, image)
    try:
        yield command
    finally:
        command.close()


def descendants(pid: int) -> list[int]:
    """All processes below `pid`."""
    children: list[int] = []
    with contextlib.suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            children += [int(one) for one in (task / "children").read_text().split()]
    return children + [below for child in children for below in descendants(child)]


def command_line(pid: int) -> str:
    """The command line of a process, blank-separated; empty if it is gone."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    return ""


def listening_port(pid: int) -> int:
    """The loopback TCP port a process listens on."""
    inodes = set()
    for fd in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(OSError):
            inodes.add(str(fd.readlink()))
    for line in Path(f"/proc/{pid}/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if fields[3] == "0A" and f"socket:[{fields[9]}]" in inodes:
            return int(fields[1].rpartition(":")[2], 16)
    raise AssertionError("the process listens on no TCP port")
