# SPDX-License-Identifier: GPL-2.0-or-later
"""NDIS rules: what Windows' Driver Verifier holds the adapter's miniport to, by its own names.

With its NDIS/WIFI option it watches the miniport, and ends Windows with bug check 0xC4 when a rule
is broken. The finding is the miniport's where the verifier was on it alone, as far as that was
recorded. A time limit that ran out while the lab stood still, or held the adapter, says nothing.
"""

from __future__ import annotations

from typing import Final

from harness.checks.attribution.adapter import why_late
from harness.checks.case import Case
from harness.checks.outcomes import Breach, Held, Outcome, Outcomes, Unknown
from harness.checks.registry import Check, rule
from harness.checks.shared.windows_crashes import (
    VERIFIER_RULES,
    VerifierRule,
    crashes_of_the_run,
    is_violation,
    undated,
    when,
)
from harness.evidence.crashes import CrashDump
from harness.evidence.model import DamageKind, Lacking

_TELLING: Final = (
    DamageKind.EVENT_LOG, DamageKind.CRASH_DUMP, DamageKind.FILE_CHANGED, DamageKind.NOT_FINISHED
)  # fmt: skip
"""Without these a bug check may have been that nothing tells of."""


def _check_of(of: VerifierRule) -> Check:
    def check(case: Case) -> Outcomes:
        violations = [one for one in crashes_of_the_run(case) if is_violation(one)]
        found = [one for one in violations if one.parameters[0] == of.code]
        for crash in found:
            yield _broken(case, crash, of)
        verifier = case.index.evidence.verifier
        if not found and verifier and verifier.ndis_wifi and verifier.on_the_miniport_alone:
            yield _nothing_found(case)

    check.__doc__ = f"Bug check 0xC4 with first parameter {of.code:#x}."
    return check


def _nothing_found(case: Case) -> Outcome:
    """A bug check ends the guest: of one that could not be asked afterwards nothing is known."""
    lost = [one for one in case.index.evidence.damage if one.kind in _TELLING]
    return Unknown(f"a bug check may not have been seen: {lost[0].message}") if lost else Held()


def _broken(case: Case, crash: CrashDump, of: VerifierRule) -> Outcome:
    what = f"Driver Verifier ended Windows for {of.name} ({crash.told_by})"
    at_ns = when(case, crash)
    if at_ns is None:
        return undated(what)
    place = case.index.association_at(at_ns)
    verifier = case.index.evidence.verifier
    if verifier is None:
        return Unknown(Lacking(f"{what}; which drivers it verified was not recorded"), place)
    if not verifier.on_the_miniport_alone:
        drivers = ", ".join(verifier.drivers) or "none, as recorded"
        return Unknown(Lacking(f"{what}; it verified {drivers}: whose it is is not known"), place)
    excuse = why_late(case, at_ns) if of.timed else None
    if excuse:
        return Unknown(Lacking(f"{what}, a time limit, but {excuse}"), place)
    return Breach(f"{verifier.miniport} broke {of.name}: {what}", at_ns, place)


for _number, _of in enumerate(VERIFIER_RULES, 1):
    rule(
        f"NDIS-{_number:02}", cls="M", source=f"V:ndis-{_of.name.lower()}",
        text=f"The adapter's miniport {_of.text} ({_of.name}).",
    )(_check_of(_of))  # fmt: skip
