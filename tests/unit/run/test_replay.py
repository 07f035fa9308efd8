# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs recorded on the reference guest, judged again: findings and timings come out as they did.

The recordings hold no secret: frames without payload, handles, and salted hashes.
"""

from __future__ import annotations

import json
import shutil
import time
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from harness.checks import CheckLimits
from harness.errors import UsageError
from harness.evidence import FrameRecord, names
from harness.evidence.sources.seal import SEAL, seal
from harness.results import AssociationResult, HandshakeResult, RunResult, load_result
from harness.run.judge import expectation_of
from harness.run.replay import judge_again, load, read_plan
from harness.scenarios import find_scenario

RECORDED = Path(__file__).parents[1] / "recorded"
RUNS = sorted(path.name for path in RECORDED.iterdir())


def in_common(result: RunResult) -> list[AssociationResult]:
    """The associations, without what recordings of an older schema do not have, or in part, and
    without the wording of findings."""
    bare: list[AssociationResult] = []
    for item in result.associations:
        told = item.post_association.model_copy(update={"sessions": None, "completions": 0})
        found = tuple(one.model_copy(update={"message": ""}) for one in item.findings)
        without = {"handshakes": (), "timing_us": {}, "post_association": told, "findings": found}
        bare.append(item.model_copy(update=without))
    return bare


def handshakes(result: RunResult) -> list[HandshakeResult]:
    """Every handshake of every association that a session began with."""
    return [one for item in result.associations for one in item.handshakes if not one.renewal]


@pytest.mark.parametrize("name", RUNS)
def test_a_recorded_run_is_judged_as_it_was(name: str) -> None:
    """Verdict, findings, handler facts and every timing figure equal those of the live run."""
    stored = load_result(RECORDED / name / "result.json")
    again, _ = judge_again(RECORDED / name)
    assert again.verdict == stored.verdict == ("FAIL" if name.startswith("fault-") else "PASS")
    assert again.damage == again.missing == ()
    assert in_common(again) == in_common(stored)
    for now, then in zip(handshakes(again), handshakes(stored), strict=True):
        assert now.timing_us.items() >= then.timing_us.items()
        assert now.retries == then.retries
        assert now.station in ("02:00:00:00:00:00", "02:00:00:00:01:00")
    if not any(one.renewal for item in again.associations for one in item.handshakes):
        assert again.timing_summary_us.items() >= stored.timing_summary_us.items()


def test_counts_are_over_all_sessions() -> None:
    """A station that roams twice has three sessions, each completed once; so do two adapters."""
    for name, count in (("roaming", 3), ("two-adapters", 2), ("m4-lost", 1)):
        again, _ = judge_again(RECORDED / name)
        told = again.associations[0].post_association
        assert (told.sessions, told.completions) == (count, count)


def test_a_group_rekey_is_measured_on_both_clocks() -> None:
    """G1 → G2 as the station sees it, and longer by the way there and back as the air does."""
    evidence = load(RECORDED / "group-rekey").evidence
    again, _ = judge_again(RECORDED / "group-rekey")
    first, rekey = again.associations[0].handshakes
    assert (first.kind, first.renewal) == ("4-way", 0)
    assert (rekey.kind, rekey.renewal, rekey.session) == ("group", 1, first.session)
    g1, g2 = (f for f in evidence.associations[0].frames if f.kind in ("G1", "G2"))
    assert g1.guest_ns is not None
    assert g2.guest_ns is not None
    assert rekey.timing_us == {
        "g1_to_g2": (g2.guest_ns - g1.guest_ns) / 1000,
        "g1_to_g2_air": (g2.air_ns - g1.air_ns) / 1000,
    }
    assert rekey.timing_us["g1_to_g2_air"] > rekey.timing_us["g1_to_g2"]
    assert rekey.timing_uncertainty_us == {}


@pytest.mark.parametrize("name", ["two-adapters", "roaming"])
def test_each_handshake_has_its_own_figures(name: str) -> None:
    """Those of the air and of the station are differences between the frames of one station and
    one access point; M1, M2, M3 and M4 came once to each."""
    evidence = load(RECORDED / name).evidence
    again, _ = judge_again(RECORDED / name)
    for seen, result in zip(evidence.associations, again.associations, strict=True):
        told: dict[tuple[str, str], list[FrameRecord]] = {}
        for frame in sorted(seen.frames, key=lambda one: one.air_ns):
            if frame.kind in ("M1", "M2", "M3", "M4"):
                ends = frame.transmitter, frame.receiver
                station, point = ends if frame.direction == "up" else ends[::-1]
                told.setdefault((station, point), []).append(frame)
        sets = {ends: [own[at : at + 4] for at in range(0, len(own), 4)]
                for ends, own in told.items()}  # fmt: skip
        for one in result.handshakes:
            assert one.station is not None
            assert one.access_point is not None
            m1, m2, m3, m4 = sets[one.station, one.access_point].pop(0)
            assert one.timing_us["m1_to_m2"] == (m2.guest_ns - m1.guest_ns) / 1000
            assert one.timing_us["m2_to_m3"] == (m3.air_ns - m2.air_ns) / 1000
            assert one.timing_us["m3_to_m4"] == (m4.guest_ns - m3.guest_ns) / 1000
            assert one.timing_us["handshake"] == (m4.air_ns - m1.air_ns) / 1000
        assert not any(sets.values())


def test_each_session_is_joined_with_its_trace() -> None:
    """The sessions of the result are those the trace opened, each measured from its own handler."""
    for name, count in (("two-adapters", 2), ("roaming", 3)):
        evidence = load(RECORDED / name).evidence
        again, _ = judge_again(RECORDED / name)
        for seen, result in zip(evidence.associations, again.associations, strict=True):
            entered = {
                str(record.args["hSecuritySessionID"]): record
                for record in seen.ihv
                if (record.kind, record.function) == ("enter", names.POST_ASSOCIATE)
            }
            assert len(result.handshakes) == count
            assert {one.session for one in result.handshakes} == set(entered)
            for one in result.handshakes:
                handler = entered[str(one.session)]
                (back,) = (r for r in seen.ihv if r.kind == "return" and r.call == handler.call)
                assert one.timing_us["handler"] == (back.t_ns - handler.t_ns) / 1000


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
    assert again.verdict == "MISS", "a line that is not as it was sealed is no evidence"
    seal(folder)
    again, _ = judge_again(folder)
    assert again.verdict == "FAIL"
    assert "POST-07" in {finding.rule for finding in again.all_findings}


@pytest.mark.parametrize(
    "line", ["{", "[]", "{}", '{"event":"frame"}', '{"event":"association","index":1}',
             '{"event":"notification","host_ns":1,"x":2}', '{"event":"plan"}', '{"event":[]}',
             '{"event":"stall","host_ns":1}', '{"event":"begin","host_ns":1,"run":3}'],
)  # fmt: skip
@pytest.mark.parametrize("sealed", [True, False])
def test_what_is_no_event_is_named_with_its_line(tmp_path: Path, line: str, sealed: bool) -> None:
    """A spoilt line is told and left out; what the other lines say stands."""
    folder = copied("deauthentication", tmp_path)
    events = folder / "events.jsonl"
    events.write_text(line + "\n" + events.read_text())
    if not sealed:
        (folder / SEAL).unlink()
    again, _ = judge_again(folder)
    assert again.verdict == ("PASS" if sealed else "MISS"), "the seal says that it never was there"
    assert any("events.jsonl" in one.message and one.line == 1 for one in again.damage)
    assert all(one.verdict == "PASS" for one in again.associations)


@pytest.mark.parametrize("name", ["events.jsonl", "ihv-trace.jsonl"])
@pytest.mark.parametrize("left", [b"", b"\xff\x00garbage" * 400, None], ids=["no", "junk", "half"])
@pytest.mark.parametrize("run", ["m4-lost", "fault-wrong-session"])
@pytest.mark.parametrize("sealed", [True, False])
def test_emptied_garbled_and_cut_files_are_a_miss(
    tmp_path: Path, name: str, left: bytes | None, run: str, sealed: bool
) -> None:
    """Never PASS, and the file is named; nobody is blamed for what is gone."""
    folder = copied(run, tmp_path)
    file = folder / name
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2] if left is None else left)
    if not sealed:
        (folder / SEAL).unlink()
    again, _ = judge_again(folder)
    stands = run == "fault-wrong-session" and name == "events.jsonl"  # its trace shows the breach
    assert again.verdict == ("FAIL" if stands else "MISS")
    assert any(one.missing for one in again.damage)
    if sealed:
        assert any(name in one.message and one.missing for one in again.damage)
    found = {one.rule for one in again.all_findings if one.severity == "FAIL"}
    assert found == ({"POST-07"} if stands else set())


def test_a_run_without_its_plan_is_not_judged_by_another(tmp_path: Path) -> None:
    """A scenario that wants no connection is not failed for want of one, nor passed."""
    folder = copied("deauthentication", tmp_path)
    events = folder / "events.jsonl"
    lines = events.read_text().splitlines(keepends=True)
    events.write_text("".join(line for line in lines if '"event": "plan"' not in line))
    again, _ = judge_again(folder)
    assert again.verdict == "MISS"
    assert any("what the run is judged by is missing" in one for one in again.missing)
    assert not [rule for rule in again.rules.checked if rule.startswith("EXPECT-03")]


def killed(name: str, folder: Path, last: str) -> Path:
    """A recording as a killed run leaves it: no result, no seal, and no event behind the last one
    of a kind."""
    made = copied(name, folder)
    for gone in ("result.json", SEAL):
        (made / gone).unlink()
    events = (made / "events.jsonl").read_text().splitlines(keepends=True)
    place = max(at for at, line in enumerate(events) if f'"event": "{last}"' in line)
    (made / "events.jsonl").write_text("".join(events[: place + 1]))
    trace = (made / "ihv-trace.jsonl").read_text().splitlines(keepends=True)
    (made / "ihv-trace.jsonl").write_text("".join(trace[:-6]))
    return made


@pytest.mark.parametrize("last", ["frame", "notification", "connect", "attempt", "on air", "plan"])
def test_a_killed_run_is_judged_as_an_unfinished_one(tmp_path: Path, last: str) -> None:
    """Without result.json, from what there is: MISS, and it says that it was not over."""
    again, _ = judge_again(killed("m4-lost", tmp_path, last))
    stored = load_result(RECORDED / "m4-lost")
    assert again.verdict == "MISS"
    assert (again.run_id, again.scenario, again.guest, again.command, again.started_at) == (
        stored.run_id, stored.scenario, stored.guest, stored.command, stored.started_at,
    )  # fmt: skip
    assert again.lab_faults[0].message.startswith("the run was ended before it was over")
    known = last not in ("plan",)
    assert (again.environment.qemu is not None) == known
    begun = last not in ("attempt", "on air", "plan")
    assert [one.verdict for one in again.associations] == ["MISS"] * begun
    assert not [one for one in again.all_findings if one.severity == "FAIL"]


def test_a_certain_breach_of_a_killed_run_stands(tmp_path: Path) -> None:
    """What the DLL did while it was watched is not undone by the end of the harness."""
    again, _ = judge_again(killed("fault-wrong-session", tmp_path, "association"))
    assert again.verdict == "FAIL"
    assert "POST-07" in {finding.rule for finding in again.all_findings}


def test_another_lab_tomls_rules_are_taken(tmp_path: Path) -> None:
    """What a lab waives today can be asked of a run it kept."""
    lab = tmp_path / "other.toml"
    lab.write_text(
        '[[rules]]\nid = "POST-07"\nseverity = "warn"\nreason = "looked at"\n', encoding="utf-8"
    )
    again, _ = judge_again(RECORDED / "fault-wrong-session", lab)
    (finding,) = [one for one in again.all_findings if one.rule == "POST-07"]
    assert (finding.severity, finding.override) == ("WARN", "looked at")


def test_a_waiver_ends_with_its_day_in_utc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it is another day by now, `hil judge --lab` waives what `hil run` would."""
    day = datetime.now(UTC)
    ahead = day.hour >= 10
    monkeypatch.setenv("TZ", "Etc/GMT-14" if ahead else "Etc/GMT+12")
    time.tzset()
    last = day.date() if ahead else day.date() - timedelta(days=1)
    lab = tmp_path / "other.toml"
    lab.write_text(
        f'[[rules]]\nid = "POST-07"\nseverity = "off"\nreason = "known"\nexpires = {last}\n'
    )
    try:
        again, _ = judge_again(RECORDED / "fault-wrong-session", lab)
    finally:
        monkeypatch.undo()
        time.tzset()
    assert [one.finding.rule for one in again.rules.waived] == (["POST-07"] if ahead else [])
    assert (again.verdict == "PASS") is ahead


