# SPDX-License-Identifier: GPL-2.0-or-later
"""POST rules on one session: its peer, the work that belongs to it, and a session refused."""

from __future__ import annotations

from harness import codes
from harness.checks.case import Case
from harness.checks.codes import hexed
from harness.checks.outcomes import Outcomes
from harness.checks.registry import rule
from harness.evidence import fields, names
from harness.evidence.calls import Call
from harness.evidence.segments import Session


@rule(
    "POST-12", cls="D", source="I:dot11ext_post_associate_completion (optional); S:ihvsample.cpp",
    text="pPeer, if not NULL and not all zero, is the MAC address of the access point.",
)  # fmt: skip
def peer_is_the_access_point(case: Case) -> Outcomes:
    """A peer named in the completion is the one the session was opened for."""
    for session in case.segments.sessions:
        for call in session.completions:
            peer = fields.mac(call.args, "pPeer")
            if peer in (None, "00:00:00:00:00:00") or session.peer is None:
                continue
            if peer == session.peer:
                yield case.held(call)
            elif lost := case.losses.lost_of(session, call):
                yield case.unknown(lost, call)
            else:
                yield case.breach(
                    f"PostAssociateCompletion names peer {peer}; the session's access point is "
                    f"{session.peer}",
                    call,
                    session.handler,
                )


_ALLOWED_ELSEWHERE = frozenset({
    names.SET_AUTH, names.SET_UNICAST_CIPHER, names.SET_MULTICAST_CIPHER,
    names.SET_CURRENT_PROFILE, names.SET_VS_AP_PROPERTIES,
})  # fmt: skip


@rule(
    "POST-16", cls="M",
    source="N:performing-a-post-association-operation; N:interface-to-the-native-802-11-802-1x-"
    "module; against N:native-802-11-ihv-extensibility-functions",
    text="Work of the post-association phase is user interface requests, packets, keys, "
    "SetExcludeUnencrypted and 802.1X; auth and cipher algorithms, the current profile and virtual "
    "station properties belong to pre-association.",
    severity="WARN",
    why="the table of phases allows the algorithm functions until DeinitAdapter, and Microsoft's "
    "sample calls SetCurrentProfile in post-association",
)  # fmt: skip
def only_post_association_work(case: Case) -> Outcomes:
    """No function of the pre-association is called while a session lives."""
    for session in case.segments.sessions:
        if session.adapter is None or not session.handler.succeeded:
            continue
        worked = False
        for call in _calls_of(case, session):
            if names.is_handler(call.function):
                continue
            worked = True
            if call.function in _ALLOWED_ELSEWHERE and not case.losses.lost_between(
                session.handler, call
            ):
                yield case.breach(
                    f"{names.short(call.function)} was called during post-association; it is work "
                    "of the pre-association",
                    call,
                    session.handler,
                )
        if worked:
            yield case.held(session)


def _calls_of(case: Case, session: Session) -> list[Call]:
    return case.index.calls_between(session.adapter, session.handler, session.ended_by)


@rule(
    "POST-17", cls="D", source="complement of POST-04 and POST-05",
    text="A PerformPostAssociate that returned an error is not completed.",
    severity="FAIL",
    why="POST-04 says ERROR_SUCCESS if and only if the operation was initiated, so an error means "
    "there is nothing to complete: the derivation leaves no other reading",
)  # fmt: skip
def refused_session_is_not_completed(case: Case) -> Outcomes:
    """No completion carries the session of a handler call that returned an error."""
    for session in case.segments.sessions:
        handler = session.handler
        if handler.returned is None or handler.result in (0, None):
            continue
        for call in session.completions:
            lost = case.losses.lost_of(session, call)
            yield (
                case.unknown(lost, call)
                if lost
                else case.breach(
                    f"PerformPostAssociate returned {codes.win32(handler.result)} for session "
                    f"{hexed(session.handle)}, yet the session was completed",
                    call,
                    handler,
                    of=session,
                )
            )
        if not session.completions:
            yield case.held(session)
