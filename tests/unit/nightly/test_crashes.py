# SPDX-License-Identifier: GPL-2.0-or-later
"""The fingerprint of a crash, and crashes grouped over nights."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from harness.evidence.model import IhvRecord
from harness.evidence.sources.crash_dumps import DUMPS
from harness.history.model import Crash, Night, NightState
from harness.nightly.crashes import crash_of, fingerprint, grouped
from harness.results import FindingResult, Verdict
from tests.unit.evidence.dumps import program_dump, system_dump
from tests.unit.history.samples import AT, PLAIN, cell
from tests.unit.results.samples import association, run

RAISED = {"code": "0xc0000005", "module": "acme.dll", "offset": "0x1234"}


def record(kind: str, function: str | None = None, *, call: int | None = None, tid: int = 1,
           **raw: Any) -> IhvRecord:  # fmt: skip
    """A record of one process."""
    return IhvRecord(1, 1, 1, tid, kind, call, function, raw=raw)


def test_it_is_the_code_and_where_it_came_from() -> None:
    """And above it the calls that the thread was in, innermost first."""
    crash = fingerprint(
        [
            record("enter", "Dot11ExtIhvInitService", call=1),
            record("return", "Dot11ExtIhvInitService", call=1),
            record("enter", "Dot11ExtIhvReceivePacket", call=2, tid=2),  # of another thread
            record("enter", "Dot11ExtIhvPerformPostAssociate", call=3),
            record("enter", "Dot11ExtSendPacket", call=4),
            record("exception", **RAISED),
        ]
    )
    frames = ("acme.dll+0x1234", "Dot11ExtSendPacket", "Dot11ExtIhvPerformPostAssociate")
    assert crash == Crash(0xC0000005, frames)


def test_of_a_process_that_vanished_the_open_calls_are_known() -> None:
    """No exception was recorded."""
    crash = fingerprint([record("enter", "Dot11ExtIhvAdapterReset", call=1)])
    assert crash == Crash(0, ("Dot11ExtIhvAdapterReset",))


def test_what_the_trace_says_badly_is_no_error() -> None:
    """It comes from the guest."""
    assert fingerprint([record("exception", code="?")]) == Crash(0, ("no known module",))
    assert fingerprint([]) == Crash(0)


def test_a_run_has_one_if_a_finding_says_so(tmp_path: Path) -> None:
    """The trace alone does not make it; without the trace it is a crash all the same."""
    finding = FindingResult(rule="HOST-01", severity="FAIL", message="exception")
    crashed = run(association(1, finding))
    assert crash_of(run(association(1)), tmp_path) is None
    labs = FindingResult(rule="HOST-03", severity="MISS", message="gone before it loaded the DLL")
    assert crash_of(run(association(1, labs)), tmp_path) is None
    assert crash_of(crashed, tmp_path) == Crash(0)
    line = {"seq": 1, "t": 1, "pid": 1, "tid": 1, "kind": "exception", **RAISED}
    (tmp_path / "ihv-trace.jsonl").write_text(json.dumps(line) + "\n")
    assert crash_of(crashed, tmp_path) == Crash(0xC0000005, ("acme.dll+0x1234",))


@pytest.mark.parametrize("rule", ["HOST-01", "HOST-08", "HOST-09", "NDIS-10"])
def test_a_crash_that_does_not_blame_the_driver_is_none(tmp_path: Path, rule: str) -> None:
    """wlanext.exe crashed in another module, or lab.toml has the rule warn: a night would count it
    as a failure, which the run is not."""
    finding = FindingResult(rule=rule, severity="WARN", message="crashed (event 1000)")
    assert crash_of(run(association(1, finding)), tmp_path) is None


def night(days: int, *crashes: Crash | None) -> Night:
    """A night that many days after AT, with a cell for each crash."""
    cells = []
    for place, crash in enumerate(crashes):
        failed = cell(Verdict.FAIL, test=replace(PLAIN, scenario=f"s{place}"))
        attempt = replace(failed.attempts[0], crash=crash)
        cells.append(replace(failed, attempts=(attempt,)))
    at = AT + timedelta(days=days)
    return Night(f"n{days}", "night", "", at, at, NightState.COMPLETE, tuple(cells))


def test_a_crash_is_found_again_over_nights() -> None:
    """Equal ones are one group, with the tests of tonight and when it was first seen."""
    one, other = Crash(0xC0000005, ("a.dll+0x1",)), Crash(0xC0000005, ("a.dll+0x2",))
    before = [night(0, one), night(1, other), night(2, None)]
    first, second = grouped(night(3, other, one, one), before)
    assert (first.crash, len(first.tests), first.nights, first.first_at) == (one, 2, 2, AT)
    assert (second.crash, second.nights) == (other, 2)
    assert first.in_words() == "0xC0000005 a.dll+0x1"
    assert grouped(night(3, None), before) == []


def test_a_crash_that_only_windows_tells_is_known_by_its_dump(tmp_path: Path) -> None:
    """Of a program by exception and place, of Windows by bug check, driver and parameter."""
    (tmp_path / DUMPS).mkdir()
    (tmp_path / DUMPS / "a.dmp").write_bytes(program_dump())
    (tmp_path / DUMPS / "b.dmp").write_bytes(system_dump(driver="acme.sys"))
    told = {
        "HOST-08": "wlanext.exe crashed (dumps/a.dmp)",
        "NDIS-10": "acme.sys broke WlanTimedAssociation (dumps/b.dmp)",
    }
    found = {
        rule: crash_of(
            run(association(1, FindingResult(rule=rule, severity="FAIL", message=message))),
            tmp_path,
        )
        for rule, message in told.items()
    }
    assert found == {
        "HOST-08": Crash(0xC0000005, ("acmeihv.dll+0x1234",)),
        "NDIS-10": Crash(0xC4, ("acme.sys", "parameter 1 0x94007")),
    }


def test_a_crash_whose_dump_is_gone_is_one_all_the_same(tmp_path: Path) -> None:
    """The finding stands without its evidence."""
    finding = FindingResult(rule="HOST-09", severity="FAIL", message="bug check (dumps/b.dmp)")
    assert crash_of(run(association(1, finding)), tmp_path) == Crash(0)
