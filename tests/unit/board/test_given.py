# SPDX-License-Identifier: GPL-2.0-or-later
"""What the plan says beside the history."""

from __future__ import annotations

from datetime import date

from harness.board import GivenPlan, Issue
from harness.history.model import Mark
from tests.unit.board.factory import a_night
from tests.unit.board.test_coding import HOSTILE


def test_a_gate_is_told_at_its_night() -> None:
    """A night that the plan does not judge has none; no limit passed is a gate that held."""
    nights = [a_night(day=day) for day in range(3)]
    given = GivenPlan({nights[1].id: (), nights[2].id: ("2 FAIL: 0 may fail",)})
    assert given.content(nights)["gates"] == {1: [], 2: ["2 FAIL: 0 may fail"]}


def test_issues_with_their_last_day() -> None:
    """Quarantine has none."""
    issues = (
        Issue(Mark.KNOWN_ISSUE, "*/acme/*", "lost key", "WLAN-1423", date(2026, 12, 31)),
        Issue(Mark.QUARANTINE, "*/roaming", HOSTILE),
    )
    known, quarantine = GivenPlan(issues=issues).content([])["issues"]
    assert known == {
        "mark": "known issue",
        "pattern": "*/acme/*",
        "reason": "lost key",
        "ticket": "WLAN-1423",
        "expires": "2026-12-31",
    }
    assert quarantine["expires"] == ""
    assert "\x1b" not in quarantine["reason"]
