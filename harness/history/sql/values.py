# SPDX-License-Identifier: GPL-2.0-or-later
"""What the tables hold as values of the model; a database may hold anything, so it is checked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any, TypeVar, cast, final

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
    Sample,
    Test,
    deciding,
)
from harness.history.sql.columns import Layout
from harness.history.sql.tables import tests
from harness.results import Verdict

MemberT = TypeVar("MemberT", bound=StrEnum)
T = TypeVar("T")


def member(kind: type[MemberT], value: str) -> MemberT:
    """A value of the database as one of ours; raises `StoreError` for one that is none."""
    found = kind._value2member_map_.get(value)  # calling the class takes four times as long
    if found is None:
        raise StoreError(
            f"the history has the {kind.__name__} {value!r}, which this release does not know",
            hint="was it changed by hand, or is this clone too old for it?",
        )
    return cast(MemberT, found)


def all_tests(connection: Connection) -> dict[str, Test]:
    """Every test by its id: few, and shared by all that name them."""
    rows = connection.execute(
        select(tests.c.id, tests.c.guest, tests.c.radio, tests.c.dll, tests.c.scenario)
    )
    return {row[0]: Test(*row[1:]) for row in rows}


@final
class ByFigure(Mapping[str, Sequence[T]]):
    """The samples of a run by figure; those of a figure are cut out when they are asked for."""

    __slots__ = ("_each", "_layout")

    def __init__(self, layout: Layout, each: Sequence[T]) -> None:
        self._layout = layout
        self._each = each

    def __getitem__(self, figure: str) -> Sequence[T]:
        return self._each[self._layout[figure]]

    def __iter__(self) -> Iterator[str]:
        return iter(self._layout)

    def __len__(self) -> int:
        return len(self._layout)

    def __repr__(self) -> str:
        return repr(dict(self))


def sampled(us: Sequence[float], places: Sequence[int]) -> list[Sample]:
    """Samples with the handshake of each."""
    return [Sample(*one) for one in zip(places[::2], places[1::2], us, strict=True)]


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
        verdict=decides.verdict if (decides := deciding(attempts)) else None,
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
