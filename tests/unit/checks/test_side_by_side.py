# SPDX-License-Identifier: GPL-2.0-or-later
"""Two adapters of one DLL at the same time: what is legal for each is legal beside the other."""

from __future__ import annotations

import json
import re
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from harness.checks import evaluate
from harness.evidence import AssociationEvidence, ClockModel, RunEvidence, parse_trace
from tests.unit.checks.builder import Story
from tests.unit.checks.legal import lives

SERVICE_RECORDS = 5
"""The load record, and the calls of GetVersionInfo and InitService: both adapters share them."""
STEP_NS = 10_000
OTHERS = [
    (r'"(\{?)0x(?!0")', r'"\g<1>0xc'),  # every handle and address but NULL, and ids made of them
    (r'"tid": (\d+)', r'"tid": 1\1'),
    (r'"call": (\d+)', r'"call": 10000\1'),
]
"""How a story is told of another adapter: other handles, other threads, other numbers of calls."""


def of_another(line: str) -> str:
    """A record of the other adapter."""
    for found, instead in OTHERS:
        line = re.sub(found, instead, line)
    return line


@st.composite
def side_by_side(draw: Any) -> RunEvidence:
    """Two legal stories, their records mixed in bursts; what comes of the air is left out."""
    one: Story = draw(lives(again=False))
    two: Story = draw(lives(again=False))
    told, ours = one.lines[:SERVICE_RECORDS], one.lines[SERVICE_RECORDS:]
    theirs = [of_another(line) for line in two.lines[SERVICE_RECORDS:]]
    random = draw(st.randoms(use_true_random=False))
    while ours or theirs:
        source = ours if not theirs or (ours and random.random() < 0.5) else theirs
        size = random.randint(1, 6)
        told += source[:size]
        del source[:size]
    lines = (
        json.dumps(json.loads(line) | {"seq": number, "t": number * STEP_NS})
        for number, line in enumerate(told, 1)
    )
    records, damage = parse_trace("".join(f"{line}\n" for line in lines))
    association = AssociationEvidence(1, STEP_NS, records[-1].t_ns, ihv=records)
    return RunEvidence(records, (association,), ClockModel(0, 1000), damage)


@settings(max_examples=30, deadline=None)
@given(side_by_side())
def test_legal_beside_each_other(evidence: RunEvidence) -> None:
    """No rule takes one adapter's calls for the other's."""
    assert evidence.damage == ()
    found = [(i.rule, i.message) for i in evaluate(evidence).findings if "EXPECT" not in i.rule]
    assert found == []
