# SPDX-License-Identifier: GPL-2.0-or-later
"""HOST rules that rest on the service's account of a process: how it ended and what it used."""

from __future__ import annotations

from typing import Any

import pytest

from harness.checks import CheckLimits, evaluate
from harness.evidence import AssociationEvidence, ClockModel, RunEvidence, names, parse_trace
from harness.evidence.trace import CUT_LINE
from tests.unit.checks.builder import load, tell, version
from tests.unit.checks.judging import clean, judge, only_finding
from tests.unit.checks.rules.test_host_handlers import REST, enter_post
from tests.unit.checks.story import Story

HANDLER = "Dot11ExtIhvPerformPostAssociate"


def host(s: Story, how: str, **members: Any) -> None:
    """The service tells how the process ended; the record has no sequence number of its own."""
    told: dict[str, Any] = {
        "function": "", "text": "seen", "stage": "", "error": 0, "exit_code": 0, "waited_ms": 0,
        "cpu_ms": 900, "memory_kib": 20480, "memory_limit_kib": 196608, "threads": 9,
        "threads_limit": 512, "threads_refused": 0, "busy_ms": 1000, "busy_t": s.now,
    }  # fmt: skip
    s.record("host", 0, how=how, **(told | members))


def died(how: str, **members: Any) -> Story:
    """A run whose process dies in PerformPostAssociate."""

    def post(s: Story) -> None:
        enter_post(s)
        s.wait_ms(200)
        host(s, how, function=HANDLER, **members)

    return tell(post_associate=post, without=REST)


def ended(**members: Any) -> Story:
    """A good run, and the orderly end of its process."""
    story = tell()
    host(story, "stopped", **members)
    return story


def test_an_orderly_end_is_no_finding() -> None:
    """A process that was asked to end, and used little."""
    clean(ended(), "HOST-01", "HOST-02", "HOST-03", "HOST-04", "HOST-05", "HOST-06")


def test_a_process_that_ends_itself() -> None:
    """Handler, exit code and what it had used are named; it needs no successor to be seen."""
    found = only_finding(died("ended", exit_code=7), "HOST-03", "FAIL", "exit code 7")
    assert "in PerformPostAssociate though nobody had asked" in found.message
    assert "0.9 s of processor time, 20 MiB and up to 9 threads" in found.message
    assert found.association == 1


def test_an_idle_process_that_ends_itself() -> None:
    """Nothing was pending: the service's word suffices."""
    story = tell()
    host(story, "ended", exit_code=3)
    only_finding(story, "HOST-03", "FAIL", "exit code 3")


def test_a_process_killed_from_outside() -> None:
    """Ended by a signal: there is no exit code."""
    only_finding(died("ended", exit_code=None), "HOST-03", "FAIL", "killed from outside")


def test_a_process_that_cuts_its_pipe() -> None:
    """Closed handles: what the service saw is told."""
    only_finding(
        died("cut", text="pipe closed"),
        "HOST-03",
        "FAIL",
        "to the service in PerformPostAssociate: pipe closed",
    )


def test_the_end_of_a_load() -> None:
    """The process ended before the recorder could write anything: one record tells it all."""
    story = Story()
    host(story, "ended", function="load", exit_code=7)
    found = only_finding(story, "HOST-03", "FAIL", "while it was loaded and initialised though")
    assert found.association is None


@pytest.mark.parametrize(
    ("how", "rule", "said"),
    [
        ("ended", "HOST-03", "gone before it went to load the DLL, which has no part in it: ended"),
        ("cut", "HOST-03", "gone before it went to load the DLL"),
        ("memory", "HOST-03", "gone before it went to load the DLL"),
        ("hung", "HOST-02", "the start of the IHV host, with nothing of the DLL in it, has not"),
    ],
)
def test_a_host_that_ended_before_it_loaded_the_dll(how: str, rule: str, said: str) -> None:
    """The lab's own process: the DLL is not blamed for it."""
    story = Story()
    host(story, how, function="start", exit_code=None, waited_ms=30_000)
    only_finding(story, rule, "MISS", said)


