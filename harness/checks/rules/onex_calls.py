# SPDX-License-Identifier: GPL-2.0-or-later
"""ONEX rules: when 802.1X of the OS's own module is started, stopped and done."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from harness.checks.case import Case
from harness.checks.outcomes import Outcomes
from harness.checks.phases import Phase, PhasedCall
from harness.checks.registry import rule
from harness.checks.shared.ethertypes import EAPOL, calls_with_lists
from harness.evidence import fields, names
from harness.evidence.calls import Call
from harness.evidence.segments import Adapter

State = Literal["never", "running", "indicated", "stopped", "unseen"]


@dataclass(frozen=True, slots=True)
class OneX:
    """A call of an adapter with the state of its 802.1X when it was entered."""

    at: PhasedCall
    state: State
    since: Call | None = None
    start: Call | None = None
    """The StartOneX whose result is still to come: IN_PROGRESS is none."""


def followed(case: Case, adapter: Adapter) -> Iterator[OneX]:
    """The calls of an adapter, each with the state of 802.1X.

    never: not started since the session began. A new PerformPostAssociate begins anew.
    """
    state: State = "unseen"
    since: Call | None = None
    start: Call | None = None
    for item in case.calls_with_phase(adapter):
        if item.phase is Phase.UNSEEN:
            state, since, start = "unseen", None, None
        yield OneX(item, state, since, start)
        call = item.call
        match call.function:
            case names.START_ONEX if call.result in (0, None):
                state, since, start = "running", call, call
            case names.STOP_ONEX if call.result in (0, None):
                state, since, start = "stopped", call, None
            case names.ONEX_RESULT:
                ended = fields.integer(call.args, "msOneXResult") in (
                    names.ONEX_SUCCESS,
                    names.ONEX_FAILURE,
                )
                start = None if ended else start
                if not (ended and state == "stopped"):  # a result does not undo StopOneX
                    state, since = ("indicated" if ended else "running"), call
            case names.INIT_ADAPTER if not case.losses.partial:
                state = "never"
            case names.POST_ASSOCIATE | names.STOP_POST | names.ADAPTER_RESET:
                state, since, start = "never", call, None
            case _:
                pass


@rule(
    "ONEX-01", cls="M",
    source="I:dot11ext_onex_start; N:interface-to-the-native-802-11-802-1x-module",
    text="StartOneX comes only once PerformPostAssociate was called; inside it is fine, and again "
    "after the completion. (After StopPostAssociate: STOP-05; after AdapterReset: RST-05.)",
)  # fmt: skip
def started_in_post_association(case: Case) -> Outcomes:
    """No StartOneX after InitAdapter or PerformPreAssociate."""
    for _, item in case.all_calls_with_phase():
        if item.call.function != names.START_ONEX:
            continue
        if item.phase in (Phase.INIT, Phase.PRE):
            message = f"StartOneX was called {item.phase}, before PerformPostAssociate"
            yield case.breach(message, item.call, item.since)
        elif item.phase is Phase.POST:
            yield case.held(item.call)


@rule(
    "ONEX-02", cls="M", source="N:interface-to-the-native-802-11-802-1x-module",
    text="EAPOL was registered with SetEtherTypeHandling before StartOneX.",
)  # fmt: skip
def eapol_is_registered(case: Case) -> Outcomes:
    """888E is among the registrations in force at StartOneX."""
    for adapter in case.segments.adapters:
        for item, lists in calls_with_lists(case, adapter):
            if item.call.function != names.START_ONEX or item.phase is not Phase.POST:
                continue  # of other moments ONEX-01, STOP-05 and RST-05 speak
            lost = case.losses.lost_before(item.call)
            if EAPOL in lists.registered:
                yield case.held(item.call)
            elif lost or not lists.known:
                yield case.unknown(lost or "the lists in force are not shown", item.call)
            else:
                yield case.breach("StartOneX was called with EAPOL not registered", item.call)


@rule(
    "ONEX-05", cls="M", source="I:dot11ext_onex_stop",
    text="StopOneX comes only while an authentication is pending.",
    severity="WARN",
    why="Microsoft's own sample calls it whenever the port goes down",
)  # fmt: skip
def stopped_while_running(case: Case) -> Outcomes:
    """802.1X is in progress when StopOneX is entered."""
    for adapter in case.segments.adapters:
        stop_of: Call | None = None
        pending = False
        for item in followed(case, adapter):
            call = item.at.call
            if call.function == names.STOP_POST:
                stop_of, pending = call, item.state in ("running", "unseen")
            if call.function != names.STOP_ONEX or item.at.phase is Phase.RESET:
                continue
            inside = stop_of is not None and not call.entered_after_return_of(stop_of)
            at_once = item.state == "indicated" and _met(call, item.since)
            if item.state in ("running", "unseen") or (inside and pending) or at_once:
                yield case.held(call)
            else:
                message = "StopOneX was called with no authentication pending"
                yield case.breach(message, call)


def _met(call: Call, other: Call | None) -> bool:
    """They ran side by side on two threads, so neither could know of the other."""
    return other is not None and call.tid != other.tid and not call.entered_after_return_of(other)


@rule(
    "ONEX-06", cls="M", source="I:dot11ext_onex_stop",
    text="No ProcessSecurityPacket comes after StopOneX.",
)  # fmt: skip
def nothing_after_onex_stop(case: Case) -> Outcomes:
    """No packet is handed over once StopOneX has returned, until StartOneX."""
    for adapter in case.segments.adapters:
        for item in followed(case, adapter):
            call = item.at.call
            if call.function == names.STOP_ONEX:
                yield case.held(call)
            elif item.since is not None and _handed_after(item, "stopped"):
                message = "ProcessSecurityPacket was called after StopOneX"
                yield case.breach(message, call, item.since)


@rule(
    "ONEX-07", cls="M", source="N:interface-to-the-native-802-11-802-1x-module; S:ihvonexext.cpp",
    text="After a success or failure was indicated, the DLL handles all EAPOL itself.",
    severity="WARN",
    why="Microsoft's own sample still hands on what is not EAPOL-Key, so that the access point "
    "can start a re-authentication",
)  # fmt: skip
def handles_eapol_after_result(case: Case) -> Outcomes:
    """No packet is handed over after OnexIndicateResult with success or failure."""
    for adapter in case.segments.adapters:
        for item in followed(case, adapter):
            call = item.at.call
            if call.function == names.ONEX_RESULT:
                yield case.held(call)
            elif item.since is not None and _handed_after(item, "indicated"):
                message = "ProcessSecurityPacket was called after the result"
                yield case.breach(message, call, item.since)


def _handed_after(item: OneX, state: State) -> bool:
    """A packet is handed over once the call that brought this state has returned."""
    if item.at.call.function != names.PROCESS_ONEX or item.state != state or item.since is None:
        return False
    return item.at.call.entered_after_return_of(item.since)


@rule(
    "ONEX-10", cls="M", source="I:ns-wlanihv-_dot11_msonex_result_params; H",
    text="pDot11MsOneXResultParams of OnexIndicateResult may be NULL. (That MPPE keys are "
    "decrypted with CryptUnprotectData happens inside the DLL and is not seen.)",
)  # fmt: skip
def null_result_is_survived(case: Case) -> Outcomes:
    """A handler that was given NULL came back."""
    for call in case.index.calls(names.ONEX_RESULT):
        if call.args.get("pDot11MsOneXResultParams", call) is not None:
            continue
        if call.returned is not None:
            yield case.held(call)
        elif case.ended_inside(call):
            yield case.breach("OnexIndicateResult did not survive NULL parameters", call)


@rule(
    "ONEX-13", cls="M", source="N:images/ihv-ext-802.1x.png",
    text="The order is PerformPostAssociate, StartOneX, packets to ProcessSecurityPacket, "
    "OnexIndicateResult, keys, PostAssociateCompletion.",
    severity="WARN",
    why="a figure shows the order, no text demands it",
)  # fmt: skip
def order_of_the_figure(case: Case) -> Outcomes:
    """No packet before StartOneX, and no success between StartOneX and its result.

    In a round that the OS began by itself, a success may still be for the result before it.
    """
    for adapter in case.segments.adapters:
        for item in followed(case, adapter):
            call = item.at.call
            if item.at.phase not in (Phase.INIT, Phase.PRE, Phase.POST):
                continue  # of the others STOP-05 and RST-05 speak
            success = fields.integer(call.args, "dwWin32Error") == 0
            if call.function == names.PROCESS_ONEX and item.state == "never":
                yield case.breach("ProcessSecurityPacket was called before StartOneX", call)
            elif call.function == names.POST_COMPLETION and success:
                if item.start is not None:
                    message = "the session was completed with success while 802.1X was in progress"
                    yield case.breach(message, call, item.start)
                elif item.state == "indicated":
                    yield case.held(call)
