# SPDX-License-Identifier: GPL-2.0-or-later
"""HOST rules of crashes as Windows tells them: the driver is blamed only where it is named."""

from __future__ import annotations

from dataclasses import replace

import pytest

from harness.checks import Evaluation, evaluate
from harness.evidence import DriverVerifier, Stall, names
from tests.unit.checks.judging import clean, judge, only_finding, reasons
from tests.unit.checks.stories import at_end, crash, in_post
from tests.unit.checks.story import OFFSET_NS, Story
from tests.unit.checks.windows_steps import MINIPORT, bug_check, crash_report, logged

DLL = "sample.dll"
"""The DLL of all stories, by its load record."""


def told(result: Evaluation) -> dict[str, str]:
    """The findings, by rule."""
    return {item.rule: item.severity for item in result.findings}


@pytest.mark.parametrize(
    ("event_id", "data", "said"),
    [
        (10000, {"ErrorCode": "126"}, "did not start with ERROR_MOD_NOT_FOUND (126, 0x7e)"),
        (10003, {}, "acmeihv.dll stopped unexpectedly (event 10003)"),
        (10004, {}, "timed out (event 10004); the trace does not show it"),
    ],
)
def test_a_loss_that_only_windows_reports_is_a_warning(
    event_id: int, data: dict[str, str], said: str
) -> None:
    """An event does not say whose doing it was."""
    only_finding(at_end(logged(event_id, **data))(), "HOST-07", "WARN", said)


def test_a_loss_that_the_trace_shows_is_told_once() -> None:
    """By HOST-01, with all that the recorder saw."""
    story = crash(names.POST_ASSOCIATE)()
    logged(10003, after_ms=2000)(story)
    assert told(judge(story)) == {"HOST-01": "FAIL"}


def test_starts_and_stops_in_order_and_what_is_older_are_none() -> None:
    """Nor is anything by an event that nothing places, or that nobody knows."""
    clean(at_end(logged(10001), logged(10002), logged(8002), logged(61234))(), "HOST-07")
    old = in_post(logged(10003, after_ms=-1e6))()
    clean(old, "HOST-07")
    story = at_end(logged(10003))()
    story.log_events = [replace(one, t_ns=None) for one in story.log_events]
    assert "nothing ties the event log" in reasons(story, "HOST-07")


def test_a_crash_in_the_dll_is_its_own() -> None:
    """An error report or a minidump names its module, and the trace has no crash."""
    only_finding(
        in_post(crash_report(DLL))(), "HOST-08", "FAIL",
        "wlanext.exe crashed: exception 0xc0000005 in sample.dll+0x1234 (event 1000)",
    )  # fmt: skip


def test_a_crash_that_the_trace_has_is_told_once() -> None:
    """The dump adds nothing to the recorder's account."""
    story = crash(names.POST_ASSOCIATE)()
    crash_report(DLL)(story)
    assert told(judge(story)) == {"HOST-01": "FAIL"}


def test_a_crash_elsewhere_in_the_process_is_a_warning() -> None:
    """Whose doing it was does not follow from the module."""
    only_finding(in_post(crash_report("ntdll.dll"))(), "HOST-08", "WARN", "not the DLL itself")


@pytest.mark.parametrize(
    ("story", "said"),
    [
        (in_post(crash_report("recorder.dll")), "this lab's own"),
        (in_post(crash_report(DLL, placed=False)), "nothing ties its time"),
    ],
)
def test_a_crash_of_the_labs_own_or_of_unknown_time_blames_nobody(story: object, said: str) -> None:
    """It is evidence that is missing: MISS by name."""
    assert callable(story)
    result = evaluate(story().evidence())
    assert told(result) == {}
    assert any(said in reason for reasons in result.missing.values() for reason in reasons)


def test_a_crash_that_is_still_to_come_was_before_the_clock_was_set() -> None:
    """A guest whose clock went ahead before the run: its old dumps have times behind the run's."""
    for step in (crash_report(DLL), bug_check(8, 0xD1, MINIPORT)):
        story = with_miniport(in_post(step)())
        story.crashes = [replace(one, t_ns=(one.t_ns or 0) + 3600 * 10**9) for one in story.crashes]
        result = evaluate(story.evidence())
        assert told(result) == {}
        said = [one for why in result.missing.values() for one in why]
        assert any("nothing ties its time" in one for one in said)


def test_other_programs_crash_without_the_driver() -> None:
    """Nothing is said of a program that has nothing of it."""
    assert told(judge(in_post(crash_report(DLL, "notepad.exe"))())) == {}


def with_miniport(story: Story) -> Story:
    """It is known which driver the adapter's is; Driver Verifier is off."""
    story.verifier = DriverVerifier(MINIPORT.upper(), (), False)
    return story


def test_a_bug_check_that_names_the_miniport_is_its_own() -> None:
    """By Windows' own account, in a small dump."""
    story = with_miniport(in_post(bug_check(8, 0xD1, MINIPORT))())
    only_finding(story, "HOST-09", "FAIL", "bug check 0xd1 (0x8, 0x0, 0x0, 0x0; dumps/1.dmp)")


@pytest.mark.parametrize("code", [0x9F, 0x101, 0x133])
def test_a_watchdog_that_fired_while_the_lab_stood_still_says_nothing(code: int) -> None:
    """A crash of any other kind does all the same, and so does one in a lab that went on."""
    story = with_miniport(in_post(bug_check(1, code, MINIPORT))())
    assert told(evaluate(story.evidence())) == {"HOST-09": "FAIL"}
    at_ns = (story.crashes[0].t_ns or 0) - OFFSET_NS
    stall = Stall("the guest", at_ns - 9_000_000_000, at_ns - 2_000_000_000)
    result = evaluate(replace(story.evidence(), stalls=(stall,)))
    assert told(result) == {}
    assert any("a time that ran out" in one for why in result.missing.values() for one in why)
    other = with_miniport(in_post(bug_check(1, 0xD1, MINIPORT))())
    assert told(evaluate(replace(other.evidence(), stalls=(stall,)))) == {"HOST-09": "FAIL"}


def test_when_windows_went_is_not_when_it_wrote_that_down() -> None:
    """The event of a bug check is of the next start, which may be the run's own."""
    story = with_miniport(in_post(bug_check(8, 0xD1, MINIPORT, told_later=True))())
    result = evaluate(story.evidence())
    assert told(result) == {}
    assert any("nothing ties its time" in one for why in result.missing.values() for one in why)


@pytest.mark.parametrize(
    ("module", "placed", "said"),
    [
        ("", True, "whose it is is not known"),
        ("netio.sys", True, "names netio.sys for it: whose"),
        (MINIPORT, False, "nothing ties its time"),
    ],
)
def test_any_other_bug_check_leaves_all_open(module: str, placed: bool, said: str) -> None:
    """Windows went, and nobody knows by whom: MISS, never FAIL."""
    story = with_miniport(in_post(bug_check(8, 0xD1, module, placed=placed))())
    result = evaluate(story.evidence())
    assert told(result) == {}
    assert any(said in reason for reasons in result.missing.values() for reason in reasons)


def test_a_bug_check_from_before_the_run_is_not_of_it() -> None:
    """Its dump still lay in the guest."""
    story = with_miniport(in_post(bug_check(8, 0xD1, MINIPORT, ago_s=100))())
    clean(story)
    assert evaluate(story.evidence()).missing == {}
