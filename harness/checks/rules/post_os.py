# SPDX-License-Identifier: GPL-2.0-or-later
"""POST rules, the OS side: how PerformPostAssociate is called and what its completion brings.

On the reference guest the OS side is the lab's own, so a breach is a lab fault.
"""

from __future__ import annotations

from harness import codes
from harness.checks.case import Case
from harness.checks.codes import ERROR_INVALID_STATE, is_success_reason
from harness.checks.outcomes import Outcome, Outcomes
from harness.checks.registry import rule
from harness.evidence import fields, names
from harness.evidence.calls import Call
from harness.evidence.model import FrameRecord
from harness.evidence.segments import Session
from harness.evidence.states import AdapterState

_BEFORE_PRE = frozenset({AdapterState.INIT, AdapterState.PRE_PENDING})


@rule(
    "POST-01", cls="M(OS)", source="N:performing-a-post-association-operation; A:port-creation",
    text="PerformPostAssociate is called after a successful pre-association and a successful "
    "association, with the port unauthorized.",
)  # fmt: skip
def called_after_association(case: Case) -> Outcomes:
    """State of the adapter, status and port state at the call, and the association on the air."""
    for track in case.index.tracks:
        for call in track.adapter.calls:
            if call.function == names.POST_ASSOCIATE:
                wrong = _wrong_moment(case, call, track.before(call))
                lost = case.losses.prologue_lost_before(call) if wrong else None
                message = f"PerformPostAssociate was called {wrong}"
                if lost:
                    yield case.unknown(lost, call)
                else:
                    yield case.breach(message, call) if wrong else case.held(call)


def _wrong_moment(case: Case, call: Call, state: AdapterState) -> str | None:
    status = fields.integer(fields.mapping(call.args, "pDot11AssocParams") or {}, "uStatus")
    port = fields.mapping(call.args, "pPortState") or {}
    if state in _BEFORE_PRE:
        return f"without a successful pre-association ({state})"
    if status:
        return f"after an association that failed with {codes.assoc_status(status)}"
    if fields.integer(port, "bPortAuthorized"):
        return "with a port that is authorized already"
    responses = [frame for frame in _association_frames(case, call) if _is_response(frame)]
    if responses and not any(_may_have_reached(frame, call) for frame in responses):
        return "before an association response had reached the station"
    return None


def _association_frames(case: Case, call: Call) -> tuple[FrameRecord, ...]:
    association = case.index.association(case.index.association_of(call))
    if association is None or association.lab_fault:
        return ()
    return case.index.frames_of(association, case.index.adapter_of(call))


def _is_response(frame: FrameRecord) -> bool:
    return frame.kind == "assoc-resp" and frame.direction == "down"


def _may_have_reached(frame: FrameRecord, call: Call) -> bool:
    """The response was handed to the station before the call, or nobody knows when."""
    return frame.guest_ns is None or frame.guest_ns <= call.start_ns


@rule(
    "POST-02", cls="M(OS)",
    source="I:dot11extihv_perform_post_associate; I:../wlclient/ns-wlclient-_dot11_port_state",
    text="hIhvExtAdapter is the DLL's handle; PeerMacAddress and MacAddr name the access point.",
)  # fmt: skip
def called_for_the_access_point(case: Case) -> Outcomes:
    """The adapter handle was handed out; both addresses agree, and with the air."""
    for session in case.segments.sessions:
        yield _called_for(case, session)


def _called_for(case: Case, session: Session) -> Outcome:
    call = session.handler
    known = any(item.init.process == call.process for item in case.segments.adapters)
    if known and session.adapter is None:
        lost = case.losses.prologue_lost_before(call)
        message = "PerformPostAssociate got an adapter handle no InitAdapter gave"
        return case.unknown(lost, call) if lost else case.breach(message, call)
    params = fields.mapping(call.args, "pDot11AssocParams") or {}
    address = fields.mac(params, "MacAddr")
    if address is None or session.peer is None:
        return case.unknown("the trace does not show both addresses", call)
    if address != session.peer:
        message = f"PeerMacAddress is {session.peer}, but MacAddr is {address}"
        return case.breach(message, call)
    responses = [item for item in _association_frames(case, call) if _is_response(item)]
    if responses and session.peer not in {item.transmitter for item in responses}:
        found, expected = session.peer, responses[-1].transmitter
        return case.breach(f"PeerMacAddress is {found}; the access point is {expected}", call)
    return case.held(session)


@rule(
    "POST-09", cls="M(OS)", source="I:dot11ext_post_associate_completion; A:port-creation",
    text="A completion with dwWin32Error 0 makes the port authorized and data flows; another one "
    "keeps it unauthorized.",
)  # fmt: skip
def success_opens_the_port(case: Case) -> Outcomes:
    """The WLAN service reports connected after a success, and does not after a failure."""
    for session in case.segments.sessions:
        if session.handler.succeeded and session.completions:
            yield from _port_follows(case, session, session.completions[0])


def _port_follows(case: Case, session: Session, call: Call) -> Outcomes:
    association = case.index.association(session.association)
    error = fields.integer(call.args, "dwWin32Error")
    reason = fields.integer(call.args, "dwReasonCode")
    legal = call.entered_after_return_of(session.handler) and call.result in (0, None)
    if association is None or error is None or reason is None or not legal:
        return
    following = session.completions[1] if len(session.completions) > 1 else session.ended_by
    until_ns = following.start_ns if following else case.index.end_ns
    reports = case.index.connected_ns(association, session.adapter)
    opened = any(call.start_ns <= at_ns <= until_ns for at_ns in reports)
    if error != 0:
        lost = opened and (
            case.losses.lost_of(session, call)
            or case.losses.lost(call.process, call.start_ns, until_ns)
        )
        message = "the port was opened after a completion that reported a failure"
        if lost:
            yield case.unknown(lost, call)
        else:
            yield case.breach(message, call) if opened else case.held(session)
    elif is_success_reason(reason):
        yield case.held(session) if opened else _not_opened(case, session, call, until_ns)


def _not_opened(case: Case, session: Session, call: Call, until_ns: int) -> Outcome:
    due_ns = call.start_ns + int(case.limits.os_answer_s * 1e9)
    if until_ns < due_ns:
        return case.unknown("the session ended before the port had to be reported open", call)
    why = case.losses.why_absence_proves_nothing(
        call.process, session.association, call.start_ns, due_ns
    )
    if why:
        return case.unknown(why, call)
    return case.breach(
        "the session was completed with success, but the WLAN service did not report connected "
        f"within {case.limits.os_answer_s:g} s (a limit of this harness, "
        f"{case.limits.setting('os_answer_s')})",
        call,
    )


@rule(
    "POST-10", cls="M", source="N:performing-a-post-association-operation",
    text="After the first completion the DLL may complete again when the authentication state of "
    "the port changes.",
    severity="MISS",
    why="it is a permission to the DLL, so only the OS can break it, by refusing",
)  # fmt: skip
def repeated_completion_is_taken(case: Case) -> Outcomes:
    """Repeated completions of a live session are not refused as out of place."""
    for session in case.segments.sessions:
        if not session.handler.succeeded:
            continue
        end = session.ended_by
        for call in session.completions[1:]:
            if call.returned is None or (end is not None and call.key > end.key):
                continue
            if call.result in (0, None):
                yield case.held(call)
            elif call.result == ERROR_INVALID_STATE:
                message = f"a repeated completion of a live session got {codes.win32(call.result)}"
                yield case.breach(message, call, session.handler)
            else:
                reason = f"a repeated completion was refused with {codes.win32(call.result)}"
                yield case.unknown(reason, call)
