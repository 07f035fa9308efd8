# SPDX-License-Identifier: GPL-2.0-or-later
"""EXPECT rules: what the scenario says must come of an association. They are this harness's.

They come last: where another rule already says what went wrong in an association, its consequences
are not reported again. And they look for whose move it was: a connection that failed before it came
to the DLL is a fault of the lab (MISS), not of the driver.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final

from harness.checks.case import Case
from harness.checks.codes import hexed
from harness.checks.finding import Severity
from harness.checks.onex import FAILURE as ONEX_FAILURE
from harness.checks.onex import SUCCESS as ONEX_SUCCESS
from harness.checks.registry import Breach, Held, Outcome, Outcomes, Unknown, rule
from harness.evidence import fields, names
from harness.evidence.calls import Call
from harness.evidence.model import AssociationEvidence, FrameRecord
from harness.evidence.segments import PreOperation, Session

_SOURCE = "this harness: the scenario's expectation"
_SENT_BY_STATION: Final = {"M2": "M1", "M4": "M3", "G2": "G1"}
"""Messages of the station, and the one of the access point each answers."""

Judge = Callable[[Case, AssociationEvidence], Outcome | None]


def _each(case: Case, judge: Judge) -> Iterator[Outcome]:
    """Judge every association that is not explained already."""
    for association in case.associations:
        if association.lab_fault:
            reason = f"the lab broke in this association: {association.lab_fault}"
            yield Unknown(reason, association.index)
        elif association.index in case.blamed:
            yield Unknown("a finding of another rule explains this association", association.index)
        else:
            outcome = judge(case, association)
            if outcome is not None:
                yield outcome


def _is_connected(case: Case, association: AssociationEvidence) -> bool:
    """As many interfaces as the scenario wants were reported connected."""
    interfaces = case.connected_interfaces(association.index)
    return len(interfaces) >= (case.expect.adapters if case.expect.connected else 1)


def _breach(
    association: AssociationEvidence, message: str, severity: Severity, *calls: Call
) -> Breach:
    seqs = tuple(seq for call in calls for seq in call.seqs)
    process = calls[0].process if calls else 0
    return Breach(message, association.end_ns, association.index, seqs, process, severity)


@rule(
    "EXPECT-01", cls="ours", source=_SOURCE, last=True,
    text="The association connects where the scenario expects it, and does not where it does not.",
)  # fmt: skip
def connects_as_expected(case: Case) -> Outcomes:
    """The WLAN service's report against the expectation."""
    return _each(case, _connects)


def _connects(case: Case, association: AssociationEvidence) -> Outcome | None:
    if case.expect.connected in (None, _is_connected(case, association)):
        return Held(association.index)
    if not case.expect.connected:
        if any(frame.kind == "M3" and frame.delivered for frame in association.frames):
            reason = "the station was given M3, so it could finish before it was sent away"
            return Unknown(reason, association.index)
        done = [call for call in _completions(case, association) if _error_of(call) == 0]
        severity: Severity = "FAIL" if done else "MISS"
        who = "the DLL completed with success" if done else "the DLL reported no success"
        message = f"expected no connection, but the WLAN service reports one; {who}"
        return _breach(association, message, severity, *done[:1])
    outcome = _why_not_connected(case, association)
    hindered = association.index in case.hindered
    if hindered and isinstance(outcome, Breach) and outcome.severity == "MISS":
        message = f"{outcome.message}; the DLL had left out what that needs (see the warning)"
        return replace(outcome, message=message, severity="FAIL")
    return outcome


def _why_not_connected(case: Case, association: AssociationEvidence) -> Outcome:
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
        return _breach(association, message, "FAIL", call)
    if not pre and not sessions:
        return _breach(association, "not connected: PerformPreAssociate was never called", "MISS")
    if 0 < len(asked) < case.expect.adapters:
        message = f"{len(asked)} of {case.expect.adapters} adapters came to PerformPreAssociate"
        return _breach(association, f"not connected: {message}", "MISS")
    for operation in pre[-1:]:
        handler = operation.handler
        if handler.returned is not None and not handler.succeeded:
            message = f"not connected: PerformPreAssociate returned error {handler.result}"
            return _breach(association, message, "FAIL", handler)
        failed = [call for call in operation.completions if _error_of(call)]
        if failed:
            message = f"not connected: pre-association failed with error {_error_of(failed[0])}"
            return _breach(association, message, "FAIL", failed[0])
        if not operation.completions and not sessions:
            return Unknown("the pre-association was still pending", association.index)
    if not sessions:
        message = "not connected: PerformPostAssociate was never called after pre-association"
        return _breach(association, message, "MISS")
    return _why_no_session(case, association)


