# SPDX-License-Identifier: GPL-2.0-or-later
"""Which rule acts on which message."""

from __future__ import annotations

from hwsim.rules import Rule, RuleBook


def test_nth_message() -> None:
    """The second M1 is meant, not the first or third, nor another message between."""
    book = RuleBook([Rule("M1", 2, "drop")])
    kinds = ("M1", "M2", "M1", "M1")
    assert [book.match(kind, "down") is not None for kind in kinds] == [False, False, True, False]


def test_every_message() -> None:
    """Zero stands for every one."""
    book = RuleBook([Rule("M4", 0, "drop")])
    assert all(book.match("M4", "up") for _ in range(3))


def test_direction() -> None:
    """A rule with a direction counts only messages of that direction."""
    book = RuleBook([Rule("auth", 1, "drop", direction="down")])
    assert book.match("auth", "up") is None
    assert book.match("auth", "down") is not None


def test_data_includes_arp_and_icmp() -> None:
    """ARP and ICMP are data to a rule; EAPOL and null frames are not."""
    book = RuleBook([Rule("data", 0, "drop")])
    assert [
        book.match(kind, "up") is not None for kind in ("data", "arp", "icmp", "eapol", "null")
    ] == [True, True, True, False, False]


def test_all_rules_count() -> None:
    """Two rules for two M1s: each acts on its own, the first one first."""
    book = RuleBook([Rule("M1", 1, "drop"), Rule("M1", 2, "delay", delay_ms=5)])
    assert [
        rule and rule.action for rule in (book.match("M1", "down"), book.match("M1", "down"))
    ] == [
        "drop",
        "delay",
    ]
