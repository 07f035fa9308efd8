# SPDX-License-Identifier: GPL-2.0-or-later
"""PRE rules: PerformPreAssociate and its completion."""

from __future__ import annotations

from harness import codes
from harness.checks.attribution.waiting import waited_for
from harness.checks.case import Case
from harness.checks.codes import hexed, is_success_reason
from harness.checks.outcomes import Outcome, Outcomes
from harness.checks.registry import rule
from harness.checks.shared.reasons import reason_fits
from harness.evidence import fields, names
from harness.evidence.calls import Call
from harness.evidence.segments import PreOperation


@rule(
    "PRE-02", cls="M", source="I:dot11extihv_perform_pre_associate",
    text="ERROR_SUCCESS if and only if the operation was started; then exactly one "
    "PreAssociateCompletion follows, unless DeinitAdapter comes first. No document gives a time "
    "limit: the one used is this harness's, [limits] pre_associate_s.",
)  # fmt: skip
def completed_once(case: Case) -> Outcomes:
    """One completion after a success, none after an error."""
    for operation in case.segments.pre:
        handler = operation.handler
        if handler.returned is None or handler.result is None:
            continue
        done = _taken(operation)
        lost = next(filter(None, (case.losses.lost_of(operation, call) for call in done)), None)
        if lost and (handler.result != 0 or len(done) > 1):
            yield case.unknown(lost, handler)
        elif handler.result != 0 and done:
            yield case.breach(
                f"PerformPreAssociate returned {codes.win32(handler.result)}, yet it was completed",
                done[0],
                handler,
                of=operation,
            )
        elif len(done) > 1:
            message = f"PreAssociateCompletion was called {len(done)} times for one operation"
            yield case.breach(message, done[1], handler, of=operation)
        elif handler.result != 0 or done:
            yield case.held(operation)
        else:
            yield _missing(case, operation)


def _taken(operation: PreOperation) -> list[Call]:
    """The completions from the first on that the OS did not refuse; the last, if it took none."""
    done = operation.completions
    first = next((place for place, call in enumerate(done) if not call.result), len(done) - 1)
    return done[max(first, 0) :]


def _missing(case: Case, operation: PreOperation) -> Outcome:
    handler, end = operation.handler, operation.ended_by
    since_ns = handler.end_ns or handler.start_ns
    until_ns = end.start_ns if end else case.index.end_ns
    if case.index.stray_between(case.segments.stray_pre, since_ns, until_ns):
        return case.unknown("a completion came with another session handle (PRE-07)", handler)
    waited_s, limit_s = (until_ns - since_ns) / 1e9, case.limits.pre_associate_s
    if waited_s < limit_s:
        what = names.short(end.function) if end else "the end of the evidence"
        return case.unknown(
            f"{what} came {waited_s:.1f} s after the handler returned, before the limit of "
            f"{limit_s:g} s",
            handler,
        )
    why = case.losses.why_absence_proves_nothing(
        handler.process, operation.association, since_ns, until_ns
    )
    if why:
        return case.unknown(why, handler)
    waits = waited_for(case, operation, until_ns)
    if waits:
        return case.unknown(f"the DLL waited for {waits}: the move was not its own", handler)
    return case.breach(
        "PerformPreAssociate returned ERROR_SUCCESS, but no PreAssociateCompletion for session "
        f"{hexed(operation.connect_session)} came in {waited_s:.1f} s. The limit, "
        f"{case.limits.setting('pre_associate_s')}, is this harness's: no document gives a number",
        handler,
    )


@rule(
    "PRE-03", cls="M", source="N:pre-association-operation-guidelines",
    text="The completion is asynchronous: on another thread, never inside PerformPreAssociate.",
)  # fmt: skip
def completion_is_asynchronous(case: Case) -> Outcomes:
    """No PreAssociateCompletion on the thread of the PerformPreAssociate that is completed."""
    handlers = {id(call): item.handler for item in case.segments.pre for call in item.completions}
    for call in case.index.calls(names.PRE_COMPLETION):
        outer = call.inside(names.PRE_ASSOCIATE)
        if outer is None or handlers.get(id(call), outer) is not outer:
            yield case.held(call)
        elif lost := case.losses.lost_between(outer, call):
            yield case.unknown(lost, call)
        else:
            yield case.breach(
                "PreAssociateCompletion was called inside PerformPreAssociate, on the same "
                "thread; it must come from a thread of the DLL's own",
                call,
                outer,
            )


@rule(
    "PRE-04", cls="M", source="I:dot11extihv_perform_pre_associate",
    text="*pdwReasonCode is always written: 0 or an IHV reason when the operation was started, an "
    "L2 or IHV reason when not.",
)  # fmt: skip
def reason_is_written(case: Case) -> Outcomes:
    """The reason PerformPreAssociate gives fits its return value."""
    return reason_fits(case, names.PRE_ASSOCIATE)


@rule(
    "PRE-06", cls="M", source="I:dot11ext_pre_associate_completion",
    text="dwWin32Error 0 goes with a reason of 0 or in the IHV range, another one with a reason "
    "that is not 0.",
)  # fmt: skip
def completion_codes_agree(case: Case) -> Outcomes:
    """The pair of codes of every completion is one the documents allow."""
    for call in case.index.calls(names.PRE_COMPLETION):
        error = fields.integer(call.args, "dwWin32Error")
        reason = fields.integer(call.args, "dwReasonCode")
        if error is None or reason is None:
            yield case.unknown("the trace does not show both codes", call)
        elif error == 0 and not is_success_reason(reason):
            yield case.breach(
                f"PreAssociateCompletion reports success with reason {codes.reason(reason)}; "
                "expected 0 or an IHV reason (0x90000 to 0x9ffff)",
                call,
            )
        elif error != 0 and reason == 0:
            message = f"PreAssociateCompletion reports {codes.win32(error)} with reason 0"
            yield case.breach(message, call)
        else:
            yield case.held(call)


def _knows_of(use: Call, completion: Call) -> bool:
    """It was entered after the completion: on another thread, after its return."""
    own = use.tid == completion.tid and use.key > completion.key
    return own or use.entered_after_return_of(completion)


@rule(
    "PRE-07", cls="M", source="N:pre-association-operation-guidelines; S:ihvwep.cpp",
    text="The completion carries the hConnectSession given; after it that handle is invalid. (Use "
    "after the completion is not avoided by Microsoft's own sample: a warning.)",
)  # fmt: skip
def connect_session_is_the_given_one(case: Case) -> Outcomes:
    """Completions name a session handed out; nothing else names it once it is completed."""
    for call in case.segments.stray_pre:
        given = fields.handle(call.args, "hConnectSession")
        lost = case.losses.prologue_lost_before(call)
        message = (
            f"PreAssociateCompletion names session {hexed(given)}, which no PerformPreAssociate "
            "handed out"
        )
        yield case.unknown(lost, call) if lost else case.breach(message, call)
    for operation in case.segments.pre:
        for call in _taken(operation)[:1]:
            stale = [
                use for use in operation.uses
                if _knows_of(use, call) and not case.losses.lost_between(call, use)
            ]  # fmt: skip
            for use in stale:
                yield case.breach(
                    f"{names.short(use.function)} used the hConnectSession "
                    f"{hexed(operation.connect_session)} after its completion",
                    use,
                    call,
                    severity="WARN",
                )
            if not stale:
                yield case.held(call)
