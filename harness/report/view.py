# SPDX-License-Identifier: GPL-2.0-or-later
"""What the report's template shows, as plain values: no markup, nothing computed in the template.

Strings that come from the guest or the vendor's DLL pass through ``clean`` here and through the
template's autoescaping later.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC
from typing import final

from harness.checks.evaluate import NOT_EXERCISED
from harness.checks.figures import FIGURES, SUMMARY, Figure
from harness.report.broken import Timelines
from harness.report.distribution import Distribution, distribution
from harness.report.ladder import Ladder, ladder
from harness.report.origin import Clocks
from harness.report.selection import select
from harness.report.strip import Strip, strips
from harness.results.model import (
    AssociationResult,
    RunResult,
    TimingSummary,
)
from harness.results.verdict import Verdict
from harness.results.wording import ranges, span_s, span_us
from harness.text import clean, milliseconds

TABLE_FIGURES = {
    "handshake": "handshake",
    "handler": "handler",
    "handler_to_completion": "→ compl.",
    "completion_to_data": "→ data",
}
"""The figures that have a column in the table of associations, with its heading."""
NEEDED_FOR = {"p95": 20, "p99": 100}
"""How many values a percentile needs to differ from the largest of them."""
CELLS_UP_TO = 200


@final
@dataclass(frozen=True)
class Drawing:
    """One association as drawn: overviews to scale, one for each adapter, and ladder."""

    item: AssociationResult
    overviews: tuple[Strip, ...]
    ladder: Ladder
    opened: bool
    origin: str
    """What 0 ms is on the clocks of the evidence; empty if that is not known."""


@final
@dataclass(frozen=True)
class FigureView:
    """One timing figure: its summary as text and its plot."""

    name: str
    label: str
    span: str
    summary: tuple[tuple[str, str, bool], ...]
    n: int
    plot: Distribution | None


@final
@dataclass(frozen=True)
class RuleTally:
    """How many rules were put to the test, and how they came out."""

    applied: int
    held: int
    broken: int
    waived: int


def facts(result: RunResult) -> tuple[tuple[str, str], ...]:
    """The line of key facts below the verdict."""
    env = result.environment
    ran, asked = len(result.associations), result.requested_associations
    driver = env.dll_path.replace("/", "\\").rsplit("\\", 1)[-1] if env.dll_path else None
    listed = (
        ("Scenario", result.scenario),
        ("Stress", "beyond the documents" if result.beyond_documents else None),
        ("Driver", driver),
        ("Fault asked for", result.fault),
        ("Guest", result.guest),
        ("Associations", str(ran) if ran == asked else f"{ran} of {asked}"),
        ("Accelerator", env.accelerator),
        ("Duration", span_s(result.duration_s)),
        ("Started", result.started_at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")),
    )
    return tuple((name, clean(value, 80)) for name, value in listed if value)


def tally(result: RunResult) -> tuple[tuple[str, int], ...]:
    """How many associations have each verdict, the gravest first."""
    ran = Counter(item.verdict for item in result.associations)
    return tuple((verdict.value, ran[verdict]) for verdict in Verdict if ran[verdict])


def environment(result: RunResult) -> tuple[tuple[str, str], ...]:
    """The environment's fingerprint as labelled values."""
    env = result.environment
    clock = env.clock_uncertainty_us
    listed = [
        ("Driver DLL", env.dll_path),
        ("SHA-256", env.dll_sha256),
        *((f"beside it: {name}", value) for name, value in env.dll_companions.items()),
        ("Guest", env.guest_build),
        ("QEMU", env.qemu),
        ("Accelerator", _joined(env.accelerator, env.accelerator_reason)),
        ("Host kernel", env.kernel),
        ("Host CPU", _joined(env.host_cpu, f"{env.host_cpus} CPUs" if env.host_cpus else None)),
        ("Guest against air clock", None if clock is None else f"± {span_us(clock)}"),
        *env.versions.items(),
        *env.other.items(),
    ]
    return tuple((clean(name, 60), clean(value, 300)) for name, value in listed if value)


def _joined(text: str | None, remark: str | None) -> str | None:
    return f"{text} ({remark})" if text and remark else text


