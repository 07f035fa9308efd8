# SPDX-License-Identifier: GPL-2.0-or-later
"""A history as a driver team has it after years, made in seconds: what boards and comparisons are
measured and tried on.

It is written to the tables in bulk, past the writer, and looks as if the writer had written it.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Table, insert

from harness.checks.timing import SESSION_FIGURES
from harness.history.model import CellState, NightState, Sample, Test
from harness.history.sql import open_history, tables
from harness.history.sql.rows import Row, measured_rows, row_of_test
from harness.results import Verdict

FIRST_NIGHT = datetime(2024, 1, 1, 22, 0, tzinfo=UTC)
FINGERPRINT = "0123456789abcdef"
PARTS = {"qemu": "7.2.22", "host_cpu": "AMD EPYC", "host_cpus": "2", "accelerator": "tcg"}
USUAL_US = {name: 500.0 * (place + 1) for place, name in enumerate(SESSION_FIGURES)}
"""The median of each figure, before `slower`."""

Outcome = Callable[[int, int], Verdict]
"""The verdict of a test (by its place) in a night (by its number), both from 0."""
Slower = Callable[[int, int, str], float]
"""By what the samples of a figure are multiplied, for a night, a test and the figure."""


def _generator(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311 (no secret, and the same each time)


def one_in_fifty_fails(night: int, test: int) -> Verdict:
    """A FAIL now and then, always at the same places."""
    return Verdict.FAIL if _generator(night * 7919 + test).random() < 0.02 else Verdict.PASS


@dataclass(frozen=True)
class SyntheticHistory:
    """What is to be made. Equal ones make equal rows."""

    nights: int = 1000
    tests: int = 100
    associations: int = 5
    figures: Sequence[str] = SESSION_FIGURES
    outcome: Outcome = one_in_fifty_fails
    slower: Slower = lambda night, test, figure: 1.0
    plan: str = "validation"
    spread: float = 0.15
    """Standard deviation of the logarithm of a sample."""

    def write_to(self, place: str) -> list[str]:
        """Add the nights to the history at `place`, a file or URL; their ids, the oldest first."""
        shared = {
            tables.tests: [row_of_test(one) for one in self.all_tests()],
            tables.environments: [{"fingerprint": FINGERPRINT, "parts": PARTS}],
        }
        with open_history(place) as history:
            _insert(history, shared)
            for start in range(0, self.nights, 20):
                rows: dict[Table, list[Row]] = {}
                for number in range(start, min(start + 20, self.nights)):
                    for table, row in self._night(number):
                        rows.setdefault(table, []).append(row)
                _insert(history, rows)
        return [self.night_id(number) for number in range(self.nights)]

    def all_tests(self) -> list[Test]:
        """The tests of every night, in the plan's order."""
        return [
            Test("reference", "hwsim", "acme", f"scenario-{place:03}")
            for place in range(self.tests)
        ]

    def night_id(self, number: int) -> str:
        """The id of a night by its number, from 0."""
        return f"{_stamp(_start(number))}-{number:08x}"

    def run_id(self, night: int, test: int) -> str:
        """The id of the run of a test in a night, both by their places from 0."""
        return f"{_stamp(_start(night) + timedelta(seconds=60 * test))}-{test:06x}"

    def _night(self, number: int) -> Iterator[tuple[Table, Row]]:
        start, night_id = _start(number), self.night_id(number)
        yield (
            tables.nights,
            {
                "id": night_id,
                "plan": self.plan,
                "plan_digest": "0" * 64,
                "started_at": start,
                "ended_at": start + timedelta(seconds=60 * self.tests),
                "state": NightState.COMPLETE.value,
            },
        )
        for place, test in enumerate(self.all_tests()):
            yield from self._cell(number, place, test)

    def _cell(self, night: int, place: int, test: Test) -> Iterator[tuple[Table, Row]]:
        at, run_id = _start(night) + timedelta(seconds=60 * place), self.run_id(night, place)
        verdict = self.outcome(night, place)
        reason = "" if verdict is Verdict.PASS else "POST-05 was broken"
        yield (
            tables.cells,
            {
                "night_id": self.night_id(night),
                "position": place,
                "test_id": test.id,
                "repetition": 1,
                "state": CellState.DONE.value,
                "mark": None,
                "mark_reason": "",
            },
        )
        yield (
            tables.attempts,
            {
                "id": f"{self.night_id(night)}-{place}",
                "night_id": self.night_id(night),
                "position": place,
                "number": 1,
                "shard": "slot-1",
                "started_at": at,
                "ended_at": at + timedelta(seconds=50),
                "run_id": run_id,
                "verdict": verdict.value,
                "reason": reason,
                "crash_code": None,
                "crash_frames": None,
            },
        )
        yield tables.runs, self._run(night, test, at, run_id, verdict, reason)
        yield from self._found(night, place, run_id, verdict)

    def _run(
        self, night: int, test: Test, at: datetime, run_id: str, verdict: Verdict, reason: str
    ) -> Row:
        return {
            "id": run_id,
            "test_id": test.id,
            "environment": FINGERPRINT,
            "fault": None,
            "started_at": at,
            "duration_s": 50.0,
            "verdict": verdict.value,
            "reason": reason,
            "associations": self.associations,
            "dll_sha256": f"{night:064x}",
            "path": f"runs/{run_id}",
            "command": f"./hil run {test.scenario}",
            "pruned_at": None,
        }

    def _found(
        self, night: int, place: int, run_id: str, verdict: Verdict
    ) -> Iterator[tuple[Table, Row]]:
        if verdict is Verdict.FAIL:
            yield (
                tables.findings,
                {
                    "run_id": run_id,
                    "position": 0,
                    "rule": "POST-05",
                    "severity": "FAIL",
                    "message": "no PostAssociateCompletion within 10 s (our limit)",
                    "association": 1,
                },
            )
        luck = _luck(self.spread)
        many = len(self.figures) * self.associations
        begin = _generator((night << 20) + place).randrange(len(luck) - many)
        measured: dict[str, list[Sample]] = {}
        for figure in self.figures:
            usual = USUAL_US[figure] * self.slower(night, place, figure)
            drawn = luck[begin : begin + self.associations]
            measured[figure] = [Sample(n, 1, usual * one) for n, one in enumerate(drawn, 1)]
            begin += self.associations
        for table, rows in measured_rows(run_id, measured).items():
            yield from ((table, row) for row in rows)


@cache
def _luck(spread: float) -> list[float]:
    """Factors around 1, of which each run takes a stretch: drawing them anew takes a minute."""
    drawn = _generator(20261128)
    return [drawn.lognormvariate(0, spread) for _ in range(100_003)]


def _start(night: int) -> datetime:
    return FIRST_NIGHT + timedelta(days=night)


def _stamp(at: datetime) -> str:
    return f"{at:%Y%m%dT%H%M%SZ}"


def _insert(history: Any, rows: dict[Table, list[Row]]) -> None:
    """In the order of the tables' keys, in one transaction."""
    ordered = [table for table in tables.metadata.sorted_tables if rows.get(table)]
    history.database.write(
        lambda connection: [connection.execute(insert(table), rows[table]) for table in ordered]
    )
