# SPDX-License-Identifier: GPL-2.0-or-later
"""The guest's calendar clock is set on demand; no test sets this machine's."""

from __future__ import annotations

import time

import pytest
from autoconfig import calendar_clock as module
from autoconfig.calendar_clock import set_calendar_clock
from autoconfig.client import CallError


def test_what_it_said_before_and_says_now(monkeypatch: pytest.MonkeyPatch) -> None:
    """The calendar moves, no other clock."""
    said = iter((1000.5, 2000.25))
    moved: list[tuple[int, float]] = []
    monkeypatch.setattr(module.time, "time", lambda: next(said))
    monkeypatch.setattr(module.time, "clock_settime", lambda *how: moved.append(how))
    answer = set_calendar_clock({"now_s": 2000})
    assert answer == {"before_s": 1000.5, "after_s": 2000.25}
    assert moved == [(time.CLOCK_REALTIME, 2000.0)]


def test_a_time_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """By the kernel, or because no clock can show it; the service goes on."""
    with pytest.raises(CallError, match="clock not set"):
        set_calendar_clock({"now_s": float("inf")})

    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(module.time, "clock_settime", refuse)
    with pytest.raises(CallError, match="not permitted"):
        set_calendar_clock({"now_s": 0})