def _why_no_session(case: Case, association: AssociationEvidence) -> Outcome:
    _, sessions = _of_one(case, association)
    handler = sessions[-1].handler
    if handler.result:
        message = f"not connected: PerformPostAssociate returned error {handler.result}"
        return _breach(association, message, "FAIL", handler)
    if handler.returned is None:
        reason = "PerformPostAssociate had not returned when the evidence ends"
        return Unknown(reason, association.index)
    refused = _authentication(case, association)
    if refused is not None:
        return _breach(association, f"not connected: {refused}", "MISS", handler)
    stalled = _stalled_handshake(case, association)
    if stalled is not None:
        message, severity = stalled
        return _breach(association, f"not connected: {message}", severity, handler)
    completions = [call for session in sessions for call in _lively(session)]
    failed = [call for call in completions if _error_of(call)]
    if failed:
        message = (
            f"not connected: the DLL completed with error {_error_of(failed[0])}, reason "
            f"{hexed(fields.integer(failed[0].args, 'dwReasonCode'))}"
        )
        return _breach(association, message, "FAIL", failed[0])
    if completions:
        message = "the DLL completed with success, but the WLAN service does not report connected"
        return _breach(association, message, "MISS", handler)
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
    """Where the 4-way handshake stopped, None if it did not or was not seen."""
    if not association.frames:
        return None
    for kind in ("M1", "M2", "M3", "M4"):
        frames = [frame for frame in association.frames if frame.kind == kind]
        if not frames:
            return _who_owes(case, association, kind)
        if all(frame.mic_ok is False for frame in frames):
            return f"the MIC of {kind} is wrong", "FAIL" if kind in _SENT_BY_STATION else "MISS"
        if not any(frame.delivered for frame in frames):
            return f"{kind} never got through on the air", "MISS"
    return None


def _who_owes(case: Case, association: AssociationEvidence, kind: str) -> tuple[str, Severity]:
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
    packets = case.calls(names.RECEIVE_PACKET)
    next_packet = bisect_left(packets, min(reached), key=lambda call: call.start_ns)
    handed = packets[next_packet : next_packet + 1]
    if not handed or case.association_of(handed[0]) != association.index:
        return f"{asked} reached the station, but the DLL was not given it", "MISS"
    return f"the DLL was given {asked} and sent no {kind}", "FAIL"


def _completions(case: Case, association: AssociationEvidence) -> list[Call]:
    """Completions of the association's sessions while they lived."""
    sessions = case.sessions_of(association.index)
    return [call for session in sessions for call in _lively(session)]


def _lively(session: Session) -> list[Call]:
    return [call for call in session.completions if session.covers(call)]


def _of_one(
    case: Case, association: AssociationEvidence
) -> tuple[list[PreOperation], list[Session]]:
    """What was done for the adapter that did not connect: all of it, if there is one only."""
    pre, sessions = case.pre_of(association.index), case.sessions_of(association.index)
    for operation in pre:
        own = [item for item in sessions if item.adapter is operation.adapter]
        if not any(_error_of(call) == 0 for item in own for call in _lively(item)):
            return [item for item in pre if item.adapter is operation.adapter], own
    return pre, sessions


def _error_of(call: Call) -> int | None:
    return fields.integer(call.args, "dwWin32Error")


@rule(
    "EXPECT-02", cls="ours", source=_SOURCE, last=True,
    text="Every echo request of the access point is answered.",
)  # fmt: skip
def echoes_are_answered(case: Case) -> Outcomes:
    """No answer at all fails; some missing is a warning, as the air may lose frames."""
    return _each(case, _answered)


