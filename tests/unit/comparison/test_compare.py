# SPDX-License-Identifier: GPL-2.0-or-later
"""Two sides compared as a whole."""

from __future__ import annotations

import pytest

from harness.comparison.compare import Comparison, Difference, compare
from harness.comparison.sides import Catalogue, NothingToCompare
from harness.comparison.timings import TimingChange
from harness.errors import UsageError
from harness.history.changes import Change
from harness.history.model import Mark, Test
from harness.results import Verdict
from tests.unit.comparison.nightly import PLAIN, Nightly


def compared(nightly: Nightly, base: str = "last-1", new: str = "last") -> Comparison:
    """The comparison of two sides."""
    known = Catalogue(nightly.history)
    return compare(nightly.history, known, known.choose(base), known.choose(new))


def changed(found: Comparison) -> set[tuple[str, TimingChange]]:
    """What became of figures."""
    quiet = (TimingChange.UNCHANGED, TimingChange.TOO_FEW, TimingChange.FOLLOWS)
    return {(one.figure, one.change) for one in found.timings if one.change not in quiet}


def after(nights: int, **settings: int) -> Nightly:
    """A lab with so many nights behind it."""
    made = Nightly(**settings)
    for _ in range(nights):
        made.night()
    return made


@pytest.mark.parametrize(("base", "new"), [("last", "last"), ("last-2..last", "last")])
def test_what_stands_on_both_sides_is_compared_with_nothing(base: str, new: str) -> None:
    """A night held against itself is never worse: that would be no finding, but a mistake."""
    with pytest.raises(UsageError, match=r"in common"):
        compared(after(3), base, new)


def test_a_slower_night_is_worse_and_the_night_after_it_is_fixed() -> None:
    """In the stage that it is; the nights before are what it is held against."""
    nightly = after(11)
    nightly.night(slower={"m1_to_m2": 1.25})
    found = compared(nightly)
    assert changed(found) == {("m1_to_m2", TimingChange.REGRESSION)}
    assert found.worse
    assert found.learned_from == 10
    nightly.night()
    found = compared(nightly)
    assert changed(found) == {("m1_to_m2", TimingChange.FIXED)}
    assert not found.worse


def test_a_verdict_alone_is_worse_too() -> None:
    """Unless a mark excuses it."""
    nightly = after(2)
    nightly.night(Verdict.FAIL)
    found = compared(nightly)
    assert [one.change for one in found.verdicts] == [Change.REGRESSION]
    assert found.worse
    nightly = after(2)
    nightly.night(Verdict.FAIL, mark=Mark.KNOWN_ISSUE)
    assert not compared(nightly).worse


def test_between_environments_only_verdicts_are_compared() -> None:
    """And what differs is said."""
    nightly = after(3)
    nightly.night(slower={"m1_to_m2": 2.0}, environment="away")
    found = compared(nightly)
    assert found.timings == ()
    assert found.withheld == (PLAIN,)
    assert found.differences == (Difference("qemu", "7.2", "10.0"),)
    assert not found.worse


def test_nights_of_another_environment_teach_nothing() -> None:
    """They are not among those before."""
    nightly = Nightly()
    for environment in ("away", "away", "home", "home", "home"):
        nightly.night(environment=environment)
    assert compared(nightly).learned_from == 1


def test_a_run_the_lab_broke_in_has_no_figures() -> None:
    """It ended MISS: nothing is known of how long things took."""
    nightly = after(3)
    nightly.night(Verdict.MISS, slower={"m1_to_m2": 3.0})
    found = compared(nightly)
    assert found.timings == ()
    assert [one.change for one in found.verdicts] == [Change.INCONCLUSIVE]


def test_two_builds_are_compared_over_all_their_nights() -> None:
    """Two nights of each."""
    nightly = after(8)
    for _ in range(3):
        nightly.night(slower={"m3_to_m4": 1.25}, build="b" * 64)
    found = compared(nightly, "dll:acme@aaaaaa", "dll:acme@bbbbbb")
    assert ("m3_to_m4", TimingChange.REGRESSION) in changed(found)
    (stage,) = [one for one in found.timings if one.figure == "m3_to_m4"]
    assert (stage.base.nights, stage.new.nights, stage.new.n) == (8, 3, 600)


def test_a_level_that_changed_for_good_is_named_by_its_first_night() -> None:
    """Over the nights before and both sides."""
    nightly = after(10)
    changed_at = nightly.night(slower={"m1_to_m2": 1.3})
    for _ in range(7):
        nightly.night(slower={"m1_to_m2": 1.3})
    found = compared(nightly)
    assert changed(found) == set()
    (step,) = found.steps[(PLAIN, "m1_to_m2")]
    assert step.night == changed_at.id
    assert step.step.ratio == pytest.approx(1.3, abs=0.07)


def test_sides_without_a_test_in_common_do_not_compare() -> None:
    """A FAIL of the one says nothing of the other."""
    nightly = after(1)
    nightly.tests = (Test("reference", "hwsim", "acme", "m4-lost"),)
    other = Nightly(tests=nightly.tests)
    other.night()
    nightly.history.all_runs |= {f"x{name}": one for name, one in other.history.all_runs.items()}
    known = Catalogue(nightly.history)
    with pytest.raises(NothingToCompare, match="no test in common"):
        compare(
            nightly.history, known, known.choose("last"), Catalogue(other.history).choose("last")
        )
