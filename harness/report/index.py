# SPDX-License-Identifier: GPL-2.0-or-later
"""The index of several runs: one page with a row each that leads to the run's report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from harness.report.render import environment, inline_text
from harness.results import RunResult, Verdict


@dataclass(frozen=True, slots=True)
class IndexRow:
    """One run, or a scenario that was not run."""

    scenario: str
    summary: str
    result: RunResult | None
    link: str | None
    """To the run's report, seen from the page."""
    why_not: str = ""
    skipped: bool = False
    """It could not be run, which was known before."""


def render_index(rows: Sequence[IndexRow], verdict: Verdict, at: datetime) -> str:
    """The text of ``index.html``; ``verdict`` is that of all, ``at`` when they were over."""
    told = [row.result.verdict for row in rows if row.result is not None]
    told += [Verdict.SKIP for row in rows if row.skipped]
    return environment().get_template("index.html.j2").render(
        rows=rows,
        verdict=verdict,
        at=at,
        tally=[(one, told.count(one)) for one in Verdict if one in told],
        not_run=len(rows) - len(told),
        style=Markup(inline_text("report.css")),  # noqa: S704 (a file of this package)
    )  # fmt: skip
