# SPDX-License-Identifier: GPL-2.0-or-later
"""What became of every rule in every association."""

from __future__ import annotations

from datetime import date

from harness.checks.evaluate import NOT_EXERCISED
from harness.report.coverage import COLUMNS, Coverage
from harness.results import (
    FindingResult,
    RulesResult,
    RunResult,
    UndecidedResult,
    WaivedResult,
)
from tests.unit.report import factory


def of_five(rules: RulesResult, **fields: object) -> RunResult:
    """Five associations; the third never completes (POST-05)."""
    result, _ = factory.run(["", "", "never-completes", "", ""], rules=rules, **fields)
    return result


def told(coverage: Coverage, rule: str) -> list[tuple[str, str]]:
    """State and title of each column drawn."""
    return [(one.state, one.title) for one in coverage.stretches(rule)]


def test_each_association_has_its_column() -> None:
    """Held where it was held, broken where it was broken, empty where nothing was told."""
    coverage = Coverage(of_five(RulesResult(checked=("POST-05",), held={"POST-05": ((1, 4),)})))
    assert told(coverage, "POST-05") == [
        ("held", "association 1: held"),
        ("held", "association 2: held"),
        ("fail", "association 3: broken"),
        ("held", "association 4: held"),
    ]
    assert coverage.overall("POST-05") == "fail"


def test_the_columns_can_be_told_without_colour() -> None:
    """What held is a thin line, what was broken fills the row; a reader hears it in words."""
    coverage = Coverage(of_five(RulesResult(checked=("POST-05",), held={"POST-05": ((1, 4),)})))
    shapes = {one.state: (one.y, one.height) for one in coverage.stretches("POST-05")}
    assert shapes == {"held": (3.0, 4.0), "fail": (0.0, 10.0)}
    assert coverage.told("POST-05") == "association 3: broken; associations 1–2, 4: held"
    assert coverage.told("LIFE-01") == ""


def test_what_belongs_to_no_association_has_no_column() -> None:
    """A rule of the service is held or broken as a whole."""
    whole = FindingResult(rule="LIFE-12", severity="FAIL", message="a buffer was left")
    coverage = Coverage(of_five(RulesResult(checked=("LIFE-01", "LIFE-12")), findings=(whole,)))
    assert (coverage.overall("LIFE-01"), coverage.overall("LIFE-12")) == ("held", "fail")
    assert told(coverage, "LIFE-01") == told(coverage, "LIFE-12") == []


def test_the_gravest_state_is_shown() -> None:
    """Warned of counts more than waived, waived more than undecided, that more than held."""
    said = WaivedResult(
        finding=FindingResult(rule="TX-02", severity="FAIL", message="group", association=2),
        reason="known", expires=date(2027, 1, 1),
    )  # fmt: skip
    coverage = Coverage(
        of_five(
            RulesResult(
                checked=("TX-02",),
                held={"TX-02": ((1, 5),)},
                undecided=(UndecidedResult(rule="TX-02", reason="too near", association=1),),
                waived=(said,),
            )
        )
    )
    states = [state for state, _ in told(coverage, "TX-02")]
    assert states == ["undecided", "waived", "held", "held", "held"]
    assert coverage.overall("TX-02") == "waived"


def test_undecided_alone_and_not_exercised_are_told_apart() -> None:
    """A rule nothing put to the test has no state; a doubt is one unless it held elsewhere."""
    coverage = Coverage(
        of_five(
            RulesResult(
                undecided=(
                    UndecidedResult(rule="UI-01", reason=NOT_EXERCISED),
                    UndecidedResult(rule="POST-06", reason="too near", association=1),
                )
            )
        )
    )
    assert coverage.overall("UI-01") == coverage.overall("NIC-01") == "none"
    assert coverage.overall("POST-06") == "undecided"


def test_a_long_run_shares_columns() -> None:
    """A thousand associations fit; one breach among several in a column is seen."""
    result, _ = factory.large()
    coverage = Coverage(result)
    columns = list(coverage.stretches("POST-05"))
    assert coverage.per_column * COLUMNS >= 1000
    assert len(columns) <= COLUMNS
    assert {one.state for one in columns} == {"fail"}
    assert columns[0].title.startswith("some of associations ")
    last = columns[-1]
    assert last.x + last.width <= coverage.width
