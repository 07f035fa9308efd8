# SPDX-License-Identifier: GPL-2.0-or-later
"""What the recorder adds to a call: the program's lines, and where it is run. No Wine is needed."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path, PureWindowsPath
from types import SimpleNamespace
from typing import Any

import pytest

from harness.config.lab import Lab
from harness.console import PlainConsole
from harness.errors import HarnessError
from harness.run import overhead
from harness.run.overhead import in_guest, natively, read_costs, settings

LINE = json.dumps({"call": "ReceivePacket", "direct_ns": [4.0, 6.0], "recorded_ns": [7005.0, 9005]})


def test_costs_of_a_call() -> None:
    """What is added is the time through the recorder less the median of that without it."""
    (cost,) = read_costs(f"{LINE}\r\n\r\n")
    assert cost.call == "ReceivePacket"
    assert cost.added_us == pytest.approx((7.0, 9.0))


@pytest.mark.parametrize(
    "output", ["", "wine: cannot find it", "[]", '{"call":"x"}', LINE.replace("4.0, 6.0", "")]
)
def test_no_figures(output: str) -> None:
    """Anything else is told, not counted."""
    with pytest.raises(HarnessError, match="no figures"):
        read_costs(output)


def test_settings_name_the_bench_dll() -> None:
    """The recorder stands in front of the DLL that does nothing."""
    assert settings(PureWindowsPath(r"C:\x")) == (
        b"[recorder]\r\nvendor=C:\\x\\benchvendor.dll\r\ntrace=C:\\x\\bench.jsonl\r\n"
    )


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """A folder with the three programs."""
    pe = tmp_path / "pe"
    pe.mkdir()
    for name in (overhead.PROGRAM, overhead.VENDOR, overhead.RECORDER):
        (pe / name).write_bytes(b"MZ")
    return pe


def _wine(folder: Path, script: str) -> None:
    folder.mkdir()
    for name, text in (("wine", script), ("wineserver", 'touch "${WINEPREFIX%/prefix}/killed"')):
        (folder / name).write_text(f"#!/bin/sh\n{text}\n")
        (folder / name).chmod(0o755)


@pytest.fixture
def bin_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only place programs are looked for."""
    monkeypatch.setattr(overhead, "_path", lambda: f"{tmp_path / 'bin'}:/bin:/usr/bin")
    monkeypatch.setattr(overhead.shutil, "which", lambda name, path: _found(tmp_path / "bin", name))
    return tmp_path / "bin"


def _found(folder: Path, name: str) -> str | None:
    return str(folder / name) if (folder / name).exists() else None


def test_without_wine_nothing_is_measured(built: Path, bin_folder: Path, tmp_path: Path) -> None:
    """No Wine on this machine is no error."""
    assert natively(built, tmp_path) == ()


def test_under_wine(built: Path, bin_folder: Path, tmp_path: Path) -> None:
    """A prefix of its own, the three programs beside each other, and its server ended."""
    _wine(bin_folder, f"[ \"$1\" = wineboot ] || {{ ls recorder.ini \"$1\" \"$2\" \"$3\" >&2; "
                      f"echo '{LINE}'; }}")  # fmt: skip
    (cost,) = natively(built, tmp_path)
    assert cost.call == "ReceivePacket"
    assert (tmp_path / "overhead" / "killed").exists()


def test_a_failing_program_is_told(built: Path, bin_folder: Path, tmp_path: Path) -> None:
    """With what it said."""
    _wine(bin_folder, "echo no screen >&2; exit 3")
    with pytest.raises(HarnessError, match="wineboot failed under Wine: no screen"):
        natively(built, tmp_path)
    assert (tmp_path / "overhead" / "killed").exists()


class _Ssh:
    """A guest that runs the program."""

    def __init__(self, status: int) -> None:
        self.status = status
        self.there: list[str] = []
        self.command = ""

    def mkdir(self, target: PureWindowsPath) -> None:
        """A folder is made."""

    def put(self, source: Path, target: PureWindowsPath) -> None:
        """A file is uploaded."""
        self.there.append(str(target))

    def write(self, data: bytes, target: PureWindowsPath) -> None:
        """So are bytes."""
        self.there.append(str(target))

    def run(self, command: str, *, timeout_s: float) -> Any:
        """The command is run."""
        self.command = command
        return SimpleNamespace(status=self.status, output=LINE, errors="broken\n")


@pytest.mark.parametrize("status", [0, 1])
def test_in_the_guest(
    status: int, tmp_path: Path, built: Path, console: PlainConsole, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Uploaded beside each other and run there; the accelerator says what the figures are worth."""
    ssh = _Ssh(status)
    image = SimpleNamespace(recorder=built / overhead.RECORDER)
    guest = SimpleNamespace(ssh=ssh, image=image, accel=SimpleNamespace(accel="tcg"))

    @contextlib.contextmanager
    def opened(*_: object) -> Iterator[Any]:
        yield guest

    monkeypatch.setattr(overhead, "open_guest", opened)
    if status:
        with pytest.raises(HarnessError, match="failed in the guest: broken"):
            in_guest(Lab(), console, tmp_path)
        return
    accel, (cost,) = in_guest(Lab(), console, tmp_path)
    assert (accel, cost.call) == ("tcg", "ReceivePacket")
    folder = r"C:\hil\bench"
    assert ssh.command == " ".join(
        rf"{folder}\{name}" for name in ("ihvbench.exe", "benchvendor.dll", "recorder.dll")
    )
    assert rf"{folder}\recorder.ini" in ssh.there
