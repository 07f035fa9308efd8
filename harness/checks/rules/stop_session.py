# SPDX-License-Identifier: GPL-2.0-or-later
"""STOP rules: when StopPostAssociate comes, and that it cancels what is pending."""

from __future__ import annotations

from collections.abc import Iterator

from harness.checks.case import Case
from harness.checks.codes import hexed
from harness.checks.outcomes import Outcome, Outcomes, Unknown
from harness.checks.registry import rule
from harness.checks.shared.races import may_precede
from harness.evidence import names
from harness.evidence.calls import Call
from harness.evidence.model import FrameRecord
from harness.evidence.segments import Session


def _started(case: Case) -> Iterator[Session]:
    return (session for session in case.segments.sessions if session.handler.succeeded)


@rule(
    "STOP-01", cls="M(OS)",
    source="N:stopping-a-post-association-operation; A:port-deletion; "
    "A:implicit-disassociation-operations; A:dot11-assoc-status-status-codes",
    text="StopPostAssociate is called when the driver indicates disassociation, before the adapter "
    "is removed, and before another association takes the place of this one.",
)  # fmt: skip
def stopped_on_disassociation(case: Case) -> Outcomes:
    """A completed session is stopped before its successor, and soon after a deauthentication."""
    for session in _started(case):
        successor = _next_association(session)
        if session.completions and session.stop is not None:
            yield case.held(session)
        elif session.completions and successor is not None:
            yield _stopped_before(case, session, successor)
        for frame in _deauths_on_air(case, session):
            yield _stopped_after(case, session, frame)


def _next_association(session: Session) -> Call | None:
    """What takes the session's place; that it is stopped before DeinitAdapter is ADPT-05."""
    successor = session.successor
    return successor if successor and successor.function != names.DEINIT_ADAPTER else None


def _reset_in_association(case: Case, session: Session) -> bool:
    """The OS reset the adapter while the station was still associated: that ends the session too.

    After a disassociation, which either side's frame shows, StopPostAssociate comes before it.
    """
    reset, association = session.reset, case.index.association(session.association)
    if reset is None or association is None:
        return False
    since_ns, until_ns = session.handler.start_ns, reset.start_ns
    return not any(
        since_ns < (frame.guest_ns or 0) < until_ns for frame in _disconnect_frames(case, session)
    )


def _disconnect_frames(case: Case, session: Session) -> list[FrameRecord]:
    """Deauthentications and disassociations of the session's access point and its station.

    An access point the station has left may send one, too: that ends nothing.
    """
    association = case.index.association(session.association)
    return [
        frame
        for frame in (case.index.frames_of(association, session.adapter) if association else ())
        if frame.kind in ("deauth", "disassoc")
        and (session.peer is None or session.peer in (frame.transmitter, frame.receiver))
    ]


def _stopped_before(case: Case, session: Session, successor: Call) -> Outcome:
    if _reset_in_association(case, session):
        return case.held(session)
    handler = session.handler
    why = case.losses.why_absence_proves_nothing(
        handler.process, session.association, handler.start_ns, successor.start_ns
    )  # fmt: skip
    if why:
        return case.unknown(why, handler)
    return case.breach(
        f"{names.short(successor.function)} came while session {hexed(session.handle)} had not "
        "been stopped by StopPostAssociate",
        successor,
        handler,
    )


def _deauths_on_air(case: Case, session: Session) -> list[FrameRecord]:
    """The first delivered deauthentication or disassociation within the session's life."""
    end = session.ended_by
    return [
        frame
        for frame in _disconnect_frames(case, session)
        if frame.direction == "down"
        and frame.delivered
        and frame.guest_ns is not None
        and frame.guest_ns > session.handler.start_ns
        and (end is None or frame.guest_ns < end.start_ns)
    ][:1]


def _stopped_after(case: Case, session: Session, frame: FrameRecord) -> Outcome:
    handler, stop = session.handler, session.stop
    since_ns = frame.guest_ns or 0
    due_ns = since_ns + int(case.limits.os_answer_s * 1e9)
    if stop is not None and stop.start_ns <= due_ns:
        return case.held(session)
    if stop is None and due_ns > case.index.end_ns:
        return case.unknown("the evidence ends before the stop was due", handler)
    why = case.losses.why_absence_proves_nothing(
        handler.process, session.association, since_ns, due_ns
    )
    if why:
        return case.unknown(why, handler)
    return case.breach(
        f"the access point's {frame.kind} reached the station, but StopPostAssociate did not come "
        f"within {case.limits.os_answer_s:g} s (a limit of this harness, "
        f"{case.limits.setting('os_answer_s')})",
        handler,
        at_ns=since_ns,
    )


@rule(
    "STOP-02", cls="M(OS)",
    source="N:stopping-a-post-association-operation; N:post-association-operations",
    text="StopPostAssociate is called whether or not the operation had been completed.",
)  # fmt: skip
def stopped_though_pending(case: Case) -> Outcomes:
    """A session that was never completed is stopped too before its successor comes."""
    for session in _started(case):
        if session.completions:
            continue
        if session.stop is not None:
            yield case.held(session)
        elif (successor := _next_association(session)) is not None:
            yield _stopped_before(case, session, successor)


@rule(
    "STOP-04", cls="M", source="N:stopping-a-post-association-operation; S:ihvsample.cpp",
    text="StopPostAssociate cancels a pending operation without a completion: none may come for "
    "that session once it has returned. (From another thread while it runs: at first it may have "
    "been on its way and proves nothing; later a warning, as Microsoft's own sample can do that.)",
)  # fmt: skip
def no_completion_after_stop(case: Case) -> Outcomes:
    """No completion of a stopped session is entered after the entry of the stop."""
    for session in _started(case):
        stop = session.stop
        if stop is None:
            continue
        late = [call for call in session.completions if call.key > stop.key]
        for call in late:
            yield _late_completion(case, session, stop, call)
        if not late:
            yield case.held(session)


def _late_completion(case: Case, session: Session, stop: Call, call: Call) -> Outcome:
    name = hexed(session.handle)
    lost = case.losses.lost_of(session, call)
    if lost:
        return case.unknown(lost, call)
    if call.inside(names.STOP_POST) is not None:
        message = f"session {name} was completed inside StopPostAssociate; it is to be cancelled"
        return case.breach(message, call, stop, of=session)
    if call.entered_after_return_of(stop):
        after_ms = (call.start_ns - (stop.end_ns or stop.start_ns)) / 1e6
        return case.breach(
            f"session {name} was completed {after_ms:.1f} ms after StopPostAssociate had returned",
            call,
            stop,
            of=session,
        )
    if may_precede(case, call, stop):
        reason = "another thread was about to complete the session as StopPostAssociate came"
        return Unknown(reason, session.association)
    message = f"session {name} was completed by another thread while StopPostAssociate ran"
    return case.breach(message, call, stop, severity="WARN", of=session)
