# SPDX-License-Identifier: GPL-2.0-or-later
"""A run's result as rows of the tables, and samples summed up. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Table

from harness.checks.figures import FIGURES, PERCENTILES
from harness.checks.timing import percentile
from harness.history.identity import fingerprint, parts_of
from harness.history.model import Sample, Test
from harness.history.sql import tables
from harness.results import FindingResult, RunResult

Row = dict[str, Any]


def shared_rows(test: Test, result: RunResult) -> Mapping[Table, list[Row]]:
    """The rows that runs have in common, and that stay when one of them goes."""
    parts = parts_of(result.environment)
    return {
        tables.tests: [row_of_test(test)],
        tables.environments: [{"fingerprint": fingerprint(parts), "parts": parts}],
    }


def run_rows(result: RunResult, test: Test, path: str) -> Mapping[Table, list[Row]]:
    """The rows of a run alone, its own first."""
    run_id = result.run_id
    return {
        tables.runs: [_run_row(result, test, path)],
        tables.associations: [
            {
                "run_id": run_id,
                "number": one.index,
                "verdict": one.verdict.value,
                "connected": one.connected,
                "duration_s": one.duration_s,
                "lab_fault": one.lab_fault.message if one.lab_fault else None,
            }
            for one in result.associations
        ],
        tables.findings: [
            {
                "run_id": run_id,
                "position": position,
                "rule": one.rule,
                "severity": one.severity,
                "message": one.message,
                "association": index if one.association is None else one.association,
            }
            for position, (index, one) in enumerate(_findings(result))
        ],
        **measured_rows(run_id, _measured(result)),
        tables.artefacts: [
            {
                "run_id": run_id,
                "name": one.path,
                "size_bytes": one.size_bytes,
                "secret": one.secret,
            }
            for one in {one.path: one for one in result.evidence}.values()
        ],
    }


def row_of_test(test: Test) -> Row:
    """A test with its stable id."""
    return {
        "id": test.id,
        "guest": test.guest,
        "radio": test.radio,
        "dll": test.dll,
        "scenario": test.scenario,
    }


def measured_rows(run_id: str, measured: Mapping[str, Sequence[Sample]]) -> dict[Table, list[Row]]:
    """The samples of a run by their figures, none without any: summed up, and packed."""
    each = [one for samples in measured.values() for one in samples]
    packed = {
        "run_id": run_id,
        "figures": {figure: len(samples) for figure, samples in measured.items()},
        "us": [one.us for one in each],
        "places": [number for one in each for number in (one.association, one.handshake)],
    }
    return {
        tables.timings: [
            _summary(run_id, figure, sorted(one.us for one in samples))
            for figure, samples in measured.items()
        ],
        tables.samples: [packed] if each else [],
    }


def _summary(run_id: str, figure: str, ordered: Sequence[float]) -> Row:
    return {
        "run_id": run_id,
        "figure": figure,
        "n": len(ordered),
        "min": ordered[0],
        **{name: percentile(ordered, percent) for name, percent in PERCENTILES.items()},
        "max": ordered[-1],
    }


def _run_row(result: RunResult, test: Test, path: str) -> Row:
    return {
        "id": result.run_id,
        "test_id": test.id,
        "environment": fingerprint(parts_of(result.environment)),
        "fault": result.fault,
        "started_at": result.started_at,
        "duration_s": result.duration_s,
        "verdict": result.verdict.value,
        "reason": result.reason,
        "associations": len(result.associations),
        "dll_sha256": result.environment.dll_sha256,
        "path": path,
        "command": result.command,
        "pruned_at": None,
    }


def _findings(result: RunResult) -> Iterator[tuple[int | None, FindingResult]]:
    """Every finding with the association it is kept with, in the order of `all_findings`."""
    for finding in result.findings:
        yield None, finding
    for association in result.associations:
        for finding in association.findings:
            yield association.index, finding


def _measured(result: RunResult) -> dict[str, list[Sample]]:
    """The samples of each figure, in its natural order; what is no number is left out."""
    found: dict[str, list[Sample]] = {name: [] for name in FIGURES}
    for association in result.associations:
        for number, handshake in enumerate(association.handshakes, 1):
            for figure, us in handshake.timing_us.items():
                if math.isfinite(us):
                    found.setdefault(figure, []).append(Sample(association.index, number, us))
    return {figure: samples for figure, samples in found.items() if samples}