def test_a_run_is_judged_again_as_of_the_day_in_utc_on_which_it_began(tmp_path: Path) -> None:
    """Its start may be told with the offset of another place."""
    run = Path(shutil.copytree(RECORDED / "fault-wrong-session", tmp_path / "run"))
    told = json.loads((run / "result.json").read_text())
    told["started_at"] = "2027-02-01T08:00:00+09:00"
    (run / "result.json").write_text(json.dumps(told))
    (run / "lab.toml").write_text(
        '[[rules]]\nid = "POST-07"\nseverity = "off"\nreason = "known"\nexpires = 2027-01-31\n'
    )
    again, _ = judge_again(run)
    assert again.verdict == "PASS"


def test_a_folder_without_evidence_says_so(tmp_path: Path) -> None:
    """An empty folder is no run, and neither is one whose files say nothing of a run."""
    with pytest.raises(UsageError, match=r"has neither events\.jsonl nor ihv-trace\.jsonl"):
        load(tmp_path)
    for name in ("events.jsonl", "ihv-trace.jsonl"):
        (tmp_path / name).touch()
    with pytest.raises(UsageError, match="no run that can be judged"):
        judge_again(tmp_path)


@pytest.mark.parametrize("sealed", [True, False])
@pytest.mark.parametrize("gone", ["events.jsonl", "ihv-trace.jsonl"])
def test_a_file_that_is_gone_is_missing_evidence(tmp_path: Path, gone: str, sealed: bool) -> None:
    """As one that was emptied is: MISS, named, and what the other file still proves stays FAIL."""
    for name, verdict in (("plain", "MISS"), ("fault-wrong-session", "FAIL")):
        folder = shutil.copytree(RECORDED / name, tmp_path / name)
        (folder / gone).unlink()
        if not sealed:
            (folder / SEAL).unlink()
        again, _ = judge_again(folder)
        assert again.verdict == ("MISS" if gone == "ihv-trace.jsonl" else verdict)
        assert again.damage[0].message == f"{gone} is not there"


def test_what_is_expected_of_single_associations_is_read_again() -> None:
    """A run judged again is held to the same, association by association."""
    expect = expectation_of(find_scenario("assoc-refused-once"))
    event = {"limits": asdict(CheckLimits()), "expect": asdict(expect)}
    assert read_plan(json.loads(json.dumps(event))) == (CheckLimits(), expect)
