# SPDX-License-Identifier: GPL-2.0-or-later
"""The folder of a run is a source; what it holds is held by the tests of runs judged again."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.errors import UsageError
from harness.evidence.sources import EvidenceSource, RunFolder
from harness.run.replay import load, read_plan, writes_last_record

RECORDED = Path(__file__).parents[2] / "recorded"


def test_a_run_directory_is_a_source() -> None:
    """It gives what a run that is judged again is judged by."""
    source: EvidenceSource = RunFolder(RECORDED / "plain", read_plan, writes_last_record)
    evidence = source.read()
    assert evidence == load(RECORDED / "plain").evidence
    assert evidence.damage == ()
    assert [one.index for one in evidence.associations] == [1]


def test_a_folder_without_evidence_is_the_users_mistake(tmp_path: Path) -> None:
    """It is named, with what to give in its place."""
    with pytest.raises(UsageError, match=r"neither events\.jsonl nor ihv-trace\.jsonl"):
        RunFolder(tmp_path, read_plan, writes_last_record).read()
