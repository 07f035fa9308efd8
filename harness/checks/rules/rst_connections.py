# SPDX-License-Identifier: GPL-2.0-or-later
"""RST rules: AdapterReset between connections, and the work after it."""

from __future__ import annotations

from harness import codes
from harness.checks.case import Case
from harness.checks.outcomes import Outcome, Outcomes, Unknown
from harness.checks.registry import rule
from harness.checks.shared.profiles import profile_contents
from harness.evidence import names
from harness.evidence.calls import Call
from harness.evidence.segments import Adapter


@rule(
    "RST-01", cls="M(OS)", source="N:802-11-wlan-adapter-reset",
    text="AdapterReset is called on disconnection: between one connection and the next.",
)  # fmt: skip
def reset_between_connections(case: Case) -> Outcomes:
    """Between two pre-associations there is an AdapterReset.

    None is due where nothing was begun, as the first was refused; one still pending is PRE-13's.
    """
    for adapter in case.segments.adapters:
        previous: Call | None = None
        reset = completed = False
        for call in adapter.calls:
            if call.function == names.ADAPTER_RESET:
                reset = True
            elif call.function == names.PRE_COMPLETION:
                completed = True
            elif call.function == names.PRE_ASSOCIATE:
                if previous is not None and (reset or completed) and previous.succeeded:
                    yield case.held(call) if reset else _not_reset(case, previous, call)
                previous, reset, completed = call, False, False


def _not_reset(case: Case, previous: Call, call: Call) -> Outcome:
    association = case.index.association_of(previous)
    why = case.losses.why_absence_proves_nothing(
        call.process, association, previous.start_ns, call.start_ns
    )
    if why:
        return Unknown(why, association)
    message = "PerformPreAssociate came again without an AdapterReset since the one before"
    return case.breach(message, call, previous)


@rule(
    "RST-02", cls="M", source="N:802-11-wlan-adapter-reset; I:dot11extihv_adapter_reset",
    text="AdapterReset returns the DLL to its state after InitAdapter: the next "
    "PerformPreAssociate works.",
)  # fmt: skip
def works_after_reset(case: Case) -> Outcomes:
    """Resets succeed, and a profile that was accepted before is accepted after one."""
    for adapter in case.segments.adapters:
        yield from _resets(case, adapter)


def _resets(case: Case, adapter: Adapter) -> Outcomes:
    accepted: dict[str, Call] = {}
    reset: Call | None = None
    idle = True
    for call in adapter.calls:
        if call.function in (names.PRE_ASSOCIATE, names.POST_ASSOCIATE):
            idle = False
        if call.returned is None:
            continue
        if call.function == names.ADAPTER_RESET:
            reset, was_idle, idle = call, idle, True
            if call.result and not was_idle:  # a reset when idle: RST-06
                why = case.index.why_refused(call)
                message = f"AdapterReset returned {codes.win32(call.result)}"
                yield case.unknown(why, call) if why else case.breach(message, call)
        elif call.function == names.PRE_ASSOCIATE:
            profile = profile_contents(call)
            if reset is not None:
                yield _works(case, call, reset, accepted.get(profile))
            if call.succeeded:
                accepted[profile] = call
                reset = None  # it is of the next one only: a second is left to PRE-13


def _works(case: Case, call: Call, reset: Call, accepted: Call | None) -> Outcome:
    if call.succeeded:
        return case.held(call)
    if accepted is None:
        return case.unknown("this profile was not accepted before the reset either", call)
    changes = case.index.calls(names.SESSION_CHANGE)
    if case.index.stray_between(changes, accepted.start_ns, call.start_ns):
        return case.unknown("the user's session had changed since it was accepted", call)
    why = case.index.why_refused(call) or case.losses.lost_between(reset, call)
    if why:
        return case.unknown(why, call)
    return case.breach(
        f"PerformPreAssociate returned {codes.win32(call.result)} after AdapterReset, with a "
        "profile it had accepted before",
        call,
        reset,
    )
