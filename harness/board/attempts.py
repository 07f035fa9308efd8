# SPDX-License-Identifier: GPL-2.0-or-later
"""What the board tells of single attempts: reason, findings, links, the line that runs it again.

An attempt with something to tell has a row; of one that plainly passed only the link is kept, while
its run's folder is there. Both are tables of columns, whose texts are numbers of codebooks.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from harness.board.coding import Codebook, shown
from harness.board.links import RunFolders
from harness.board.matrix import STATES, VERDICTS
from harness.history.model import Attempt, Cell, Crash, FindingRow, RunSummary
from harness.results import Verdict

COLUMNS: Final = (
    "place", "repetition", "number", "verdict", "shard", "started", "duration", "reason", "run",
    "folder", "files", "command", "findings", "crash", "mark",
)  # fmt: skip
"""The columns of a row. `place` is night × number of tests + test; `started` is in seconds of UTC,
`duration` in seconds; `files` has a bit for each of `links.FILES` that is there."""
FINDINGS: Final = 12
"""More different findings of one attempt are counted, not listed."""


class AttemptTable:
    """The rows of attempts, filled night by night."""

    def __init__(self, folders: RunFolders) -> None:
        self._folders = folders
        self._columns: dict[str, list[Any]] = {name: [] for name in COLUMNS}
        self._passes: dict[str, list[Any]] = {"place": [], "run": [], "folder": []}
        self.texts: Codebook[str] = Codebook()
        """Reasons, commands, the names of slots, why a cell has its mark."""
        self.parents: Codebook[str] = Codebook()
        """Relative URLs of the folders that hold runs' folders."""
        self.findings: Codebook[tuple[str, str, str]] = Codebook()
        """Rule, severity, message."""
        self.crashes: Codebook[Crash] = Codebook()

    def add(
        self,
        place: int,
        cell: Cell,
        runs: Mapping[str, RunSummary],
        findings: Mapping[str, Sequence[FindingRow]],
    ) -> None:
        """Take a cell of a place of the matrix, with what is known of its runs."""
        for attempt in cell.attempts:
            run = runs.get(attempt.run_id or "")
            if is_plain(cell, attempt):
                self._add_pass(place, run)
            else:
                self._add_row(place, cell, attempt, run, findings.get(attempt.run_id or "", ()))
        if not cell.attempts and cell.mark_reason:
            self._add_row(place, cell, None, None, ())

    def content(self) -> dict[str, Any]:
        """The tables and the codebooks, as the page takes them."""
        return {
            "attempts": self._columns,
            "passes": self._passes,
            "texts": self.texts.values,
            "parents": self.parents.values,
            "findings": self.findings.values,
            "crashes": [
                {"code": crash.code & 0xFFFFFFFF, "frames": [shown(one) for one in crash.frames]}
                for crash in self.crashes.values
            ],
        }

    def _add_pass(self, place: int, run: RunSummary | None) -> None:
        if run is not None and self._folders.exists(run.path):
            parent, name = self._link(run)
            for column, value in zip(self._passes.values(), (place, name, parent), strict=True):
                column.append(value)

    def _add_row(
        self,
        place: int,
        cell: Cell,
        attempt: Attempt | None,
        run: RunSummary | None,
        findings: Sequence[FindingRow],
    ) -> None:
        parent, name = (-1, "") if run is None else self._link(run)
        values = (
            place,
            cell.repetition,
            attempt.number if attempt else 0,
            VERDICTS[attempt.verdict] if attempt and attempt.verdict else STATES[cell.state],
            self._text(attempt.shard if attempt else ""),
            int(attempt.started_at.timestamp()) if attempt else -1,
            duration_s(attempt, run),
            self._text(attempt.reason or (run.reason if run else "") if attempt else ""),
            name,
            parent,
            self._folders.files(run.path) if run else 0,
            self._text(run.command if run else "", 4000),
            self._findings(findings),
            self.crashes.code_or_none(attempt.crash if attempt else None),
            self._text(cell.mark_reason),
        )
        for column, value in zip(self._columns.values(), values, strict=True):
            column.append(value)

    def _link(self, run: RunSummary) -> tuple[int, str]:
        """The number of the URL above the run's folder, and the folder's name in a URL."""
        parent, name = self._folders.href(run.path)
        return self.parents.code(parent), name

    def _text(self, text: str, limit: int = 300) -> int:
        return self.texts.code(shown(text, limit)) if text else -1

    def _findings(self, rows: Sequence[FindingRow]) -> list[list[int]]:
        """Each different finding: its number, how often, the first association (0: of the run)."""
        counted: Counter[tuple[str, str, str]] = Counter()
        first: dict[tuple[str, str, str], int] = {}
        for row in rows:
            key = (shown(row.rule, 20), row.severity, shown(row.message))
            counted[key] += 1
            first.setdefault(key, row.association or 0)
        listed = [
            [self.findings.code(key), count, first[key]]
            for key, count in list(counted.items())[:FINDINGS]
        ]
        more = sum(list(counted.values())[FINDINGS:])
        return [*listed, [-1, more, 0]] if more else listed


def is_plain(cell: Cell, attempt: Attempt) -> bool:
    """A pass at the first try, without any mark: there is nothing to tell of it."""
    return (
        attempt.verdict is Verdict.PASS
        and len(cell.attempts) == 1
        and cell.mark is None
        and attempt.crash is None
    )


def telling_runs(cells: Iterable[Cell]) -> list[str]:
    """The ids of the runs whose findings are shown."""
    return [
        attempt.run_id
        for cell in cells
        for attempt in cell.attempts
        if attempt.run_id and not is_plain(cell, attempt)
    ]


def duration_s(attempt: Attempt | None, run: RunSummary | None) -> int:
    """How long an attempt took, whole seconds; -1 where its end is not known."""
    if attempt is not None and attempt.ended_at is not None:
        return max(0, round((attempt.ended_at - attempt.started_at).total_seconds()))
    return -1 if run is None else round(run.duration_s)
