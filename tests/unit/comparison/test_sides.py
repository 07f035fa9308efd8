# SPDX-License-Identifier: GPL-2.0-or-later
"""What can be named for a side."""

from __future__ import annotations

from dataclasses import replace

import pytest

from harness.comparison.sides import Catalogue, NothingToCompare
from harness.errors import UsageError
from harness.history.model import NightState
from harness.results import Verdict
from tests.unit.comparison.nightly import PLAIN, Nightly


@pytest.fixture
def nightly() -> Nightly:
    """Four nights, the last with another build."""
    made = Nightly()
    for _ in range(3):
        made.night()
    made.night(Verdict.FAIL, build="a" * 8 + "b" * 56)
    return made


def runs(nightly: Nightly, wanted: str) -> list[str]:
    """The runs of a side."""
    return [one.id for one in Catalogue(nightly.history).choose(wanted).runs]


def test_nights_are_counted_from_the_newest(nightly: Nightly) -> None:
    """And so is a range of them."""
    assert runs(nightly, "last") == ["2026-run-003-0"]
    assert runs(nightly, "last-2") == ["2026-run-001-0"]
    assert runs(nightly, "last-3..last-1") == [f"2026-run-00{n}-0" for n in range(3)]


def test_a_night_or_a_run_has_an_id(nightly: Nightly) -> None:
    """Its verdicts are the side's."""
    night = nightly.history.all_nights[-1]
    assert runs(nightly, night.id) == runs(nightly, "2026-run-003-0") == ["2026-run-003-0"]
    chosen = Catalogue(nightly.history).choose("2026-run-003-0")
    assert chosen.outcomes[PLAIN].verdict is Verdict.FAIL
    assert chosen.builds == {"acme": ("a" * 8 + "b" * 56,)}


def test_a_build_is_all_its_runs(nightly: Nightly) -> None:
    """By as many digits as tell it from others."""
    assert runs(nightly, "dll:acme@aaaaaaaab") == ["2026-run-003-0"]
    assert len(runs(nightly, "dll:aaaaaaaaa")) == 3
    with pytest.raises(UsageError, match="several builds") as told:
        runs(nightly, "dll:aaaaaa")
    assert told.value.hint == "give more digits"
    with pytest.raises(UsageError, match="no run of such a build"):
        runs(nightly, "dll:other@aaaaaaaab")


@pytest.mark.parametrize("wanted", ["yesterday", "2026-run-9", "last..yesterday", ""])
def test_what_is_not_known_is_a_mistake(nightly: Nightly, wanted: str) -> None:
    """With the nearest, or the ways to name one."""
    with pytest.raises(UsageError) as told:
        runs(nightly, wanted)
    assert told.value.hint


@pytest.mark.parametrize(
    ("wanted", "hint"),
    [
        ("2026-run-0003-0", "did you mean 2026-run-003-0?"),
        ("runs/2026-run-0003-0", "did you mean 2026-run-003-0?"),
        ("latest", "did you mean last?"),
        ("dll:acne@aaaaaaaaaaaa", "did you mean dll:acme@aaaaaaaaaaaa?"),
        ("dll:acme", "there are dll:acme@aaaaaaaabbbb, dll:acme@aaaaaaaaaaaa"),
    ],
)
def test_a_misspelt_side_is_told_with_what_there_is(
    nightly: Nightly, wanted: str, hint: str
) -> None:
    """Runs, nights and builds."""
    with pytest.raises(UsageError) as told:
        runs(nightly, wanted)
    assert told.value.hint == hint


def test_a_plan_without_nights_is_a_mistake(nightly: Nightly) -> None:
    """Not a history with nothing to compare: the plans there are nights of are named."""
    with pytest.raises(UsageError, match="no night of such a plan") as told:
        Catalogue(nightly.history, "nightyl")
    assert told.value.hint == "did you mean nightly?"
    with pytest.raises(UsageError) as told:
        Catalogue(nightly.history, "x")
    assert told.value.hint == "there is nightly"


def test_a_night_that_still_runs_is_not_the_last(nightly: Nightly) -> None:
    """And a night that is not there is nothing to compare with."""
    nights = nightly.history.all_nights
    nights[-1] = replace(nights[-1], state=NightState.RUNNING)
    assert runs(nightly, "last") == ["2026-run-002-0"]
    with pytest.raises(NothingToCompare, match="3 nights"):
        runs(nightly, "last-3")


def test_a_night_that_still_runs_is_in_no_range_unless_it_is_named(nightly: Nightly) -> None:
    """That it was left out is said."""
    nights = nightly.history.all_nights
    running = nights[1] = replace(nights[1], state=NightState.RUNNING)
    chosen = Catalogue(nightly.history).choose("last-2..last")
    assert [one.id for one in chosen.runs] == [f"2026-run-00{n}-0" for n in (0, 2, 3)]
    assert chosen.name == f"3 nights, last-2..last (without {running.id}, not at its end)"
    assert runs(nightly, f"{running.id}..last-1") == ["2026-run-001-0", "2026-run-002-0"]
    assert runs(nightly, running.id) == ["2026-run-001-0"]
    newest = nights[-1] = replace(nights[-1], state=NightState.RUNNING)
    chosen = Catalogue(nightly.history).choose("last")
    assert chosen.name == f"night {nights[2].id} (without {newest.id}, not at its end)"


def test_the_last_is_of_one_plan(nightly: Nightly) -> None:
    """The newest night's, or the one that is asked for."""
    nights = nightly.history.all_nights
    nights[-1] = replace(nights[-1], plan="weekly")
    assert runs(nightly, "last") == ["2026-run-003-0"]
    nightly_plan = Catalogue(nightly.history, "nightly")
    assert [one.id for one in nightly_plan.choose("last").runs] == ["2026-run-002-0"]
