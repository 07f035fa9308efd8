# SPDX-License-Identifier: GPL-2.0-or-later
"""UI rules: requests to the user and what becomes of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from harness.checks.case import Case
from harness.checks.outcomes import Outcomes
from harness.checks.registry import rule
from harness.checks.shared.ui_requests import (
    is_logoff,
    not_pending_after,
    pending_answers,
    requests_by_call,
)
from harness.evidence import fields, names
from harness.evidence.calls import Call


@rule(
    "UI-02", cls="M", source="I:ns-wlanihv-_dot11ext_ihv_ui_request",
    text="Each request has a guidUIRequest of its own. (That of one that is over: a warning.)",
)  # fmt: skip
def request_ids_are_unique(case: Case) -> Outcomes:
    """No SendUIRequest names a GUID that an accepted one named before."""
    for call in case.index.calls(names.SEND_UI_REQUEST):
        if fields.text(call.args, "guidUIRequest") is None:
            yield case.unknown("the trace does not show the request", call)
    for call, other in requests_by_call(case):
        if call.function != names.SEND_UI_REQUEST:
            continue
        if other is None:
            yield case.held(call)
        elif other.state == "pending":
            yield case.breach("SendUIRequest uses the GUID of a pending request", call, other.sent)
        else:
            message = "SendUIRequest uses the GUID of an earlier request"
            yield case.breach(message, call, other.sent, severity="WARN")


@rule(
    "UI-03", cls="M", source="I:dot11ext_send_ui_request",
    text="The memory of a request lives, as it was, until ProcessUIResponse for it, AdapterReset, "
    "DeinitAdapter or the user's logging off.",
)  # fmt: skip
def request_memory_lives(case: Case) -> Outcomes:
    """What the recorder found when it looked at the request again at its end."""
    sent: dict[tuple[int, str], Call] = {}
    logged_off: dict[int, Call] = {}
    for call in case.segments.calls:
        guid = fields.text(call.args, "guidUIRequest")
        if call.function == names.SEND_UI_REQUEST and guid:
            sent[call.process, guid] = call
        for ended, memory in _looked_at(call, guid):
            request = sent.get((call.process, ended))
            off = logged_off.get(call.process)
            if memory == "unchanged":
                yield case.held(call)
            elif off is not None and request is not None and request.key < off.key:
                yield case.unknown("a user had logged off since it was sent", call)
            elif memory in ("changed", "unreadable"):
                said = "cannot be read any more" if memory == "unreadable" else "is not as it was"
                message = f"the memory of request {ended} {said} when {names.short(call.function)}"
                shown = [call, *([request] if request else [])]
                yield case.breach(f"{message} ends it", *shown)
            elif request is not None:
                yield case.unknown("the recorder had not kept the request in mind", call)
        if is_logoff(call):
            logged_off[call.process] = call


def _looked_at(call: Call, guid: str | None) -> Iterator[tuple[str, str]]:
    """The requests a call of the OS ends, with what the recorder says of their memory."""
    if call.function == names.UI_RESPONSE and guid:
        memory = fields.text(call.args, "request")
        if memory is not None:
            yield guid, memory
    for item in fields.sequence(call.args, "requests") or []:
        if isinstance(item, Mapping):
            ended, memory = fields.text(item, "guidUIRequest"), fields.text(item, "memory")
            if ended and memory:
                yield ended, memory


@rule(
    "UI-04", cls="M", source="I:dot11extihv_is_ui_request_pending; S:ihvsample.cpp",
    text="IsUIRequestPending answers TRUE for a pending request and FALSE otherwise. (FALSE for "
    "one that nothing in the trace ended, which the DLL may have given up: a warning. After a "
    "response, AdapterReset and logging off: UI-05, RST-04, UI-06.)",
)  # fmt: skip
def pending_is_answered(case: Case) -> Outcomes:
    """TRUE is not said of a request never sent or whose adapter is gone, nor FALSE of a pending
    one."""
    yield from not_pending_after(
        case, "gone", "a request is said to be pending after its adapter was taken down"
    )
    for item in pending_answers(case):
        if item.answer is None or item.state not in ("never sent", "pending"):
            continue
        lost = case.losses.lost_before(item.call)
        if bool(item.answer) == (item.state == "pending"):
            yield case.held(item.call)
        elif lost:
            yield case.unknown(lost, item.call)
        elif item.answer:
            yield case.breach("a request that was never sent is said to be pending", item.call)
        else:
            message = "a request that nothing has ended is said not to be pending"
            yield case.breach(message, item.call, severity="WARN")


@rule(
    "UI-05", cls="M", source="I:dot11extihv_process_ui_response; H",
    text="ProcessUIResponse with its GUID completes a request; the buffer may be NULL.",
)  # fmt: skip
def response_completes(case: Case) -> Outcomes:
    """An answered request is not pending any more, and a NULL answer is survived and taken."""
    yield from not_pending_after(case, "answered", "an answered request is said to be pending")
    kept = {
        id(item.by) for item in pending_answers(case) if item.state == "answered" and item.answer
    }
    for call in case.index.calls(names.UI_RESPONSE):
        if call.args.get("pvResponseBuffer", call) is not None or id(call) in kept:
            continue
        if call.succeeded:
            yield case.held(call)
        elif call.returned is not None:
            reason = f"ProcessUIResponse refused a NULL buffer with error {call.result}"
            yield case.unknown(reason, call)
        elif case.ended_inside(call):
            yield case.breach("ProcessUIResponse did not survive a NULL buffer", call)


@rule(
    "UI-06", cls="M", source="N:processing-session-changes",
    text="The user's logging off cancels the user's requests.",
)  # fmt: skip
def logoff_cancels(case: Case) -> Outcomes:
    """After WTS_SESSION_LOGOFF no request of that session is said to be pending."""
    message = "a request is said to be pending after its user logged off"
    return not_pending_after(case, "logged off", message)
