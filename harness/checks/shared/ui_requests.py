# SPDX-License-Identifier: GPL-2.0-or-later
"""Requests of the DLL to the user and what becomes of them.

A request is pending from its SendUIRequest until ProcessUIResponse for it succeeded, its adapter
was reset or taken down, or the user logged off. Where the documents leave open whether it is
(a response that was refused, another user's logging off, a request sent while its adapter is being
reset, the end of the connection it was for, a user who takes longer than Microsoft's sample waits)
nothing is asked of the DLL. What it thinks is seen only where IsUIRequestPending asks.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from harness.checks.case import Case
from harness.checks.outcomes import Outcomes
from harness.evidence import fields, names
from harness.evidence.calls import Call

WTS_SESSION_LOGOFF: Final = 6
LONGEST_WAIT_NS: Final = 300_000_000_000
"""How long Microsoft's sample waits for an answer (S:ihvwep.cpp)."""
_CONCERNED: Final = names.COMPLETIONS | {
    names.SEND_UI_REQUEST, names.IS_UI_PENDING, names.UI_RESPONSE, names.ADAPTER_RESET,
    names.DEINIT_ADAPTER, names.STOP_POST, names.SESSION_CHANGE,
}  # fmt: skip
"""The functions that name a request or may end one."""
RequestState = Literal["never sent", "pending", "open", "answered", "reset", "gone", "logged off"]


@dataclass(frozen=True, slots=True)
class PendingAnswer:
    """One IsUIRequestPending with its answer and what the trace says of the request."""

    call: Call
    answer: int | None
    state: RequestState
    by: Call | None


@dataclass(slots=True)
class Request:
    """A request that was sent, what has become of it so far, and the call that ended it."""

    sent: Call
    state: RequestState = "pending"
    by: Call | None = None


def pending_answers(case: Case) -> Iterator[PendingAnswer]:
    """Every IsUIRequestPending that succeeded, with its answer and the state of the request.

    Those that ran side by side with the sending or the end of the request are left out.
    """
    for call, request in requests_by_call(case):
        if call.function != names.IS_UI_PENDING or not call.succeeded:
            continue
        answer = fields.integer(call.out, "pbIsRequestPending")
        if request is None:
            yield PendingAnswer(call, answer, "never sent", None)
            continue
        after = request.by is None or call.entered_after_return_of(request.by)
        if after and call.entered_after_return_of(request.sent):
            late = call.start_ns - request.sent.start_ns > LONGEST_WAIT_NS
            state = "open" if late and request.state == "pending" else request.state
            yield PendingAnswer(call, answer, state, request.by)


def requests_by_call(case: Case) -> Iterator[tuple[Call, Request | None]]:
    """The calls that name a request, each with what has become of it by then; None if it is new."""
    requests: dict[tuple[int, str], Request] = {}
    ends: dict[int, Call] = {}
    for call in case.segments.calls:
        if call.function not in _CONCERNED:
            continue
        guid = fields.text(call.args, "guidUIRequest")
        request = requests.get((call.process, guid)) if guid else None
        if guid:
            yield call, request
        if call.function == names.SEND_UI_REQUEST and call.result in (0, None) and guid:
            last = ends.get(id(case.index.adapter_of(call)))
            not_concurrent = last is None or call.entered_after_return_of(last)
            requests[call.process, guid] = Request(call, "pending" if not_concurrent else "open")
        elif call.function == names.UI_RESPONSE and request:
            request.state, request.by = ("answered" if call.succeeded else "open"), call
        elif call.function in (names.ADAPTER_RESET, names.DEINIT_ADAPTER):
            ends[id(case.index.adapter_of(call))] = call
            _end_of_adapter(case, requests, call)
        elif call.function == names.STOP_POST or _reports_failure(call):
            _connection_over(case, requests, call)
        elif call.function == names.SESSION_CHANGE:
            _end_of_user_session(requests, call)


def _reports_failure(call: Call) -> bool:
    """The DLL gives up a pre-association or a session."""
    return call.function in names.COMPLETIONS and bool(fields.integer(call.args, "dwWin32Error"))


def _connection_over(case: Case, requests: dict[tuple[int, str], Request], call: Call) -> None:
    """What a request was sent for is over: the DLL may still want to know, or not."""
    adapter = case.index.adapter_of(call)
    for request in requests.values():
        own = adapter is not None and case.index.adapter_of(request.sent) is adapter
        if own and request.state == "pending":
            request.state, request.by = "open", call


def _end_of_adapter(case: Case, requests: dict[tuple[int, str], Request], call: Call) -> None:
    adapter = case.index.adapter_of(call)
    for request in requests.values():
        own = adapter is not None and case.index.adapter_of(request.sent) is adapter
        if own and request.state in ("pending", "open"):
            request.state = "reset" if call.function == names.ADAPTER_RESET else "gone"
            request.by = call


def _end_of_user_session(requests: dict[tuple[int, str], Request], call: Call) -> None:
    if not is_logoff(call):
        return
    user = fields.integer(call.args, "dwSessionId")
    for (process, _), request in requests.items():
        theirs = fields.integer(request.sent.args, "dwSessionId") == user
        if process == call.process and request.state in ("pending", "open"):
            request.state, request.by = ("logged off" if theirs else "open"), call


def is_logoff(call: Call) -> bool:
    """The OS reported to the DLL that a user logged off."""
    event = fields.integer(call.args, "uEventType")
    return call.function == names.SESSION_CHANGE and event == WTS_SESSION_LOGOFF


def not_pending_after(case: Case, state: RequestState, message: str) -> Outcomes:
    """Whether the DLL still says that a request is pending that came to this end."""
    for item in pending_answers(case):
        if item.state != state or item.answer is None:
            continue
        calls = [item.call, *([item.by] if item.by else [])]
        yield case.breach(message, *calls) if item.answer else case.held(item.call)
