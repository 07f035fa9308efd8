# SPDX-License-Identifier: GPL-2.0-or-later
"""Why an association did not connect: the step that failed, and whose step that was.

A connection that failed before it came to the DLL is a fault of the lab (MISS), not of the driver;
so is one that scenario, guest or access point kept from coming about before the DLL reported its
failure (`harness.checks.attribution`).
"""

from __future__ import annotations

from harness import codes
from harness.checks.attribution.adapter import ordered_adapter
from harness.checks.attribution.altered import changed_offers, just_to_be_passed_over
from harness.checks.attribution.cause import Cause, name_air_rule, name_os_order
from harness.checks.attribution.connections import is_connected
from harness.checks.attribution.interventions import (
    ENDING,
    ap_disturbances,
    cause_of_act,
    ended,
    failure_reported_ns,
    first_intervention,
)
from harness.checks.attribution.messages import TIME_TO_ANSWER_NS, stalled
from harness.checks.attribution.scope import Scope, of_session, whole
from harness.checks.attribution.waiting import waits_for
from harness.checks.case import Case
from harness.checks.finding import Severity
from harness.checks.outcomes import Breach
from harness.evidence import fields, names
from harness.evidence.calls import Call
from harness.evidence.connection import found_no_network
from harness.evidence.model import AssociationEvidence
from harness.evidence.segments import PreOperation, Session


def breach_of(
    association: AssociationEvidence, message: str, severity: Severity, *calls: Call
) -> Breach:
    """A breach of an expectation of the scenario, shown by the calls.

    An expectation is due when the association is over: that is the time of the breach.
    """
    seqs = tuple(seq for call in calls for seq in call.seqs)
    process = calls[0].process if calls else 0
    return Breach(message, association.end_ns, association.index, seqs, process, severity)


def why_not_connected(case: Case, association: AssociationEvidence) -> Breach:
    """Follow the connection to the step that failed and say whose step that was."""
    pre, sessions = _of_one(case, association)
    asked = {id(item.adapter) for item in case.index.pre_of(association.index)}
    if len(asked) < case.expect.adapters:
        unmatched = [
            call for call in _own(case, association, names.CAPABILITY_MATCH) if call.result
        ]
        if unmatched:
            call = unmatched[-1]
            message = (
                f"not connected: PerformCapabilityMatch returned error {codes.win32(call.result)}"
            )
            offered = changed_offers(whole(case, association).upto(call.start_ns))
            if offered:
                message += f"; {name_air_rule(case, offered[0])} acted on {offered[0].kind}"
            return breach_of(association, message, "MISS" if offered else "FAIL", call)
        if not pre and not sessions:
            what = "PerformPreAssociate was never called"
        else:
            what = f"{len(asked)} of {case.expect.adapters} adapters came to PerformPreAssociate"
        return _never_came(case, association, what)
    if sessions:
        return _why_no_session(case, association, sessions[-1])
    return _why_no_association(case, association, pre[-1])


def _why_no_association(
    case: Case, association: AssociationEvidence, operation: PreOperation
) -> Breach:
    """From PerformPreAssociate to the association on the air."""
    handler = operation.handler
    if handler.result:
        failure = f"PerformPreAssociate returned error {codes.win32(handler.result)}"
        return _reported_failure(case, association, operation, handler, failure)
    failed = [call for call in operation.completions if error_of(call)]
    if failed:
        failure = f"pre-association failed with error {codes.win32(error_of(failed[0]))}"
        return _reported_failure(case, association, operation, failed[0], failure)
    if not operation.completions:
        return still_pending(case, association, operation, "not connected: the pre-association")
    what = "PerformPostAssociate was never called after pre-association"
    return _never_came(case, association, what)


def untried(case: Case, association: AssociationEvidence) -> bool:
    """Whether the connection failed before the DLL was asked: that it did not come about is no
    merit of the DLL's then, unless the scenario itself ended it so early."""
    if _was_asked(case, association):
        return False
    if found_no_network(association):
        return True
    reported = bool(association.notifications) and not is_connected(case, association)
    return reported and not case.expect.connected and not association.performed


def never_asked(case: Case, association: AssociationEvidence) -> Breach:
    """Nothing of the association came to the DLL, so nothing is known of it."""
    if found_no_network(association):
        return _never_came(
            case, association, "the network was not found, so the DLL was not called"
        )
    return _never_came(case, association, "the DLL was not called")


