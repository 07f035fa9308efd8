# SPDX-License-Identifier: GPL-2.0-or-later
"""Values that somebody's own SQL left: told with file, table, row and column, never half used."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.errors import StoreError
from harness.history.model import Crash
from harness.history.sql import SqlHistory, open_history
from harness.results import EvidenceFile, Verdict
from tests.history_battery import AT, PLAIN, run_named
from tests.unit.results.samples import NO_COMPLETION, association

Read = Callable[[SqlHistory], object]


def night(history: SqlHistory) -> object:
    """The nights, as boards, lists and `--last-failed` read them."""
    return history.nights()


READ: dict[str, Read] = {
    "tests": lambda history: history.runs(),
    "runs": lambda history: history.newest_runs(5),
    "environments": lambda history: history.environments([history.runs()[0].environment]),
    "findings": lambda history: history.findings(["r1"]),
    "timings": lambda history: list(history.summaries(["r1"])),
    "samples": lambda history: history.samples("r1"),
    "artefacts": lambda history: history.artefacts(["r1"]),
    "nights": night,
    "cells": night,
    "attempts": night,
}
"""What reads each table."""

DAMAGE = [
    ("tests", "scenario", b"x", "scenario is b'x', wanted text"),
    ("runs", "started_at", "soon", "started_at is 'soon', wanted a time"),
    ("runs", "started_at", 5, "started_at is 5, wanted a time"),
    ("runs", "duration_s", "long", "duration_s is 'long', wanted a number"),
    ("runs", "duration_s", float("inf"), "duration_s is inf, wanted a number"),
    ("runs", "reason", b"\xff", "reason is b'\\xff', wanted text"),
    ("runs", "path", "a\0b", "path is 'a\\x00b', wanted text"),
    ("runs", "dll_sha256", b"x", "dll_sha256 is b'x', wanted text"),
    ("runs", "verdict", "GOOD", "verdict is 'GOOD', wanted one of FAIL"),
    ("runs", "associations", "many", "associations is 'many', wanted a whole number"),
    ("runs", "test_id", "none", "names a row that tests does not have"),
    ("environments", "parts", "{", "parts is '{', wanted a JSON object of texts"),
    ("environments", "parts", "[1]", "parts is '[1]', wanted a JSON object of texts"),
    ("findings", "association", "x", "association is 'x', wanted a whole number"),
    ("timings", "p50", "x", "p50 is 'x', wanted a number"),
    ("samples", "figures", "[]", "figures is '[]', wanted how many samples each figure has"),
    ("samples", "figures", '{"handler": -1}', "wanted how many samples each figure has"),
    ("samples", "us", "x", "us is 'x', wanted packed numbers"),
    ("samples", "us", b"x", "us is b'x', wanted packed numbers"),
    (
        "samples",
        "places",
        b"\0" * 4,
        "contradict each other: wanted 1 samples, each with its place",
    ),
    ("artefacts", "secret", "x", "secret is 'x', wanted 0 or 1"),
    ("artefacts", "size_bytes", "big", "size_bytes is 'big', wanted a whole number"),
    ("nights", "state", "x" * 99, "state is '" + "x" * 59 + "…, wanted one of running"),
    ("cells", "state", 7, "state is '7', wanted one of planned"),
    ("cells", "mark", "", "mark is '', wanted one of known issue"),
    ("cells", "test_id", "none", "names a row that tests does not have"),
    ("attempts", "number", "first", "number is 'first', wanted a whole number"),
    ("attempts", "crash_code", "x", "crash_code is 'x', wanted a whole number"),
    ("attempts", "crash_frames", "[1]", "crash_frames is '[1]', wanted a JSON list of texts"),
    ("attempts", "ended_at", "", "ended_at is '', wanted a time"),
]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A history with a row in each table."""
    file = tmp_path / "history.sqlite"
    files = (EvidenceFile(path="air.keys", description="", size_bytes=5, secret=True),)
    ended = (association(1, NO_COMPLETION, timing_us={"handler": 1.0}),)
    with open_history(str(file)) as history:
        result = run_named("r1", evidence=files).model_copy(update={"associations": ended})
        history.add_run(result, PLAIN, "/runs/r1")
        night_id = history.begin_night("p", "d", [(PLAIN, 1)], AT)
        attempt = history.begin_attempt(night_id, 0, "slot", AT)
        history.end_attempt(attempt, Verdict.FAIL, "", AT, run_id="r1", crash=Crash(5, ("a+0x1",)))
    return file


@pytest.mark.parametrize(("table", "column", "value", "said"), DAMAGE)
def test_a_value_that_is_none_of_its_columns(
    file: Path, table: str, column: str, value: object, said: str
) -> None:
    """Whatever reads it."""
    with sqlite3.connect(file) as connection:
        connection.execute(f"UPDATE {table} SET {column} = ?", (value,))
    connection.close()
    with open_history(str(file)) as history, pytest.raises(StoreError) as told:
        READ[table](history)
    assert f"{file}: table {table}, row with " in told.value.message
    assert said in told.value.message
    assert "`hil runs import`" in told.value.hint


def test_what_a_writer_meets_is_told_too(file: Path) -> None:
    """It counts the attempts before its own."""
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE attempts SET number = 'first'")
    connection.close()
    with open_history(str(file)) as history:
        (night_id,) = history.database.read(
            lambda connection: [*connection.exec_driver_sql("SELECT id FROM nights").scalars()]
        )
        with pytest.raises(StoreError, match="number is 'first'"):
            history.begin_attempt(night_id, 0, "slot", AT)


def test_what_is_no_damage_is_a_bug_and_stays_one(file: Path) -> None:
    """A mistake of ours is not blamed on the file."""

    def work(_: object) -> None:
        raise LookupError("a bug")

    with open_history(str(file)) as history, pytest.raises(LookupError, match="a bug"):
        history.database.read(work)
