# SPDX-License-Identifier: GPL-2.0-or-later
"""What the template is given."""

from __future__ import annotations

from datetime import date

from harness.checks.evaluate import NOT_EXERCISED
from harness.report import view
from harness.results import FindingResult, RulesResult, UndecidedResult, WaivedResult
from tests.unit.report import factory


def test_rules_are_counted_once() -> None:
    """Broken (also if not listed as checked), waived, held; the undecided with their places."""
    waived = FindingResult(rule="TX-04", severity="FAIL", message="a handle used twice")
    result, _ = factory.run(
        ["wrong-session", "wrong-session"],
        rules=RulesResult(
            checked=("TX-02", "TX-04", "KEY-01"),
            undecided=(
                UndecidedResult(rule="KEY-01", reason="too near", association=2),
                UndecidedResult(rule="KEY-01", reason="too near", association=1),
                UndecidedResult(rule="LIFE-03", reason="never loaded"),
                UndecidedResult(rule="UI-01", reason=NOT_EXERCISED),
            ),
            waived=(WaivedResult(finding=waived, reason="fixed in 2.3", expires=date(2027, 1, 1)),),
        ),
    )
    assert view.rule_tally(result) == view.RuleTally(applied=4, held=2, broken=1, waived=1)
    assert view.waived(result) == (("TX-04", 1, "fixed in 2.3", "2027-01-01"),)
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


def test_each_handshake_is_a_point_with_its_name() -> None:
    """Of an association that has several, each says which one it is."""
    result, _ = factory.run(["", ""])
    first, second = result.associations
    twice = first.model_copy(update={"handshakes": first.handshakes * 2})
    figures = view.figures(result.model_copy(update={"associations": (twice, second)}))
    assert figures[0].plot is not None
    assert [point.title.split(":")[0] for point in figures[0].plot.points] == [
        "association 1, handshake 1", "association 1, handshake 2", "association 2",
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


def test_what_was_asked_of_the_os_is_shown() -> None:
    """The orders beside the air's rules, and that a scenario goes beyond the documents."""
    result, _ = factory.run([""], orders=("reset at SetAuthAlgorithm",), beyond_documents=True)
    assert ("OS orders", "reset at SetAuthAlgorithm") in view.network(result)
    assert ("Stress", "beyond the documents") in view.facts(result)
    plain, _ = factory.run([""])
    assert "OS orders" not in dict(view.network(plain))
    assert "Stress" not in dict(view.facts(plain))
