# SPDX-License-Identifier: GPL-2.0-or-later
"""Plans: what is due when, and plans that are refused."""

from __future__ import annotations

from typing import Any

import pytest
from autoconfig.stimuli.actions import ACTIONS
from autoconfig.stimuli.plan import StimulusError, StimulusPlan, parse

from hil_common.stimuli import PARAMETERS

POST = "Dot11ExtIhvPerformPostAssociate"
SEND = "Dot11ExtSendPacket"


def due(plan: StimulusPlan, event: str) -> list[str]:
    """The actions an event makes due."""
    return [stimulus.do for _, stimulus in plan.due(event)]


def test_a_stimulus_is_due_at_its_event_once() -> None:
    """nth is 1 unless said: the second of the same event is nobody's."""
    plan = StimulusPlan(parse([{"on": POST, "do": "reset"}]))
    assert [due(plan, SEND), due(plan, POST), due(plan, POST)] == [[], ["reset"], []]


def test_the_nth_and_every_event() -> None:
    """Stimuli of one event come in their order."""
    plan = StimulusPlan(
        parse(
            [
                {"on": SEND, "nth": 2, "do": "disconnect"},
                {"on": SEND, "nth": "every", "do": "refuse", "error": 50},
            ]
        )
    )
    assert due(plan, SEND) == ["refuse"]
    assert due(plan, SEND) == ["disconnect", "refuse"]
    assert due(plan, SEND) == ["refuse"]


def test_counting_begins_with_the_connect() -> None:
    """A plan serves every association alike: WlanConnect sets the counts back."""
    plan = StimulusPlan(parse([{"on": SEND, "nth": 2, "do": "reset"}]))
    for _ in range(2):
        assert due(plan, "connect") == []
        assert [due(plan, SEND), due(plan, SEND)] == [[], ["reset"]]


def test_every_action_can_be_carried_out() -> None:
    """What a plan may name is what there is."""
    assert {*ACTIONS, "refuse"} == set(PARAMETERS)


@pytest.mark.parametrize(
    ("plan", "said"),
    [
        ({}, "a plan is a list"),
        ([{"on": POST, "do": "reset"}] * 33, "at most 32"),
        (["reset"], "order 1 is no object"),
        ([{"do": "reset"}], "order 1: no event None"),
        ([{"on": "Dot11ExtFly", "do": "reset"}], "order 1: no event 'Dot11ExtFly'"),
        ([{"on": POST, "do": "fly"}], "order 1: no action 'fly'"),
        ([{"on": POST, "do": "reset", "nth": 0}], "nth is a number from 1"),
        ([{"on": POST, "do": "reset", "nth": "all"}], "nth is a number from 1"),
        ([{"on": POST, "do": "reset", "error": 5}], "order 1 (reset) has no parameter 'error'"),
        ([{"on": POST, "do": "refuse", "error": 50}], "only a framework function can be refused"),
        ([{"on": SEND, "do": "refuse", "error": -1}], "error is a whole number"),
        ([{"on": POST, "do": "reset", "when": "call"}], "when is 'call' or 'return'"),
        ([{"on": SEND, "do": "reset", "when": "late"}], "when is 'call' or 'return'"),
        ([{"on": SEND, "do": "reset", "after_ms": 60001}], "after_ms is a number up to 60000"),
        ([{"on": SEND, "do": "reset", "after_ms": "5"}], "after_ms is a number up to 60000"),
        (
            [{"on": SEND, "do": "refuse", "error": 5, "after_ms": 5}],
            "refused only when it is called",
        ),
        ([{"on": SEND, "do": "refuse", "error": 5, "when": "return"}], "refused only when"),
        ([{"on": SEND, "do": "onex-result", "result": "maybe"}], "result is one of success"),
        ([{"on": SEND, "do": "refuse", "error": True}], "error is a whole number"),
    ],
)
def test_a_plan_that_cannot_be_carried_out_is_refused(plan: Any, said: str) -> None:
    """Validated where it is obeyed: the error names the stimulus and what is wrong with it."""
    with pytest.raises(StimulusError) as caught:
        parse(plan)
    assert said in str(caught.value)
