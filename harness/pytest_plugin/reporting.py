# SPDX-License-Identifier: GPL-2.0-or-later
"""What pytest reports of a test that used the lab: whose fault it was, and where its runs are."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

import pytest

from harness.pytest_plugin.wording import UNKNOWN

if TYPE_CHECKING:
    from harness.pytest_plugin.runs import ScenarioRun

PROPERTY: Final = "hil_run"
"""Name of the property that a test has for each of its runs, in pytest's own JUnit file too."""


def as_error(report: pytest.TestReport, text: str) -> None:
    """Make an error of a failure: pytest calls so what went wrong outside the test."""
    if report.when == "call":
        report.when = "setup"
    report.longrepr = text


def describe(item: pytest.Item, report: pytest.TestReport, runs: Sequence[ScenarioRun]) -> None:
    """Name the runs of a test, and where they are if it failed.

    A failure of a test of which no run was a FAIL but one came to no verdict on the driver says
    nothing of the driver, whatever was asserted: it is an error.
    """
    for run in runs:
        told = (PROPERTY, f"{run.verdict} {run.folder}")
        for place in (report.user_properties, item.user_properties):  # this report, and later ones
            if told not in place:
                place.append(told)
    if not report.failed or not runs:
        return
    verdicts = {run.verdict.value for run in runs}
    if report.when == "call" and "FAIL" not in verdicts and verdicts & {"MISS", "ERROR"}:
        run = next(one for one in runs if one.verdict in ("MISS", "ERROR"))
        as_error(report, f"{run.verdict}, {UNKNOWN}: {run.result.reason}\n{report.longrepr}")
    report.sections.append(("wlan-hil", "\n".join(_lines(runs))))


def _lines(runs: Iterable[ScenarioRun]) -> Iterable[str]:
    for run in runs:
        yield f"{run.verdict} {run.result.scenario}: {run.result.reason}"
        yield f"report:   {run.report}"
        yield f"evidence: {run.folder}"
        yield f"again:    {run.result.command}"


def command_of(item: pytest.Item | None, options: Mapping[str, object]) -> str:
    """One line that runs a test again, with the options of the lab that it was run with."""
    words = ["pytest", item.nodeid] if item else ["pytest"]
    for name, value in options.items():
        for one in value if isinstance(value, list | tuple) else [value]:
            words += [name, str(one)] if one is not None else []
    return shlex.join(words)


def count(reports: Iterable[pytest.TestReport]) -> str:
    """How many runs there were, by verdict; empty if none. A run of several tests counts once."""
    named = {
        str(value)
        for report in reports
        for name, value in getattr(report, "user_properties", ())
        if name == PROPERTY
    }
    counted = Counter(one.partition(" ")[0] for one in named)
    return ", ".join(f"{number} {verdict}" for verdict, number in sorted(counted.items()))
