# SPDX-License-Identifier: GPL-2.0-or-later
"""PRE-05: two answers of the DLL on one profile, and when they do not contradict each other."""

from __future__ import annotations

import pytest

from harness.evidence import names
from tests.unit.checks.builder import tell
from tests.unit.checks.judging import judge, only_finding
from tests.unit.checks.stories import after, handler, steps
from tests.unit.checks.story import Step
from tests.unit.checks.story_steps import validated


def test_the_error_is_told() -> None:
    """The finding is that of PerformPreAssociate and shows both calls."""
    found = only_finding(
        after("connect", validated(code=13)), "PRE-05", "WARN", "with ERROR_INVALID_DATA (13, 0xd)"
    )
    assert len(found.evidence) == 4


@pytest.mark.parametrize(
    "before",
    [
        validated(code=0),
        validated(digest="00ff"),
        validated(code=14),
        validated(code=1168),
        steps(validated(), validated(code=0)),
        handler(names.VALIDATE_PROFILE, 87, {"pdwReasonCode": 0x90001}, hIhvExtAdapter="0xdead0"),
    ],
    ids=["valid", "another", "no-memory", "no-adapter", "valid-by-now", "stale-handle"],
)
def test_no_contradiction(before: Step) -> None:
    """It was taken, or refused for another reason, or another one was refused."""
    assert "PRE-05" not in {item.rule for item in judge(after("connect", before)).findings}


def test_the_next_connection_is_held_against_it() -> None:
    """What was taken first and then refused is still invalid when it comes again."""
    story = tell(story=tell(after={"connected": validated()}))
    assert only_finding(story, "PRE-05", "WARN", "refused as invalid").association == 2
