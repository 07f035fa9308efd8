# SPDX-License-Identifier: GPL-2.0-or-later
"""ONEX-13: a success while 802.1X is in progress, and what the OS may tell in between."""

from __future__ import annotations

import pytest

from harness.evidence import names
from tests.unit.checks.judging import judge
from tests.unit.checks.stories import in_post, in_pre
from tests.unit.checks.story import IHV, Step, Story
from tests.unit.checks.story_steps import EAP, EAPOL_KEY, START, STOP_ONEX, onex, packet, result

ROUND = (packet(), onex())
"""A packet of the access point, handed on."""


def found(*some: Step) -> list[tuple[str, str]]:
    """What a story with these steps before its handshake breaks."""
    return [(item.rule, item.severity) for item in judge(in_post(*some)()).findings]


@pytest.mark.parametrize(
    "steps",
    [
        (START, *ROUND),
        (START, result(names.ONEX_IN_PROGRESS), *ROUND),
        (START, *ROUND, result(names.ONEX_SUCCESS), START, result(names.ONEX_IN_PROGRESS), *ROUND),
    ],
    ids=["no-result", "in-progress", "second-start"],
)
def test_a_success_before_the_result_is_found(steps: tuple[Step, ...]) -> None:
    """That a round has begun is no result of it."""
    assert found(*steps) == [("ONEX-13", "WARN")]


@pytest.mark.parametrize(
    "steps",
    [
        (START, *ROUND, result(names.ONEX_SUCCESS)),
        (START, result(names.ONEX_IN_PROGRESS), *ROUND, result(names.ONEX_SUCCESS)),
        (START, *ROUND, result(names.ONEX_SUCCESS), result(names.ONEX_IN_PROGRESS)),
        (START, *ROUND, result(names.ONEX_FAILURE)),
        (START, *ROUND, STOP_ONEX),
    ],
    ids=["result", "in-progress-result", "next-round-of-the-os", "failure", "stopped"],
)
def test_a_success_with_no_result_due_is_not(steps: tuple[Step, ...]) -> None:
    """A round the OS begins by itself may overtake the completion for the last one's result."""
    assert found(*steps) == []


def later(seconds: float) -> Step:
    """Time passes."""
    return lambda s: s.wait_ms(seconds * 1000)


SHORT = "01000040" + "01ff"
"""An EAP packet that says it is longer than it is."""
PADDED = EAP + "00" * 37


@pytest.mark.parametrize(
    "steps",
    [
        (START, packet(), onex(), packet(EAP), result(names.ONEX_SUCCESS), later(20)),
        (START, packet(SHORT, 87), later(20), result(names.ONEX_SUCCESS)),
        (START, packet(source="02:00:00:00:09:99"), later(20), result(names.ONEX_SUCCESS)),
        (START, packet(PADDED), onex(EAP), later(20), result(names.ONEX_SUCCESS)),
        (START, packet(PADDED), onex(EAP, skip=1), later(20), result(names.ONEX_SUCCESS)),
        (START, packet(SHORT.replace("0100", "0203"), 87), result(names.ONEX_SUCCESS)),
    ],
    ids=["ended", "garbled", "of-another-station", "padding", "padding-type", "garbled-key"],
)
def test_packets_that_need_not_be_handed_on(steps: tuple[Step, ...]) -> None:
    """The round was over in time; a garbled packet, or one of a station that is not the access
    point, may be left; padding behind the packet is no part of it."""
    assert found(*steps) == []


def test_a_packet_that_is_kept_back_is_found() -> None:
    """802.1X went on for longer than the limit."""
    assert found(START, packet(), later(6), result(names.ONEX_SUCCESS)) == [("ONEX-03", "FAIL")]


def test_a_key_packet_is_known_by_its_hash_only() -> None:
    """Of a packet too long to be shown the length alone is known: that says nothing."""
    key = packet(EAPOL_KEY, truncated=True)
    assert found(START, key, onex("0100000501010009"), result(names.ONEX_SUCCESS)) == []


def stop_onex_while_told(s: Story) -> None:
    """The DLL's worker stops 802.1X while the OS is telling its result."""
    args = {
        "msOneXResult": names.ONEX_FAILURE,
        "pDot11MsOneXResultParams": {"Dot11OnexAuthStatus": 4},
    }
    number = s.enter(names.ONEX_RESULT, hIhvExtAdapter=IHV, **args)
    STOP_ONEX(s)
    s.leave(number, names.ONEX_RESULT)


def test_a_stop_that_meets_the_result() -> None:
    """Neither could know of the other."""
    assert found(START, stop_onex_while_told) == []
    assert found(START, result(names.ONEX_FAILURE), STOP_ONEX) == [("ONEX-05", "WARN")]


def test_a_result_does_not_undo_the_stop() -> None:
    """Packets after StopOneX are that, whether the OS told a failure in between or not."""
    assert found(START, packet(), STOP_ONEX, result(names.ONEX_FAILURE), onex()) == [
        ("ONEX-06", "FAIL")
    ]


def test_a_packet_before_the_post_association() -> None:
    """The phase table has ProcessSecurityPacket from the post-association on."""
    story = in_pre(onex("0100000501010009"))()
    assert ("ONEX-13", "WARN") in [(item.rule, item.severity) for item in judge(story).findings]
