# SPDX-License-Identifier: GPL-2.0-or-later
"""ONEX-13: a success while 802.1X is in progress, and what the OS may tell in between."""

from __future__ import annotations

import pytest

from harness.checks.onex import FAILURE, IN_PROGRESS, SUCCESS
from tests.unit.checks.builder import Step
from tests.unit.checks.judging import judge
from tests.unit.checks.stories import START, STOP_ONEX, in_post, onex, packet, result

ROUND = (packet(), onex())
"""A packet of the access point, handed on."""


def found(*some: Step) -> list[tuple[str, str]]:
    """What a story with these steps before its handshake breaks."""
    return [(item.rule, item.severity) for item in judge(in_post(*some)()).findings]


@pytest.mark.parametrize(
    "steps",
    [
        (START, *ROUND),
        (START, result(IN_PROGRESS), *ROUND),
        (START, *ROUND, result(SUCCESS), START, result(IN_PROGRESS), *ROUND),
    ],
    ids=["no-result", "in-progress", "second-start"],
)
def test_a_success_before_the_result_is_found(steps: tuple[Step, ...]) -> None:
    """That a round has begun is no result of it."""
    assert found(*steps) == [("ONEX-13", "WARN")]


@pytest.mark.parametrize(
    "steps",
    [
        (START, *ROUND, result(SUCCESS)),
        (START, result(IN_PROGRESS), *ROUND, result(SUCCESS)),
        (START, *ROUND, result(SUCCESS), result(IN_PROGRESS)),
        (START, *ROUND, result(FAILURE)),
        (START, *ROUND, STOP_ONEX),
    ],
    ids=["result", "in-progress-result", "next-round-of-the-os", "failure", "stopped"],
)
def test_a_success_with_no_result_due_is_not(steps: tuple[Step, ...]) -> None:
    """A round the OS begins by itself may overtake the completion for the last one's result."""
    assert found(*steps) == []
