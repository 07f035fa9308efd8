# SPDX-License-Identifier: GPL-2.0-or-later
"""What the template is given."""

from __future__ import annotations

from harness.report import view
from harness.results import RulesResult, UndecidedResult
from tests.unit.report import factory


def test_rules_with_their_outcome() -> None:
    """Held, broken (also when not listed as checked) and undecided are told apart."""
    result, _ = factory.run(
        ["wrong-session", "wrong-session"],
        rules=RulesResult(
            checked=("TX-02", "KEY-01"),
            undecided=(
                UndecidedResult(rule="KEY-01", reason="too near", association=2),
                UndecidedResult(rule="KEY-01", reason="too near", association=1),
                UndecidedResult(rule="LIFE-03", reason="never loaded"),
            ),
        ),
    )
    outcomes = {rule.rule: rule.outcome for rule in view.rule_views(result, factory.RULES)}
    assert outcomes == {
        "TX-02": "held", "KEY-01": "held, 2 undecided", "POST-07": "broken ×2",
        "LIFE-03": "undecided",
    }  # fmt: skip
    assert view.undecided(result) == (
        ("KEY-01", "too near", "1–2"), ("LIFE-03", "never loaded", "run"),
    )  # fmt: skip


def test_gravest_association_is_open() -> None:
    """Exactly one ladder is open: the first of the gravest verdict."""
    result, timelines = factory.run(["", "hangs", "", "hangs"])
    drawings, note = view.drawings(result, timelines)
    assert [drawing.opened for drawing in drawings] == [False, True, False, False]
    assert note == ""


def test_association_without_timeline_is_not_drawn() -> None:
    """A missing timeline leaves the others."""
    result, timelines = factory.run(["", ""])
    drawings, _ = view.drawings(result, {2: timelines[2]})
    assert [drawing.item.index for drawing in drawings] == [2]


def test_percentiles_of_few_values_are_marked() -> None:
    """p95 of 3 values is the largest one, and so told."""
    result, _ = factory.run(["", "", ""])
    figure = view.figures(result)[0]
    assert [(part, thin) for part, _, thin in figure.summary] == [
        ("min", False), ("p50", False), ("p95", True), ("p99", True), ("max", False),
    ]  # fmt: skip


def test_facts_and_environment() -> None:
    """The DLL's name is cut from its Windows path; absent facts are left out."""
    result, _ = factory.run([""], requested_associations=3)
    facts = dict(view.facts(result))
    assert (facts["Driver"], facts["Associations"]) == ("sample.dll", "1 of 3")
    assert "Fault asked for" not in facts
    environment = dict(view.environment(result))
    assert environment["Accelerator"] == "TCG (/dev/kvm is missing)"
    assert environment["Host CPU"] == "AMD EPYC 7B13 (2 CPUs)"
    assert dict(view.network(result))["Air rules"] == "none: every frame passes"
