# SPDX-License-Identifier: GPL-2.0-or-later
"""The console as plain lines: for CI logs, pipes, and terminals that want no colour."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self, TextIO, final

from harness.checks.figures import SUMMARY
from harness.console import lines
from harness.console.protocol import StageProgress
from harness.results.grouping import RuleText, group_findings
from harness.results.model import AssociationResult, RunResult
from harness.results.wording import span_s
from harness.text import clean

_REPEAT_S = 15.0
"""A stage repeats its state at most this often, so that a log shows life and stays short."""


@final
class PlainConsole:
    """Writes one line for each thing that happened; errors and faults go to the same stream."""

    def __init__(
        self,
        stream: TextIO | None = None,
        rules: Mapping[str, RuleText] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._stream = stream or sys.stdout
        self._rules = rules or {}
        self._clock = clock
        self._total: int | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        return None

    def plan(self, associations: int) -> None:
        """See ``Console.plan``."""
        self._total = associations

    def stage(self, name: str) -> AbstractContextManager[StageProgress]:
        """See ``Console.stage``."""
        return self._stage(clean(name))

    @contextmanager
    def _stage(self, name: str) -> Iterator[StageProgress]:
        started = self._clock()
        self._write(f"{name} …")
        progress = _Progress(name, self._clock, self._write)
        try:
            yield progress
        except BaseException:
            self._write(f"{name}: failed after {span_s(self._clock() - started)}")
            raise
        self._write(f"{name}: done in {span_s(self._clock() - started)}")

    def association(self, result: AssociationResult) -> None:
        """See ``Console.association``."""
        number = lines.counter(result.index, self._total)
        self._write(f"{number}  {result.verdict:<5}  {lines.association_facts(result)}")
        for line in lines.association_details(result):
            self._write(f"{'':{len(number)}}         {line}")

    def note(self, message: str) -> None:
        """See ``Console.note``."""
        self._write(clean(message))

    def fault(self, message: str, hint: str | None = None) -> None:
        """See ``Console.fault``."""
        self._labelled("lab fault", message, hint)

    def _labelled(self, label: str, message: str, hint: str | None) -> None:
        self._write(f"{label}: {clean(message)}")
        if hint:
            self._write(f"hint: {clean(hint)}")

    def summary(
        self,
        result: RunResult,
        run_dir: Path,
        lost: Sequence[str] = (),
        report_dir: Path | None = None,
    ) -> None:
        """See ``Console.summary``."""
        self._write("")
        rows = lines.timing_rows(result)
        if rows:
            for line in lines.table(rows, ("timing, ms", "n", *SUMMARY)):
                self._write(line)
            self._write("")
        self._findings(result)
        for text in lines.overrides(result):
            self.note(text)
        self._write(f"{result.verdict}  {clean(result.reason)}")
        self._write(f"{lines.counts(result)} ({lines.circumstances(result)})")
        for label, text in lines.what_ended_it(result):
            self._write(f"{label}: {text}")
        for line in lines.damage(result):
            self._labelled("evidence", line, None)
        for name in lost:
            self._write(f"not kept: {clean(name)}")
        for label, text in lines.places(result, run_dir, report_dir):
            self._write(f"{label + ':':<10}{text}")

    def _findings(self, result: RunResult) -> None:
        for group in group_findings(result, self._rules):
            self._write(f"{group.severity}  {clean(group.rule)}  {lines.where_found(group)}")
            self._write(f"      {clean(group.findings[0].message)}")
            if group.text:
                self._write(f"      rule: {clean(group.text)}")
            self._write("")

    def _write(self, text: str) -> None:
        encoding = getattr(self._stream, "encoding", None) or "utf-8"
        printable = text.rstrip().encode(encoding, "replace").decode(encoding)
        try:
            self._stream.write(printable + "\n")
            self._stream.flush()
        except (OSError, ValueError):
            return  # the reader has gone; the run goes on


@final
class _Progress:
    """Writes a stage's text when it changes, and no more often than every ``_REPEAT_S``."""

    def __init__(self, name: str, clock: Callable[[], float], write: Callable[[str], None]) -> None:
        self._name, self._clock, self._write = name, clock, write
        self._said_s = clock()
        self._text = ""

    def update(self, fraction: float | None = None, text: str = "") -> None:
        """See ``StageProgress.update``."""
        now = self._clock()
        if text == self._text or now - self._said_s < _REPEAT_S:
            return
        self._said_s, self._text = now, text
        share = "" if fraction is None else f"{min(max(fraction, 0.0), 1.0):4.0%}  "
        self._write(f"{self._name}: {share}{clean(text)}")
