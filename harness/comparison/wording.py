# SPDX-License-Identifier: GPL-2.0-or-later
"""A comparison in words: what is known of each change, and how well."""

from __future__ import annotations

from collections.abc import Iterator

from harness.checks.figures import FIGURES
from harness.comparison.compare import Comparison
from harness.comparison.distribution import Percentile
from harness.comparison.nights import ALL
from harness.comparison.sides import Chosen
from harness.comparison.timings import FigureChange, Summary, TimingChange
from harness.history.changes import Changed, Outcome
from harness.history.model import Test
from harness.text import clean

SILENT = (TimingChange.UNCHANGED, TimingChange.TOO_FEW)


def described(found: Comparison, *, everything: bool = False) -> Iterator[tuple[str, str]]:
    """The comparison as rows: a word to look for, and the sentence that belongs to it."""
    yield "base", _side(found.base)
    yield "new", _side(found.new)
    for one in found.verdicts:
        yield one.change.value, _verdict(one)
    for change in TimingChange:
        for timing in found.timings:
            if timing.change is change and (everything or change not in SILENT):
                yield change.value, "; ".join(_timing(timing))
    yield from _levels(found)
    yield from _withheld(found)
    yield "summary", _summary(found)


def _side(side: Chosen) -> str:
    builds = ", ".join(
        f"{dll} {' or '.join(one[:12] for one in some)}"
        for dll, some in side.builds.items()
        if some
    )
    count = len(side.runs)
    return clean(f"{side.name}: {count} run{'s' * (count != 1)}{', of ' * bool(builds)}{builds}")


def _verdict(one: Changed) -> str:
    mark = f" ({one.new.mark.value})" if one.new and one.new.mark else ""
    return clean(f"{one.test.id}: {_outcome(one.base)} → {_outcome(one.new)}{mark}")


def _outcome(one: Outcome | None) -> str:
    if one is None:
        return "not there"
    verdict = "no verdict" if one.verdict is None else one.verdict.value
    return f"{verdict} at a retry" if one.flaky else verdict


def _timing(one: FigureChange) -> Iterator[str]:
    name = f"{title(one.test)}: {FIGURES[one.figure].label}"
    if one.shift is None or one.p is None:
        yield clean(f"{name}: n {one.base.n} → {one.new.n}: too few to tell")
        return
    if one.change is TimingChange.UNCHANGED:
        detectable = f"{one.detectable - 1:.0%} would have been found" if one.detectable else ""
        yield clean(f"{name}: {percent(one.shift.ratio)}, p {p_value(one.p)}")
        yield detectable
        return
    interval = f"{percent(one.shift.low)} to {percent(one.shift.high)}"
    yield clean(f"{name} {percent(one.shift.ratio)} (95 %: {interval}), p {p_value(one.p)}")
    yield f"n {_counted(one.base)} → {_counted(one.new)}{_more(one.like_base)}"
    yield f"median {ms(one.base.p50)} → {ms(one.new.p50)}"
    yield f"p95 {ms(one.base.p95)} → {ms(one.new.p95)}"
    yield f"p99 {ms(one.base.p99)} → {ms(one.new.p99)} ms"
    if abs(one.shift.machine - 1) >= 0.005:
        yield f"of the medians' change {percent(one.shift.machine)} is the machine's"
    if one.explained_by:
        yield f"by {' and '.join(FIGURES[part].label for part in one.explained_by)}"


def title(test: Test) -> str:
    """A test's id, or that all of a DLL's are meant."""
    if test.scenario != ALL:
        return test.id
    return f"all tests of {test.guest}/{test.radio}/{test.dll}"


def percent(ratio: float) -> str:
    """A ratio as what it adds: 1.152 is +15.2 %."""
    return f"{100 * (ratio - 1):+.1f} %"


def p_value(p: float) -> str:
    """A p-value to the precision that it has."""
    return f"{p:.2g}" if p >= 0.0001 else "< 0.0001"


def ms(one: Percentile | None) -> str:
    """A percentile with its interval, in milliseconds."""
    if one is None:
        return "none"
    return f"{one.us / 1000:.2f} ({one.low_us / 1000:.2f} to {one.high_us / 1000:.2f})"


def _counted(side: Summary) -> str:
    return f"{side.n}{f' of {side.nights} nights' * (side.nights > 1)}"


def _more(nights: int) -> str:
    return f" (base with {nights} night{'s' * (nights != 1)} before that are like it)" * bool(
        nights
    )


def _levels(found: Comparison) -> Iterator[tuple[str, str]]:
    for (test, figure), some in sorted(found.steps.items()):
        last = some[-1]
        levels = f"{last.step.before_us / 1000:.2f} → {last.step.after_us / 1000:.2f} ms"
        yield (
            "level",
            clean(
                f"{test.id}: {FIGURES[figure].label} since {last.night}: {levels} "
                f"({percent(last.step.ratio)})"
            ),
        )


def _withheld(found: Comparison) -> Iterator[tuple[str, str]]:
    if not found.withheld:
        return
    count = len(found.withheld)
    parts = "; ".join(
        f"{one.part}: {one.base or 'unknown'} → {one.new or 'unknown'}" for one in found.differences
    )
    yield (
        "withheld",
        clean(
            f"timing figures of {count} test{'s' * (count != 1)}, which ran in different "
            f"environments: {parts}"
        ),
    )


def _summary(found: Comparison) -> str:
    compared = [one for one in found.timings if one.shift is not None]
    few = sum(one.change is TimingChange.TOO_FEW for one in found.timings)
    seen = sorted(one.detectable for one in compared if one.detectable)
    least = f"; half of them would have shown +{seen[len(seen) // 2] - 1:.0%}" if seen else ""
    quiet = sum(one.change is TimingChange.UNCHANGED for one in compared)
    nights = f"{found.learned_from} night{'s' * (found.learned_from != 1)} or runs before"
    return (
        f"{'worse' if found.worse else 'not worse'}: {len(compared)} figures compared, {quiet} "
        f"without a change{least}; {few} with too few samples; learned from {nights}"
    )
