# SPDX-License-Identifier: GPL-2.0-or-later
"""RX rules: packets the OS delivers."""

from __future__ import annotations

from harness import codes
from harness.checks.case import Case
from harness.checks.codes import ERROR_INVALID_STATE, is_winerror
from harness.checks.outcomes import Outcomes
from harness.checks.phases import BEGINS, Phase, PhasedCall
from harness.checks.registry import rule
from harness.checks.shared.ethertypes import EtherTypeLists, received_packets, wrong_ethertype
from harness.checks.shared.packets import unusual_packet
from harness.checks.shared.use_after_return import uses_after_return
from harness.evidence import fields, names
from harness.evidence.calls import Call
from harness.evidence.segments import Adapter


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
    for adapter, item, lists in received_packets(case):
        call, before = item.call, latest.get(id(adapter))
        latest[id(adapter)] = call
        wrong = _out_of_place(item, lists, before)
        if wrong is None:
            yield case.held(item.call)
        elif case.losses.lost_before(call) and not case.losses.partial:
            yield case.unknown("records are missing from the trace before that", call)
        else:
            yield case.breach(f"ReceivePacket came {wrong}", call)


def _out_of_place(item: PhasedCall, lists: EtherTypeLists, before: Call | None) -> str | None:
    packet = fields.mapping(item.call.args, "pvInBuffer") or {}
    ethertype = fields.text(packet, "ethertype_bytes")
    if item.phase in (Phase.INIT, Phase.PRE):
        return f"{item.phase}, not during post-association"
    if item.phase is Phase.STOPPED and item.not_concurrent:
        return "after StopPostAssociate had returned"
    if before and before.returned and not item.call.entered_after_return_of(before):
        return "while another one of this adapter had not returned"
    if not lists.known or not lists.registered or ethertype is None:
        return None
    wanted = ethertype.lower()
    if not lists.registered & {wanted, wanted[2:] + wanted[:2]}:  # its byte order is ETH-02's
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
    for call in case.index.calls(names.RECEIVE_PACKET):
        packet = fields.mapping(call.args, "pvInBuffer") or {}
        ethertype = fields.text(packet, "ethertype_bytes")
        if ethertype is None:
            continue
        wrong = wrong_ethertype(ethertype.lower())
        if wrong and "order" in wrong:
            yield case.breach(f"a received packet has EtherType bytes {ethertype}: {wrong}", call)
        elif not wrong:
            yield case.held(call)
    for adapter in case.segments.adapters:
        yield from _answers_inside(case, adapter)


def _answers_inside(case: Case, adapter: Adapter) -> Outcomes:
    """An answer refused as out of place, on a port that took other packets later.

    The OS knows of a port's end before it calls StopPostAssociate (STOP-01), and refuses then.
    """
    refused: Call | None = None
    for item in case.calls_with_phase(adapter):
        call = item.call
        if call.function in BEGINS:
            refused = None
        elif call.function == names.SEND_PACKET and call.result == ERROR_INVALID_STATE:
            refused = call if call.inside(names.RECEIVE_PACKET) else refused
        elif refused is not None and _goes_on(call, refused):
            yield case.breach("SendPacket inside ReceivePacket was refused (5023)", refused, call)
            refused = None


def _goes_on(call: Call, after: Call) -> bool:
    sent = call.function == names.SEND_PACKET and call.succeeded
    return sent and call.entered_after_return_of(after)


@rule(
    "RX-03", cls="D", source="S:ihvonexext.cpp (ERROR_INVALID_PARAMETER below 9 bytes)",
    text="Short packets, odd types and payloads shorter than their own length fields are "
    "survived, and what is to be kept of a packet is copied: no crash touches it afterwards.",
)  # fmt: skip
def odd_packets_are_survived(case: Case) -> Outcomes:
    """A handler that was given an odd packet came back, and no packet was used later."""
    yield from uses_after_return(case, frozenset({names.RECEIVE_PACKET}))
    for call in case.index.calls(names.RECEIVE_PACKET):
        odd = unusual_packet(call)
        if odd is None:
            continue
        if call.returned is not None:
            yield case.held(call)
        elif case.ended_inside(call):
            yield case.breach(f"ReceivePacket did not survive {odd}", call)
        else:
            yield case.unknown("the handler has not returned within the evidence", call)


@rule(
    "RX-04", cls="M", source="I:dot11extihv_receive_packet",
    text="ReceivePacket returns ERROR_SUCCESS or a code of winerror.h.",
)  # fmt: skip
def receive_returns_win32_error(case: Case) -> Outcomes:
    """The return value is one winerror.h can hold."""
    for call in case.index.calls(names.RECEIVE_PACKET):
        if call.returned is None or call.result is None:
            continue
        if is_winerror(call.result):
            yield case.held(call)
        else:
            code = codes.win32(call.result)
            message = f"ReceivePacket returned {code}, which is no code of winerror.h"
            yield case.breach(message, call)
