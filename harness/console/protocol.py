# SPDX-License-Identifier: GPL-2.0-or-later
"""What a run tells the person at the terminal: one small interface, two ways to show it.

::

    with open_console(rules=RULES) as console:
        console.plan(20)
        with console.stage("boot the guest") as stage:
            stage.update(0.4, "waiting for SSH")
        console.association(result)
        console.summary(run, run_directory)

A display never ends a run: what cannot be shown (narrow terminal, closed pipe, odd characters) is
shown otherwise or not at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from harness.results.model import AssociationResult, RunResult


class StageProgress(Protocol):
    """The running stage, to report its progress to."""

    def update(self, fraction: float | None = None, text: str = "") -> None:
        """Say how far the stage is (0 to 1, None: unknown) and what it does or awaits."""


class Stages(Protocol):
    """The part of a console that long work before an association needs."""

    def stage(self, name: str) -> AbstractContextManager[StageProgress]:
        """Show a stage while the block runs, then how long it took; stages may be nested."""

    def note(self, message: str) -> None:
        """Show one line worth knowing, such as why KVM is not used."""


class Console(Stages, Protocol):
    """Everything a run says while it runs and when it ends."""

    def __enter__(self) -> Self:
        """Start the display."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the display and leave the terminal as it was."""

    def plan(self, associations: int) -> None:
        """Say how many associations are to come, for "3/20"."""

    def association(self, result: AssociationResult) -> None:
        """Show one line for a finished association, and one for each of its findings."""

    def fault(self, message: str, hint: str | None = None) -> None:
        """Show a lab fault: what broke and what can be done."""

    def summary(
        self,
        result: RunResult,
        run_dir: Path,
        lost: Sequence[str] = (),
        report_dir: Path | None = None,
    ) -> None:
        """Show timings and findings, then verdict, counts, where the report is, how to run again.

        The verdict comes last, where the eye is when the prompt is back.
        """
