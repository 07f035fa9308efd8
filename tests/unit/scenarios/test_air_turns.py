# SPDX-License-Identifier: GPL-2.0-or-later
"""Which rules for the air can act, held against the medium that carries them out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.scenarios.air import AirRule
from harness.scenarios.air_turns import never_acts
from hwsim.rules.frame_rules import FrameRule, FrameRules

RULES = st.builds(
    AirRule,
    message=st.sampled_from(["M1", "M3"]),
    nth=st.sampled_from([1, 2, 3, "every"]),
    action=st.just("drop"),
)


def acting(rules: list[AirRule]) -> set[int]:
    """The places of the rules that act while every message comes ten times."""
    medium = FrameRules(
        FrameRule(one.message, 0 if one.nth == "every" else one.nth, one.action) for one in rules
    )
    found = (medium.match(kind, "down") for kind in 10 * ("M1", "M3"))
    return {rule.place for rule in found if rule is not None}


@given(st.lists(RULES, max_size=3))
def test_refused_is_what_the_medium_would_never_do(rules: list[AirRule]) -> None:
    """Just those: a rule that acts once is not refused."""
    idle = set(range(1, len(rules) + 1)) - acting(rules)
    refused = never_acts(rules, group_rekeys=0)
    assert bool(refused) == bool(idle), refused
    if refused:
        assert f"rule {min(idle)} " in refused


def test_a_rule_for_one_message_may_stand_before_that_for_all() -> None:
    """The first M3 comes late, the others never."""
    first = AirRule(message="M3", nth=1, action="delay", delay_ms=5)
    assert (
        never_acts([first, AirRule(message="M3", nth="every", action="drop")], group_rekeys=0)
        is None
    )


@pytest.mark.parametrize(("rekeys", "refused"), [(0, True), (1, False)])
def test_a_group_key_handshake_is_wanted_for_its_messages(rekeys: int, refused: bool) -> None:
    """It begins only where the scenario says so."""
    rule = AirRule(message="G1", action="drop")
    assert (never_acts([rule], group_rekeys=rekeys) is not None) == refused
