# SPDX-License-Identifier: GPL-2.0-or-later
"""RST rules: what comes during and after AdapterReset."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from harness import codes
from harness.checks.case import Case
from harness.checks.codes import ERROR_CANCELLED
from harness.checks.outcomes import Outcomes
from harness.checks.phases import Phase
from harness.checks.registry import rule
from harness.checks.shared.operations import pending_at_reset
from harness.checks.shared.races import may_precede
from harness.evidence import fields, names
from harness.evidence.calls import Call

_ONEX: Final = frozenset({names.START_ONEX, names.STOP_ONEX, names.PROCESS_ONEX})
_PROFILE: Final = frozenset({
    names.GET_USER_DATA, names.SET_CURRENT_PROFILE, names.SET_VS_AP_PROPERTIES,
})  # fmt: skip


@rule(
    "RST-03", cls="M",
    source="N:802-11-wlan-adapter-reset; against N:native-802-11-ihv-extensibility-functions",
    text="What AdapterReset finds pending is completed with ERROR_CANCELLED (1223). (Microsoft's "
    "sample gives ERROR_INVALID_STATE. That a completion comes at all: PRE-11, POST-13.)",
    severity="WARN",
    why="the table of phases contradicts it, and Microsoft's own sample gives another code",
)  # fmt: skip
def cancelled_by_reset(case: Case) -> Outcomes:
    """The first completion of an operation a reset found pending carries that code.

    A success of another thread may have been on its way when the reset came: the thread's first
    call since, within a limit of this harness.
    """
    for first, reset in _completed_by_reset(case):
        error = fields.integer(first.args, "dwWin32Error")
        if error is None:
            yield case.unknown("the trace does not show the error", first)
        elif error == 0 and may_precede(case, first, reset):
            yield case.unknown("a success was reported by another thread as the reset came", first)
        elif error == ERROR_CANCELLED:
            yield case.held(first)
        else:
            name = names.short(first.function)
            message = f"{name} on AdapterReset carries {codes.win32(error)}; expected 1223"
            yield case.breach(message, first, reset)


def _completed_by_reset(case: Case) -> Iterator[tuple[Call, Call]]:
    for operation in case.segments.pre:
        reset = operation.ended_by
        if reset is None or reset.function != names.ADAPTER_RESET:
            continue
        if operation.handler.succeeded:
            for first in operation.completions[:1]:
                if first.key > reset.key and not case.losses.lost_of(operation, first):
                    yield first, reset
    for session in case.segments.sessions:
        found = pending_at_reset(session)
        for first in session.completions[:1]:
            if found is not None and not case.losses.lost_of(session, first):
                yield first, found


@rule(
    "RST-05", cls="M",
    source="N:native-802-11-ihv-extensibility-functions; "
    "N:interface-to-the-native-802-11-802-1x-module",
    text="Once AdapterReset has returned, no function of the pre- or post-association phase is "
    "called until the next one begins. (Completing late what the reset found pending is "
    "contradicted: a warning. Completions after StopPostAssociate: STOP-04. A second one of a "
    "pre-association: PRE-02.)",
)  # fmt: skip
def nothing_after_reset(case: Case) -> Outcomes:
    """No 802.1X, profile or completion function in the phase after a reset."""
    late = {id(first) for first, reset in _completed_by_reset(case)}
    again = _completed_again(case)
    for adapter in case.segments.adapters:
        clean, seen = True, False
        for item in case.calls_with_phase(adapter):
            seen = seen or item.phase is Phase.RESET
            if item.phase is not Phase.RESET or not item.not_concurrent:
                continue
            call = item.call
            contradicted = id(call) in late
            if call.function in _ONEX | _unused(case, call) or contradicted or id(call) in again:
                clean = False
                yield case.breach(
                    f"{names.short(call.function)} was called after AdapterReset had returned",
                    call,
                    item.since,
                    severity="WARN" if contradicted else None,
                )
        if clean and seen:
            yield case.held()


def _completed_again(case: Case) -> set[int]:
    """Completions of sessions that had one before the reset that ended them."""
    return {
        id(call)
        for session in case.segments.sessions
        if session.handler.succeeded and session.reset is not None
        for call in session.completions[1:]
        if session.completions[0].key < session.reset.key < call.key
        and (session.stop is None or session.stop.key > call.key)
    }


def _unused(case: Case, call: Call) -> frozenset[str]:
    """The profile functions, unless the handle was dead before the reset (PRE-07 speaks of it)."""
    if call.function not in _PROFILE:
        return frozenset()
    session = fields.handle(call.args, "hConnectSession")
    return frozenset() if (call.process, session) in _completed(case) else _PROFILE


def _completed(case: Case) -> set[tuple[int, int | None]]:
    done = case.index.calls(names.PRE_COMPLETION)
    return {(call.process, fields.handle(call.args, "hConnectSession")) for call in done}


@rule(
    "RST-06", cls="D", source="S:ihvsample.cpp (resets itself on every failed pre-association)",
    text="AdapterReset can be repeated: with nothing begun, or right after another, it succeeds.",
)  # fmt: skip
def idle_reset_succeeds(case: Case) -> Outcomes:
    """A reset in the phase after InitAdapter or AdapterReset does not return an error."""
    for _, item in case.all_calls_with_phase():
        call = item.call
        if call.function != names.ADAPTER_RESET or call.returned is None:
            continue
        if item.phase in (Phase.INIT, Phase.RESET):
            message = f"AdapterReset {item.phase} returned {codes.win32(call.result)}"
            yield case.breach(message, call, item.since) if call.result else case.held(call)