def _was_asked(case: Case, association: AssociationEvidence) -> bool:
    """Whether the DLL was asked about the network or to associate; other records of an association
    may be of what came before it, or of a thread of the DLL's own."""
    of = whole(case, association)
    asked = (names.CAPABILITY_MATCH, names.PRE_ASSOCIATE, names.POST_ASSOCIATE)
    return any(True for function in asked for _ in of.calls(function))


def _never_came(case: Case, association: AssociationEvidence, what: str) -> Breach:
    """The OS side did not get as far as the DLL: what of the scenario kept it from that?"""
    of = whole(case, association)
    search, request = ("beacon", "probe-req", "probe-resp"), ("auth", "assoc-req", "assoc-resp")
    frames = of.frames(*(search if found_no_network(association) else request))
    ruled = next((frame for frame in frames if frame.rule is not None), None)
    why = [order for order in association.performed if order.do in ENDING]
    if why:
        what += f"; {name_os_order(case, why[0])} came first"
    elif acts := ap_disturbances(of):
        what += f"; {cause_of_act(of, acts[0]).what}"
    elif done := ordered_adapter(of):
        what += f"; {done[0].what}"
    elif ruled is not None:
        what += f"; {name_air_rule(case, ruled)} acted on {ruled.kind}"
    else:
        reasons = (item.reason for item in association.notifications if item.reason)
        reason = next(reasons, None)
        what += f"; the WLAN service says reason {codes.reason(reason)}" if reason else ""
    return breach_of(association, f"not connected: {what}", "MISS")


def _reported_failure(
    case: Case,
    association: AssociationEvidence,
    operation: PreOperation | Session,
    call: Call,
    failure: str,
) -> Breach:
    """The DLL said that it failed: of its own accord, or after another party's act."""
    of = Scope(case, association, operation.adapter, 0, failure_reported_ns(call))
    end = operation.ended_by
    act = first_intervention(of, operation)
    if act is None and end is not None and end.key < call.key:
        act = ended(of, operation, end)
    if act is None:
        return breach_of(association, f"not connected: {failure}", "FAIL", call)
    message = f"not connected: {failure}; before that {act.what}"
    return breach_of(association, message, act.severity, call, *act.calls)


def still_pending(
    case: Case, association: AssociationEvidence, operation: PreOperation | Session, what: str
) -> Breach:
    """Not completed, and no rule has found fault with that: it was cut short, or waited."""
    end = operation.ended_by
    if end is not None:
        cause = ended(whole(case, association, operation.adapter), operation, end)
        message = f"{what} was still pending when {cause.what}"
        return breach_of(association, message, cause.severity, operation.handler, *cause.calls)
    waits = waits_for(case, operation, association.end_ns)
    who = f" and waited for {waits}" if waits else ""
    message = f"{what} was still pending{who} when the evidence ends"
    return breach_of(association, message, "MISS", operation.handler)


def _why_no_session(case: Case, association: AssociationEvidence, session: Session) -> Breach:
    """From PerformPostAssociate to the open port."""
    handler = session.handler
    if handler.result:
        failure = f"PerformPostAssociate returned error {codes.win32(handler.result)}"
        return _reported_failure(case, association, session, handler, failure)
    if handler.returned is None:
        message = "not connected: PerformPostAssociate had not returned when the evidence ends"
        return breach_of(association, message, "MISS", handler)
    refused = _authentication(case, association, session)
    if refused is not None:
        return breach_of(association, f"not connected: {refused}", "MISS", handler)
    failed = next((call for call in completions_while_open(session) if error_of(call)), None)
    cut = cut_short(case, association, session, failed)
    if cut is not None:
        message = f"not connected: {cut.what}"
        return breach_of(association, message, cut.severity, handler, *cut.calls)
    if failed is not None:
        reason = codes.reason(fields.integer(failed.args, "dwReasonCode"))
        failure = f"the DLL completed with error {codes.win32(error_of(failed))}, reason {reason}"
        return _reported_failure(case, association, session, failed, failure)
    if completions_while_open(session):
        message = "the DLL completed with success, but the WLAN service does not report connected"
        return breach_of(association, message, "MISS", handler)
    return still_pending(case, association, session, "not connected: the session")


