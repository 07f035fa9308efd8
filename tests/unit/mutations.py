# SPDX-License-Identifier: GPL-2.0-or-later
"""Mutations of recorded evidence: one line of one file at a time, and how it is judged then.

Each is judged twice. *Sealed*: the copy was damaged after the run, the seal tells what it was.
*Unsealed*: the line was lost or damaged before it was written down, so nothing tells but the
evidence itself. (That there is no seal is then not told: alone it would be a MISS.)
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from harness.evidence import DamageKind
from harness.evidence.sources import EVENTS, TRACE
from harness.evidence.sources.seal import FileSeal, read_seal
from harness.results import LabFaultResult, RunResult, load_result
from harness.run.judge import judged
from harness.run.replay import replayed

SHIFT_NS = 10_000_000_000
TIMES = ("t", "t_ns", "air_ns", "guest_ns")
"""Members of a line that say when a thing was."""

Lines = list[bytes]
Change = Callable[[Lines, int], Lines | None]


def _dropped(lines: Lines, at: int) -> Lines:
    return lines[:at] + lines[at + 1 :]


def _doubled(lines: Lines, at: int) -> Lines:
    return lines[: at + 1] + lines[at:]


def _swapped(lines: Lines, at: int) -> Lines | None:
    if at + 1 == len(lines):
        return None
    return [*lines[:at], lines[at + 1], lines[at], *lines[at + 2 :]]


def _cut(lines: Lines, at: int) -> Lines:
    return lines[:at]


def _torn(lines: Lines, at: int) -> Lines:
    return [*lines[:at], lines[at][: len(lines[at]) // 2]]


def _garbled(lines: Lines, at: int) -> Lines:
    middle = len(lines[at]) // 2
    return [*lines[:at], lines[at][:middle] + b"\x00#" + lines[at][middle + 2 :], *lines[at + 1 :]]


def _shifted(by_ns: int) -> Change:
    def change(lines: Lines, at: int) -> Lines | None:
        told = json.loads(lines[at])
        moved = {name: told[name] + by_ns for name in TIMES if isinstance(told.get(name), int)}
        if not moved or min(moved.values()) < 0:
            return None
        return [*lines[:at], json.dumps(told | moved).encode() + b"\n", *lines[at + 1 :]]

    return change


CHANGES: Mapping[str, Change] = {
    "dropped": _dropped,
    "doubled": _doubled,
    "swapped": _swapped,
    "cut": _cut,
    "torn": _torn,
    "garbled": _garbled,
    "later": _shifted(SHIFT_NS),
    "earlier": _shifted(-SHIFT_NS),
}


@dataclass(frozen=True)
class Recorded:
    """A recorded run: its files, its seal, its result."""

    files: Mapping[str, bytes]
    seal: Mapping[str, FileSeal]
    result: RunResult


@dataclass(frozen=True)
class Mutated:
    """One mutation of a recorded run."""

    change: str
    file: str
    line: int
    files: Mapping[str, bytes]

    def __str__(self) -> str:
        return f"{self.file}:{self.line} {self.change}"


@cache
def recorded(folder: Path) -> Recorded:
    """A run as its folder has it."""
    seal = read_seal(folder)
    assert seal is not None
    files = {name: (folder / name).read_bytes() for name in (TRACE, EVENTS)}
    return Recorded(files, seal, load_result(folder))


def mutations(run: Recorded) -> Iterator[Mutated]:
    """Every change of every line of both files."""
    for name, content in run.files.items():
        lines = content.splitlines(keepends=True)
        for at in range(len(lines)):
            for change, make in CHANGES.items():
                made = make(lines, at)
                if made is not None:
                    yield Mutated(change, name, at + 1, {**run.files, name: b"".join(made)})


def judge(run: Recorded, files: Mapping[str, bytes], *, sealed: bool) -> RunResult:
    """The run judged by these files in the place of its own."""
    replay = replayed(files[EVENTS], files[TRACE], run.seal if sealed else None)
    evidence = replay.evidence
    if not sealed:
        told = (item for item in evidence.damage if item.kind is not DamageKind.NOT_SEALED)
        evidence = replace(evidence, damage=tuple(told))
    faults = {
        one.index: LabFaultResult(message=one.lab_fault)
        for one in evidence.associations
        if one.lab_fault
    }
    return judged(
        run.result, evidence, replay.judge((), run.result.started_at, run.result.guest), faults
    )


Key = tuple[str, bool, bool, str]
"""Of a count: the change, whether the run is a good one, whether sealed, and the verdict."""


def counted(one: Mutated, good: bool, sealed: bool, found: RunResult) -> Key:
    """Under what a mutation is counted."""
    return one.change, good, sealed, found.verdict.value


def table(counts: Mapping[Key, int]) -> str:
    """The counts as they stand in docs/evidence.md."""
    heads = [(good, sealed) for good in (True, False) for sealed in (True, False)]
    rows = []
    for change in CHANGES:
        cells = [
            ", ".join(
                f"{count:,} {verdict}"
                for (what, of_good, of_sealed, verdict), count in sorted(counts.items())
                if (what, of_good, of_sealed) == (change, good, sealed)
            )
            for good, sealed in heads
        ]
        rows.append(f"| {change} | {' | '.join(cells)} |")
    total = f"{sum(counts.values()):,} judgements in all."
    head = "| one line is | good, sealed | good, unsealed | failed, sealed | failed, unsealed |"
    return "\n".join([head, "|---|---|---|---|---|", *rows, "", total])
