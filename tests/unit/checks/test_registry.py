# SPDX-License-Identifier: GPL-2.0-or-later
"""The registry: which rules there are, and that each says what it is and where it comes from."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.checks import RULES, Rule, rules
from harness.checks.catalogue import FAMILIES
from harness.checks.registry import rule
from harness.checks.severity import SEVERITY_OF_CLASS

SEVERITIES = {
    "LIFE-01": "MISS", "LIFE-02": "FAIL", "LIFE-03": "FAIL", "LIFE-04": "MISS", "LIFE-05": "FAIL",
    "LIFE-06": "FAIL", "LIFE-07": "WARN", "LIFE-08": "MISS", "LIFE-09": "FAIL", "LIFE-10": "MISS",
    "ADPT-01": "FAIL", "ADPT-02": "FAIL", "ADPT-03": "FAIL", "ADPT-05": "MISS", "ADPT-06": "WARN",
    "ADPT-10": "WARN", "PRE-02": "FAIL", "PRE-03": "FAIL", "PRE-04": "FAIL", "PRE-06": "FAIL",
    "PRE-05": "WARN",
    "PRE-07": "FAIL", "PRE-01": "MISS", "PRE-08": "FAIL", "PRE-10": "WARN", "PRE-11": "WARN",
    "PRE-13": "WARN", "ETH-01": "FAIL", "ETH-02": "WARN", "TX-01": "FAIL", "TX-02": "FAIL",
    "TX-03": "FAIL", "TX-04": "FAIL", "TX-05": "MISS", "ADPT-07": "MISS", "PRE-09": "MISS",
    "UI-01": "MISS", "ETH-03": "MISS", "ETH-04": "MISS", "ETH-05": "WARN", "ETH-06": "WARN",
    "ETH-07": "MISS",
    "RX-01": "MISS", "RX-02": "MISS", "RX-03": "WARN", "RX-04": "FAIL", "TX-06": "WARN",
    "TX-07": "MISS", "POST-03": "FAIL", "POST-04": "FAIL", "POST-05": "FAIL", "POST-06": "FAIL",
    "POST-07": "FAIL", "POST-08": "FAIL", "POST-12": "WARN", "POST-15": "WARN", "POST-16": "WARN",
    "POST-17": "FAIL", "POST-01": "MISS", "POST-02": "MISS", "POST-09": "MISS", "POST-10": "MISS",
    "POST-11": "WARN", "POST-13": "WARN", "POST-14": "WARN", "STOP-01": "MISS", "STOP-02": "MISS",
    "STOP-04": "FAIL", "RST-01": "MISS", "RST-02": "FAIL", "STOP-05": "FAIL", "STOP-06": "WARN",
    "STOP-07": "MISS", "STOP-08": "WARN", "STOP-09": "WARN", "RST-03": "WARN", "RST-05": "FAIL",
    "RST-06": "WARN", "RST-07": "WARN", "ONEX-01": "FAIL", "ONEX-02": "FAIL", "ONEX-03": "FAIL",
    "ONEX-04": "WARN", "ONEX-05": "WARN", "ONEX-06": "FAIL", "ONEX-07": "WARN", "ONEX-08": "MISS",
    "ONEX-10": "FAIL", "ONEX-12": "WARN", "ONEX-13": "WARN", "KEY-01": "FAIL", "KEY-02": "FAIL",
    "KEY-03": "FAIL",
    "KEY-04": "WARN", "KEY-05": "WARN", "KEY-06": "WARN", "KEY-07": "MISS", "KEY-08": "WARN",
    "KEY-09": "WARN", "KEY-11": "WARN", "UI-02": "FAIL", "UI-04": "FAIL", "UI-05": "FAIL",
    "UI-06": "FAIL", "RST-04": "FAIL", "LIFE-12": "FAIL", "UI-07": "WARN", "ONEX-09": "FAIL",
    "MEM-01": "FAIL", "MEM-02": "FAIL", "MEM-03": "FAIL", "IND-01": "FAIL", "PROF-01": "FAIL",
    "PROF-02": "WARN", "PROF-03": "FAIL", "PROF-04": "MISS", "CTRL-01": "WARN", "NIC-01": "MISS",
    "VS-01": "FAIL", "HOST-01": "FAIL", "HOST-02": "FAIL", "EXPECT-01": "FAIL",
    "LIFE-11": "FAIL", "PRE-12": "WARN", "UI-03": "FAIL",
    "HOST-03": "FAIL", "HOST-04": "FAIL", "HOST-05": "FAIL", "HOST-06": "FAIL",
    "HOST-07": "WARN", "HOST-08": "FAIL", "HOST-09": "FAIL",
    **{f"NDIS-{number:02}": "FAIL" for number in range(1, 15)},
    "EXPECT-02": "FAIL", "EXPECT-03": "FAIL", "EXPECT-04": "FAIL", "EXPECT-05": "FAIL",
    "EXPECT-06": "FAIL", "EXPECT-07": "FAIL", "EXPECT-08": "FAIL",
}  # fmt: skip


def test_rules_and_their_severities() -> None:
    """The table of rules, so that a change of severity is a decision and not an accident."""
    assert {item.id: item.severity for item in RULES.values()} == SEVERITIES


@pytest.mark.parametrize("item", RULES.values(), ids=lambda item: item.id)
def test_rule_explains_itself(item: Rule) -> None:
    """Statement, source, how it is checked; and a reason where the class's severity is not used."""
    assert item.text.endswith((".", ")"))
    assert item.source
    assert item.check.__doc__
    assert bool(item.why) == (item.severity != SEVERITY_OF_CLASS[item.cls])
    assert item.family == item.id[: item.id.index("-")]
    assert item.last == (item.family == "EXPECT")


def test_an_id_is_registered_once() -> None:
    """The same id twice is a mistake of ours."""
    with pytest.raises(AssertionError):
        rule("POST-05", cls="M", source="x", text="x")(RULES["POST-05"].check)


def test_other_severity_needs_a_reason() -> None:
    """So is a severity other than the class's without a word on why."""
    with pytest.raises(AssertionError):
        rule("POST-99", cls="M", source="x", text="x", severity="WARN")(RULES["POST-05"].check)
    assert "POST-99" not in RULES


RULE_FILES = sorted(Path(rules.__file__).parent.glob("[!_]*.py"))


@pytest.mark.parametrize("file", RULE_FILES, ids=lambda file: file.stem)
def test_a_file_holds_the_rules_of_the_family_in_its_name(file: Path) -> None:
    """`post_completion.py` registers POST rules, at least one, and no other."""
    module = f"{rules.__name__}.{file.stem}"
    registered = {item.family for item in RULES.values() if item.check.__module__ == module}
    assert registered == {file.stem.partition("_")[0].upper()}
    assert registered <= set(FAMILIES)


def test_every_rule_stands_in_a_rule_file() -> None:
    """No rule is registered elsewhere."""
    files = {f"{rules.__name__}.{file.stem}" for file in RULE_FILES}
    assert {item.check.__module__ for item in RULES.values()} == files
