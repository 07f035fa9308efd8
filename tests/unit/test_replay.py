# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs recorded on the reference guest, judged again: findings and timings come out as they did.

The recordings hold no secret: frames without payload, handles, and salted hashes.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from harness.errors import UsageError
from harness.replay import judge_again, load
from harness.results import load_result

RECORDED = Path(__file__).parent / "recorded"
RUNS = sorted(path.name for path in RECORDED.iterdir())


@pytest.mark.parametrize("name", RUNS)
def test_a_recorded_run_is_judged_as_it_was(name: str) -> None:
    """Verdict, findings, handler facts and every timing figure equal those of the live run."""
    stored = load_result(RECORDED / name / "result.json")
    again, _ = judge_again(RECORDED / name)
    assert again.verdict == stored.verdict == "PASS"
    assert again.associations == stored.associations
    assert again.timing_summary_us == stored.timing_summary_us


@pytest.mark.parametrize("name", ["m4-lost", "group-rekey"])
def test_the_figures_are_differences_of_one_clock(name: str) -> None:
    """M1→M2 and M3→M4 are guest-clock differences at the radio port, M2→M3 one of the air's."""
    evidence = load(RECORDED / name).evidence
    again, _ = judge_again(RECORDED / name)
    for seen, result in zip(evidence.associations, again.associations, strict=True):
        first = {kind: next(f for f in seen.frames if f.kind == kind) for kind in
                 ("M1", "M2", "M3", "M4")}  # fmt: skip
        guest = {kind: frame.guest_ns for kind, frame in first.items()}
        assert None not in guest.values()
        assert result.timing_us["m1_to_m2"] == (guest["M2"] - guest["M1"]) / 1000
        assert result.timing_us["m3_to_m4"] == (guest["M4"] - guest["M3"]) / 1000
        turnaround = first["M3"].air_ns - first["M2"].air_ns
        assert result.timing_us["m2_to_m3"] == turnaround / 1000


def test_a_lost_m4_counts_as_one_retry() -> None:
    """The recording of a lost M4 has two M3 and two M4, and one retry of M3."""
    again, _ = judge_again(RECORDED / "m4-lost")
    for association in again.associations:
        assert association.messages == {"M1": 1, "M2": 1, "M3": 2, "M4": 2}
        assert association.retries == {"m1": 0, "m3": 1}


def copied(name: str, folder: Path) -> Path:
    """A recording that may be spoilt."""
    return Path(shutil.copytree(RECORDED / name, folder / name))


def test_a_breach_put_into_the_trace_is_found(tmp_path: Path) -> None:
    """With the completion's session changed, POST-07 is found: the replay really judges."""
    folder = copied("m4-lost", tmp_path)
    trace = folder / "ihv-trace.jsonl"
    lines = trace.read_text().splitlines()
    for at, line in enumerate(lines):
        record = json.loads(line)
        if record["kind"] == "enter" and record["function"] == "Dot11ExtPostAssociateCompletion":
            record["args"]["hSecuritySessionID"] = "0xdead"
            lines[at] = json.dumps(record)
    trace.write_text("\n".join(lines) + "\n")
    again, _ = judge_again(folder)
    assert again.verdict == "FAIL"
    assert "POST-07" in {finding.rule for finding in again.all_findings}


@pytest.mark.parametrize(
    "line", ["{", "[]", "{}", '{"event":"frame"}', '{"event":"association","index":1}',
             '{"event":"notification","host_ns":1,"x":2}', '{"event":"plan"}'],
)  # fmt: skip
def test_what_is_no_event_is_named_with_its_line(tmp_path: Path, line: str) -> None:
    """A spoilt file is refused in one line that says where."""
    folder = copied("deauthentication", tmp_path)
    events = folder / "events.jsonl"
    events.write_text(line + "\n" + events.read_text())
    with pytest.raises(UsageError, match=r"events\.jsonl:1: not an event of a run"):
        load(folder)


def test_a_folder_without_evidence_says_so(tmp_path: Path) -> None:
    """An empty folder is no run."""
    with pytest.raises(UsageError, match=r"events\.jsonl: No such file"):
        load(tmp_path)
