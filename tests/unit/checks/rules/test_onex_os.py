# SPDX-License-Identifier: GPL-2.0-or-later
"""ONEX-08: EAPOL-Start on the air against what the OS told the DLL."""

from __future__ import annotations

from typing import Any

import pytest

from harness.checks import Evaluation, evaluate
from harness.checks.evaluate import NOT_EXERCISED
from harness.evidence import names
from tests.unit.checks.stories import api, in_post
from tests.unit.checks.story import AP, SERVICE, STA, Step, Story
from tests.unit.checks.story_steps import (
    NOBODY,
    START,
    STOP_ONEX,
    eapol_start,
    onex,
    packet,
    result,
)

OTHER_STA = "02:00:00:00:02:00"
FAILED = result(1, NOBODY)
THREE = (eapol_start,) * 3


def wait(seconds: float) -> Step:
    """Time passes."""
    return lambda s: s.wait_ms(seconds * 1000)


def judged(*some: Step, **changes: Any) -> Evaluation:
    """The evaluation of a story with these steps in the post-association."""
    story: Story = in_post(*some)()
    for frame in [f for f in story.frames if f.kind == "eapol-start"][: changes.pop("of", 0)]:
        object.__setattr__(frame, "transmitter", changes["transmitter"])
    return evaluate(story.evidence())


def outcome(found: Evaluation) -> str:
    """What became of ONEX-08."""
    if any(item.rule == "ONEX-08" for item in found.findings):
        return "broken"
    asked = [item for item in found.undecided if item.rule == "ONEX-08"]
    if any(item.reason != NOT_EXERCISED for item in asked):
        return "open"
    return "kept" if "ONEX-08" in found.checked else "not tested"


@pytest.mark.parametrize(
    ("some", "expected"),
    [
        ((START, eapol_start, packet(), onex(), result()), "kept"),
        ((START, *THREE, FAILED), "kept"),
        ((START, *THREE, packet(), onex(), eapol_start, result()), "kept"),
        ((START, *THREE, packet(), onex(), result()), "kept"),
        ((START, packet(), onex(), result()), "not tested"),
        ((START, *THREE, eapol_start, FAILED), "broken"),
        ((START, eapol_start, FAILED), "broken"),
        ((START, FAILED), "broken"),
        ((START, *THREE, STOP_ONEX), "open"),
        ((START, *THREE, wait(20), STOP_ONEX), "broken"),
        ((START, eapol_start, STOP_ONEX, START, *THREE, FAILED), "kept"),
        ((eapol_start,), "not tested"),
    ],
)
def test_starts_are_counted(some: tuple[Step, ...], expected: str) -> None:
    """From each StartOneX on, in a row without a packet that reached the OS."""
    assert outcome(judged(*some)) == expected


def test_a_start_of_the_dlls_own_leaves_it_open() -> None:
    """The air does not tell whose an EAPOL-Start was."""
    shown = {"ethertype_bytes": "888e", "data": "02010000"}
    own = api(names.SEND_PACKET, SERVICE, uPacketLen=18, hSendCompletion="0x1", pvPacket=shown)
    assert outcome(judged(START, own, *THREE, eapol_start, FAILED)) == "open"


def test_two_stations_leave_it_open() -> None:
    """Two adapters at once: which of them sent it is not told."""
    other = STA[:-1] + "7"
    assert outcome(judged(START, *THREE, eapol_start, FAILED, of=1, transmitter=other)) == "open"


def test_another_adapters_starts_are_not_counted() -> None:
    """The other station sends its own three, and waits, while this one is long authenticated."""

    def other(s: Story) -> None:
        s.frame("assoc-req", "up", transmitter=OTHER_STA, receiver=AP)
        s.frame("assoc-resp", "down", transmitter=AP, receiver=OTHER_STA)

    def theirs(s: Story) -> None:
        s.frame("eapol-start", "up", transmitter=OTHER_STA, receiver=AP)

    assert outcome(judged(other, START, theirs, theirs, theirs, theirs, wait(20))) == "open"
    assert outcome(judged(other, START, FAILED)) == "open"


def test_a_fourth_start_beside_lost_records_leaves_it_open() -> None:
    """The answer may be among the records that are missing; the air alone does not tell."""
    story: Story = in_post(START, *THREE, packet(), onex(), eapol_start, result())()
    answer = next(i for i, line in enumerate(story.lines) if names.PROCESS_ONEX in line)
    del story.lines[answer : answer + 2]
    assert outcome(evaluate(story.evidence())) == "open"


def test_starts_behind_the_end_of_the_trace_are_not_counted() -> None:
    """A trace cut at a line's end looks like one in which nothing more happened."""
    story: Story = in_post(START, *THREE, packet(), onex(), eapol_start, result())()
    start = next(i for i, line in enumerate(story.lines) if names.START_ONEX in line)
    del story.lines[start + 2 :]
    assert outcome(evaluate(story.evidence())) != "broken"


def test_without_an_air_nothing_is_counted() -> None:
    """An adapter whose frames nobody records may have sent its EAPOL-Start."""
    story: Story = in_post(START, FAILED)()
    story.frames.clear()
    assert outcome(evaluate(story.evidence())) == "open"
