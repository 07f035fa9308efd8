# SPDX-License-Identifier: GPL-2.0-or-later
"""Rows of the tables as values of the model. Those of the columns were checked when they were read;
`ValueError` is raised where the parts of a row contradict each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar, final

from sqlalchemy import Connection, select

from harness.history.model import (
    Attempt,
    Cell,
    Crash,
    Night,
    RunSummary,
    Sample,
    Test,
    deciding,
)
from harness.history.sql.columns import Layout
from harness.history.sql.tables import tests

T = TypeVar("T")


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


def figures(row: Any) -> tuple[str, ByFigure[float]]:
    """A row of `samples`: the run, and its samples by figure."""
    check_packed(row.figures, row.us)
    return row.run_id, ByFigure(row.figures, row.us)


def placed(row: Any) -> ByFigure[Sample]:
    """A row of `samples`: each with the handshake that it was measured in."""
    check_packed(row.figures, row.us, row.places)
    return ByFigure(row.figures, sampled(row.us, row.places))


def check_packed(layout: Layout, us: Sequence[float], places: Sequence[int] | None = None) -> None:
    """Raise `ValueError` unless there are as many samples, and places, as a row says."""
    said = max((one.stop for one in layout.values()), default=0)
    if len(us) != said or (places is not None and len(places) != 2 * said):
        raise ValueError(f"wanted {said} samples, each with its place")


def sampled(us: Sequence[float], places: Sequence[int]) -> list[Sample]:
    """Samples in microseconds, each with its association and handshake (pairs in `places`)."""
    return [Sample(*one) for one in zip(places[::2], places[1::2], us, strict=True)]


def attempt(row: Any) -> Attempt:
    """A row of `attempts`; its crash if it has the code of one."""
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
        verdict=row.verdict,
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
        state=row.state,
        verdict=decides.verdict if (decides := deciding(attempts)) else None,
        mark=row.mark,
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
        state=row.state,
        cells=tuple(cells),
    )


def run(row: Any, known: Mapping[str, Test]) -> RunSummary:
    """A row of `runs`, with its test of those `known`."""
    return RunSummary(
        id=row.id,
        test=known[row.test_id],
        fault=row.fault,
        started_at=row.started_at,
        duration_s=row.duration_s,
        verdict=row.verdict,
        reason=row.reason,
        associations=row.associations,
        dll_sha256=row.dll_sha256,
        environment=row.environment,
        path=row.path,
        command=row.command,
        pruned_at=row.pruned_at,
    )
