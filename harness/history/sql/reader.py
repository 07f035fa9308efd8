# SPDX-License-Identifier: GPL-2.0-or-later
"""The history as it is read: see `harness.history.model.History`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Final

from sqlalchemy import Connection, Table, select

from harness.errors import StoreError
from harness.history.model import (
    Artefact,
    Attempt,
    Cell,
    FigureSummary,
    FindingRow,
    Night,
    NightState,
    RunSummary,
    Sample,
    Timings,
)
from harness.history.sql import values
from harness.history.sql.database import Database
from harness.history.sql.tables import (
    artefacts,
    attempts,
    cells,
    environments,
    findings,
    nights,
    runs,
    samples,
    timings,
)
from harness.results import Verdict

_AT_ONCE: Final = 1000
"""Most ids in one statement: databases have a limit."""


class SqlReader:
    """Reads a database; each call sees it as of one moment, but for those that give an iterator."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def nights(self, last: int | None = None, plan: str | None = None) -> Sequence[Night]:
        """See `History.nights`."""
        chosen = select(nights.c.id).order_by(nights.c.id.desc()).limit(last)
        if plan is not None:
            chosen = chosen.where(nights.c.plan == plan)
        return self.database.read(lambda connection: _nights(connection, chosen))

    def night(self, night_id: str) -> Night:
        """See `History.night`."""
        chosen = select(nights.c.id).where(nights.c.id == night_id)
        found = self.database.read(lambda connection: _nights(connection, chosen))
        if not found:
            raise StoreError(
                f"the history has no night {night_id}", hint="`hil board` shows those it has"
            )
        return found[0]

    def runs(self, ids: Sequence[str] | None = None) -> Sequence[RunSummary]:
        """See `History.runs`."""

        def work(connection: Connection) -> list[RunSummary]:
            known = values.all_tests(connection)
            if ids is None:
                rows: Sequence[Any] = connection.execute(select(runs)).all()
            else:
                rows = [row for part in _parts(ids) for row in _among(connection, runs, part)]
            return [values.run(row, known) for row in rows]

        return sorted(self.database.read(work), key=lambda run: (run.started_at, run.id))

    def newest_runs(
        self,
        last: int | None = None,
        *,
        test: str | None = None,
        verdict: Verdict | None = None,
        named: str | None = None,
    ) -> Sequence[RunSummary]:
        """The newest runs, the newest first; `test` and `named` are parts of the ids of both."""
        chosen = select(runs).order_by(runs.c.started_at.desc(), runs.c.id.desc()).limit(last)
        if test is not None:
            chosen = chosen.where(runs.c.test_id.contains(test, autoescape=True))
        if verdict is not None:
            chosen = chosen.where(runs.c.verdict == verdict.value)
        if named is not None:
            chosen = chosen.where(runs.c.id.contains(named, autoescape=True))

        def work(connection: Connection) -> list[RunSummary]:
            known = values.all_tests(connection)
            return [values.run(row, known) for row in connection.execute(chosen)]

        return self.database.read(work)

    def runs_of_unfinished_nights(self) -> set[str]:
        """The ids of the runs of nights that run, or that may go on."""
        unfinished = (NightState.RUNNING.value, NightState.INTERRUPTED.value)
        chosen = select(attempts.c.run_id).join(nights, attempts.c.night_id == nights.c.id)
        named = chosen.where(nights.c.state.in_(unfinished), attempts.c.run_id.is_not(None))
        return {row.run_id for row in self.database.read(partial(_all, named))}

    def findings(self, run_ids: Sequence[str]) -> Sequence[FindingRow]:
        """See `History.findings`."""
        named = ("run_id", "rule", "severity", "message", "association")
        return [FindingRow(*row) for row in self._of_runs(findings, named, run_ids)]

    def timings(self, run_ids: Sequence[str]) -> Mapping[str, Timings]:
        """See `History.timings`."""
        return dict(self._of_runs(samples, ("run_id", "figures", "us"), run_ids, values.figures))

    def samples(self, run_id: str) -> Mapping[str, Sequence[Sample]]:
        """See `History.samples`."""
        named = ("run_id", "figures", "us", "places")
        return next(self._of_runs(samples, named, [run_id], values.placed), {})

    def summaries(self, run_ids: Sequence[str]) -> Iterator[FigureSummary]:
        """See `History.summaries`."""
        rows = self._of_runs(timings, FigureSummary._fields, run_ids)
        return (FigureSummary(*row) for row in rows)

    def artefacts(self, run_ids: Sequence[str]) -> Sequence[Artefact]:
        """See `History.artefacts`."""
        named = ("run_id", "name", "size_bytes", "secret")
        return [Artefact(*row) for row in self._of_runs(artefacts, named, run_ids)]

    def environments(self, fingerprints: Sequence[str]) -> Mapping[str, Mapping[str, str]]:
        """See `History.environments`."""

        def work(connection: Connection) -> dict[str, Mapping[str, str]]:
            return {
                row.fingerprint: row.parts
                for part in _parts(fingerprints)
                for row in _among(connection, environments, part)
            }

        return self.database.read(work)

    def _of_runs(
        self,
        table: Table,
        named: Sequence[str],
        run_ids: Sequence[str],
        made: Callable[[Any], Any] = lambda row: row,
    ) -> Iterator[Any]:
        """What is made of rows that belong to runs, in the order of the ids and the table's key."""
        for part in _parts(run_ids):
            chosen = select(*(table.c[name] for name in named)).where(table.c.run_id.in_(part))
            ordered = chosen.order_by(*table.primary_key)
            of: defaultdict[str, list[Any]] = defaultdict(list)
            for run_id, value in self.database.read(partial(_of_each, ordered, made)):
                of[run_id].append(value)
            for run_id in part:
                yield from of.get(run_id, ())


