# SPDX-License-Identifier: GPL-2.0-or-later
"""ADPT rules on the end of an adapter and on handles that are no longer, or never were, its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from harness.checks.case import Case
from harness.checks.codes import hexed
from harness.checks.outcomes import Outcome, Outcomes
from harness.checks.registry import rule
from harness.checks.shared.races import may_precede
from harness.evidence import fields, names
from harness.evidence.calls import Call
from harness.evidence.segments import Session

NEED_THE_ADAPTER: Final = frozenset({names.PRE_ASSOCIATE, names.ADAPTER_RESET})
"""Handlers that have nothing to do but with the adapter the handle stands for."""


@rule(
    "ADPT-05", cls="M(OS)",
    source="N:802-11-wlan-adapter-removal; N:stopping-a-post-association-operation",
    text="A security session is ended by StopPostAssociate before DeinitAdapter; a pending "
    "pre-association is cancelled by DeinitAdapter itself.",
)  # fmt: skip
def stopped_before_deinit(case: Case) -> Outcomes:
    """No session is neither stopped nor reset when its adapter is taken down."""
    for session in case.segments.sessions:
        deinit = session.adapter.deinit if session.adapter else None
        if deinit is None or not session.handler.succeeded or session.reset is not None:
            continue
        if session.stop is not None:
            yield case.held(session)
        elif session.successor is deinit:  # of another one STOP-01 and STOP-02 speak
            yield _not_stopped(case, session, deinit)


def _not_stopped(case: Case, session: Session, deinit: Call) -> Outcome:
    start_ns = session.handler.start_ns
    why = case.losses.why_absence_proves_nothing(
        deinit.process, session.association, start_ns, deinit.start_ns
    )
    if why:
        return case.unknown(why, deinit)
    return case.breach(
        f"DeinitAdapter came while session {hexed(session.handle)} had not been stopped",
        deinit,
        session.handler,
    )


@rule(
    "ADPT-06", cls="C",
    source="N:pre-association-operation-guidelines; N:performing-a-post-association-operation; "
    "N:802-11-wlan-adapter-removal; against I:dot11ext_pre_associate_completion and "
    "I:dot11ext_post_associate_completion",
    text="DeinitAdapter with an operation pending: it is cancelled internally, without a "
    "completion. (Two pages ask for one with ERROR_CANCELLED; three, with reasons, forbid it.)",
)  # fmt: skip
def no_completion_in_deinit(case: Case) -> Outcomes:
    """No completion is called from the entry of DeinitAdapter on."""
    return _none_from_deinit(case, names.COMPLETIONS.__contains__, "was called")


@rule(
    "ADPT-03", cls="M", source="N:802-11-wlan-adapter-removal",
    text="From the entry of DeinitAdapter on, hDot11SvcHandle is dead: no call with it. (A first "
    "call of another thread while it runs may have been on its way and proves nothing; one that "
    "goes on: a warning. Of completions ADPT-06 speaks.)",
)  # fmt: skip
def service_handle_dies(case: Case) -> Outcomes:
    """No framework call uses the handle from the entry of DeinitAdapter on."""

    def uses_it(function: str) -> bool:
        return not names.is_handler(function) and function not in names.COMPLETIONS

    return _none_from_deinit(case, uses_it, "used the adapter's service handle")


def _none_from_deinit(case: Case, banned: Callable[[str], bool], did: str) -> Outcomes:
    for adapter in case.segments.adapters:
        deinit = adapter.deinit
        if deinit is None:
            continue
        late = [
            call
            for call in case.index.calls_between(adapter, deinit, None)
            if banned(call.function)
        ]
        for call in late:
            yield _late(case, call, deinit, did)
        if not late:
            yield case.held()


def _late(case: Case, call: Call, deinit: Call, did: str) -> Outcome:
    lost = case.losses.lost_between(
        deinit, call
    )  # the OS may have given the handle to another adapter
    if lost:
        return case.unknown(lost, call)
    what = f"{names.short(call.function)} {did}"
    if call.entered_after_return_of(deinit):
        return case.breach(f"{what} after DeinitAdapter had returned", call, deinit)
    if call.inside(names.DEINIT_ADAPTER) is not None:
        return case.breach(f"{what} inside DeinitAdapter", call, deinit)
    if may_precede(case, call, deinit):
        return case.unknown("another thread was about to call as DeinitAdapter came", call)
    message = f"{what} by another thread while DeinitAdapter ran"
    return case.breach(message, call, deinit, severity="WARN")


@rule(
    "ADPT-10", cls="D", source="S:adapters.cpp (returns ERROR_NOT_FOUND)",
    text="A handler given an adapter handle that is not live does not crash, and fails with a "
    "Win32 error if it is to begin or reset something of the adapter. (Profiles, requests and "
    "control need no adapter, and what is delivered, indicated or stopped may be passed over. "
    "PerformPostAssociate is left to POST-02.)",
)  # fmt: skip
def stale_adapter_is_refused(case: Case) -> Outcomes:
    """No handler dies by a handle no InitAdapter gave or DeinitAdapter took back, and those that
    begin or reset something do not succeed."""
    known = {adapter.init.process for adapter in case.segments.adapters}
    for call in case.segments.calls:
        if "hIhvExtAdapter" not in call.args or not names.is_handler(call.function):
            continue
        given = fields.handle(call.args, "hIhvExtAdapter")
        adapter = case.index.adapter_of(call)
        deinit = adapter.deinit if adapter else None
        stale = adapter is None or (deinit is not None and deinit.key < call.key)
        if not stale or call.process not in known or call.function == names.POST_ASSOCIATE:
            continue
        name = names.short(call.function)
        if case.ended_inside(call):
            yield case.breach(f"{name} did not survive the stale handle {hexed(given)}", call)
        elif lost := case.losses.prologue_lost_before(call):
            yield case.unknown(lost, call)
        elif call.result == 0 and call.function in NEED_THE_ADAPTER:
            yield case.breach(f"{name} succeeded for the stale handle {hexed(given)}", call)
        elif call.returned is not None:
            yield case.held(call)
