# SPDX-License-Identifier: GPL-2.0-or-later
"""Which rules for the air can act, held against the medium that carries them out."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.scenarios.air import AirRule
from harness.scenarios.air_turns import never_acts
from harness.scenarios.on_air import OnAir
from hwsim.control.rule_requests import rules
from hwsim.records import FrameKind
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
def test_refused_is_what_the_medium_would_never_do(given_rules: list[AirRule]) -> None:
    """Just those: a rule that acts once is not refused."""
    idle = set(range(1, len(given_rules) + 1)) - acting(given_rules)
    refused = never_acts(given_rules, OnAir())
    assert bool(refused) == bool(idle), refused
    if refused:
        assert f"rule {min(idle)} " in refused


def test_a_rule_for_one_message_may_stand_before_that_for_all() -> None:
    """The first M3 comes late, the others never."""
    first = AirRule(message="M3", nth=1, action="delay", delay_ms=5)
    assert never_acts([first, AirRule(message="M3", nth="every", action="drop")], OnAir()) is None


@pytest.mark.parametrize(("rekeys", "refused"), [(0, True), (1, False)])
def test_a_group_key_handshake_is_wanted_for_its_messages(rekeys: int, refused: bool) -> None:
    """It begins only where the scenario says so."""
    rule = AirRule(message="G1", action="drop")
    assert (never_acts([rule], OnAir(group_rekeys=rekeys)) is not None) == refused


def test_behind_every_m4_of_wpa_comes_a_group_key_handshake() -> None:
    """Without one that the scenario begins."""
    rule = AirRule(message="G1", nth=20, action="drop")
    assert never_acts([rule], OnAir(group_key_apart=True)) is None


def drop(message: str, **more: Any) -> AirRule:
    """A rule that drops a message."""
    return AirRule.model_validate({"message": message, "action": "drop", **more})


def copy(message: str, copy_of: str, **more: Any) -> AirRule:
    """A rule that has a copy follow a message."""
    given = {"message": message, "action": "insert", "insert": {"copy_of": copy_of}, **more}
    return AirRule.model_validate(given)


SILENT = OnAir(onex=True, admits=False)
REFUSING = OnAir(onex=True, answers=True, admits=False)
NEVER = [
    (drop("M3", after="M4", before="M4"), OnAir(), "M4 has passed whenever M4 has"),
    (drop("M3", after="M4#2", before="M4"), OnAir(), "M4 has passed whenever M4#2 has"),
    (drop("data", after="M4", before="M1"), OnAir(), "M1 has passed whenever M4 has"),
    (drop("M2", before="M1"), OnAir(), "every M2 comes after the first M1"),
    (drop("M3", nth=2, before="M3"), OnAir(), "only 1 of M3 can come before M3 has passed"),
    (drop("M3", nth="from-4", before="M3#3"), OnAir(), "only 3 of M3 can come"),
    (drop("data", after="G1"), OnAir(), "after = 'G1' never comes: without group_rekeys"),
    (
        drop("data", after="M1"),
        OnAir(keys=False),
        "after = 'M1' never comes: the network has no key",
    ),
    (drop("eap"), OnAir(), "message = 'eap' never comes: the network has no 802.1X"),
    (drop("eapol-start"), OnAir(), "message = 'eapol-start' never comes"),
    (drop("rc4-key"), OnAir(onex=True), "message = 'rc4-key' never comes: no WEP keys are handed"),
    (
        drop("rc4-key"),
        OnAir(onex=True, wep_keys=True, admits=False),
        "message = 'rc4-key' never comes: nobody is let in",
    ),
    (drop("M1", after="eap"), OnAir(), "after = 'eap' never comes: the network has no 802.1X"),
    (drop("eap"), SILENT, "message = 'eap' never comes: the access points are silent"),
    (drop("M1"), SILENT, "message = 'M1' never comes: nobody is let in"),
    (drop("M3"), REFUSING, "message = 'M3' never comes: nobody is let in"),
    (drop("action", direction="down"), OnAir(), "message = 'action' never comes"),
    (
        drop("action", bytes_at={"offset": 0, "data": "0800"}),
        OnAir(announcements=True),
        "without [network] pmf there is no SA Query",
    ),
    (drop("G1", nth=9), OnAir(group_rekeys=1), "there are 8 of G1 at most"),
    (drop("M1", replay_counter=0), OnAir(), "begin at 1"),
    (copy("M4", "data#65"), OnAir(), "64 frames are kept"),
    (copy("M4", "G1"), OnAir(), "there is no G1 to be copied: without group_rekeys"),
    (copy("M4", "G1#9"), OnAir(group_rekeys=1), "there are 8 of G1 at most to be copied"),
    (copy("M4", "eap"), OnAir(), "there is no eap to be copied: the network has no 802.1X"),
    (copy("M4", "action"), OnAir(), "there is no action to be copied"),
    (copy("M1", "M3"), OnAir(), "M3 comes later"),
    (copy("assoc-req", "M1"), OnAir(), "M1 comes later"),
    (copy("M3", "M3#2"), OnAir(), "M3#2 comes later"),
    (copy("M3", "M3#3", nth=2), OnAir(), "M3#3 comes later"),
]
"""Rules that can never act, where that is so, and what is said of them."""


@pytest.mark.parametrize(("rule", "where", "said"), NEVER)
def test_a_rule_that_can_never_act_is_refused(rule: AirRule, where: OnAir, said: str) -> None:
    """By its place, and with the reason."""
    assert said in (never_acts([rule], where) or "")


SOMETIMES = [
    (drop("M3", after="M2", before="M4"), OnAir()),
    (drop("M3", after="M3", before="M3#3"), OnAir()),
    (drop("M3", after="M3#2", before="M2#2"), OnAir()),
    (drop("M3", nth=3, before="M3#3"), OnAir()),
    (drop("M1", before="G1"), OnAir()),
    (drop("M1", nth=9), OnAir()),
    (drop("eap"), OnAir(onex=True, answers=True)),
    (drop("eapol-start"), SILENT),
    (drop("action"), OnAir()),
    (drop("action", direction="down"), OnAir(announcements=True)),
    (drop("action", bytes_at={"offset": 0, "data": "08"}), OnAir(protected=True)),
    (drop("G1", nth=8), OnAir(group_rekeys=1)),
    (drop("G1", nth=9), OnAir(group_rekeys=1, adapters=2)),
    (drop("M2", replay_counter=0), OnAir()),
    (copy("M4", "data#64"), OnAir()),
    (copy("M2", "M3"), OnAir()),
    (copy("assoc-req", "assoc-resp"), OnAir()),
    (copy("auth", "auth"), OnAir()),
    (copy("M1", "M3", delay_ms=50), OnAir()),
    (copy("M1", "M3", nth=2), OnAir()),
    (copy("M1", "M3", after="M4"), OnAir()),
    (copy("M3", "M3#2", nth="every"), OnAir()),
    (copy("M3", "M3"), OnAir()),
]
"""Rules that may act."""


@pytest.mark.parametrize(("rule", "where"), SOMETIMES)
def test_a_rule_that_may_act_is_not(rule: AirRule, where: OnAir) -> None:
    """What a station may do, of its own accord or by associating again, is left open."""
    assert never_acts([rule], where) is None


OCCURRENCES = st.builds(
    lambda message, nth: f"{message}#{nth}",
    st.sampled_from(["assoc-resp", "M1", "M3"]), st.integers(1, 3),
)  # fmt: skip
CONDITIONAL = st.builds(
    AirRule,
    message=st.sampled_from(["assoc-resp", "M1", "M3"]),
    nth=st.integers(1, 3),
    after=st.none() | OCCURRENCES,
    before=st.none() | OCCURRENCES,
    action=st.just("drop"),
)


@given(CONDITIONAL, st.lists(st.sampled_from(["assoc-resp", "M1", "M3"]), max_size=16))
def test_no_rule_is_refused_that_some_order_of_messages_lets_act(
    rule: AirRule, further: list[FrameKind]
) -> None:
    """Whatever comes, as long as the first of each follows the first of the one before."""
    if never_acts([rule], OnAir()) is None:
        return
    (taken,) = rules([rule.model_dump(exclude_none=True)])
    medium = FrameRules([taken])
    firsts: tuple[FrameKind, ...] = ("assoc-resp", "M1", "M3")
    assert not any(medium.match(kind, "down") for kind in (*firsts, *further))


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        (1, 2, None),
        ([1, 3], [2, 4], None),
        (1, 1, "never acts: rule 1"),
        (None, 2, "never acts: rule 1"),
        (1, None, "never acts in association 1: rule 1"),
        ([1, 2, 3], [2, 3, 4], "never acts in associations 2, 3: rule 1"),
    ],
)
def test_rules_for_other_associations_take_nothing_away(
    first: Any, second: Any, said: str | None
) -> None:
    """Of two for the same message each acts where the other is not given to the air."""
    rules = [AirRule(message="M3", action="drop", association=one) for one in (first, second)]
    refused = never_acts(rules, OnAir())
    assert refused is None if said is None else said in str(refused)
