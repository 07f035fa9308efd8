# SPDX-License-Identifier: GPL-2.0-or-later
"""ihvbench.exe under Wine: it measures what `hil bench` reads. No figure is asserted."""

from __future__ import annotations

import shutil
from pathlib import Path, PureWindowsPath

from harness.evidence import parse_trace
from harness.run.overhead import PROGRAM, RECORDER, VENDOR, read_costs, settings
from tests.wine.conftest import Wine, windows_path

BATCHES, CALLS = 60, 50


def test_calls_are_measured(pe: Path, wine: Wine, tmp_path: Path) -> None:
    """Eight kinds of call, each in 60 batches; and all were recorded while measured."""
    for name in (VENDOR, RECORDER):
        shutil.copy(pe / name, tmp_path)
    (tmp_path / "recorder.ini").write_bytes(settings(PureWindowsPath(windows_path(tmp_path))))
    done = wine.run(pe / PROGRAM, *(windows_path(tmp_path / name) for name in (VENDOR, RECORDER)))
    assert done.returncode == 0, done.stderr
    costs = read_costs(done.stdout.decode())
    assert len({cost.call for cost in costs}) == 8
    assert all(len(cost.direct_us) == len(cost.recorded_us) == BATCHES for cost in costs)
    trace, damage = parse_trace((tmp_path / "bench.jsonl").read_bytes())
    assert damage == ()
    entered = sum(record.kind == "enter" for record in trace)
    assert entered == (BATCHES + 1) * CALLS * (len(costs) + 1) + 1  # a send has its completion
