# SPDX-License-Identifier: GPL-2.0-or-later
"""ONEX rules, the OS side: what its 802.1X module sends on the air by itself.

On the reference guest the OS side is the lab's own, so a breach is a lab fault. EAPOL-Start is seen
on the air only: it does not go through the DLL. That an answer came is seen in the trace: it
reaches the OS through ProcessSecurityPacket alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from harness.checks.case import Case
from harness.checks.outcomes import Outcome, Outcomes
from harness.checks.registry import rule
from harness.checks.shared.ethertypes import EAPOL
from harness.evidence import fields, names
from harness.evidence.calls import Call
from harness.evidence.segments import Adapter
from hwsim import FrameRecord

MAX_STARTS: Final = 3
EAPOL_START: Final = "01"
"""The packet type's byte in an EAPOL packet, in hexadecimal (IEEE 802.1X-2020, table 11-3)."""
NO_AUTHENTICATOR: Final = 2
"""ONEX_AUTH_STATUS of dot1x.h: nobody answered."""

_ENDS: Final = frozenset(
    {names.STOP_ONEX, names.POST_ASSOCIATE, names.STOP_POST, names.ADAPTER_RESET}
)


@dataclass(frozen=True, slots=True)
class Authentication:
    """From StartOneX to what ended it: its result, a stop, or the next StartOneX; None if none."""

    start: Call
    calls: tuple[Call, ...]
    end: Call | None

    @property
    def result(self) -> Call | None:
        """The OneXIndicateResult that ended it, with success or failure."""
        return self.end if self.end and self.end.function == names.ONEX_RESULT else None

    @property
    def answers(self) -> list[int]:
        """When packets were handed to the OS."""
        return [call.start_ns for call in self.calls if call.function == names.PROCESS_ONEX]


def authentications(adapter: Adapter) -> Iterator[Authentication]:
    """The 802.1X authentications of an adapter that the DLL started, in order."""
    start: Call | None = None
    calls: list[Call] = []
    for call in adapter.calls:
        started = call.function == names.START_ONEX and call.result in (0, None)
        if start is not None:
            if started or call.function in _ENDS or _is_result(call):
                yield Authentication(start, tuple(calls), call)
                start = None
            else:
                calls.append(call)
        if started:
            start, calls = call, []
    if start is not None:
        yield Authentication(start, tuple(calls), None)


def _is_result(call: Call) -> bool:
    code = fields.integer(call.args, "msOneXResult")
    return call.function == names.ONEX_RESULT and code != names.ONEX_IN_PROGRESS


@rule(
    "ONEX-08", cls="M(OS)", source="I:dot11ext_onex_start",
    text="The OS sends EAPOL-Start, and fails the authentication after three without an answer.",
)  # fmt: skip
def three_starts_are_sent(case: Case) -> Outcomes:
    """Never a fourth, and the failure comes after three."""
    for adapter in case.segments.adapters:
        for one in authentications(adapter):
            yield from _judge(case, adapter, one)


def _judge(case: Case, adapter: Adapter, one: Authentication) -> Outcomes:
    index = case.index.association_of(one.start)
    association = case.index.association(index)
    if association is None or association.lab_fault:
        return
    until_ns = one.end.start_ns if one.end else case.index.end_ns
    own = case.index.frames_of(association, adapter)
    sent = _starts(own, one.start.start_ns, until_ns)
    if not own:
        yield case.unknown("no frames are known to be this adapter's", one.start)
    elif len({frame.transmitter for frame in sent}) > 1:
        yield case.unknown("two stations sent EAPOL-Start at that time", one.start)
    elif any(_is_own_start(call) for call in one.calls):
        yield case.unknown("the DLL sends EAPOL-Start itself", one.start)
    else:
        yield from _counted(case, one, [frame.guest_ns or 0 for frame in sent], until_ns)


def _starts(frames: tuple[FrameRecord, ...], since_ns: int, until_ns: int) -> list[FrameRecord]:
    """EAPOL-Start of the station within that time; whether it was heard does not matter."""
    return [
        frame
        for frame in frames
        if frame.kind == "eapol-start"
        and frame.direction == "up"
        and frame.guest_ns is not None
        and since_ns <= frame.guest_ns <= until_ns
        and "copy" not in frame.detail
    ]


def _is_own_start(call: Call) -> bool:
    packet = fields.mapping(call.args, "pvPacket") or {}
    data = fields.text(packet, "data") or ""
    return (
        call.function == names.SEND_PACKET
        and fields.text(packet, "ethertype_bytes") == EAPOL
        and data[2:4] == EAPOL_START
    )


def _counted(case: Case, one: Authentication, sent: list[int], until_ns: int) -> Outcomes:
    shown_ns = case.index.last_record_ns(one.start.process)  # an answer may have come after that
    rows = _unanswered([at_ns for at_ns in sent if at_ns <= shown_ns], one.answers)
    result = one.result
    lost = sent and case.losses.lost(one.start.process, one.start.start_ns, until_ns)
    if lost and (max(rows) > MAX_STARTS or result is not None):
        yield case.unknown(lost, one.start)
    elif max(rows) > MAX_STARTS:
        message = f"{max(rows)} EAPOL-Start were sent without an answer; {MAX_STARTS} are allowed"
        yield case.breach(message, one.start)
    elif result is not None and _nobody_there(result):
        message = f"the authentication failed for want of an answer after {len(sent)} EAPOL-Start"
        short = len(sent) < MAX_STARTS
        yield case.breach(message, result, one.start) if short else case.held(result)
    elif sent and (rows[-1] < MAX_STARTS or max(one.answers, default=0) > sent[-1]):
        yield case.held(one.start)
    elif sent and result is None:
        yield _no_result(case, one, sent, until_ns)


def _unanswered(sent: list[int], answers: list[int]) -> list[int]:
    """How many EAPOL-Start came in a row with no answer between them, row by row."""
    rows = [0]
    before = 0
    for at_ns in sent:
        if rows[-1] and any(before < answer <= at_ns for answer in answers):
            rows.append(0)
        before, rows[-1] = at_ns, rows[-1] + 1
    return rows


def _nobody_there(result: Call) -> bool:
    params = fields.mapping(result.args, "pDot11MsOneXResultParams") or {}
    status = fields.integer(params, "Dot11OnexAuthStatus")
    return (
        fields.integer(result.args, "msOneXResult") == names.ONEX_FAILURE
        and status == NO_AUTHENTICATOR
    )


def _no_result(case: Case, one: Authentication, sent: list[int], until_ns: int) -> Outcome:
    """Three were sent: the result is due once the OS has waited as long as between them."""
    pause_ns = sent[-1] - sent[-2]
    due_ns = sent[-1] + pause_ns + int(case.limits.os_answer_s * 1e9)
    if until_ns < due_ns:
        return case.unknown("802.1X ended before the failure was due", one.start)
    why = case.losses.why_absence_proves_nothing(
        one.start.process, case.index.association_of(one.start), sent[-1], due_ns
    )
    if why:
        return case.unknown(why, one.start)
    return case.breach(
        "three EAPOL-Start were sent without an answer, but no failure was indicated within "
        f"{case.limits.os_answer_s:g} s of when a fourth would be due (a limit of this harness, "
        f"{case.limits.setting('os_answer_s')})",
        one.start,
    )