def cut_short(
    case: Case, association: AssociationEvidence, session: Session, failed: Call | None
) -> Cause | None:
    """What kept a session's 4-way handshake from its end, before the completion that reports its
    failure (None if there is none): what stalled it, or what ended it first."""
    end_ns = session.ended_by.start_ns if session.ended_by else association.end_ns
    of = of_session(case, association, session, min(end_ns, failed.start_ns if failed else end_ns))
    if not association.frames or stalled(of) is None:
        return None
    act = first_intervention(of, session)
    if act is None:
        return None if failed and just_to_be_passed_over(of, TIME_TO_ANSWER_NS) else stalled(of)
    stall = stalled(of.upto(act.at_ns))
    if stall is None:
        return act
    if stall.party == "driver" or (stall.party == "guest" and not stall.calls):  # it did nothing
        return stall if act.at_ns - stall.at_ns >= TIME_TO_ANSWER_NS else act
    soon = act.at_ns - stall.at_ns < TIME_TO_ANSWER_NS
    if soon and act.party == "scenario" and not act.calls and stall.party in ("scenario", "air"):
        return act  # what was lost would have come again
    same = bool(act.calls) and stall.calls == act.calls  # named as what it kept from coming
    return stall if same or stall.at_ns < act.at_ns else act


def _authentication(case: Case, association: AssociationEvidence, session: Session) -> str | None:
    """What 802.1X, which is the OS's own, came to; None if it succeeded or was not asked for.

    What the DLL owes to it, ONEX-03 and its like tell.
    """
    indications = _own(case, association, names.ONEX_RESULT)
    results = [(fields.integer(call.args, "msOneXResult"), call) for call in indications]
    if not _own(case, association, names.START_ONEX):
        return None
    if any(result == names.ONEX_SUCCESS for result, _ in results):
        return None
    spoilt = _spoilt_authentication(case, association)
    for result, call in results:
        if result == names.ONEX_FAILURE:
            params = fields.mapping(call.args, "pDot11MsOneXResultParams") or {}
            status = fields.integer(params, "Dot11OnexAuthStatus")
            reason = fields.integer(params, "Dot11OneXReasonCode")
            said = f"status {codes.onex_status(status)}, reason {codes.reason(reason)}"
            return f"the OS's 802.1X failed with {said}{_waited(case, association, call)}{spoilt}"
    return (
        f"the OS's 802.1X came to no result{_while_it_lasted(case, association, session)}{spoilt}"
    )


def _while_it_lasted(case: Case, association: AssociationEvidence, session: Session) -> str:
    """What ended a session whose authentication was under way, for a sentence."""
    failed = next((call for call in completions_while_open(session) if error_of(call)), None)
    if failed is not None:
        return f" before the DLL completed with error {codes.win32(error_of(failed))}"
    end = session.ended_by
    if end is None:
        return ""
    return f": {ended(whole(case, association, session.adapter), session, end).what}"


def _spoilt_authentication(case: Case, association: AssociationEvidence) -> str:
    """The rule or link of the scenario that acted on a message of it first, for a sentence."""
    frames = whole(case, association).frames("eap", "eapol-start")
    ruled = next((frame for frame in frames if frame.rule is not None), None)
    return f"; {name_air_rule(case, ruled)} acted on {ruled.kind}" if ruled else ""


def _waited(case: Case, association: AssociationEvidence, failure: Call) -> str:
    """That the OS's 802.1X had waited for a message as long as its limit lets it, if it had."""
    given = [
        call.start_ns
        for function in (names.START_ONEX, names.PROCESS_ONEX)
        for call in _own(case, association, function)
        if call.start_ns < failure.start_ns
    ]
    waited_s = (failure.start_ns - max(given, default=failure.start_ns)) / 1e9
    if waited_s < case.limits.onex_s:
        return ""
    limit = case.limits.setting("onex_s")
    return f", after {waited_s:.1f} s without a message of the access point ({limit})"


def _own(case: Case, association: AssociationEvidence, function: str) -> list[Call]:
    return list(whole(case, association).calls(function))


def completions(case: Case, association: AssociationEvidence) -> list[Call]:
    """The completions of all sessions of an association, each while its session was open."""
    sessions = case.index.sessions_of(association.index)
    return [call for session in sessions for call in completions_while_open(session)]


def completions_while_open(session: Session) -> list[Call]:
    """The completions of a session that came between its PerformPostAssociate and its end."""
    return [call for call in session.completions if session.covers(call)]


def _of_one(
    case: Case, association: AssociationEvidence
) -> tuple[list[PreOperation], list[Session]]:
    """What was done for the adapter that did not connect: all of it, if there is one only."""
    pre, sessions = case.index.pre_of(association.index), case.index.sessions_of(association.index)
    for operation in pre:
        own = [item for item in sessions if item.adapter is operation.adapter]
        if not any(error_of(call) == 0 for item in own for call in completions_while_open(item)):
            return [item for item in pre if item.adapter is operation.adapter], own
    return pre, sessions


def error_of(call: Call) -> int | None:
    """The dwWin32Error that a completion reports; None if the trace does not show it."""
    return fields.integer(call.args, "dwWin32Error")
