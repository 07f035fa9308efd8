# SPDX-License-Identifier: GPL-2.0-or-later
"""Which rule acts on which message."""

from __future__ import annotations

import pytest

from hwsim.records import FrameKind
from hwsim.rules.frame_fields import BytesAt
from hwsim.rules.frame_rules import Condition, FrameRule, FrameRules, Occurrence, Traits


def test_nth_message() -> None:
    """The second M1 is meant, not the first or third, nor another message between."""
    rules = FrameRules([FrameRule("M1", 2, "drop")])
    kinds = ("M1", "M2", "M1", "M1")
    assert [rules.match(kind, "down") is not None for kind in kinds] == [False, False, True, False]


def test_every_message() -> None:
    """Zero stands for every one."""
    rules = FrameRules([FrameRule("M4", 0, "drop")])
    assert all(rules.match("M4", "up") for _ in range(3))


def test_direction() -> None:
    """A rule with a direction counts only messages of that direction."""
    rules = FrameRules([FrameRule("auth", 1, "drop", direction="down")])
    assert rules.match("auth", "up") is None
    assert rules.match("auth", "down") is not None


def test_data_includes_arp_and_icmp() -> None:
    """ARP and ICMP are data to a rule; EAPOL and null frames are not."""
    rules = FrameRules([FrameRule("data", 0, "drop")])
    assert [
        rules.match(kind, "up") is not None for kind in ("data", "arp", "icmp", "eapol", "null")
    ] == [True, True, True, False, False]


def test_all_rules_count() -> None:
    """Two rules for two M1s: each acts on its own, the first one first."""
    rules = FrameRules([FrameRule("M1", 1, "drop"), FrameRule("M1", 2, "delay", delay_ms=5)])
    assert [
        rule and rule.action for rule in (rules.match("M1", "down"), rules.match("M1", "down"))
    ] == [
        "drop",
        "delay",
    ]


def test_from_the_nth_on() -> None:
    """The second and all that follow."""
    rules = FrameRules([FrameRule("M3", 2, "drop", onwards=True)])
    assert [rules.match("M3", "down") is not None for _ in range(4)] == [False, True, True, True]


def test_conditions_decide_what_is_counted() -> None:
    """Only what fits counts for the nth."""
    rule = FrameRule("assoc-req", 2, "drop", condition=Condition(access_point=2, station=1))
    rules = FrameRules([rule])
    fits, other = Traits(access_point=2, station=1), Traits(access_point=1, station=1)
    acted = [rules.match("assoc-req", "up", one) for one in (fits, other, other, fits, fits)]
    assert [one is not None for one in acted] == [False, False, False, True, False]


@pytest.mark.parametrize(
    ("condition", "traits", "acts"),
    [
        (Condition(replay_counter=3), Traits(replay_counter=3), True),
        (Condition(replay_counter=3), Traits(replay_counter=4), False),
        (Condition(bytes_at=BytesAt(1, b"\xbe\xef")), Traits(body=b"\0\xbe\xef"), True),
        (Condition(bytes_at=BytesAt(1, b"\xbe\xef")), Traits(body=b"\0\xbe"), False),
        (Condition(station=2), Traits(station=1), False),
    ],
)
def test_what_a_message_holds(condition: Condition, traits: Traits, acts: bool) -> None:
    """Its replay counter, its bytes, whose it is."""
    rules = FrameRules([FrameRule("M1", 1, "drop", condition=condition)])
    assert (rules.match("M1", "down", traits) is not None) == acts


def test_after_and_before_another_message() -> None:
    """After the second M3 and before the first M4 has passed."""
    condition = Condition(after=Occurrence("M3", 2), before=Occurrence("M4"))
    rules = FrameRules([FrameRule("data", 0, "drop", condition=condition)])
    kinds: list[FrameKind] = ["arp", "M3", "icmp", "M3", "icmp", "M4", "data"]
    acted = [(kind, rules.match(kind, "down") is not None) for kind in kinds]
    assert [did for kind, did in acted if kind not in ("M3", "M4")] == [False, False, True, False]


def test_chance_is_the_seeds() -> None:
    """The same seed, the same outcome; another one, another; and about as often as it says."""

    def outcome(seed: str) -> list[bool]:
        rules = FrameRules([FrameRule("data", 0, "drop", probability=0.25)], seed)
        return [rules.match("data", "up") is not None for _ in range(400)]

    assert outcome("1/1") == outcome("1/1") != outcome("1/2")
    assert 60 < sum(outcome("1/1")) < 140


def test_a_delay_in_its_range_is_the_seeds() -> None:
    """From the least to the most."""

    def delays(seed: str) -> list[int]:
        rules = FrameRules([FrameRule("M1", 0, "delay", delay_us=(100, 300))], seed)
        rule = rules.match("M1", "down")
        assert rule is not None
        return [rules.delay_ns(rule) for _ in range(50)]

    assert delays("7") == delays("7") != delays("8")
    assert 100_000 <= min(delays("7")) < max(delays("7")) <= 300_000
