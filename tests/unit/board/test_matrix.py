# SPDX-License-Identifier: GPL-2.0-or-later
"""The matrix: verdicts that blame rightly, what changed, flips, retries and marks."""

from __future__ import annotations

from dataclasses import replace

import pytest

from harness.board.matrix import CHANGES, CRASHED, FLAGS, FLIPPED, MARKS, RETRIED, columns
from harness.history.changes import Change
from harness.history.model import CellState, Crash, Mark, Night, NightState, Test
from harness.results import Verdict
from tests.unit.board.factory import a_cell, a_night, a_test

ONE, OTHER = a_test("default"), a_test("m4-lost")
F, E, M, P, S = (
    Verdict.FAIL, Verdict.ERROR, Verdict.MISS, Verdict.PASS, Verdict.SKIP,
)  # fmt: skip


def nights_of(*verdicts: Verdict | None, test: Test = ONE, plan: str = "nightly") -> list[Night]:
    """A night for each verdict of one test."""
    return [a_night(a_cell(test, one), day=day, plan=plan) for day, one in enumerate(verdicts)]


def flags_of(nights: list[Night]) -> list[int]:
    """The flags of the one test, night by night."""
    return [FLAGS.index(column.flags) for column in columns(nights, [ONE])]


def flips(*verdicts: Verdict | None) -> list[bool]:
    """Whether the test flipped, night by night."""
    return [bool(flags & FLIPPED) for flags in flags_of(nights_of(*verdicts))]


def test_a_place_has_the_letter_of_its_verdict() -> None:
    """FAIL, ERROR and MISS are told apart; a test that was not there has a dot."""
    night = a_night(a_cell(ONE, F), a_cell(a_test("other"), M), a_cell(a_test("third"), E))
    (column,) = columns([night], [ONE, OTHER, a_test("other"), a_test("third")])
    assert column.verdicts == "F.ME"


def test_repetitions_are_one_place_of_the_gravest_verdict() -> None:
    """FAIL outweighs MISS."""
    night = a_night(a_cell(ONE, P), a_cell(ONE, F, repetition=2), a_cell(ONE, M, repetition=3))
    (column,) = columns([night], [ONE])
    assert column.verdicts == "F"


@pytest.mark.parametrize(
    ("state", "letter"),
    [
        (CellState.PLANNED, "p"),
        (CellState.RUNNING, "r"),
        (CellState.KILLED, "k"),
        (CellState.LEFT_OUT, "l"),
    ],
)
def test_a_place_without_a_verdict_says_how_far_it_came(state: CellState, letter: str) -> None:
    """A killed cell is not shown as whole."""
    (column,) = columns([a_night(a_cell(ONE, state=state))], [ONE])
    assert column.verdicts == letter


def test_what_changed_is_against_the_night_of_the_plan_before() -> None:
    """A night of another plan in between is not what a night is compared with."""
    first, second = nights_of(P, F)
    between = a_night(a_cell(ONE, F), plan="other")
    told = [one.changes for one in columns([first, between, second], [ONE])]
    assert told == [".", ".", CHANGES[Change.REGRESSION]]


def test_a_test_that_is_gone_has_its_change_and_no_verdict() -> None:
    """It is told, though nothing ran."""
    nights = [a_night(a_cell(ONE, P), a_cell(OTHER, P)), a_night(a_cell(ONE, P), day=1)]
    column = columns(nights, [ONE, OTHER])[-1]
    assert (column.verdicts, column.changes) == ("P.", "." + CHANGES[Change.DISAPPEARED])


def test_a_flip_is_between_passing_and_failing() -> None:
    """The first night flips nothing."""
    assert flips(P, F, F, P) == [False, True, False, True]


def test_a_broken_lab_is_no_flip() -> None:
    """Of a night that ended MISS, ERROR or not at all nothing is known of the driver."""
    assert flips(P, M, P, E, None, P) == [False] * 6
    assert flips(P, M, F) == [False, False, True]


def test_a_pass_at_a_retry_is_a_flip_and_shown_as_retried() -> None:
    """It is no plain pass."""
    (flags,) = flags_of([a_night(a_cell(ONE, F, P))])
    assert flags == RETRIED | FLIPPED
    (flags,) = flags_of([a_night(a_cell(ONE, F, F))])
    assert flags == RETRIED


@pytest.mark.parametrize("mark", list(Mark))
def test_a_mark_is_shown(mark: Mark) -> None:
    """Each has its bit."""
    assert flags_of([a_night(a_cell(ONE, F, mark=mark))]) == [MARKS[mark]]


def test_a_night_has_the_gravest_verdict_that_no_mark_excuses() -> None:
    """A known issue does not fail a night."""
    excused = a_night(a_cell(ONE, F, mark=Mark.KNOWN_ISSUE), a_cell(OTHER, M))
    assert columns([excused], [ONE, OTHER])[0].verdict is M
    assert columns([a_night(a_cell(ONE, F), a_cell(OTHER, M))], [ONE, OTHER])[0].verdict is F


def test_a_crash_fails_a_night_though_a_retry_passed() -> None:
    """Unless the plan wants it."""
    cell = a_cell(ONE, F, P)
    crashed = replace(cell.attempts[0], crash=Crash(0xC0000005))
    cell = replace(cell, attempts=(crashed, cell.attempts[1]))
    assert flags_of([a_night(cell)]) == [RETRIED | FLIPPED | CRASHED]
    assert columns([a_night(cell)], [ONE])[0].verdict is F
    wanted = a_night(replace(cell, mark=Mark.EXPECTED))
    assert columns([wanted], [ONE])[0].verdict is P


def test_a_night_that_did_not_end_is_no_base_for_the_next() -> None:
    """Its missing tests would seem to be new."""
    first, cut, last = nights_of(P, F, F)
    cut = replace(cut, state=NightState.INTERRUPTED)
    told = [one.changes for one in columns([first, cut, last], [ONE])]
    assert told == [".", *[CHANGES[Change.REGRESSION]] * 2]


@pytest.mark.parametrize("state", list(NightState))
def test_a_night_that_is_not_over_has_not_passed(state: NightState) -> None:
    """Though nothing failed so far; a failure stays one."""
    cut = replace(a_night(a_cell(ONE, P), a_cell(OTHER, state=CellState.PLANNED)), state=state)
    over = state in (NightState.COMPLETE, NightState.OVER_BUDGET)
    assert columns([cut], [ONE, OTHER])[0].verdict is (P if over else M)
    failed = replace(a_night(a_cell(ONE, F)), state=state)
    assert columns([failed], [ONE])[0].verdict is F


def test_what_a_running_night_has_not_come_to_is_no_change() -> None:
    """It may come yet."""
    running = a_night(a_cell(ONE, state=CellState.PLANNED), day=1)
    over = columns([*nights_of(P), running], [ONE])[-1]
    now = columns([*nights_of(P), replace(running, state=NightState.RUNNING)], [ONE])[-1]
    assert (over.changes, now.changes) == (CHANGES[Change.INCONCLUSIVE], ".")


def test_a_night_in_which_nothing_ran_is_no_pass() -> None:
    """It is an ERROR."""
    assert columns([a_night()], [])[0].verdict is E
    planned = a_night(a_cell(ONE, state=CellState.PLANNED))
    assert columns([planned], [ONE])[0].verdict is E
