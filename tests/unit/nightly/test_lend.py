# SPDX-License-Identifier: GPL-2.0-or-later
"""How a worker's end is told."""

from __future__ import annotations

import pytest

from harness.nightly.lend import lend


@pytest.mark.parametrize(("code", "ours"), [(0, 0), (None, 0), (1, 3), ("lost", 3), (2, 2)])
def test_one_is_a_drivers_alone(code: int | str | None, ours: int) -> None:
    """Whatever dask ends with."""

    def worker() -> None:
        raise SystemExit(code)

    assert lend(worker) == ours


def test_an_error_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    """The cause of it, and what to look for; no traceback."""

    def worker() -> None:
        raise RuntimeError("Nanny failed to start.") from OSError("timed out\nconnecting")

    assert lend(worker) == 3
    said = capsys.readouterr().err
    assert said.startswith("error: the worker ended: timed out connecting\nhint: ")
