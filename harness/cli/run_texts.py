# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs of the history as text and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from harness.checks.figures import FIGURES, SUMMARY
from harness.console.lines import table
from harness.history.model import RunSummary
from harness.history.sql import SqlReader
from harness.results.wording import span_s
from harness.text import clean, milliseconds


def state_of(run: RunSummary) -> str:
    """What there is of a run besides its figures: "here", "pruned" or "not here"."""
    if run.pruned_at is not None:
        return "pruned"
    return "here" if Path(run.path).is_dir() else "not here"


def list_lines(runs: Sequence[RunSummary]) -> Iterator[str]:
    """The list, a line a run, below its head."""
    rows: list[tuple[str, ...]] = [
        ("run", "verdict", "test", "fault", "n", "took", "folder"),
        *(
            (
                run.id, run.verdict, clean(run.test.id), clean(run.fault or ""),
                str(run.associations), span_s(run.duration_s), state_of(run),
            )
            for run in runs
        ),
    ]  # fmt: skip
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(map(str.ljust, row, widths)).rstrip()


def as_json(run: RunSummary, history: SqlReader | None = None) -> dict[str, Any]:
    """A run; with `history` also all that belongs to it."""
    told: dict[str, Any] = {
        "id": run.id,
        "test": run.test.id,
        "guest": run.test.guest,
        "radio": run.test.radio,
        "dll": run.test.dll,
        "scenario": run.test.scenario,
        "fault": run.fault,
        "started_at": run.started_at.isoformat(),
        "duration_s": run.duration_s,
        "verdict": run.verdict,
        "reason": run.reason,
        "associations": run.associations,
        "dll_sha256": run.dll_sha256,
        "environment": run.environment,
        "path": run.path,
        "folder": state_of(run),
        "command": run.command,
    }
    if history is None:
        return told
    findings = history.findings([run.id])
    told["environment_parts"] = dict(history.environments([run.environment])[run.environment])
    told["findings"] = [
        {name: getattr(one, name) for name in ("rule", "severity", "message", "association")}
        for one in findings
    ]
    told["timings_us"] = {
        one.figure: {name: getattr(one, name) for name in ("n", *SUMMARY)}
        for one in history.summaries([run.id])
    }
    told["artefacts"] = [
        {name: getattr(one, name) for name in ("name", "size_bytes", "secret")}
        for one in history.artefacts([run.id])
    ]
    return told


def as_text(run: RunSummary, history: SqlReader) -> Iterator[str]:
    """All that the history has of a run, in lines."""
    facts = {
        "run": run.id,
        "test": run.test.id,
        "fault": run.fault,
        "verdict": f"{run.verdict}  {run.reason}",
        "began": f"{run.started_at:%Y-%m-%d %H:%M:%S} UTC, took {span_s(run.duration_s)}",
        "build": run.dll_sha256,
        "folder": {
            "here": run.path,
            "pruned": f"removed {run.pruned_at:%Y-%m-%d}: {run.path}" if run.pruned_at else "",
            "not here": f"not on this machine, or removed: {run.path}",
        }[state_of(run)],
        "again": run.command,
    }
    yield from (f"{name:<9}{clean(value)}" for name, value in facts.items() if value)
    for finding in history.findings([run.id]):
        where = f" in {finding.association}" if finding.association is not None else ""
        yield clean(f"{finding.severity}  {finding.rule}{where}: {finding.message}")
    yield from _timing_lines(run, history)
    parts = history.environments([run.environment]).get(run.environment, {})
    yield f"environment {run.environment}"
    yield from (f"  {clean(name)}: {clean(value)}" for name, value in parts.items())


def _timing_lines(run: RunSummary, history: SqlReader) -> Iterator[str]:
    """The timing table, with the association in which each figure was at its highest."""
    order = [*FIGURES]
    summaries = {one.figure: one for one in history.summaries([run.id])}
    samples = history.samples(run.id)
    rows = []
    for name in sorted(summaries, key=lambda one: order.index(one) if one in order else len(order)):
        one = summaries[name]
        longest = max(samples.get(name, ()), key=lambda sample: sample.us, default=None)
        values = (milliseconds(getattr(one, part)) for part in SUMMARY)
        label = clean(FIGURES[name].label if name in FIGURES else name)
        rows.append((label, str(one.n), *values, str(longest.association) if longest else ""))
    if rows:
        yield from table(rows, ("timing, ms", "n", *SUMMARY, "in"))