def test_a_crash_stays_a_crash() -> None:
    """The exception explains the end; it is not told twice."""

    def post(s: Story) -> None:
        call = enter_post(s)
        s.record("exception", code="0xc0000005", module="x.dll", offset="0x1", call=call)
        host(s, "ended", exit_code=5)

    only_finding(tell(post_associate=post, without=REST), "HOST-01", "FAIL", "0xc0000005")


def test_a_hang_the_service_saw() -> None:
    """The service's limit counts, and whether the process waited or spun is told."""
    only_finding(died("hung", waited_ms=5000), "HOST-02", "FAIL", "5.0 s and waits")
    only_finding(died("hung", waited_ms=5000, busy_ms=4500), "HOST-02", "FAIL", "5.0 s and spins")


@pytest.mark.parametrize(
    ("function", "said"),
    [("load", "the DLL while it is loaded"), ("unload", "the end of the process")],
)
def test_a_hang_outside_any_handler(function: str, said: str) -> None:
    """DllMain that never returns, at either end."""
    story = Story()
    host(story, "hung", function=function, waited_ms=30_000)
    only_finding(story, "HOST-02", "FAIL", f"{said}")


def test_memory_threads_and_processor() -> None:
    """Each use beyond the means is a finding that names the limit as ours."""
    only_finding(died("memory", exit_code=None), "HOST-04", "FAIL", "all of its 192 MiB")
    only_finding(
        ended(threads_refused=40), "HOST-04", "FAIL", "512 threads and was refused more 40 times"
    )
    busy = judge(ended(busy_ms=6000))
    assert [(item.rule, item.association) for item in busy.findings] == [("HOST-04", 1)]
    assert "busy for 6 s" in busy.findings[0].message
    assert judge(ended(busy_ms=6000), limits=CheckLimits(busy_s=10)).findings == ()


def test_a_host_nobody_counted() -> None:
    """Without control groups the rule claims nothing."""
    story = tell()
    host(story, "stopped", threads_limit=0, busy_ms=9000)
    assert "HOST-04" not in judge(story).checked


def test_a_dll_that_cannot_be_loaded() -> None:
    """LoadLibrary's error in words; that exports are missing then is no second finding."""
    story = Story()
    story.load(error=126, exports={})
    story.call(names.GET_VERSION, result=126)
    host(story, "failed", stage="version", error=126)
    only_finding(
        story, "HOST-05", "FAIL", "ERROR_MOD_NOT_FOUND (126, 0x7e) (a DLL it needs was not found"
    )


def test_missing_exports_are_told_once() -> None:
    """That the service does not come up without them follows."""
    story = Story()
    story.load(exports={names.GET_VERSION: False, names.INIT_SERVICE: False})
    story.call(names.GET_VERSION, result=127)
    host(story, "failed", stage="version", error=127)
    only_finding(story, "LIFE-02", "FAIL", "does not export")


def test_a_service_that_refuses() -> None:
    """InitService's own error."""
    story = Story()
    load(story)
    version(story)
    story.call(names.INIT_SERVICE, result=5, dwVerNumUsed=0, apis_null=[])
    host(story, "failed", stage="init", error=5)
    only_finding(story, "HOST-05", "FAIL", "InitService returned ERROR_ACCESS_DENIED (5, 0x5)")


def test_a_trace_that_was_cut() -> None:
    """The harness's note of it becomes a finding, in the association it came in."""
    story = tell()
    records, damage = parse_trace(story.trace().encode() + CUT_LINE)
    evidence = RunEvidence(
        records, (AssociationEvidence(1, 1, records[-1].t_ns),), ClockModel(0, 0), damage
    )
    found = [item for item in evaluate(evidence).findings if item.rule == "HOST-06"]
    assert [(item.severity, item.association) for item in found] == [("FAIL", 1)]
    judge(evidence)


def test_a_process_id_that_comes_back() -> None:
    """After its end a process takes no more records: the next of that id is another."""
    story = tell()
    host(story, "stopped")
    host(story, "ended", function="load", exit_code=7)
    load(story)
    records, damage = parse_trace(story.trace())
    assert [record.process for record in records[-3:]] == [0, 1, 2]
    assert not damage
