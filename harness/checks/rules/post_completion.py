# SPDX-License-Identifier: GPL-2.0-or-later
"""POST rules, the DLL's side: what PerformPostAssociate promises and how it is completed."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping

from harness import codes
from harness.checks.attribution.waiting import waited_for
from harness.checks.case import Case
from harness.checks.codes import hexed, is_failure_reason, is_success_reason, is_winerror
from harness.checks.outcomes import Outcome, Outcomes
from harness.checks.registry import rule
from harness.checks.shared.operations import leaves_security_to_the_os
from harness.evidence import fields, names
from harness.evidence.calls import Call
from harness.evidence.segments import Session

_PORT_MEMBERS = ("PeerMacAddress", "uSessionId", "bPortControlled", "bPortAuthorized")


@rule(
    "POST-03", cls="M", source="I:../wlclient/ns-wlclient-_dot11_port_state",
    text="PerformPostAssociate must not modify the port state it is given.",
)  # fmt: skip
def port_state_untouched(case: Case) -> Outcomes:
    """pPortState reads the same at the return as at the entry (ns-wlclient-_dot11_port_state)."""
    for call in case.index.calls(names.POST_ASSOCIATE):
        if call.returned is None:
            continue
        before = fields.mapping(call.args, "pPortState")
        after = fields.mapping(call.out, "pPortState")
        if before is None or after is None or not _shown(before) or not _shown(after):
            yield case.unknown("the trace does not show the port state both times", call)
            continue
        changed = [name for name in _PORT_MEMBERS if before.get(name) != after.get(name)]
        if changed:
            what = ", ".join(f"{name} {before.get(name)}→{after.get(name)}" for name in changed)
            yield case.breach(f"PerformPostAssociate changed *pPortState: {what}", call)
        else:
            yield case.held(call)


def _shown(state: Mapping[str, object]) -> bool:
    """The recorder could read the structure."""
    return all(name in state for name in _PORT_MEMBERS)


@rule(
    "POST-04", cls="M", source="I:dot11extihv_perform_post_associate",
    text="PerformPostAssociate returns ERROR_SUCCESS if it initiated the operation, otherwise a "
    "Win32 error code.",
)  # fmt: skip
def returns_win32_error(case: Case) -> Outcomes:
    """The return value is ERROR_SUCCESS or a code of winerror.h."""
    for call in case.index.calls(names.POST_ASSOCIATE):
        if call.returned is None:
            continue
        if call.result is None:
            yield case.unknown("the trace does not show the return value", call)
        elif is_winerror(call.result):
            yield case.held(call)
        else:
            yield case.breach(
                f"PerformPostAssociate returned {codes.win32(call.result)}, which is no code of "
                "winerror.h; expected ERROR_SUCCESS or a Win32 error",
                call,
            )


@rule(
    "POST-05", cls="M", source="I:dot11extihv_perform_post_associate",
    text="After ERROR_SUCCESS a PostAssociateCompletion for this session must come, unless the "
    "session is stopped first. No document gives a time limit: the one used is this harness's, "
    "[limits] post_associate_s. (With a profile that leaves security to the OS Microsoft's sample "
    "never completes: a warning.)",
)  # fmt: skip
def completion_comes(case: Case) -> Outcomes:
    """A started session is completed within the harness's limit, unless it ends before that."""
    for session in case.segments.sessions:
        if session.handler.succeeded:
            yield _completion_comes(case, session)


def _completion_comes(case: Case, session: Session) -> Outcome:
    handler = session.handler
    if session.completions:
        return case.held(session)
    since_ns = handler.end_ns or handler.start_ns
    end = session.ended_by
    until_ns = end.start_ns if end else case.index.end_ns
    waited_s = (until_ns - since_ns) / 1e9
    if case.index.stray_between(case.segments.stray_post, since_ns, until_ns):
        return case.unknown("a completion came with another session handle (POST-07)", handler)
    limit_s = case.limits.post_associate_s
    timed_out = _os_timed_out(case, session, since_ns)
    if waited_s < limit_s and not timed_out:
        what = "the session ended" if end else "the evidence ends"
        return case.unknown(
            f"{what} {waited_s:.1f} s after the handler returned, before the limit of "
            f"{limit_s:g} s",
            handler,
        )
    why = case.losses.why_absence_proves_nothing(
        handler.process, session.association, since_ns, until_ns
    )
    if why:
        return case.unknown(why, handler)
    waits = waited_for(case, session, until_ns)
    if waits:
        return case.unknown(f"the DLL waited for {waits}: the move was not its own", handler)
    gave_up = "; the OS gave up waiting" if timed_out else ""
    lenient = session.pre is not None and leaves_security_to_the_os(session.pre.handler)
    return case.breach(
        "PerformPostAssociate returned ERROR_SUCCESS, but no PostAssociateCompletion for session "
        f"{hexed(session.handle)} came in {waited_s:.1f} s{gave_up}. The limit, "
        f"{case.limits.setting('post_associate_s')}, is this harness's: no document gives a number",
        handler,
        severity="WARN" if lenient else None,
    )


def _os_timed_out(case: Case, session: Session, since_ns: int) -> bool:
    """The OS itself ended the connection for want of the completion (wlanapi.h)."""
    reasons = (names.REASON_SECURITY_TIMEOUT, names.REASON_IHV_NOT_RESPONDING)
    association, after = case.index.association(session.association), session.successor
    until_ns = after.start_ns if after else case.index.end_ns
    return association is not None and any(
        item.reason in reasons
        and since_ns < item.t_ns <= until_ns
        and not case.index.is_of_another(item, session.adapter)
        for item in association.notifications
    )


