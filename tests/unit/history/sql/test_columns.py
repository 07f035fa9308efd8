# SPDX-License-Identifier: GPL-2.0-or-later
"""Values that come back from the database as they went in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from harness.errors import StoreError
from harness.history.model import Crash, NightState, Test
from harness.history.sql import SqlHistory, open_history
from harness.results import Environment, FindingResult, HandshakeResult, Verdict
from tests.unit.results.samples import association, run

TEXT = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=40)
MOMENT = st.datetimes(
    min_value=datetime(1970, 1, 2),
    max_value=datetime(2200, 1, 1),
    timezones=st.builds(timezone, st.timedeltas(timedelta(hours=-12), timedelta(hours=12))),
)
FIGURES = st.dictionaries(TEXT, st.floats(allow_nan=False, allow_infinity=False), max_size=5)
PARTS = st.dictionaries(TEXT, TEXT, max_size=5)


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqlHistory]:
    """One history for all examples; each has the same run kept again."""
    with open_history(str(tmp_path_factory.mktemp("runs") / "history.sqlite")) as history:
        yield history


@given(st.lists(st.lists(FIGURES, max_size=3), max_size=4), TEXT, MOMENT, PARTS)
def test_any_run(
    history: SqlHistory, measured: list[list[dict[str, float]]], words: str, at: datetime,
    versions: dict[str, str],
) -> None:  # fmt: skip
    """Text, moments, floating point numbers to the last bit, in their order."""
    finding = FindingResult(rule="POST-05", severity="FAIL", message=words)
    ended = [
        association(index, finding, handshakes=[HandshakeResult(timing_us=one) for one in figures])
        for index, figures in enumerate(measured, 1)
    ]
    place = Environment(versions=versions)
    result = run(*ended, started_at=at, command=words, fault=words, environment=place)
    history.add_run(result, Test("reference", "hwsim", words, "plain"), words)
    (found,) = history.runs([result.run_id])
    assert (found.started_at, found.command, found.fault, found.path) == (at, *[words] * 3)
    assert found.test.dll == words
    assert history.environments([found.environment])[found.environment] == {
        f"versions.{name}": value for name, value in versions.items()
    }
    wanted: dict[str, list[float]] = {}
    for figures in measured:
        for one in figures:
            for name, us in one.items():
                wanted.setdefault(name, []).append(us)
    samples = history.timings([result.run_id]).get(result.run_id, {})
    assert {name: list(each) for name, each in samples.items()} == wanted
    assert [one.message for one in history.findings([result.run_id])] == [words] * len(measured)


@given(TEXT, MOMENT, st.integers(0, 2**32 - 1), st.lists(TEXT, max_size=3))
def test_any_night(
    history: SqlHistory, words: str, at: datetime, code: int, frames: list[str]
) -> None:
    """Likewise, with a crash."""
    test = Test("reference", "hwsim", words, "plain")
    night_id = history.begin_night(words, "d", [(test, 1)], at)
    attempt_id = history.begin_attempt(night_id, 0, words, at)
    crash = Crash(code, tuple(frames))
    history.end_attempt(attempt_id, Verdict.FAIL, words, at, crash=crash)
    history.end_night(night_id, NightState.COMPLETE, at)
    night = history.night(night_id)
    assert (night.plan, night.started_at, night.ended_at) == (words, at, at)
    (attempt,) = night.cells[0].attempts
    assert (attempt.shard, attempt.reason, attempt.crash) == (words, words, crash)


def test_a_time_without_a_zone_is_refused(history: SqlHistory) -> None:
    """Nobody could say which moment it is."""
    with pytest.raises(StoreError, match="without a zone"):
        history.end_attempt("a1", Verdict.PASS, "", datetime(2026, 1, 1))


@pytest.mark.parametrize(
    ("change", "read"),
    [
        ("UPDATE samples SET figures = '{'", lambda one: one.timings(["20261122T163005Z-abcdef"])),
        ("UPDATE samples SET us = x'00'", lambda one: one.timings(["20261122T163005Z-abcdef"])),
        ("UPDATE runs SET verdict = 'FINE'", lambda one: one.runs()),
        ("UPDATE runs SET started_at = 'now'", lambda one: one.runs()),
        ("UPDATE environments SET parts = '{'", lambda one: one.environments(environment(one))),
    ],
)
def test_what_nobody_wrote_is_refused_in_a_line(
    tmp_path: Path, change: str, read: Callable[[SqlHistory], object]
) -> None:
    """A database that was changed by hand, or by a fault of a disk."""
    test = Test("reference", "hwsim", "acme", "plain")
    with open_history(str(tmp_path / "history.sqlite")) as history:
        history.add_run(run(association(1)), test, "r")
        history.database.write(lambda connection: connection.execute(text(change)))
        with pytest.raises(StoreError, match="history") as caught:
            read(history)
        assert "\n" not in caught.value.message


def environment(history: SqlHistory) -> list[str]:
    """The fingerprints of its runs."""
    return [one.environment for one in history.runs()]


def test_times_are_utc(history: SqlHistory) -> None:
    """Whatever the zone they were given in."""
    at = datetime(2026, 7, 1, 12, 0, tzinfo=timezone(timedelta(hours=2)))
    night = history.night(history.begin_night("p", "d", [], at))
    assert night.started_at.tzinfo is UTC
    assert night.started_at.hour == 10
