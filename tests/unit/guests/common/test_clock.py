# SPDX-License-Identifier: GPL-2.0-or-later
"""The guest's calendar clock is proven to have been set: a restored guest lives in the past."""

from __future__ import annotations

import pytest

from harness.errors import PeerGone
from harness.guests.common.clock import behind_s

ASKED_S, TOLD_S = 1_795_823_400.0, 1_795_823_400.25
DAYS_S = 3 * 86400.0


def test_by_how_much_a_clock_had_been_behind_is_told() -> None:
    """From what it said before it was set; ahead is less than nothing."""
    answer = {"before_s": ASKED_S - DAYS_S, "after_s": ASKED_S + 0.1}
    assert behind_s(ASKED_S, TOLD_S, answer) == DAYS_S
    assert behind_s(ASKED_S, TOLD_S, {**answer, "before_s": ASKED_S + 60}) == -60


@pytest.mark.parametrize("off_s", [-DAYS_S, -2.1, 2.5])
def test_a_clock_that_does_not_follow_is_a_lab_fault(off_s: float) -> None:
    """802.1X would fail for a reason nobody sees."""
    answer = {"before_s": ASKED_S - DAYS_S, "after_s": ASKED_S + off_s}
    with pytest.raises(PeerGone, match=r"guest's clock: .*-?\d+ s behind"):
        behind_s(ASKED_S, TOLD_S, answer)


@pytest.mark.parametrize(
    "answer", [{}, {"before_s": ASKED_S}, {"before_s": "1", "after_s": ASKED_S}]
)
def test_a_guest_that_does_not_tell_the_time_is_a_lab_fault(answer: dict[str, object]) -> None:
    """Whatever else it says."""
    with pytest.raises(PeerGone, match="not the time"):
        behind_s(ASKED_S, TOLD_S, answer)
