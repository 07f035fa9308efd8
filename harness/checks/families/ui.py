# SPDX-License-Identifier: GPL-2.0-or-later
"""UI rules (and RST-04): requests to the user and what becomes of them.

A request is pending from its SendUIRequest until ProcessUIResponse for it succeeded, its adapter
was reset or taken down, or the user logged off. Where the documents leave open whether it is
(a response that was refused, another user's logging off, a request sent while its adapter is being
reset, the end of the connection it was for, a user who takes longer than Microsoft's sample waits)
nothing is asked of the DLL. What it thinks is seen only where IsUIRequestPending asks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from harness.checks.case import Case
from harness.checks.outcomes import Outcomes
from harness.checks.registry import rule
from harness.evidence import fields, names
from harness.evidence.calls import Call

WTS_SESSION_LOGOFF: Final = 6
PATIENCE_NS: Final = 300_000_000_000
"""How long Microsoft's sample waits for an answer (S:ihvwep.cpp)."""

Fate = Literal["never sent", "pending", "open", "answered", "reset", "gone", "logged off"]


@dataclass(frozen=True, slots=True)
class Asked:
    """One IsUIRequestPending with its answer and what the trace says of the request."""

    call: Call
    answer: int | None
    fate: Fate
    by: Call | None


@dataclass(slots=True)
class _Request:
    sent: Call
    fate: Fate = "pending"
    by: Call | None = None


def asked(case: Case) -> Iterator[Asked]:
    """Every IsUIRequestPending that returned success."""
    for call, request in _followed(case):
        if call.function != names.IS_UI_PENDING or not call.succeeded:
            continue
        answer = fields.integer(call.out, "pbIsRequestPending")
        if request is None:
            yield Asked(call, answer, "never sent", None)
            continue
        after = request.by is None or call.entered_after_return_of(request.by)
        if after and call.entered_after_return_of(request.sent):
            late = call.start_ns - request.sent.start_ns > PATIENCE_NS
            fate = "open" if late and request.fate == "pending" else request.fate
            yield Asked(call, answer, fate, request.by)


def _followed(case: Case) -> Iterator[tuple[Call, _Request | None]]:
    """The calls that name a request, each with what has become of it by then; None if it is new."""
    requests: dict[tuple[int, str], _Request] = {}
    ends: dict[int, Call] = {}
    for call in case.segments.calls:
        guid = fields.text(call.args, "guidUIRequest")
        request = requests.get((call.process, guid)) if guid else None
        if guid:
            yield call, request
        if call.function == names.SEND_UI_REQUEST and call.result in (0, None) and guid:
            last = ends.get(id(case.index.adapter_of(call)))
            settled = last is None or call.entered_after_return_of(last)
            requests[call.process, guid] = _Request(call, "pending" if settled else "open")
        elif call.function == names.UI_RESPONSE and request:
            request.fate, request.by = ("answered" if call.succeeded else "open"), call
        elif call.function in (names.ADAPTER_RESET, names.DEINIT_ADAPTER):
            ends[id(case.index.adapter_of(call))] = call
            _end_of_adapter(case, requests, call)
        elif call.function == names.STOP_POST or _fails(call):
            _given_up(case, requests, call)
        elif call.function == names.SESSION_CHANGE:
            _logoff(requests, call)


def _fails(call: Call) -> bool:
    """The DLL gives up a pre-association or a session."""
    return call.function in names.COMPLETIONS and bool(fields.integer(call.args, "dwWin32Error"))


def _given_up(case: Case, requests: dict[tuple[int, str], _Request], call: Call) -> None:
    """What a request was sent for is over: the DLL may still want to know, or not."""
    adapter = case.index.adapter_of(call)
    for request in requests.values():
        own = adapter is not None and case.index.adapter_of(request.sent) is adapter
        if own and request.fate == "pending":
            request.fate, request.by = "open", call


def _end_of_adapter(case: Case, requests: dict[tuple[int, str], _Request], call: Call) -> None:
    adapter = case.index.adapter_of(call)
    for request in requests.values():
        own = adapter is not None and case.index.adapter_of(request.sent) is adapter
        if own and request.fate in ("pending", "open"):
            request.fate = "reset" if call.function == names.ADAPTER_RESET else "gone"
            request.by = call


def _logoff(requests: dict[tuple[int, str], _Request], call: Call) -> None:
    if not _is_logoff(call):
        return
    user = fields.integer(call.args, "dwSessionId")
    for (process, _), request in requests.items():
        theirs = fields.integer(request.sent.args, "dwSessionId") == user
        if process == call.process and request.fate in ("pending", "open"):
            request.fate, request.by = ("logged off" if theirs else "open"), call


def _is_logoff(call: Call) -> bool:
    event = fields.integer(call.args, "uEventType")
    return call.function == names.SESSION_CHANGE and event == WTS_SESSION_LOGOFF


def _not_pending_after(case: Case, fate: Fate, message: str) -> Outcomes:
    for item in asked(case):
        if item.fate != fate or item.answer is None:
            continue
        calls = [item.call, *([item.by] if item.by else [])]
        yield case.breach(message, *calls) if item.answer else case.held(item.call)


@rule(
    "UI-02", cls="M", source="I:ns-wlanihv-_dot11ext_ihv_ui_request",
    text="Each request has a guidUIRequest of its own. (That of one that is over: a warning.)",
)  # fmt: skip
def request_ids_are_unique(case: Case) -> Outcomes:
    """No SendUIRequest names a GUID that an accepted one named before."""
    for call in case.index.calls(names.SEND_UI_REQUEST):
        if fields.text(call.args, "guidUIRequest") is None:
            yield case.unknown("the trace does not show the request", call)
    for call, other in _followed(case):
        if call.function != names.SEND_UI_REQUEST:
            continue
        if other is None:
            yield case.held(call)
        elif other.fate == "pending":
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
        if _is_logoff(call):
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
def pending_is_told(case: Case) -> Outcomes:
    """TRUE is not said of a request never sent or whose adapter is gone, nor FALSE of a pending
    one."""
    yield from _not_pending_after(
        case, "gone", "a request is said to be pending after its adapter was taken down"
    )
    for item in asked(case):
        if item.answer is None or item.fate not in ("never sent", "pending"):
            continue
        lost = case.losses.lost_before(item.call)
        if bool(item.answer) == (item.fate == "pending"):
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
    yield from _not_pending_after(case, "answered", "an answered request is said to be pending")
    kept = {id(item.by) for item in asked(case) if item.fate == "answered" and item.answer}
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
    return _not_pending_after(case, "logged off", message)


@rule(
    "RST-04", cls="M", source="N:requesting-user-interaction; I:dot11ext_send_ui_request",
    text="AdapterReset cancels all requests to the user. (That their memory is freed shows only in "
    "LIFE-12.)",
)  # fmt: skip
def reset_cancels_requests(case: Case) -> Outcomes:
    """After AdapterReset no request sent before it is said to be pending."""
    return _not_pending_after(case, "reset", "a request is said to be pending after AdapterReset")
