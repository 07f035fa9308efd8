# SPDX-License-Identifier: GPL-2.0-or-later
"""UI rules: what is not asked of a DLL, and what an adapter's end asks of it."""

from __future__ import annotations

import pytest

from harness.checks import Expectation
from harness.evidence import names
from tests.unit.checks.builder import complete, reset, stop, tell
from tests.unit.checks.judging import clean, judge, only_finding, reasons
from tests.unit.checks.stories import after, inside, steps
from tests.unit.checks.story import IHV, OS, Step, Story
from tests.unit.checks.story_steps import (
    GUID,
    answered,
    answered_with,
    ask,
    deinit,
    logoff,
    pending,
    reset_with,
)


def refused(s: Story) -> None:
    """The DLL does not take the response."""
    s.call(names.UI_RESPONSE, OS, 87, guidUIRequest=GUID, dwByteCount=0, pvResponseBuffer=None)


def another_logs_off(s: Story) -> None:
    """The request is of session 1."""
    s.call(names.SESSION_CHANGE, uEventType=6, pSessionNotification={"dwSessionId": 2})


def fails(s: Story) -> None:
    """The DLL gives the session up."""
    complete(s, error=1223, reason=0x90002)


def long_after(s: Story) -> None:
    """More than five minutes pass."""
    s.wait_ms(301_000)
    fails(s)


@pytest.mark.parametrize("open_by", [refused, another_logs_off])
@pytest.mark.parametrize("answer", [0, 1])
def test_either_answer_is_right(open_by: Step, answer: int) -> None:
    """No document says whether such an event ends the request."""
    clean(after("m1", ask(), open_by, pending(answer)))


def test_a_request_sent_while_its_adapter_is_reset() -> None:
    """The reset may have met it or not."""
    clean(after("echo", inside(names.ADAPTER_RESET, ask()), pending(0), without=("reset",)))


def test_ui_05_is_not_kept_by_a_refusal() -> None:
    """A NULL answer that the DLL does not take, or takes and waits on, completes nothing."""
    story = after("m1", ask(), refused, pending(1))
    assert "refused a NULL buffer with error 87" in reasons(story, "UI-05")
    result = judge(after("m1", ask(), answered, pending(1)))
    assert {item.rule for item in result.findings} == {"UI-05"}
    assert "UI-05" not in result.held


@pytest.mark.parametrize("answer", [0, 1])
@pytest.mark.parametrize("over", [stop, fails, long_after])
def test_ui_04_of_a_request_that_was_given_up(over: Step, answer: int) -> None:
    """What it was asked for is over, or the user took longer than Microsoft's sample waits."""
    rest = ("m2", "m3", "m4", "keys", "completion", "connected", "echo", "stop")
    clean(tell(after={"m1": steps(ask(), over, pending(answer))}, without=rest),
          expect=Expectation(connected=None, messages=()))  # fmt: skip


def test_ui_03_after_any_log_off() -> None:
    """A DLL that frees all requests when any user logs off may have understood the documents."""
    story = after("m1", ask(), another_logs_off, answered_with("changed"))
    assert "logged off" in reasons(story, "UI-03")
    story = after("m1", logoff, ask(), answered_with("changed"))
    only_finding(story, "UI-03", "FAIL", "is not as it was")


def test_ui_04_of_an_adapter_that_is_gone() -> None:
    """DeinitAdapter ends its requests as well."""
    story = after("reset", ask(), deinit, pending(1))
    only_finding(story, "UI-04", "FAIL", "after its adapter was taken down")
    clean(after("reset", ask(), deinit, pending(0)))


def test_rst_04_by_a_handle_given_again() -> None:
    """A request belongs to the adapter of its time, whatever has its handle later."""

    def again(s: Story) -> None:
        deinit(s)
        s.call(names.INIT_ADAPTER, hDot11SvcHandle="0x6000", out={"phIhvExtAdapter": IHV})

    clean(after("reset", ask(), reset, pending(0), again), "RST-04")
    story = after("reset", ask(), reset_with("unchanged"), pending(1), again)
    assert {item.rule for item in judge(story).findings} == {"RST-04"}


def test_ui_02_of_a_request_that_is_over() -> None:
    """Its GUID should be new all the same: a warning, where that of a pending one fails."""
    only_finding(after("m1", ask(), ask()), "UI-02", "FAIL", "of a pending request")
    only_finding(after("m1", ask(), answered, ask()), "UI-02", "WARN", "of an earlier request")
