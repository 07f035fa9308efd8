# SPDX-License-Identifier: GPL-2.0-or-later
"""Which rule acts on which message."""

from __future__ import annotations

from hwsim.frame_rules import FrameRule, FrameRules


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
