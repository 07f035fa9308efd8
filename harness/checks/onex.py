# SPDX-License-Identifier: GPL-2.0-or-later
"""ONEX rules: 802.1X through the OS's own module.

Packets handed to ProcessSecurityPacket stand in the trace as length and salted hash; as the salt
is in the trace's load record, they can be told from what ReceivePacket delivered in the clear.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from harness.checks.case import Case
from harness.checks.ethertypes import EAPOL, with_lists
from harness.checks.phases import Phase, Placed, all_placed, placed
from harness.checks.registry import Outcome, Outcomes, rule
from harness.evidence import fields, names
from harness.evidence.calls import Call
from harness.evidence.segments import Adapter

SUCCESS, FAILURE, IN_PROGRESS = 0, 1, 2
"""DOT11_MSONEX_RESULT."""
EAPOL_KEY: Final = 3
HASH_BYTES: Final = 8
MAX_KEPT: Final = 64
"""Received packets an 802.1X packet is compared with: the latest ones."""

State = Literal["never", "running", "indicated", "stopped", "unseen"]


@dataclass(frozen=True, slots=True)
class OneX:
    """A call of an adapter with the state of its 802.1X when it was entered."""

    at: Placed
    state: State
    since: Call | None = None
    start: Call | None = None
    """The StartOneX whose result is still to come: IN_PROGRESS is none."""


def followed(case: Case, adapter: Adapter) -> Iterator[OneX]:
    """The calls of an adapter, each with the state of 802.1X.

    never: not started since the session began. A new PerformPostAssociate begins anew.
    """
    state: State = "unseen" if case.partial else "never"
    since: Call | None = None
    start: Call | None = None
    for item in placed(case, adapter):
        yield OneX(item, state, since, start)
        call = item.call
        match call.function:
            case names.START_ONEX if call.result in (0, None):
                state, since, start = "running", call, call
            case names.STOP_ONEX if call.result in (0, None):
                state, since, start = "stopped", call, None
            case names.ONEX_RESULT:
                ended = fields.integer(call.args, "msOneXResult") in (SUCCESS, FAILURE)
                state, since = ("indicated" if ended else "running"), call
                start = None if ended else start
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
    for _, item in all_placed(case):
        if item.call.function != names.START_ONEX:
            continue
        if item.phase in (Phase.INIT, Phase.PRE):
            message = f"StartOneX was called {item.phase}, before any PerformPostAssociate"
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
        for item, lists in with_lists(case, adapter):
            if item.call.function != names.START_ONEX or item.phase is not Phase.POST:
                continue  # of other moments ONEX-01, STOP-05 and RST-05 speak
            lost = case.lost_before(item.call)
            if EAPOL in lists.registered:
                yield case.held(item.call)
            elif lost or not lists.known:
                yield case.unknown(lost or "the lists in force are not shown", item.call)
            else:
                yield case.breach("StartOneX was called with EAPOL not registered", item.call)


@dataclass(frozen=True, slots=True)
class _Received:
    call: Call
    size: int
    kind: int | None
    digests: frozenset[str]


def _received(case: Case, call: Call) -> _Received | None:
    """An EAPOL packet: its length from the version byte on, and its hashes from either start."""
    packet = fields.mapping(call.args, "pvInBuffer") or {}
    size = fields.integer(call.args, "dwInBufferSize")
    data = fields.octets(fields.text(packet, "data"))
    if fields.text(packet, "ethertype_bytes") != EAPOL or size is None or not data:
        return None
    whole = not packet.get("truncated") and len(data) == size - 8
    load = next((p.load for p in case.segments.processes if p.index == call.process), None)
    salt = fields.octets(fields.text(load.raw, "salt")) if load else None
    digests = (
        {_digest(salt, data), _digest(salt, data[1:])} if whole and salt is not None else set()
    )
    kind = data[1] if len(data) > 1 else None
    return _Received(call, size - 8, kind, frozenset(digests))


def _digest(salt: bytes, data: bytes) -> str:
    return hmac.new(salt, data, hashlib.sha256).digest()[:HASH_BYTES].hex()


def _handed_over(case: Case, adapter: Adapter) -> Iterator[tuple[Call, list[_Received]]]:
    """The packets given to ProcessSecurityPacket, each with those received before it."""
    kept: list[_Received] = []
    for call in adapter.calls:
        if call.function == names.RECEIVE_PACKET:
            packet = _received(case, call)
            if packet is not None:
                kept = [*kept[-MAX_KEPT:], packet]
        elif call.function == names.PROCESS_ONEX:
            yield call, kept


def _source_of(call: Call, kept: list[_Received]) -> list[_Received]:
    """The received packets this one may be: by hash where there is one, else by length."""
    secret = fields.mapping(call.args, "pvInPacket") or {}
    digest = fields.text(secret, "hash")
    size = fields.integer(call.args, "dwInPacketSize")
    same = [packet for packet in kept if digest in packet.digests]
    return same or [
        packet for packet in kept if not packet.digests and size in (packet.size, packet.size - 1)
    ]


@rule(
    "ONEX-03", cls="M",
    source="I:dot11ext_process_onex_packet; N:interface-to-the-native-802-11-802-1x-module",
    text="While 802.1X is in progress every EAPOL packet received except EAPOL-Key goes to "
    "ProcessSecurityPacket; EAPOL-Key never does. (One not handed on in time is told by a limit "
    "of this harness.)",
)  # fmt: skip
def eapol_is_handed_on(case: Case) -> Outcomes:
    """No EAPOL-Key is handed over, and every other packet is before the limit of ours."""
    for adapter in case.segments.adapters:
        taken: set[int] = set()
        for call, kept in _handed_over(case, adapter):
            found = _source_of(call, kept)
            taken |= {id(item.call) for item in found}
            if found and all(item.kind == EAPOL_KEY for item in found):
                message = "an EAPOL-Key packet was handed to ProcessSecurityPacket"
                yield case.breach(message, call, found[-1].call)
            elif found:
                yield case.held(call)
        yield from _kept_back(case, adapter, taken)


def _kept_back(case: Case, adapter: Adapter, taken: set[int]) -> Outcomes:
    """Packets received while 802.1X ran, and went on running beyond the limit, not handed on."""
    waiting: list[_Received] = []
    limit_ns = int(case.limits.os_answer_s * 1e9)
    for item in followed(case, adapter):
        overdue = [p for p in waiting if item.at.call.start_ns - p.call.start_ns > limit_ns]
        for packet in overdue:
            waiting.remove(packet)
            yield _not_handed_on(case, packet, item.at.call.start_ns)
        if item.state != "running":
            waiting.clear()
        call = item.at.call
        if call.function == names.RECEIVE_PACKET and item.state == "running":
            received = _received(case, call)
            due = received is not None and received.kind not in (None, EAPOL_KEY)
            if received is not None and due and id(call) not in taken:
                waiting.append(received)


def _not_handed_on(case: Case, packet: _Received, until_ns: int) -> Outcome:
    call = packet.call
    blind = case.blind(call.process, case.association_of(call), call.start_ns, until_ns)
    if blind:
        return case.unknown(blind, call)
    return case.breach(
        f"an EAPOL packet of type {packet.kind} was not handed to ProcessSecurityPacket within "
        f"{case.limits.os_answer_s:g} s (a limit of this harness) while 802.1X was in progress",
        call,
    )


@rule(
    "ONEX-04", cls="C", source="I:dot11ext_process_onex_packet; against S:ihvonexext.cpp",
    text="ProcessSecurityPacket is given the received packet from its packet type on, as the page "
    "says, or from the protocol version on, as Microsoft's sample does: both are accepted.",
)  # fmt: skip
def packet_starts_at_either_place(case: Case) -> Outcomes:
    """What is handed over is a received packet from one of the two places on."""
    for adapter in case.segments.adapters:
        for call, kept in _handed_over(case, adapter):
            lost = case.lost_before(call)
            if _source_of(call, kept):
                yield case.held(call)
            elif lost or any(not packet.digests for packet in kept):
                reason = lost or "the trace shows received packets in part only"
                yield case.unknown(reason, call)
            else:
                message = "the packet handed over is no received one from either place on"
                yield case.breach(message, call)


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
                stop_of, pending = call, item.state == "running"
            if call.function != names.STOP_ONEX or item.at.phase is Phase.RESET:
                continue
            inside = stop_of is not None and not call.entered_after_return_of(stop_of)
            if item.state in ("running", "unseen") or (inside and pending):
                yield case.held(call)
            else:
                message = "StopOneX was called with no authentication pending"
                yield case.breach(message, call)


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
    for call in case.calls(names.ONEX_RESULT):
        if call.args.get("pDot11MsOneXResultParams", call) is not None:
            continue
        if call.returned is not None:
            yield case.held(call)
        elif case.died_in(call):
            yield case.breach("OnexIndicateResult did not survive NULL parameters", call)


@rule(
    "ONEX-12", cls="S", source="S:ihvonexext.cpp (keeps two)",
    text="EAPOL-Key may arrive before the success is indicated: the DLL keeps it.",
)  # fmt: skip
def early_key_is_taken(case: Case) -> Outcomes:
    """ReceivePacket does not return an error for an EAPOL-Key while 802.1X is in progress."""
    for adapter in case.segments.adapters:
        for item in followed(case, adapter):
            call = item.at.call
            if call.function != names.RECEIVE_PACKET or item.state != "running":
                continue
            packet = _received(case, call)
            if packet is None or packet.kind != EAPOL_KEY or call.returned is None:
                continue
            message = f"an EAPOL-Key before the result was refused with error {call.result}"
            yield case.breach(message, call) if call.result else case.held(call)


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
            if item.at.phase is not Phase.POST:
                continue
            success = fields.integer(call.args, "dwWin32Error") == 0
            if call.function == names.PROCESS_ONEX and item.state == "never":
                yield case.breach("ProcessSecurityPacket was called before StartOneX", call)
            elif call.function == names.POST_COMPLETION and success:
                if item.start is not None:
                    message = "the session was completed with success while 802.1X was in progress"
                    yield case.breach(message, call, item.start)
                elif item.state == "indicated":
                    yield case.held(call)
