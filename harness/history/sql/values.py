# SPDX-License-Identifier: GPL-2.0-or-later
"""What the tables hold as values of the model; a database may hold anything, so it is checked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any, TypeVar

from sqlalchemy import Connection, select

from harness.errors import StoreError
from harness.history.model import (
    Attempt,
    Cell,
    CellState,
    Crash,
    Mark,
    Night,
    NightState,
    RunSummary,
    Test,
)
from harness.history.sql.tables import tests
from harness.results import Verdict

MemberT = TypeVar("MemberT", bound=StrEnum)


def member(kind: type[MemberT], value: str) -> MemberT:
    """A value of the database as one of ours; raises `StoreError` for one that is none."""
    try:
        return kind(value)
    except ValueError:
        raise StoreError(
            f"the history has the {kind.__name__} {value!r}, which this release does not know",
            hint="was it changed by hand, or is this clone too old for it?",
        ) from None


def all_tests(connection: Connection) -> dict[str, Test]:
    """Every test by its id: few, and shared by all that name them."""
    rows = connection.execute(
        select(tests.c.id, tests.c.guest, tests.c.radio, tests.c.dll, tests.c.scenario)
    )
    return {row[0]: Test(*row[1:]) for row in rows}


def attempt(row: Any) -> Attempt:
    """A row of `attempts`."""
    crash = None
    if row.crash_code is not None:
        crash = Crash(row.crash_code, tuple(row.crash_frames or ()))
    return Attempt(
        id=row.id,
        number=row.number,
        shard=row.shard,
        started_at=row.started_at,
        ended_at=row.ended_at,
        run_id=row.run_id,
        verdict=None if row.verdict is None else member(Verdict, row.verdict),
        reason=row.reason,
        crash=crash,
    )


def cell(row: Any, known: Mapping[str, Test], tried: Iterable[Attempt]) -> Cell:
    """A row of `cells`, with its attempts in order."""
    attempts = tuple(tried)
    return Cell(
        position=row.position,
        test=known[row.test_id],
        repetition=row.repetition,
        state=member(CellState, row.state),
        verdict=attempts[-1].verdict if attempts else None,
        mark=None if row.mark is None else member(Mark, row.mark),
        mark_reason=row.mark_reason,
        attempts=attempts,
    )


def night(row: Any, cells: Iterable[Cell]) -> Night:
    """A row of `nights`, with its cells in order."""
    return Night(
        id=row.id,
        plan=row.plan,
        plan_digest=row.plan_digest,
        started_at=row.started_at,
        ended_at=row.ended_at,
        state=member(NightState, row.state),
        cells=tuple(cells),
    )


def run(row: Any, known: Mapping[str, Test]) -> RunSummary:
    """A row of `runs`."""
    return RunSummary(
        id=row.id,
        test=known[row.test_id],
        fault=row.fault,
        started_at=row.started_at,
        duration_s=row.duration_s,
        verdict=member(Verdict, row.verdict),
        reason=row.reason,
        associations=row.associations,
        dll_sha256=row.dll_sha256,
        environment=row.environment,
        path=row.path,
        command=row.command,
        pruned_at=row.pruned_at,
    )
