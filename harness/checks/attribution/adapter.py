# SPDX-License-Identifier: GPL-2.0-or-later
"""What the scenario's [[usb]] did to the guest's adapter: what follows of it is nobody's fault."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from harness.checks.attribution.cause import Cause, name_usb_act
from harness.checks.attribution.scope import Scope
from harness.checks.case import Case
from harness.checks.outcomes import Breach, Outcome
from harness.evidence.clock import to_guest_ns
from harness.evidence.model import AssociationEvidence, UsbAct

_AFTERMATH_NS: Final = 2_000_000_000
"""How long behind its end what was held up may still show: drivers retry, frames are queued."""
_AFTER: Final = "was carried out before that"
_BEFORE_NS: Final = 30_000_000_000
"""How long before a time limit ran out a stall of the lab may have used it up."""


def ordered_adapter(of: Scope) -> list[Cause]:
    """What was done to the adapter by order in that time, in its order."""
    return [
        Cause("scenario", f"{name_usb_act(of.case, act)} was carried out", of.when_ns(act.air_ns))
        for act in of.association.usb_acts
        if act.do != "plug" and of.since_ns <= of.when_ns(act.air_ns) <= of.until_ns
    ]


def without_adapter(case: Case, index: int | None, since_ns: int, until_ns: int) -> str | None:
    """What kept the association's adapter from answering in a time on the guest's clock (or
    shortly before it), in words; None if nothing did."""
    association = case.index.association(index)
    for act in association.usb_acts if association is not None else ():
        begun_ns, ended_ns = _lasts(case, act)
        if act.do != "plug" and begun_ns <= until_ns and since_ns <= ended_ns:
            return f"the adapter: {name_usb_act(case, act)} {_AFTER}"
    return None


def why_late(case: Case, at_ns: int) -> str | None:
    """Why a limit on the time of the adapter's driver, which ran out then, says nothing of it: the
    lab stood still, or the scenario held the adapter, be it in the association before."""
    since_ns = at_ns - _BEFORE_NS
    held = (without_adapter(case, one.index, since_ns, at_ns) for one in case.index.associations)
    return case.losses.completeness.stalled(since_ns, at_ns) or next(filter(None, held), None)


def excused(
    case: Case, association: AssociationEvidence, outcome: Outcome | None
) -> Outcome | None:
    """What the scenario wanted and did not get, in an association with an adapter that it ordered
    about: that is not held against the DLL. The contract's own rules are."""
    acts = [act for act in association.usb_acts if act.do != "plug"]
    if not acts or not isinstance(outcome, Breach) or outcome.severity != "FAIL":
        return outcome
    message = f"{outcome.message}; {name_usb_act(case, acts[0])} {_AFTER}"
    return replace(outcome, message=message, severity="MISS")


def _lasts(case: Case, act: UsbAct) -> tuple[int, int]:
    clock = case.index.evidence.clock
    ended_ns = 1 << 63 if act.until_ns is None else to_guest_ns(clock, act.until_ns)
    return to_guest_ns(clock, act.air_ns), ended_ns + _AFTERMATH_NS
