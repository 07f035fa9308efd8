# SPDX-License-Identifier: GPL-2.0-or-later
"""hil bench --history: board and comparison are timed on histories that are made up."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from typer.testing import CliRunner

from harness.cli.app import app
from harness.config.lab import HISTORY
from harness.history.sql import open_history
from harness.nightly import measuring_history as module


def test_board_and_comparison_are_timed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Each as often as is asked for, on nights of its own; nothing is kept of them."""
    given: list[tuple[Sequence[str], int]] = []

    def timed(argv: Sequence[str], folder: Path, limit_s: float) -> float:
        with open_history(str(folder / "runs" / HISTORY)) as history:
            given.append((argv[3:], len(history.nights())))
        (folder / "board.html").write_bytes(b"x" * 2_000_000)
        return 1.5

    monkeypatch.setattr(module, "timed", timed)
    monkeypatch.setattr(module, "NIGHTS", 3)
    monkeypatch.setattr(module, "TESTS", 2)
    monkeypatch.setattr(module, "ASSOCIATIONS", 2)
    monkeypatch.setattr(module, "BEFORE", 2)
    monkeypatch.setattr("harness.run.bench.qemu_version", lambda: "QEMU 7.2")
    monkeypatch.chdir(tmp_path)
    said = CliRunner().invoke(app, ["bench", "--history", "--rounds", "2"])
    assert said.exit_code == 0, said.output
    board, compare = ("board", "--out", "board.html"), ("compare", "last-1", "last")
    assert given == [(board, 3), (board, 3), (compare, 4), (compare, 4)]
    assert "board, size                                                  2.000 MB" in said.stdout
    assert "comparison of two nights                                     1.500 s" in said.stdout
    assert list(tmp_path.iterdir()) == []