def _answered(case: Case, association: AssociationEvidence) -> Outcome | None:
    if not (case.expect.connected and case.expect.echoes and _is_connected(case, association)):
        return None
    if _lacks_sessions(case, association):
        return None  # EXPECT-06 says why
    echo = association.echo
    if echo is None or echo.sent == 0:
        return Unknown("no echo request was sent", association.index)
    if echo.answered >= echo.sent:
        return Held(association.index)
    what = "answered" if echo.arp else "answered, not even ARP"
    message = f"connected, but {echo.answered} of {echo.sent} echo requests were {what}"
    return _breach(association, message, "WARN" if echo.answered else "FAIL")


@rule(
    "EXPECT-03", cls="ours", source=_SOURCE, last=True,
    text="The messages the scenario names are seen on the air.",
)  # fmt: skip
def messages_are_seen(case: Case) -> Outcomes:
    """The first expected message that is missing, and whose it is."""
    return _each(case, _messages)


def _messages(case: Case, association: AssociationEvidence) -> Outcome | None:
    if not case.expect.messages:
        return None
    if case.expect.connected and not _is_connected(case, association):
        return None  # EXPECT-01 says why
    seen = {frame.kind for frame in association.frames}
    for kind in case.expect.messages:
        if kind not in seen:
            message, severity = _who_owes(case, association, kind)
            return _breach(association, f"no {kind} was seen: {message}", severity)
    return Held(association.index)


@rule(
    "EXPECT-04", cls="ours", source=_SOURCE, last=True,
    text="Data is CCMP-protected both ways.",
)  # fmt: skip
def data_is_protected(case: Case) -> Outcomes:
    """The echo went protected, and no data frame of the station went in the clear."""
    return _each(case, _protected)


def _protected(case: Case, association: AssociationEvidence) -> Outcome | None:
    echo = association.echo
    if not case.expect.protected or echo is None or echo.answered == 0:
        return None
    clear = [frame for frame in association.frames if _clear_data(frame)]
    if echo.protected and not clear:
        return Held(association.index)
    what = f"{len(clear)} data frames of the station were not protected" if clear else (
        "the echo was answered without protection"
    )  # fmt: skip
    return _breach(association, what, "FAIL")


def _clear_data(frame: FrameRecord) -> bool:
    return frame.direction == "up" and frame.kind in ("data", "arp", "icmp") and not frame.protected


@rule(
    "EXPECT-05", cls="ours", source=_SOURCE, last=True,
    text="StopPostAssociate is seen where the scenario ends the association itself.",
)  # fmt: skip
def stop_is_seen(case: Case) -> Outcomes:
    """A session of the association was stopped."""
    return _each(case, _stopped)


def _stopped(case: Case, association: AssociationEvidence) -> Outcome | None:
    if not case.expect.stopped:
        return None
    sessions = case.sessions_of(association.index)
    if any(session.stop is not None for session in sessions):
        return Held(association.index)
    what = "StopPostAssociate was not called" if sessions else "no session was opened to be stopped"
    return _breach(association, what, "MISS")


@rule(
    "EXPECT-06", cls="ours", source=_SOURCE, last=True,
    text="A connection goes on to as many further associations as the scenario orders, each with a "
    "session of its own that is completed.",
)  # fmt: skip
def roams_as_expected(case: Case) -> Outcomes:
    """The sessions of a connected association, where the scenario wants more than one."""
    return _each(case, _roamed)


def _roamed(case: Case, association: AssociationEvidence) -> Outcome | None:
    if case.expect.sessions < 2 or not _is_connected(case, association):
        return None
    if _lacks_sessions(case, association):
        found = len(case.sessions_of(association.index))
        message = f"{case.expect.sessions} sessions were expected, but {found} were opened"
        return _breach(association, message, "MISS")
    last = case.sessions_of(association.index)[-1]
    first = next((call for call in last.completions if last.covers(call)), None)
    if first is None:
        return Unknown("the last session had not been completed when it ended", association.index)
    if (error := _error_of(first)) == 0:
        return case.held(last)
    message = f"the DLL completed the session after roaming with error {error}"
    return _breach(association, message, "FAIL", first, last.handler)


def _lacks_sessions(case: Case, association: AssociationEvidence) -> bool:
    return len(case.sessions_of(association.index)) < case.expect.sessions
