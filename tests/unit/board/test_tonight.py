# SPDX-License-Identifier: GPL-2.0-or-later
"""What changed in the timing of the newest nights."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from harness.board.tonight import timing_changes
from harness.history.model import NightState
from tests.unit.board.factory import MemoryHistory, Synthetic


def told(history: MemoryHistory) -> list[list[Any]]:
    """The changes of a history's newest nights."""
    tests = sorted({cell.test for night in history.all_nights for cell in night.cells})
    places = {test: number for number, test in enumerate(tests)}
    return timing_changes(history, history.all_nights, places)


def nights(slower: range) -> MemoryHistory:
    """Twenty nights of eight tests with forty associations; no environment changes."""
    history = Synthetic(nights=20, tests=8, samples=40, slower=slower).made()
    same = {name: {"qemu": "7.2.22"} for name in history.all_environments}
    history.all_environments = same
    history.all_runs = {
        one: replace(run, environment="4a4a-reference") for one, run in history.all_runs.items()
    }
    return history


def test_a_night_that_is_slower_names_the_stage() -> None:
    """M1 → M2, with medians and by how much; what merely follows, as the capture's, is no other."""
    found = told(nights(range(19, 20)))
    assert {(night, figure, word) for night, _, _, figure, word, *_ in found} == {
        (19, "m1_to_m2", "slower")
    }
    assert all(1.05 <= ratio <= 1.25 for *_, ratio, _ in found)
    assert all(1.05 <= after / before <= 1.3 for *_, before, after, _, _ in found)


def test_a_night_back_to_normal_is_fixed() -> None:
    """The night before was slower: both are told, each at its night."""
    found = told(nights(range(18, 19)))
    assert {(night, word) for night, _, _, _, word, *_ in found} == {(18, "slower"), (19, "fixed")}


def test_nights_without_a_change_say_nothing() -> None:
    """Chance is no change."""
    assert told(nights(range(0))) == []


def test_a_night_that_did_not_end_is_not_compared() -> None:
    """What it lacks is not known."""
    history = nights(range(19, 20))
    history.all_nights[-1] = replace(history.all_nights[-1], state=NightState.RUNNING)
    assert told(history) == []


def test_a_first_night_is_compared_with_nothing() -> None:
    """Neither is an empty history."""
    assert told(Synthetic(nights=1, tests=2).made()) == []
    assert told(MemoryHistory()) == []
