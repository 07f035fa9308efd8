# SPDX-License-Identifier: GPL-2.0-or-later
"""Why an association did not connect: the step that failed, and whose step that was.

A connection that failed before it came to the DLL is a fault of the lab (MISS), not of the driver.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from typing import Final

from harness.checks.case import Case
from harness.checks.codes import hexed
from harness.checks.families.ethertypes import EAPOL
from harness.checks.families.onex import FAILURE as ONEX_FAILURE
from harness.checks.families.onex import SUCCESS as ONEX_SUCCESS
from harness.checks.families.onex_packets import EAPOL_KEY
from harness.checks.finding import Severity
from harness.checks.registry import Breach, Outcome, Unknown
from harness.evidence import fields, names
from harness.evidence.calls import Call
from harness.evidence.model import AssociationEvidence
from harness.evidence.segments import PreOperation, Session

_SENT_BY_STATION: Final = {"M2": "M1", "M4": "M3", "G2": "G1"}
"""Messages of the station, and the one of the access point each answers."""
_SENT: Final = frozenset(
    {"M2", "M4", "G2", "eap", "eapol-start", "eapol-logoff", "eapol", "data", "other"}
)
"""What a packet of the DLL may be called on the air."""


def breach_of(
    association: AssociationEvidence, message: str, severity: Severity, *calls: Call
) -> Breach:
    """A breach of an expectation; it is due when the association is over."""
    seqs = tuple(seq for call in calls for seq in call.seqs)
    process = calls[0].process if calls else 0
    return Breach(message, association.end_ns, association.index, seqs, process, severity)


def why_not_connected(case: Case, association: AssociationEvidence) -> Outcome:
    """Follow the connection to the step that failed and say whose step that was."""
    pre, sessions = _of_one(case, association)
    asked = {id(item.adapter) for item in case.pre_of(association.index)}
    unmatched = [
        call
        for call in case.calls(names.CAPABILITY_MATCH)
        if call.result and case.association_of(call) == association.index
    ]
    if len(asked) < case.expect.adapters and unmatched:
        call = unmatched[-1]
        message = f"not connected: PerformCapabilityMatch returned error {call.result}"
        return breach_of(association, message, "FAIL", call)
    if not pre and not sessions:
        return breach_of(association, "not connected: PerformPreAssociate was never called", "MISS")
    if 0 < len(asked) < case.expect.adapters:
        message = f"{len(asked)} of {case.expect.adapters} adapters came to PerformPreAssociate"
        return breach_of(association, f"not connected: {message}", "MISS")
    for operation in pre[-1:]:
        handler = operation.handler
        if handler.returned is not None and not handler.succeeded:
            message = f"not connected: PerformPreAssociate returned error {handler.result}"
            return breach_of(association, message, "FAIL", handler)
        failed = [call for call in operation.completions if error_of(call)]
        if failed:
            message = f"not connected: pre-association failed with error {error_of(failed[0])}"
            return breach_of(association, message, "FAIL", failed[0])
        if not operation.completions and not sessions:
            return Unknown("the pre-association was still pending", association.index)
    if not sessions:
        message = "not connected: PerformPostAssociate was never called after pre-association"
        return breach_of(association, message, "MISS")
    return _why_no_session(case, association)


def _why_no_session(case: Case, association: AssociationEvidence) -> Outcome:
    _, sessions = _of_one(case, association)
    handler = sessions[-1].handler
    if handler.result:
        message = f"not connected: PerformPostAssociate returned error {handler.result}"
        return breach_of(association, message, "FAIL", handler)
    if handler.returned is None:
        reason = "PerformPostAssociate had not returned when the evidence ends"
        return Unknown(reason, association.index)
    refused = _authentication(case, association)
    if refused is not None:
        return breach_of(association, f"not connected: {refused}", "MISS", handler)
    stalled = _stalled_handshake(case, association)
    if stalled is not None:
        message, severity = stalled
        return breach_of(association, f"not connected: {message}", severity, handler)
    completions = [call for session in sessions for call in lively(session)]
    failed = [call for call in completions if error_of(call)]
    if failed:
        message = (
            f"not connected: the DLL completed with error {error_of(failed[0])}, reason "
            f"{hexed(fields.integer(failed[0].args, 'dwReasonCode'))}"
        )
        return breach_of(association, message, "FAIL", failed[0])
    if completions:
        message = "the DLL completed with success, but the WLAN service does not report connected"
        return breach_of(association, message, "MISS", handler)
    return Unknown("the session had not been completed when it ended", association.index)


def _authentication(case: Case, association: AssociationEvidence) -> str | None:
    """What 802.1X, which is the OS's own, came to; None if it succeeded or was not asked for.

    What the DLL owes to it, ONEX-03 and its like tell.
    """

    def own(function: str) -> list[Call]:
        calls = case.calls(function)
        return [call for call in calls if case.association_of(call) == association.index]

    results = [(fields.integer(call.args, "msOneXResult"), call) for call in own(names.ONEX_RESULT)]
    if not own(names.START_ONEX) or any(result == ONEX_SUCCESS for result, _ in results):
        return None
    for result, call in results:
        if result == ONEX_FAILURE:
            params = fields.mapping(call.args, "pDot11MsOneXResultParams") or {}
            status = fields.integer(params, "Dot11OnexAuthStatus")
            reason = fields.integer(params, "Dot11OneXReasonCode")
            return f"the OS's 802.1X failed with status {status}, reason {hexed(reason)}"
    return "the OS's 802.1X came to no result"


def _stalled_handshake(case: Case, association: AssociationEvidence) -> tuple[str, Severity] | None:
    """Where the 4-way handshake stopped, None if it did not, was not seen or is not expected."""
    if not association.frames:
        return None
    for kind in case.expect.messages[:4]:
        frames = [frame for frame in association.frames if frame.kind == kind]
        if not frames:
            return who_owes(case, association, kind)
        if all(frame.mic_ok is False for frame in frames):
            return f"the MIC of {kind} is wrong", "FAIL" if kind in _SENT_BY_STATION else "MISS"
        if not any(frame.delivered for frame in frames):
            return f"{kind} never got through on the air", "MISS"
    return None


def who_owes(case: Case, association: AssociationEvidence, kind: str) -> tuple[str, Severity]:
    """A message is missing altogether: it is the driver's if the DLL was given what it answers."""
    asked = _SENT_BY_STATION.get(kind)
    if asked is None:
        return f"the access point sent no {kind}", "MISS"
    reached = [
        frame.guest_ns
        for frame in association.frames
        if frame.kind == asked and frame.delivered and frame.guest_ns is not None
    ]
    if not reached:
        return f"{asked} never reached the station", "MISS"
    handed = calls_since(case, association, names.RECEIVE_PACKET, min(reached))
    given = next((call for call in handed if _may_be_key(call)), None)
    if given is None:
        return f"{asked} reached the station, but the DLL was not given it", "MISS"
    sent = calls_since(case, association, names.SEND_PACKET, given.start_ns)
    if any(call.succeeded and _may_be_key(call) for call in sent) and not any(
        frame.direction == "up" and frame.kind in _SENT and (frame.guest_ns or 0) > min(reached)
        for frame in association.frames
    ):
        return f"the DLL sent a packet after {asked}, but no {kind} was seen on the air", "MISS"
    return f"the DLL was given {asked} and sent no {kind}", "FAIL"


