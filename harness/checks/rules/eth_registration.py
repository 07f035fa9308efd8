# SPDX-License-Identifier: GPL-2.0-or-later
"""ETH rules: when EtherTypes are registered, and in which byte order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from harness.checks.case import Case
from harness.checks.outcomes import Outcome, Outcomes
from harness.checks.phases import Phase
from harness.checks.registry import rule
from harness.checks.shared.ethertypes import wrong_ethertype
from harness.evidence import fields, names
from harness.evidence.calls import Call


@rule(
    "ETH-01", cls="M", source="I:dot11ext_set_ethertype_handling; N:ieee-ethertype-handling",
    text="SetEtherTypeHandling is called between InitAdapter and the successful "
    "PreAssociateCompletion, not again until the next pre-association. (Between AdapterReset and "
    "the next pre-association the documents contradict each other: a warning.)",
)  # fmt: skip
def ethertypes_set_in_time(case: Case) -> Outcomes:
    """Follow each adapter: allowed until pre-association succeeded, again from the next one."""
    for adapter in case.segments.adapters:
        closed_by: Call | None = None
        reset = False
        for item in case.calls_with_phase(adapter):
            call = item.call
            if item.phase is Phase.UNSEEN or call.function == names.PRE_ASSOCIATE:
                closed_by, reset = None, False
            elif call.function == names.ADAPTER_RESET:
                reset = True
            elif call.function == names.PRE_COMPLETION and call.result in (0, None):
                done = fields.integer(call.args, "dwWin32Error") == 0
                closed_by = call if done else closed_by
            elif call.function == names.SET_ETHERTYPES:
                # Side by side with its completion, unless the OS has gone on from that already.
                beside = closed_by is not None and not call.entered_after_return_of(closed_by)
                still_open = beside and item.phase is Phase.PRE
                yield _in_time(case, call, None if still_open else closed_by, reset)


def _in_time(case: Case, call: Call, closed_by: Call | None, reset: bool) -> Outcome:
    if closed_by is None:
        return case.held(call)
    when = "after AdapterReset" if reset else "after the pre-association was completed"
    return case.breach(
        f"SetEtherTypeHandling was called {when}; it belongs between PerformPreAssociate and its "
        "completion",
        call,
        closed_by,
        severity="WARN" if reset else None,
    )


@rule(
    "ETH-02", cls="M",
    source="I:dot11ext_set_ethertype_handling; "
    "I:../windot11/ns-windot11-dot11_privacy_exemption",
    text="EtherTypes of registrations and exemptions are big-endian: 0x888E is the bytes 88 8E.",
    severity="WARN",
    why="Microsoft's own sample gives them in host order in InitAdapter",
)  # fmt: skip
def ethertypes_are_big_endian(case: Case) -> Outcomes:
    """No EtherType of the lists is a known one with its bytes swapped, or no EtherType at all."""
    for call in case.index.calls(names.SET_ETHERTYPES):
        for kind, ethertype in _listed(call):
            wrong = wrong_ethertype(ethertype)
            if wrong:
                yield case.breach(f"{kind} lists EtherType bytes {ethertype}: {wrong}", call)
            else:
                yield case.held(call)


def _listed(call: Call) -> Iterator[tuple[str, str]]:
    for item in fields.sequence(call.args, "pusRegistration") or []:
        if isinstance(item, str):
            yield "pusRegistration", item.lower()
    for item in fields.sequence(call.args, "pExemption") or []:
        if isinstance(item, Mapping):
            ethertype = fields.text(item, "ethertype_bytes")
            if ethertype is not None:
                yield "pExemption", ethertype.lower()