def network(result: RunResult) -> tuple[tuple[str, str], ...]:
    """What the scenario asked of the air and of the guest's OS, as labelled values."""
    air = result.air
    if air is None:
        return ()
    listed = (
        ("SSID", air.ssid),
        ("BSSID", air.bssid),
        ("Channel", str(air.channel)),
        ("Security", air.security),
        ("Air rules", "; ".join(air.rules) or "none: every frame passes"),
        ("Access point orders", "; ".join(air.orders)),
        ("Adapter orders", "; ".join(air.usb)),
        ("OS orders", "; ".join(result.orders)),
    )
    return tuple((name, clean(value, 400)) for name, value in listed if value)


def drawings(
    result: RunResult, timelines: Timelines, clocks: Clocks | None = None
) -> tuple[tuple[Drawing, ...], str]:
    """The associations to draw, and a sentence when some are left out."""
    chosen = select([item for item in result.associations if timelines.get(item.index)])
    wanted = {item.index: item for item in result.associations}
    made: list[Drawing] = []
    gravest = min((wanted[index].verdict.priority for index in chosen.indices), default=0)
    for index in chosen.indices:
        item = wanted[index]
        drawn = ladder(timelines[index], item.findings)
        if drawn is not None:
            opened = item.verdict.priority == gravest and not any(one.opened for one in made)
            told = clocks.origin(min(one.at_ns for one in timelines[index])) if clocks else ""
            made.append(Drawing(item, strips(timelines[index]), drawn, opened, told))
    return tuple(made), chosen.note


def evidence_paths(result: RunResult) -> dict[str, str]:
    """Where the page's evidence lies, by the files' names: what is not there has no entry."""
    return {file.path.rpartition("/")[2]: file.path for file in result.evidence}


def figures(result: RunResult) -> tuple[FigureView, ...]:
    """The timing figures measured in this run, in their natural order."""
    known = [name for name in FIGURES if name in result.timing_summary_us]
    others = [name for name in result.timing_summary_us if name not in FIGURES]
    return tuple(_figure(result, name) for name in known + others)


def _figure(result: RunResult, name: str) -> FigureView:
    measured = [
        (_named(item, place), one)
        for item in result.associations
        for place, one in enumerate(item.handshakes, 1)
        if name in one.timing_us
    ]
    values = [(title, one.timing_us[name]) for title, one in measured]
    uncertainties = [one.timing_uncertainty_us.get(name, 0.0) for _, one in measured]
    summary = result.timing_summary_us[name]
    known = FIGURES.get(name, Figure(name, ""))
    return FigureView(
        name=clean(name, 60),
        label=clean(known.label, 60),
        span=known.span,
        summary=_summary(summary),
        n=summary.n,
        plot=distribution(values, max(uncertainties, default=0.0)),
    )


def _named(item: AssociationResult, place: int) -> str:
    several = f", handshake {place}" if len(item.handshakes) > 1 else ""
    return f"association {item.index}{several}"


def _summary(summary: TimingSummary) -> tuple[tuple[str, str, bool], ...]:
    """Name, milliseconds, and whether there are too few values for that percentile."""
    return tuple(
        (part, milliseconds(getattr(summary, part)), summary.n < NEEDED_FOR.get(part, 1))
        for part in SUMMARY
    )


def rule_tally(result: RunResult) -> RuleTally:
    """How the rules came out, each counted once: broken if it was anywhere, then waived."""
    broken = {finding.rule for finding in result.all_findings}
    waived = {one.finding.rule for one in result.rules.waived} - broken
    held = set(result.rules.checked) - broken - waived
    return RuleTally(len(held | broken | waived), len(held), len(broken), len(waived))


def waived(result: RunResult) -> tuple[tuple[str, int, str, str], ...]:
    """What lab.toml waives: rule, number of findings, reason, last day."""
    counts = Counter(
        (one.finding.rule, clean(one.reason), one.expires.isoformat())
        for one in result.rules.waived
    )
    return tuple((rule, count, why, until) for (rule, why, until), count in counts.items())


def undecided(result: RunResult) -> tuple[tuple[str, str, str], ...]:
    """Rules that could not be decided: rule, reason, associations concerned."""
    grouped: dict[tuple[str, str], list[int]] = {}
    for item in result.rules.undecided:
        if item.reason == NOT_EXERCISED:
            continue
        found = grouped.setdefault((item.rule, item.reason), [])
        if item.association is not None:
            found.append(item.association)
    return tuple(
        (clean(rule, 20), clean(why), ranges(sorted(set(found))) or "run")
        for (rule, why), found in grouped.items()
    )