@rule(
    "POST-06", cls="M",
    source="I:dot11extihv_perform_post_associate; N:performing-a-post-association-operation",
    text="The completion is asynchronous: never called inside PerformPostAssociate. (From another "
    "thread and over before the handler has returned: not discussed, reported as a warning.)",
)  # fmt: skip
def completion_is_asynchronous(case: Case) -> Outcomes:
    """No completion on the thread of the PerformPostAssociate that is completed.

    One of another thread that overlaps the handler's return is a race no DLL can avoid: what it
    queues may run before its handler is left. One that is over by then is worth a warning, since
    the handler may have waited for it.
    """
    handlers = {
        id(call): item.handler for item in case.segments.sessions for call in item.completions
    }
    for call in case.index.calls(names.POST_COMPLETION):
        outer = call.inside(names.POST_ASSOCIATE)
        if outer is not None and handlers.get(id(call), outer) is outer:
            lost = case.losses.lost_between(outer, call)
            yield (
                case.unknown(lost, call)
                if lost
                else case.breach(
                    "PostAssociateCompletion was called inside PerformPostAssociate, on the same "
                    "thread; it must come from a thread of the DLL's own",
                    call,
                    outer,
                )
            )
    for session in case.segments.sessions:
        if session.handler.returned is None:
            continue
        for call in session.completions[:1]:
            early = not call.entered_after_return_of(session.handler)
            lost = case.losses.lost_of(session, call) if early else None
            if lost:
                yield case.unknown(lost, call)
            elif call.inside(names.POST_ASSOCIATE) is None and _is_over(call, session.handler):
                yield case.breach(
                    "PostAssociateCompletion was called from another thread and was over before "
                    "PerformPostAssociate had returned; the documents do not discuss this",
                    call,
                    session.handler,
                    severity="WARN",
                )
            elif call.inside(names.POST_ASSOCIATE) is None and call.returned is not None:
                yield case.held(call)


def _is_over(call: Call, handler: Call) -> bool:
    """Whether a call had returned when the handler had not."""
    return (
        call.returned is not None
        and handler.returned is not None
        and call.returned.seq < handler.returned.seq
    )


@rule(
    "POST-07", cls="M",
    source="I:dot11extihv_perform_post_associate; I:dot11ext_post_associate_completion",
    text="The completion carries a hSecuritySessionID this adapter received from "
    "PerformPostAssociate, and the hDot11SvcHandle of that adapter.",
)  # fmt: skip
def completion_names_its_session(case: Case) -> Outcomes:
    """Every completion's session handle was handed out, to the adapter that completes it."""
    for call in case.segments.stray_post:
        given = fields.handle(call.args, "hSecuritySessionID")
        latest = _latest_session(case, call)
        hint = f"; the session open then was {hexed(latest.handle)}" if latest else ""
        lost = case.losses.prologue_lost_before(call)
        message = (
            f"PostAssociateCompletion names session {hexed(given)}, which no "
            f"PerformPostAssociate handed out{hint}"
        )
        yield case.unknown(lost, call) if lost else case.breach(message, call)
    for session in case.segments.sessions:
        svc = session.adapter.svc_handle if session.adapter else None
        for call in session.completions:
            used = fields.handle(call.args, "hDot11SvcHandle")
            known = case.index.adapter_by_svc(call.process, used)
            mixed = svc is not None and bool(known) and used != svc
            lost = case.losses.lost_of(session, call) if mixed else None
            if lost:
                yield case.unknown(lost, call)
            elif mixed:
                yield case.breach(
                    f"session {hexed(session.handle)} belongs to the adapter with service handle "
                    f"{hexed(svc)}, but was completed with that of another adapter, {hexed(used)}",
                    call,
                    session.handler,
                )
            else:
                yield case.held(call)


def _latest_session(case: Case, call: Call) -> Session | None:
    position = bisect_left(case.index.session_keys, call.key)
    latest = case.segments.sessions[position - 1] if position else None
    return latest if latest and latest.handler.process == call.process else None


@rule(
    "POST-08", cls="M", source="I:dot11ext_post_associate_completion",
    text="dwWin32Error 0 goes with a reason of 0 or in the IHV range; another dwWin32Error is a "
    "code of winerror.h and goes with an L2 or IHV reason other than 0. (The clause on failures is "
    "not kept by Microsoft's own sample: a warning.)",
)  # fmt: skip
def completion_codes_agree(case: Case) -> Outcomes:
    """The pair of codes of every completion is one the documents allow."""
    for call in case.index.calls(names.POST_COMPLETION):
        error = fields.integer(call.args, "dwWin32Error")
        reason = fields.integer(call.args, "dwReasonCode")
        if error is None or reason is None:
            yield case.unknown("the trace does not show both codes", call)
        elif error == 0 and not is_success_reason(reason):
            yield case.breach(
                f"PostAssociateCompletion reports success with reason {codes.reason(reason)}; "
                "expected 0 or an IHV reason (0x90000 to 0x9ffff)",
                call,
            )
        elif error != 0 and not is_failure_reason(reason):
            yield case.breach(
                f"PostAssociateCompletion reports {codes.win32(error)} with reason "
                f"{codes.reason(reason)}; expected an L2 or IHV reason that is not 0",
                call,
                severity="WARN",
            )
        elif not is_winerror(error):
            yield case.breach(
                f"PostAssociateCompletion reports {codes.win32(error)}, which is no code of "
                "winerror.h",
                call,
                severity="WARN",
            )
        else:
            yield case.held(call)
