# SPDX-License-Identifier: GPL-2.0-or-later
"""ETH rules on the lists in force, and RX rules: packets the OS delivers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from harness.checks.case import Case
from harness.checks.codes import hexed, is_winerror
from harness.checks.late import late_breaches
from harness.checks.packets import wrong_ethertype
from harness.checks.permissions import ERROR_INVALID_STATE
from harness.checks.phases import Phase, Placed, placed
from harness.checks.registry import Outcome, Outcomes, rule
from harness.evidence import fields, names
from harness.evidence.calls import Call
from harness.evidence.segments import Adapter

EAPOL: Final = "888e"
_COUNTED: Final = (
    ("uNumOfExemption", "pExemption"), ("uNumOfRegistration", "pusRegistration"),
)  # fmt: skip
SMALLEST_PACKET: Final = 9
"""Peer address, EtherType and one byte."""


@dataclass(frozen=True, slots=True)
class Lists:
    """EtherTypes registered and exempted at a moment; ``known`` is False where the evidence does
    not show them. ``cleared_by`` is the AdapterReset that emptied them, ``set_by`` the call that
    filled them."""

    registered: frozenset[str] = frozenset()
    exempted: frozenset[str] = frozenset()
    known: bool = True
    set_by: Call | None = None
    cleared_by: Call | None = None


def with_lists(case: Case, adapter: Adapter) -> Iterator[tuple[Placed, Lists]]:
    """The calls of an adapter in order, each with the lists in force when it was entered."""
    state = Lists(known=not case.partial)
    for item in placed(case, adapter):
        yield item, state
        call = item.call
        if call.function == names.ADAPTER_RESET:
            state = Lists(cleared_by=call)
        elif call.function == names.SET_ETHERTYPES and call.result in (0, None):
            state = Lists(
                _listed(call, "pusRegistration"),
                _listed(call, "pExemption"),
                set_by=call,
            )


def _listed(call: Call, name: str) -> frozenset[str]:
    """The EtherTypes of a list; a known one in the wrong byte order counts (that is ETH-02's)."""
    found: set[str] = set()
    for item in fields.sequence(call.args, name) or []:
        value = fields.text(item, "ethertype_bytes") if isinstance(item, Mapping) else item
        octets = fields.octets(value)
        if octets is not None:
            found |= {octets.hex(), octets[::-1].hex()}
    return frozenset(found)


def _received(case: Case) -> Iterator[tuple[Adapter, Placed, Lists]]:
    for adapter in case.segments.adapters:
        for item, lists in with_lists(case, adapter):
            if item.call.function == names.RECEIVE_PACKET:
                yield adapter, item, lists


@rule(
    "ETH-03", cls="M(OS)",
    source="I:dot11ext_set_ethertype_handling; I:../windot11/ns-windot11-dot11_privacy_exemption",
    text="Both lists are empty by default, and with no registration there is no ReceivePacket.",
)  # fmt: skip
def nothing_without_registration(case: Case) -> Outcomes:
    """No packet is delivered while nothing is registered (after a reset: ETH-04)."""
    for _, item, lists in _received(case):
        if not lists.known or lists.cleared_by is not None:
            continue
        if lists.registered:
            yield case.held(item.call)
        elif lists.set_by is None or fields.integer(lists.set_by.args, "uNumOfRegistration") == 0:
            lost = case.lost_before(item.call)
            message = "ReceivePacket came though no EtherType is registered"
            yield case.unknown(lost, item.call) if lost else case.breach(message, item.call)


@rule(
    "ETH-04", cls="M(OS)", source="N:ieee-ethertype-handling",
    text="The OS clears both lists before it calls AdapterReset.",
)  # fmt: skip
def reset_clears_the_lists(case: Case) -> Outcomes:
    """From the entry of AdapterReset on nothing is delivered until the lists are set again."""
    for adapter in case.segments.adapters:
        for item, lists in with_lists(case, adapter):
            reset = lists.cleared_by
            if reset is None:
                continue
            if item.call.function == names.RECEIVE_PACKET:
                blind = case.blind(
                    item.call.process, case.association_of(item.call), reset.start_ns,
                    item.call.start_ns,
                )  # fmt: skip
                message = "ReceivePacket came after AdapterReset without a new registration"
                yield (
                    case.unknown(blind, item.call)
                    if blind
                    else case.breach(message, item.call, reset)
                )
            elif item.call.function in (names.SET_ETHERTYPES, names.PRE_ASSOCIATE):
                yield case.held(item.call)


@rule(
    "ETH-05", cls="D", source="from ETH-04 (N:ieee-ethertype-handling)",
    text="As a reset clears the lists, a DLL that receives packets registers again in each "
    "pre-association.",
)  # fmt: skip
def registered_again_after_reset(case: Case) -> Outcomes:
    """A profile that had EtherTypes registered once has them registered again after a reset."""
    for adapter in case.segments.adapters:
        needed: set[str] = set()
        profile = ""
        for item, lists in with_lists(case, adapter):
            call = item.call
            if call.function == names.PRE_ASSOCIATE:
                profile = repr(fields.content(fields.find(call.args, "pIhvSecProfile")))
            elif _succeeds(call):
                if lists.cleared_by is not None and profile in needed:
                    yield _not_registered(case, call, lists.cleared_by)
                elif lists.registered and profile in needed:
                    yield case.held(call)
                if lists.registered:
                    needed.add(profile)


def _succeeds(call: Call) -> bool:
    done = call.function == names.PRE_COMPLETION
    return done and fields.integer(call.args, "dwWin32Error") == 0


def _not_registered(case: Case, call: Call, reset: Call) -> Outcome:
    blind = case.blind(call.process, case.association_of(call), reset.start_ns, call.start_ns)
    if blind:
        return case.unknown(blind, call)
    return case.breach(
        "the pre-association succeeded without SetEtherTypeHandling, though AdapterReset had "
        "emptied the lists this profile used before",
        call,
        reset,
    )


@rule(
    "ETH-06", cls="D", source="H (the annotations of wlanihv.h); A:decryption-exemptions",
    text="A list with a count has a pointer; an exemption's action is 0 to 2, its packet type 1 to "
    "3.",
)  # fmt: skip
def lists_are_well_formed(case: Case) -> Outcomes:
    """Pointers, actions and packet types of SetEtherTypeHandling."""
    for call in case.calls(names.SET_ETHERTYPES):
        wrong = _malformed(call)
        yield case.breach(f"SetEtherTypeHandling: {wrong}", call) if wrong else case.held(call)


def _malformed(call: Call) -> str | None:
    for count, name in _COUNTED:
        if fields.integer(call.args, count) and name in call.args and call.args[name] is None:
            return f"{count} is not 0, but {name} is NULL"
    for item in fields.sequence(call.args, "pExemption") or []:
        if not isinstance(item, Mapping):
            continue
        action, kind = fields.integer(item, "action"), fields.integer(item, "packet_type")
        if action is not None and action not in (0, 1, 2):
            return f"an exemption has the action {action}"
        if kind is not None and kind not in (1, 2, 3):
            return f"an exemption has the packet type {kind}"
    return None


@rule(
    "RX-01", cls="M(OS)",
    source="N:receive-operations; N:performing-a-post-association-operation; "
    "N:802-11-wlan-adapter-communication-channel",
    text="ReceivePacket comes only for registered EtherTypes, during post-association, one at a "
    "time. (That packets keep their order of arrival is not judged.)",
)  # fmt: skip
def received_in_its_place(case: Case) -> Outcomes:
    """EtherType, phase and overlap of every ReceivePacket."""
    latest: dict[int, Call] = {}
    for adapter, item, lists in _received(case):
        call, before = item.call, latest.get(id(adapter))
        latest[id(adapter)] = call
        wrong = _out_of_place(item, lists, before)
        if wrong is None:
            yield case.held(item.call)
        elif case.lost_before(call) and not case.partial:
            yield case.unknown("records are missing from the trace before that", call)
        else:
            yield case.breach(f"ReceivePacket came {wrong}", call)


def _out_of_place(item: Placed, lists: Lists, before: Call | None) -> str | None:
    packet = fields.mapping(item.call.args, "pvInBuffer") or {}
    ethertype = fields.text(packet, "ethertype_bytes")
    if item.phase in (Phase.INIT, Phase.PRE):
        return f"{item.phase}, not during post-association"
    if item.phase is Phase.STOPPED and item.settled:
        return "after StopPostAssociate had returned"
    if before and before.returned and not item.call.entered_after_return_of(before):
        return "while another one of this adapter had not returned"
    if lists.registered and ethertype is not None and ethertype.lower() not in lists.registered:
        return f"for EtherType {ethertype}, which is not registered"
    return None


@rule(
    "RX-02", cls="M", source="I:dot11extihv_receive_packet; N:receive-operations",
    text="What is received is peer address, EtherType in network order, payload; the DLL may "
    "answer with SendPacket inside ReceivePacket.",
    severity="MISS",
    why="form and permission are the OS's to keep",
)  # fmt: skip
def received_in_its_form(case: Case) -> Outcomes:
    """The EtherType's bytes are in order, and answers inside are not refused as out of place."""
    for call in case.calls(names.RECEIVE_PACKET):
        packet = fields.mapping(call.args, "pvInBuffer") or {}
        ethertype = fields.text(packet, "ethertype_bytes")
        if ethertype is None:
            continue
        wrong = wrong_ethertype(ethertype.lower())
        if wrong and "order" in wrong:
            yield case.breach(f"a received packet has EtherType bytes {ethertype}: {wrong}", call)
        elif not wrong:
            yield case.held(call)
    for call in case.calls(names.SEND_PACKET):
        if call.result == ERROR_INVALID_STATE and call.inside(names.RECEIVE_PACKET):
            yield case.breach("SendPacket inside ReceivePacket was refused (5023)", call)


@rule(
    "RX-03", cls="D", source="S:ihvonexext.cpp (ERROR_INVALID_PARAMETER below 9 bytes)",
    text="Short packets, odd types and payloads shorter than their own length fields are "
    "survived, and what is to be kept of a packet is copied: no crash touches it afterwards.",
)  # fmt: skip
def odd_packets_are_survived(case: Case) -> Outcomes:
    """A handler that was given an odd packet came back, and no packet was used later."""
    yield from late_breaches(case, frozenset({names.RECEIVE_PACKET}))
    for call in case.calls(names.RECEIVE_PACKET):
        odd = odd_packet(call)
        if odd is None:
            continue
        if call.returned is not None:
            yield case.held(call)
        elif case.died_in(call):
            yield case.breach(f"ReceivePacket did not survive {odd}", call)
        else:
            yield case.unknown("the handler has not returned within the evidence", call)


def odd_packet(call: Call) -> str | None:
    """What is unusual about a received packet, if anything."""
    size = fields.integer(call.args, "dwInBufferSize")
    if size is not None and size < SMALLEST_PACKET:
        return f"a packet of {size} bytes"
    packet = fields.mapping(call.args, "pvInBuffer") or {}
    if fields.text(packet, "ethertype_bytes") != EAPOL or size is None:
        return None
    data = fields.octets(fields.text(packet, "data"))
    if data is None:
        return None
    length = int.from_bytes(data[2:4], "big")
    if len(data) < 4 or 4 + length > size - 8:
        return "an EAPOL packet shorter than its own length field"
    return None


@rule(
    "RX-04", cls="M", source="I:dot11extihv_receive_packet",
    text="ReceivePacket returns ERROR_SUCCESS or a code of winerror.h.",
)  # fmt: skip
def receive_returns_win32_error(case: Case) -> Outcomes:
    """The return value is one winerror.h can hold."""
    for call in case.calls(names.RECEIVE_PACKET):
        if call.returned is None or call.result is None:
            continue
        if is_winerror(call.result):
            yield case.held(call)
        else:
            message = f"ReceivePacket returned {hexed(call.result)}, which is no code of winerror.h"
            yield case.breach(message, call)
