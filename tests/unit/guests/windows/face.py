# SPDX-License-Identifier: GPL-2.0-or-later
r"""A guest behind SSH in this process: the reference guest's Windows face, files in a table.

What the harness sends is decoded by the same program as in the guest; the registry, the service and
the radio are the test's.
"""

from __future__ import annotations

import contextlib
import io
import subprocess
from pathlib import Path, PureWindowsPath
from typing import Any

import pytest
import windows_face

from harness.guests.common.ssh import CommandResult
from harness.guests.windows.powershell import PowerShell

ORIGINAL = {"ExtensibilityDLL": r"C:\drivers\ihvsample\sample.dll", "AdapterOUI": "0x123456"}


class Killed(BaseException):
    """The harness dies here."""


class WindowsFace:
    """`Ssh` to it."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.registry = dict(ORIGINAL)
        self.kinds = {"AdapterOUI": "REG_DWORD"}
        self.files: dict[str, bytes] = {}
        self.trouble: dict[str, Any] = {}
        self.state = "running"
        self.refusal = ""
        self.restarts = 0
        self.asked: list[str] = []
        self.alive = True
        self.dies_at = -1
        """The step (command or file) before which the harness is killed; negative: none."""
        self.steps = 0
        (folder / "wlan0").mkdir()
        self.restarted = folder / "restarted"
        self._exit = folder / "exit"
        monkeypatch.setenv("HIL_EXIT_FILE", str(self._exit))
        monkeypatch.setattr(windows_face, "VERIFIER", folder / "verifier.json")
        monkeypatch.setattr(windows_face, "RESTARTED", self.restarted)
        monkeypatch.setattr(windows_face, "RADIO", folder / "wlan0")
        monkeypatch.setattr(windows_face, "trouble", self.trouble.get)
        monkeypatch.setattr(windows_face, "wine_reg", self._reg)
        monkeypatch.setattr(windows_face, "ask_service", self._service)
        monkeypatch.setattr(windows_face, "run", self._run)
        monkeypatch.setattr(windows_face, "write_file", self.files.__setitem__)
        monkeypatch.setattr(windows_face, "leave_behind", self.asked.append)

    def run(self, command: str, *, timeout_s: float | None = None) -> CommandResult:
        """A command line, played by the face."""
        self._step(command)
        output, errors = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(output), contextlib.redirect_stderr(errors):
            windows_face.main(command)
        return CommandResult(int(self._exit.read_text()), output.getvalue(), errors.getvalue())

    def read_from(self, target: PureWindowsPath, offset: int, most: int = 1 << 40) -> bytes:
        """A file, or nothing."""
        return self.files.get(str(target), b"")[offset : offset + most]

    def write(self, data: bytes, target: PureWindowsPath, *, private: bool = False) -> None:
        """A file, in two steps: a harness that is killed may leave half of one."""
        self.files[str(target)] = data[: len(data) // 2]
        self._step(f"write {target.name}")
        self.files[str(target)] = data

    def put(self, source: Path, target: PureWindowsPath) -> None:
        """A file of this machine."""
        self.write(source.read_bytes(), target)

    def remove(self, target: PureWindowsPath) -> None:
        """No such file."""
        self._step(f"remove {target.name}")
        self.files.pop(str(target), None)

    def mkdir(self, target: PureWindowsPath) -> None:
        """Folders are not kept."""

    def close(self) -> None:
        """The end of the connection."""
        self.alive = False

    def _step(self, what: str) -> None:
        self.asked.append(what)
        if self.steps == self.dies_at:
            raise Killed
        self.steps += 1

    def _reg(self, verb: str, _key: str, *rest: str) -> str:
        lines = [
            f"    {name}    {self.kinds.get(name, 'REG_SZ')}    {value}"
            for name, value in self.registry.items()
        ]
        if verb == "add":
            value, self.kinds[rest[1]] = rest[5], rest[3]
            self.registry[rest[1]] = hex(int(value)) if rest[3] == "REG_DWORD" else value
        if verb == "delete":
            self.registry.pop(rest[1], None)
        return "\n".join(lines)

    def _service(self, _call: str, action: str) -> dict[str, Any]:
        if action == "state":
            return {"id": 1, "result": {"state": self.state}}
        if action == "start" and self.refusal:
            return {"id": 1, "error": {"message": self.refusal}}
        self.state = {"start": "running", "stop": "stopped"}[action]
        return {"id": 1, "result": {}}

    def _run(self, *argv: str) -> subprocess.CompletedProcess[str]:
        self.restarts += argv[-1] == "up"
        return subprocess.CompletedProcess(argv, 0, "", "")


def shell_of(face: WindowsFace) -> PowerShell:
    """PowerShell there."""
    return PowerShell(face, limit_s=5)  # type: ignore[arg-type]
