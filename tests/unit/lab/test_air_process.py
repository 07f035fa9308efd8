# SPDX-License-Identifier: GPL-2.0-or-later
"""The air's process: its start and its end."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from harness.errors import LabFault
from harness.lab import air_process as module
from harness.lab.air_process import running_air
from tests.unit.lab.test_air import NETWORK, Heard


def test_the_process_starts_and_ends_with_the_context(tmp_path: Path) -> None:
    """A real air: it greets, keeps its files in the run directory, and is gone afterwards."""
    sockets, run_dir = tmp_path / "sockets", tmp_path / "run"
    sockets.mkdir()
    run_dir.mkdir()
    with running_air(sockets, run_dir, Heard()) as (air, radio):
        air.await_start()
        assert air.alive
        assert radio.is_socket()
        assert air.configure(NETWORK, 100)
        air.start()
        assert air.status()["port"] == "lost"
    assert air.process.returncode == 0
    assert (run_dir / "air.pcapng").stat().st_size > 0
    assert (run_dir / "air-stderr.log").read_bytes() == b""


def test_an_error_inside_ends_the_process(tmp_path: Path) -> None:
    """Also after Ctrl-C the air flushes its capture and ends by itself."""
    with (
        pytest.raises(KeyboardInterrupt),
        running_air(tmp_path, tmp_path, Heard()) as (air, _),
    ):
        raise KeyboardInterrupt
    assert air.process.returncode == 0


def test_an_air_that_cannot_start_is_a_lab_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its status and last words are in the message."""
    program = tmp_path / "python"
    program.write_text("#!/bin/sh\necho 'ModuleNotFoundError: scapy' >&2\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setattr(module.sys, "executable", str(program))
    assert sys.executable == str(program)
    with (
        pytest.raises(LabFault, match=r"start of the air process: .*status 1: ModuleNotFound"),
        running_air(tmp_path, tmp_path, Heard()) as (air, _),
    ):
        air.await_start()
