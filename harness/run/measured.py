# SPDX-License-Identifier: GPL-2.0-or-later
"""A run whose DLL was never called: what can be measured is, and no rule of the DLL's judged. Pure.

Under a driver of the WDI or WiFiCx model Windows need not call one handler of a DLL. Such a run has
figures, frames and reports of the WLAN service, and ends DONE where the scenario's
connections came about. Where one did not, nothing tells whose doing that was: MISS, never FAIL.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from harness.checks import RULES, Evaluation, Expectation
from harness.checks.finding import Undecided
from harness.evidence import AssociationEvidence, RunEvidence
from harness.evidence.connection import connected_reports, lost_connection
from harness.evidence.names import is_handler

NO_HANDLERS = "no handler is called"
"""In the environment of a run: why that may be so."""

BLAMELESS = "and no call of the DLL tells whose doing that was"


def is_measured_only(evidence: RunEvidence, environment: Mapping[str, str]) -> str:
    """Why nothing of a run can be judged, in words; empty if it can.

    A handler that was called nevertheless puts the DLL to the test as anywhere.
    """
    if any(is_handler(record.function or "") for record in evidence.trace):
        return ""
    return environment.get(NO_HANDLERS, "")


WITHOUT_HANDLERS = ("NDIS", "HOST-08", "HOST-09")
"""A family and rules that ask for no handler: they are the miniport's, or Windows reports them."""


def unjudged(why: str, evaluation: Evaluation) -> Evaluation:
    """The outcome of all rules where no handler was called: of `evaluation` what needs none."""
    checked = [one for one in evaluation.checked if one.startswith(WITHOUT_HANDLERS)]
    own = [one for one in evaluation.undecided if _lacks(one)]
    told = {*checked, *(one.rule for one in own)}
    others = [Undecided(one, f"no handler was called: {why}") for one in RULES if one not in told]
    missing: dict[int | None, tuple[str, ...]] = {}
    for one in own:
        words = f"{one.rule} could not be decided: {one.reason}"
        missing[one.association] = (*missing.get(one.association, ()), words)
    findings = tuple(one for one in evaluation.findings if one.rule.startswith(WITHOUT_HANDLERS))
    damage = tuple(one for one in evaluation.damage if not one.missing)
    return Evaluation(findings, checked, own + others, damage=damage, missing=missing)


def _lacks(one: Undecided) -> bool:
    return one.lacking and one.rule.startswith(WITHOUT_HANDLERS)


def is_connected(association: AssociationEvidence, adapters: int) -> bool:
    """The WLAN service reports so of every adapter, and nobody was lost."""
    told = {one.interface.casefold() for one in connected_reports(association)}
    return len(told) >= adapters and lost_connection(association) is None


def unmet(association: AssociationEvidence, expect: Expectation) -> Iterator[str]:
    """What the scenario expects of an association and did not get."""
    connected = is_connected(association, expect.adapters)
    if expect.connected is True and not connected:
        yield f"no connection came about, or none that lasted, {BLAMELESS}"
    if expect.connected is False and connected:
        yield f"a connection came about, which the scenario does not expect, {BLAMELESS}"
    echo = association.echo
    if connected and expect.echoes and (echo is None or echo.answered < max(echo.sent, 1)):
        yield f"echo requests were not answered, {BLAMELESS}"
