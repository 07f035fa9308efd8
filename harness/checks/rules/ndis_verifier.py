# SPDX-License-Identifier: GPL-2.0-or-later
"""NDIS rules: what Windows' Driver Verifier holds the adapter's miniport to, by its own names.

With its NDIS/WIFI option it watches the miniport, and ends Windows with bug check 0xC4 when a rule
is broken. The finding is the miniport's where the verifier was on it alone, as far as that was
recorded. A time limit that ran out while the lab stood still, or held the adapter, says nothing.
"""

from __future__ import annotations

from typing import Final

from harness.checks.attribution.adapter import without_adapter
from harness.checks.case import Case
from harness.checks.outcomes import Breach, Held, Outcome, Outcomes, Unknown
from harness.checks.registry import Check, rule
from harness.checks.shared.windows_crashes import (
    VERIFIER_RULES,
    VerifierRule,
    crashes_of_the_run,
    is_violation,
    undated,
)
from harness.evidence.crashes import CrashDump
from harness.evidence.model import Lacking

BEFORE_NS: Final = 30_000_000_000
"""How long before a bug check a stall of the lab may have used up a time limit."""


def _check_of(of: VerifierRule) -> Check:
    def check(case: Case) -> Outcomes:
        violations = [one for one in crashes_of_the_run(case) if is_violation(one)]
        found = [one for one in violations if one.parameters[0] == of.code]
        for crash in found:
            yield _broken(case, crash, of)
        verifier = case.index.evidence.verifier
        if not found and verifier and verifier.ndis_wifi and verifier.on_the_miniport_alone:
            yield Held()

    check.__doc__ = f"Bug check 0xC4 with first parameter {of.code:#x}."
    return check


def _broken(case: Case, crash: CrashDump, of: VerifierRule) -> Outcome:
    what = f"Driver Verifier ended Windows for {of.name} ({crash.told_by})"
    if crash.t_ns is None:
        return undated(what)
    place = case.index.association_at(crash.t_ns)
    verifier = case.index.evidence.verifier
    if verifier is None:
        return Unknown(Lacking(f"{what}; which drivers it verified was not recorded"), place)
    if not verifier.on_the_miniport_alone:
        drivers = ", ".join(verifier.drivers) or "none, as recorded"
        return Unknown(Lacking(f"{what}; it verified {drivers}: whose it is is not known"), place)
    excuse = _excuse(case, crash.t_ns, place) if of.timed else None
    if excuse:
        return Unknown(Lacking(f"{what}, a time limit, but {excuse}"), place)
    return Breach(f"{verifier.miniport} broke {of.name}: {what}", crash.t_ns, place)


def _excuse(case: Case, at_ns: int, place: int | None) -> str | None:
    """Why a time limit may have run out by the lab's doing: it stood still, or held the adapter."""
    since_ns = at_ns - BEFORE_NS
    stalled = case.losses.completeness.stalled(since_ns, at_ns)
    return stalled or without_adapter(case, place, since_ns, at_ns)


for _number, _of in enumerate(VERIFIER_RULES, 1):
    rule(
        f"NDIS-{_number:02}", cls="M", source=f"V:ndis-{_of.name.lower()}",
        text=f"The adapter's miniport {_of.text} ({_of.name}).",
    )(_check_of(_of))  # fmt: skip