def _all(chosen: Any, connection: Connection) -> Sequence[Any]:
    return connection.execute(chosen).all()


def _of_each(
    chosen: Any, made: Callable[[Any], Any], connection: Connection
) -> list[tuple[str, Any]]:
    """The run of each row, and what is made of it."""
    return [(row.run_id, made(row)) for row in connection.execute(chosen)]


def _streamed(connection: Connection, chosen: Any) -> Iterator[Any]:
    """The rows, of which some thousand are in memory at a time."""
    for part in connection.execution_options(yield_per=5000).execute(chosen).partitions():
        yield from part


def _parts(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    """The ids, each once, a number of them at a time."""
    once = list(dict.fromkeys(ids))
    return (once[start : start + _AT_ONCE] for start in range(0, len(once), _AT_ONCE))


def _among(connection: Connection, table: Table, keys: Sequence[str]) -> Sequence[Any]:
    """The rows of a table with these keys."""
    (key,) = table.primary_key
    return connection.execute(select(table).where(key.in_(keys))).all()


def _nights(connection: Connection, chosen: Any) -> list[Night]:
    """The nights of the ids that are chosen, the oldest first."""
    known = values.all_tests(connection)
    wanted = chosen.subquery().select()
    tried: defaultdict[tuple[str, int], list[Attempt]] = defaultdict(list)
    of_nights = attempts.c.night_id.in_(wanted)
    for row in _streamed(connection, select(attempts).where(of_nights).order_by(attempts.c.number)):
        tried[row.night_id, row.position].append(values.attempt(row))
    of: defaultdict[str, list[Cell]] = defaultdict(list)
    in_order = (cells.c.night_id, cells.c.position)
    of_nights = cells.c.night_id.in_(wanted)
    for row in _streamed(connection, select(cells).where(of_nights).order_by(*in_order)):
        place = (row.night_id, row.position)
        of[row.night_id].append(values.cell(row, known, tried.pop(place, ())))
    rows = connection.execute(select(nights).where(nights.c.id.in_(wanted)).order_by(nights.c.id))
    return [values.night(row, of.get(row.id, ())) for row in rows]
