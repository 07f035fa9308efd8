# SPDX-License-Identifier: GPL-2.0-or-later
"""UI rules: what is not asked of a DLL, and what an adapter's end asks of it."""

from __future__ import annotations

import pytest

from harness.evidence import names
from tests.unit.checks.builder import IHV, OS, Story, reset
from tests.unit.checks.judging import clean, judge, only_finding, reasons
from tests.unit.checks.stories import (
    GUID,
    Step,
    after,
    answered_with,
    ask,
    deinit,
    inside,
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


@pytest.mark.parametrize("open_by", [refused, another_logs_off])
@pytest.mark.parametrize("answer", [0, 1])
def test_either_answer_is_right(open_by: Step, answer: int) -> None:
    """No document says whether such an event ends the request."""
    clean(after("m1", ask(), open_by, pending(answer)))


def test_a_request_sent_while_its_adapter_is_reset() -> None:
    """The reset may have met it or not."""
    clean(after("echo", inside(names.ADAPTER_RESET, ask()), pending(0), without=("reset",)))


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