def calls_since(
    case: Case, association: AssociationEvidence, function: str, since_ns: int
) -> Iterator[Call]:
    """The calls of a function from that moment on, to the end of the association."""
    calls = case.calls(function)
    for call in calls[bisect_left(calls, since_ns, key=lambda call: call.start_ns) :]:
        if case.association_of(call) != association.index:
            return
        yield call


def _may_be_key(call: Call) -> bool:
    """An EAPOL packet that is an EAPOL-Key, or of which too little is shown to tell."""
    packet = fields.mapping(call.args, "pvInBuffer", "pvPacket") or {}
    data = fields.octets(packet.get("data")) or b""
    ethertype = fields.text(packet, "ethertype_bytes") or EAPOL
    return ethertype.lower() == EAPOL and (len(data) < 2 or data[1] == EAPOL_KEY)


def completions(case: Case, association: AssociationEvidence) -> list[Call]:
    """Completions of the association's sessions while they lived."""
    sessions = case.sessions_of(association.index)
    return [call for session in sessions for call in lively(session)]


def lively(session: Session) -> list[Call]:
    """The completions that came while the session lived."""
    return [call for call in session.completions if session.covers(call)]


def _of_one(
    case: Case, association: AssociationEvidence
) -> tuple[list[PreOperation], list[Session]]:
    """What was done for the adapter that did not connect: all of it, if there is one only."""
    pre, sessions = case.pre_of(association.index), case.sessions_of(association.index)
    for operation in pre:
        own = [item for item in sessions if item.adapter is operation.adapter]
        if not any(error_of(call) == 0 for item in own for call in lively(item)):
            return [item for item in pre if item.adapter is operation.adapter], own
    return pre, sessions


def error_of(call: Call) -> int | None:
    """dwWin32Error of a completion."""
    return fields.integer(call.args, "dwWin32Error")
