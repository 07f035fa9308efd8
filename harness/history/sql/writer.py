# SPDX-License-Identifier: GPL-2.0-or-later
"""The history as it is written: see `harness.history.model.Writer`."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection, Table, Update, delete, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from harness.errors import StoreError
from harness.history.model import CellState, Crash, Mark, NightState, RunEntry, Test
from harness.history.sql.database import Database
from harness.history.sql.rows import Row, row_of_test, run_rows, shared_rows
from harness.history.sql.tables import attempts, cells, nights, runs, tests
from harness.results import RunResult, Verdict


class SqlWriter:
    """Writes to a database, each call in one transaction.

    Ids are made before the transaction: one that is done again, as its answer was lost, leaves the
    same rows.
    """

    def __init__(self, database: Database) -> None:
        self.database = database

    def add_run(self, result: RunResult, test: Test, path: str) -> None:
        """See `Writer.add_run`."""
        self.database.write(partial(_add_run, RunEntry(result, test, path)))

    def begin_night(
        self, plan: str, plan_digest: str, tests: Sequence[tuple[Test, int]], at: datetime
    ) -> str:
        """See `Writer.begin_night`."""
        night_id = _new_id(at)
        night = {
            "id": night_id,
            "plan": plan,
            "plan_digest": plan_digest,
            "started_at": at,
            "ended_at": None,
            "state": NightState.RUNNING.value,
        }
        planned = [_cell_row(night_id, place, *one) for place, one in enumerate(tests)]
        self.database.write(lambda connection: _begin_night(connection, night, tests, planned))
        return night_id

    def begin_attempt(self, night_id: str, position: int, shard: str, at: datetime) -> str:
        """See `Writer.begin_attempt`."""
        attempt_id = _new_id(at)
        own = {"id": attempt_id, "night_id": night_id, "position": position, "shard": shard}

        def work(connection: Connection) -> None:
            change = _cell(night_id, position).values(state=CellState.RUNNING.value)
            _change(connection, change, f"cell {position} of night {night_id}")
            others = (attempts.c.night_id == night_id, attempts.c.position == position)
            highest = select(func.max(attempts.c.number)).where(
                *others, attempts.c.id != attempt_id
            )
            number = (connection.execute(highest).scalar() or 0) + 1
            row = own | {"number": number, "started_at": at, "reason": ""}
            _insert_missing(connection, attempts, [row])

        self.database.write(work)
        return attempt_id

    def end_attempt(
        self,
        attempt_id: str,
        verdict: Verdict,
        reason: str,
        at: datetime,
        *,
        run_id: str | None = None,
        run: RunEntry | None = None,
        crash: Crash | None = None,
    ) -> None:
        """See `Writer.end_attempt`."""
        change = update(attempts).where(attempts.c.id == attempt_id).values(
            verdict=verdict.value, reason=reason, ended_at=at,
            run_id=run.result.run_id if run else run_id,
            crash_code=crash.code if crash else None,
            crash_frames=list(crash.frames) if crash else None,
        )  # fmt: skip

        def work(connection: Connection) -> None:
            if run is not None:
                _add_run(run, connection)
            _change(connection, change, f"attempt {attempt_id}")

        self.database.write(work)

    def end_cell(
        self, night_id: str, position: int, state: CellState, mark: Mark | None, reason: str
    ) -> None:
        """See `Writer.end_cell`."""
        change = _cell(night_id, position).values(
            state=state.value, mark=mark.value if mark else None, mark_reason=reason
        )
        self._write_change(change, f"cell {position} of night {night_id}")

    def end_night(self, night_id: str, state: NightState, at: datetime) -> None:
        """See `Writer.end_night`."""
        ended = None if state is NightState.RUNNING else at
        change = update(nights).where(nights.c.id == night_id)
        self._write_change(change.values(state=state.value, ended_at=ended), f"night {night_id}")

    def mark_pruned(self, run_id: str, at: datetime) -> None:
        """Keep that a run's folder was removed; its figures stay."""
        change = update(runs).where(runs.c.id == run_id).values(pruned_at=at)
        self._write_change(change, f"run {run_id}")

    def move_run(self, run_id: str, path: str) -> None:
        """Keep that a run's folder is, or is again, at `path`."""
        change = update(runs).where(runs.c.id == run_id).values(path=path, pruned_at=None)
        self._write_change(change, f"run {run_id}")

    def _write_change(self, change: Update, what: str) -> None:
        self.database.write(lambda connection: _change(connection, change, what))


def _new_id(at: datetime) -> str:
    """An id that sorts by time."""
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%S.%fZ}-{secrets.token_hex(4)}"


def _add_run(run: RunEntry, connection: Connection) -> None:
    for table, rows in shared_rows(run.test, run.result).items():
        _insert_missing(connection, table, rows)
    connection.execute(delete(runs).where(runs.c.id == run.result.run_id))
    for table, rows in run_rows(run.result, run.test, run.path).items():
        _insert(connection, table, rows)


def _begin_night(
    connection: Connection,
    night: Row,
    planned: Sequence[tuple[Test, int]],
    rows: list[Row],
) -> None:
    _insert_missing(
        connection, tests, [row_of_test(one) for one in sorted({t for t, _ in planned})]
    )
    _insert_missing(connection, nights, [night])
    _insert_missing(connection, cells, rows)


def _cell_row(night_id: str, position: int, test: Test, repetition: int) -> Row:
    return {
        "night_id": night_id,
        "position": position,
        "test_id": test.id,
        "repetition": repetition,
        "state": CellState.PLANNED.value,
        "mark_reason": "",
    }


def _cell(night_id: str, position: int) -> Update:
    return update(cells).where(cells.c.night_id == night_id, cells.c.position == position)


def _change(connection: Connection, change: Update, what: str) -> None:
    """Change the one row that is there; the row stays locked until the transaction ends."""
    if connection.execute(change).rowcount != 1:
        raise StoreError(f"the history has no {what}", hint="was it written to another database?")


def _insert(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    if rows:
        connection.execute(insert(table), rows)


def _insert_missing(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert what is not there yet by its key; what is there stays as it is."""
    dialect: Any = postgresql if connection.dialect.name == "postgresql" else sqlite
    keys = [column.name for column in table.primary_key]
    if rows:
        missing = dialect.insert(table).on_conflict_do_nothing(index_elements=keys)
        connection.execute(missing, rows)
