# SPDX-License-Identifier: GPL-2.0-or-later
"""The words of the console as pure functions; both displays use them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from harness.checks.figures import FIGURES, SUMMARY
from harness.results.grouping import FindingGroup
from harness.results.model import AssociationResult, RunResult
from harness.results.verdict import Verdict
from harness.results.wording import (
    describe_fault,
    eapol_counts,
    echo_counts,
    figure_spans,
    ranges,
    span_s,
    win32,
)
from harness.text import clean, milliseconds

MISSING_SHOWN = 2
DAMAGE_SHOWN = 5
"""So many faults of the evidence are told one by one; the report has them all."""
_DISPENSABLE = ("p99", "min", "p95", "n")
_LINE_FIGURES = ("handshake", "handler", "m4_to_completion")


def counter(index: int, total: int | None) -> str:
    """Write the number of an association, padded to line up: " 3/20"."""
    return str(index) if total is None else f"{index:>{len(str(total))}}/{total}"


def association_facts(item: AssociationResult, width: int | None = None) -> str:
    """What one association shows in its line: messages, timings, echo.

    Several handshakes have their figures side by side, in the order of the result. Given a
    width, the facts that do not fit are left out, the least telling first.
    """
    facts = [eapol_counts(item), *([item.lost] if item.lost else [])]
    for name in _LINE_FIGURES:
        if name == "m4_to_completion" and item.echo is not None:
            facts.append(f"echo {echo_counts(item)}")
        if spans := figure_spans(item, name):
            facts.append(f"{FIGURES[name].label} {spans}")
    while width is not None and len(facts) > 1 and len("  ".join(facts)) > width:
        facts.pop()
    return clean("  ".join(facts))


def association_details(item: AssociationResult) -> list[str]:
    """Say why an association has its verdict: findings, lab fault, error; one line each."""
    lines = [clean(f"{found.rule}  {found.message}") for found in item.findings]
    if item.lab_fault:
        lines.append(clean(item.lab_fault.message))
    lines += [clean(text) for text in item.missing[:MISSING_SHOWN]]
    if item.error:
        lines.append(clean(item.error))
    handler = item.post_association
    if item.verdict is Verdict.FAIL and handler.return_code:
        lines.append(f"handler returned {win32(handler.return_code)}")
    return lines


def what_ended_it(result: RunResult) -> list[tuple[str, str]]:
    """Label and text of each lab fault, error and hint that the verdict's reason does not have."""
    told = [("lab fault", describe_fault(one), one.hint) for one in result.all_lab_faults]
    told += [("error", text, None) for text in result.errors]
    listed: dict[tuple[str, str], None] = {}
    for label, text, hint in told:
        if " ".join(text.split()).rstrip(".") not in result.reason:
            listed[label, clean(text)] = None
        if hint:
            listed["hint", clean(hint)] = None
    return list(listed)


def damage(result: RunResult) -> list[str]:
    """What is wrong with the evidence itself, one line each, and how much more there is."""
    shown = [clean(f"{one.kind}: {one.message}") for one in result.damage[:DAMAGE_SHOWN]]
    more = len(result.damage) - len(shown)
    return [*shown, f"and {more} more (see the report)"] if more else shown


def corrections(shown: Iterable[AssociationResult], result: RunResult) -> list[str]:
    """Say of each association whose verdict is another one at the end of the run than in its line.

    What a DLL does late shows later only: in the next association, or when it is unloaded.
    """
    final = {item.index: item for item in result.associations}
    said = []
    for before in shown:
        after = final.get(before.index)
        if after is None or after.verdict is before.verdict:
            continue
        known = {(found.rule, found.message) for found in before.findings}
        new = [one for one in after.findings if (one.rule, one.message) not in known]
        why = "; ".join(f"{found.rule}  {found.message}" for found in new[:3])
        text = f"association {before.index} is {after.verdict}, not {before.verdict} as shown above"
        said.append(clean(f"{text}: {why}" if why else text))
    return said


def counts(result: RunResult) -> str:
    """Count the associations by verdict: "20 associations: 18 PASS, 2 FAIL"."""
    ran = Counter(item.verdict for item in result.associations)
    total = len(result.associations)
    noun = "association" if total == 1 else "associations"
    asked = f" of {result.requested_associations}" if total < result.requested_associations else ""
    listed = ", ".join(f"{ran[verdict]} {verdict}" for verdict in Verdict if ran[verdict])
    return f"{total}{asked} {noun}" + (f": {listed}" if listed else "")


def circumstances(result: RunResult) -> str:
    """Where the run took place, shortly: guest, QEMU, accelerator, duration."""
    env = result.environment
    known = [
        "beyond the documents" if result.beyond_documents else None,
        f"{result.guest} guest",
        f"QEMU {env.qemu.partition(' (')[0]}" if env.qemu else None,
        env.accelerator,
        span_s(result.duration_s),
    ]
    return clean(" · ".join(part for part in known if part))


def timing_rows(result: RunResult) -> list[tuple[str, ...]]:
    """Rows of the timing table: label, n, then the percentiles in milliseconds."""
    known = [name for name in FIGURES if name in result.timing_summary_us]
    others = [name for name in result.timing_summary_us if name not in FIGURES]
    rows = []
    for name in known + others:
        figure = result.timing_summary_us[name]
        values = (milliseconds(getattr(figure, part)) for part in SUMMARY)
        rows.append(
            (clean(FIGURES[name].label if name in FIGURES else name), str(figure.n), *values)
        )
    return rows


def overrides(result: RunResult) -> list[str]:
    """What lab.toml's [[rules]] did and, once expired, no longer do; a line each."""
    waived_ids = Counter(item.finding.rule for item in result.rules.waived)
    waivers = [f"{rule}: {count} findings waived" for rule, count in waived_ids.items()]
    return [clean(text) for text in (*result.rules.notes, *waivers)]


def where_found(group: FindingGroup) -> str:
    """Say which associations a group of findings concerns, and how often if that is more."""
    times = len(group.findings)
    often = f" ({times} times)" if times > max(len(group.associations), 1) else ""
    if not group.associations:
        return f"the run as a whole{often}"
    noun = "association" if len(group.associations) == 1 else "associations"
    return f"{noun} {ranges(group.associations)}{often}"


def places(
    result: RunResult, run_dir: Path, report_dir: Path | None = None
) -> list[tuple[str, str]]:
    """Where to look next and how to run it again: label and text."""
    listed = []
    report = (report_dir or run_dir) / "report.html"
    if report.exists():
        listed.append(("Report", str(report)))
    listed.append(("Evidence", f"{run_dir}/"))
    listed.append(("Again", clean(result.command)))
    return listed


def fitting(
    rows: list[tuple[str, ...]], head: tuple[str, ...], width: int
) -> list[tuple[str, ...]]:
    """Return head and rows without the columns there is no room for, the least telling first."""
    listed = [head, *rows]
    for name in _DISPENSABLE:
        sizes = [max(len(row[column]) for row in listed) for column in range(len(listed[0]))]
        if sum(sizes) + 2 * (len(sizes) - 1) <= width:
            break
        gone = listed[0].index(name)
        listed = [row[:gone] + row[gone + 1 :] for row in listed]
    return listed


def table(rows: Iterable[tuple[str, ...]], head: tuple[str, ...]) -> list[str]:
    """Set rows as plain text: the first column to the left, numbers to the right."""
    listed = [head, *rows]
    widths = [max(len(row[column]) for row in listed) for column in range(len(head))]
    return [
        "  ".join(
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in listed
    ]
