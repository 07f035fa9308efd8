# SPDX-License-Identifier: GPL-2.0-or-later
"""The console on a terminal: stages that live while they run, then plain lines that stay."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Self, TextIO, final

import rich.console
from rich.padding import Padding
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Column, Table
from rich.text import Text

from harness.checks.figures import SUMMARY
from harness.console import lines
from harness.console.protocol import StageProgress
from harness.results.grouping import FindingGroup, RuleText, group_findings
from harness.results.model import AssociationResult, RunResult
from harness.results.verdict import Verdict
from harness.results.wording import span_s
from harness.text import clean

_STYLES = {
    Verdict.FAIL: "bold white on red",
    Verdict.ERROR: "bold white on magenta",
    Verdict.MISS: "black on yellow",
    Verdict.PASS: "black on green",
    Verdict.DONE: "black on cyan",
    Verdict.SKIP: "bold white on bright_black",
}
"""Black is never bold: many terminals draw bold black as grey, which is lost on a colour."""

_LABELS = {"lab fault": "bold yellow", "error": "bold red", "hint": "cyan"}

_REFRESH_PER_S = 6.0


class _Output(rich.console.Console):
    """A rich console that goes silent when its reader has gone, where rich's own would exit."""

    def on_broken_pipe(self) -> None:
        self.quiet = True


@final
class LiveConsole:
    """Shows progress in place with rich; every string of the guest is text, never markup."""

    def __init__(
        self,
        stream: TextIO | None = None,
        rules: Mapping[str, RuleText] | None = None,
        *,
        width: int | None = None,
        force_terminal: bool | None = None,
    ) -> None:
        self._out = _Output(
            file=stream, width=width, force_terminal=force_terminal, highlight=False, markup=False
        )
        self._rules = rules or {}
        self._total: int | None = None
        self._progress = Progress(
            SpinnerColumn(style="cyan"),
            TextColumn("{task.description}", markup=False, table_column=Column(no_wrap=True)),
            BarColumn(bar_width=18, style="bright_black", complete_style="cyan"),
            TimeElapsedColumn(),
            TextColumn(
                "{task.fields[text]}", style="dim", markup=False,
                table_column=Column(no_wrap=True, overflow="ellipsis", ratio=1),
            ),
            console=self._out,
            refresh_per_second=_REFRESH_PER_S,
            transient=True,
            expand=True,
        )  # fmt: skip

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._progress.stop()

    def plan(self, associations: int) -> None:
        """See ``Console.plan``."""
        self._total = associations

    def stage(self, name: str) -> AbstractContextManager[StageProgress]:
        """See ``Console.stage``."""
        return self._stage(clean(name))

    @contextmanager
    def _stage(self, name: str) -> Iterator[StageProgress]:
        started_s = time.monotonic()
        task = self._progress.add_task(name, total=None, text="")
        self._progress.start()
        done = False
        try:
            yield _LiveStage(self._progress, task)
            done = True
        finally:
            self._progress.remove_task(task)
            if not self._progress.task_ids:
                self._progress.stop()
            self._stage_line(name, time.monotonic() - started_s, done=done)

    def _stage_line(self, name: str, duration_s: float, *, done: bool) -> None:
        mark = ("✓ ", "green") if done else ("✗ ", "bold red")
        self._print(Text.assemble(mark, name, (f"  {span_s(duration_s)}", "dim")))

    def association(self, result: AssociationResult) -> None:
        """See ``Console.association``."""
        number = lines.counter(result.index, self._total)
        facts = lines.association_facts(result, self._out.width - len(number) - 11)
        self._print(
            Text.assemble(f"  {number} ", _badge(result.verdict), (f" {facts}", "dim")),
            one_line=True,
        )
        for detail in lines.association_details(result):
            self._print(Text(f"{'':{len(number) + 11}}{detail}"), one_line=True)

    def note(self, message: str) -> None:
        """See ``Console.note``."""
        self._print(Text.assemble(("· ", "cyan"), clean(message)))

    def fault(self, message: str, hint: str | None = None) -> None:
        """See ``Console.fault``."""
        self._labelled("lab fault", "bold yellow", message, hint)

    def _labelled(self, label: str, style: str, message: str, hint: str | None) -> None:
        self._print(Text.assemble((f"{label}: ", style), clean(message)))
        if hint:
            self._print(Text.assemble(("hint: ", "cyan"), clean(hint)))

    def summary(
        self,
        result: RunResult,
        run_dir: Path,
        lost: Sequence[str] = (),
        report_dir: Path | None = None,
    ) -> None:
        """See ``Console.summary``."""
        self._progress.stop()
        if result.timing_summary_us:
            self._print(Text(""))
            self._print(_timing_table(result, self._out.width))
        for group in group_findings(result, self._rules):
            self._finding(group)
        self._print(Text(""))
        for text in lines.overrides(result):
            self.note(text)
        self._print(_verdict(result))
        self._print(
            Text.assemble(lines.counts(result), (f"  {lines.circumstances(result)}", "dim"))
        )
        for label, text in lines.what_ended_it(result):
            self._print(Text.assemble((f"{label}: ", _LABELS[label]), text))
        for line in lines.damage(result):
            self._labelled("evidence", "bold yellow", line, None)
        for name in lost:
            self._print(Text.assemble(("not kept  ", "bold yellow"), clean(name)))
        for label, text in lines.places(result, run_dir, report_dir):
            self._print(Text.assemble((f"{label:<10}", "cyan"), text), soft_wrap=True)

    def _finding(self, group: FindingGroup) -> None:
        style = "bold red" if group.severity == "FAIL" else "bold yellow"
        self._print(Text(""))
        head = (f"{group.severity}  {clean(group.rule)}", style)
        self._print(Text.assemble(head, f"  {lines.where_found(group)}"))
        self._print(Padding(Text(clean(group.findings[0].message)), (0, 0, 0, 6)))
        if group.text:
            rule = Text(f"Rule: {clean(group.text)}", "dim")
            self._print(Padding(rule, (0, 0, 0, 6)))

    def _print(
        self, item: Text | Padding | Table, *, soft_wrap: bool = False, one_line: bool = False
    ) -> None:
        fit = {"no_wrap": True, "overflow": "ellipsis"} if one_line else {"soft_wrap": soft_wrap}
        with suppress(OSError, ValueError):  # the reader has gone; the run goes on
            self._out.print(item, **fit)


@final
class _LiveStage:
    def __init__(self, progress: Progress, task: TaskID) -> None:
        self._progress, self._task = progress, task

    def update(self, fraction: float | None = None, text: str = "") -> None:
        """See ``StageProgress.update``."""
        if fraction is None:
            self._progress.update(self._task, text=clean(text))
        else:
            share = min(max(fraction, 0.0), 1.0)
            self._progress.update(self._task, total=1.0, completed=share, text=clean(text))


def _badge(verdict: Verdict) -> Text:
    return Text(f" {verdict:^5} ", _STYLES[verdict])


def _verdict(result: RunResult) -> Table:
    grid = Table.grid(padding=(0, 1, 0, 0))
    grid.add_row(_badge(result.verdict), Text(clean(result.reason)))
    return grid


def _timing_table(result: RunResult, width: int) -> Table:
    head = ("timing, ms", "n", *SUMMARY)
    names, *rows = lines.fitting(lines.timing_rows(result), head, width)
    table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
    for place, name in enumerate(names):
        table.add_column(name, justify="right" if place else "left", no_wrap=True)
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    return table
