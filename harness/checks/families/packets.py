# SPDX-License-Identifier: GPL-2.0-or-later
"""ETH and TX rules: EtherType handling and packets the DLL sends."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from harness.checks.case import Case
from harness.checks.codes import hexed
from harness.checks.outcomes import Outcome, Outcomes
from harness.checks.phases import Phase
from harness.checks.registry import rule
from harness.evidence import fields, names
from harness.evidence.calls import Call
from harness.evidence.segments import Send

KNOWN_ETHERTYPES: Final = frozenset({
    "0800", "0806", "86dd", "888e", "88c7", "88b4", "890d", "8100", "88cc", "88e5",
})  # fmt: skip
"""EtherTypes of IEEE's list a WLAN driver may mean: IPv4, ARP, IPv6, EAPOL, RSN pre-authentication,
WAPI, fast roaming, VLAN, LLDP, MACsec. Only these are recognised when their bytes are swapped."""

SMALLEST_ETHERTYPE: Final = 0x0600
"""IEEE 802.3: below this the field is a length."""


@rule(
    "ETH-01", cls="M", source="I:dot11ext_set_ethertype_handling; N:ieee-ethertype-handling",
    text="SetEtherTypeHandling is called between InitAdapter and the successful "
    "PreAssociateCompletion, not again until the next pre-association. (Between AdapterReset and "
    "the next pre-association the documents contradict each other: a warning.)",
)  # fmt: skip
def ethertypes_set_in_time(case: Case) -> Outcomes:
    """Follow each adapter: allowed until pre-association succeeded, again from the next one."""
    for adapter in case.segments.adapters:
        closed_by: Call | None = None
        reset = False
        for item in case.calls_with_phase(adapter):
            call = item.call
            if item.phase is Phase.UNSEEN or call.function == names.PRE_ASSOCIATE:
                closed_by, reset = None, False
            elif call.function == names.ADAPTER_RESET:
                reset = True
            elif call.function == names.PRE_COMPLETION and call.result in (0, None):
                done = fields.integer(call.args, "dwWin32Error") == 0
                closed_by = call if done else closed_by
            elif call.function == names.SET_ETHERTYPES:
                # Side by side with its completion, unless the OS has gone on from that already.
                beside = closed_by is not None and not call.entered_after_return_of(closed_by)
                still_open = beside and item.phase is Phase.PRE
                yield _in_time(case, call, None if still_open else closed_by, reset)


def _in_time(case: Case, call: Call, closed_by: Call | None, reset: bool) -> Outcome:
    if closed_by is None:
        return case.held(call)
    when = "after AdapterReset" if reset else "after the pre-association was completed"
    return case.breach(
        f"SetEtherTypeHandling was called {when}; it belongs between PerformPreAssociate and its "
        "completion",
        call,
        closed_by,
        severity="WARN" if reset else None,
    )


@rule(
    "ETH-02", cls="M",
    source="I:dot11ext_set_ethertype_handling; "
    "I:../windot11/ns-windot11-dot11_privacy_exemption",
    text="EtherTypes of registrations and exemptions are big-endian: 0x888E is the bytes 88 8E.",
    severity="WARN",
    why="Microsoft's own sample gives them in host order in InitAdapter",
)  # fmt: skip
def ethertypes_are_big_endian(case: Case) -> Outcomes:
    """No EtherType of the lists is a known one with its bytes swapped, or no EtherType at all."""
    for call in case.index.calls(names.SET_ETHERTYPES):
        for kind, ethertype in _listed(call):
            wrong = wrong_ethertype(ethertype)
            if wrong:
                yield case.breach(f"{kind} lists EtherType bytes {ethertype}: {wrong}", call)
            else:
                yield case.held(call)


def _listed(call: Call) -> Iterator[tuple[str, str]]:
    for item in fields.sequence(call.args, "pusRegistration") or []:
        if isinstance(item, str):
            yield "pusRegistration", item.lower()
    for item in fields.sequence(call.args, "pExemption") or []:
        if isinstance(item, Mapping):
            ethertype = fields.text(item, "ethertype_bytes")
            if ethertype is not None:
                yield "pExemption", ethertype.lower()


def wrong_ethertype(ethertype: str) -> str | None:
    """What is wrong with two bytes in memory order, if anything."""
    octets = fields.octets(ethertype)
    if octets is None or len(octets) != 2:
        return "not two bytes"
    swapped = octets[::-1].hex()
    if ethertype not in KNOWN_ETHERTYPES and swapped in KNOWN_ETHERTYPES:
        return f"that is 0x{swapped} in the wrong byte order"
    if int.from_bytes(octets, "big") < SMALLEST_ETHERTYPE:
        return "too small for an EtherType"
    return None


@rule(
    "TX-01", cls="M",
    source="I:dot11ext_send_packet; I:../wlclient/ns-wlclient-_dot11_security_packet_header",
    text="A packet is destination MAC (6), EtherType (2, network order), payload: at least 8 "
    "bytes. (N:send-operations describes a full 802.11 frame; header and sample settle it.)",
)  # fmt: skip
def packet_has_its_header(case: Case) -> Outcomes:
    """Every packet sent is long enough and carries an EtherType in network order."""
    for call in case.index.calls(names.SEND_PACKET):
        length = fields.integer(call.args, "uPacketLen")
        if length is not None and length < 8:
            message = f"the packet has {length} bytes; its header alone takes 8"
            yield case.breach(message, call)
            continue
        packet = fields.mapping(call.args, "pvPacket") or {}
        ethertype = fields.text(packet, "ethertype_bytes")
        if ethertype is None:
            yield case.unknown("the trace does not show the packet", call)
            continue
        wrong = wrong_ethertype(ethertype.lower())
        if wrong:
            yield case.breach(f"the packet's EtherType bytes are {ethertype}: {wrong}", call)
        else:
            yield case.held(call)


@rule(
    "TX-02", cls="M", source="N:send-operations",
    text="Packets go to a unicast destination only.",
)  # fmt: skip
def packet_is_unicast(case: Case) -> Outcomes:
    """The group bit of every destination is clear."""
    for call in case.index.calls(names.SEND_PACKET):
        destination = fields.mac(fields.mapping(call.args, "pvPacket") or {}, "destination")
        if destination is None:
            yield case.unknown("the trace does not show the packet", call)
        elif int(destination[:2], 16) & 1:
            yield case.breach(f"the packet is for the group address {destination}", call)
        else:
            yield case.held(call)


@rule(
    "TX-03", cls="M", source="I:dot11ext_send_packet",
    text="The buffer stays allocated and unchanged until SendPacketCompletion.",
)  # fmt: skip
def buffer_lives_until_completion(case: Case) -> Outcomes:
    """When the completion comes, the recorder still reads what was sent."""
    for send in case.segments.sends:
        if send.completion is None or not send.handle:
            continue  # packets without a handle cannot be told apart
        state = fields.text(send.completion.args, "buffer")
        if state == "unchanged":
            yield case.held(send.call)
        elif state in ("changed", "unreadable"):
            yield case.breach(
                f"the buffer of the packet with completion handle {hexed(send.handle)} was "
                f"{state} when SendPacketCompletion came",
                send.completion,
                send.call,
            )
        else:
            reason = "the recorder could not compare the buffer"
            yield case.unknown(reason, send.completion)


@rule(
    "TX-04", cls="M", source="I:dot11ext_send_packet",
    text="hSendCompletion is unique among outstanding sends.",
)  # fmt: skip
def completion_handle_is_unique(case: Case) -> Outcomes:
    """No send uses the completion handle of one that is accepted and not completed."""
    latest: dict[tuple[int, int], Send] = {}
    for send in case.segments.sends:
        if not send.handle:
            continue
        key = (send.call.process, send.handle)
        other = latest.get(key)
        if other is None or not _outstanding(other, send.call):
            yield case.held(send.call)
        elif lost := case.losses.lost_between(other.call, send.call):
            yield case.unknown(lost, send.call)
        elif _let_go(case, other, send.call):
            reason = "AdapterReset came before the earlier packet's completion"
            yield case.unknown(reason, send.call)
        else:
            yield case.breach(
                f"SendPacket uses the completion handle {hexed(send.handle)}, under which an "
                "earlier packet is still outstanding",
                send.call,
                other.call,
            )
        latest[key] = send


def _outstanding(send: Send, at: Call) -> bool:
    refused = send.call.returned is not None and send.call.result != 0
    ends = (send.completion, send.gone_with)
    return not refused and not any(end is not None and end.key < at.key for end in ends)


def _let_go(case: Case, send: Send, at: Call) -> bool:
    """A reset came in between: no page says whether the OS still completes what it found."""
    reset = case.index.reset_before(send.adapter, at) if send.adapter else None
    return reset is not None and reset.key > send.call.key


@rule(
    "TX-05", cls="M(OS)", source="N:send-operations; I:dot11extihv_send_packet_completion",
    text="The OS gives one SendPacketCompletion per accepted packet, with the same handle.",
)  # fmt: skip
def sends_are_completed(case: Case) -> Outcomes:
    """Every accepted send with a handle was completed; no completion came for anything else."""
    for send in case.segments.sends:
        if not send.handle or not send.call.succeeded:
            continue
        if send.completion is not None:
            yield case.held(send.call)
            continue
        since_ns = send.call.start_ns
        until_ns = since_ns + int(case.limits.os_answer_s * 1e9)
        why = case.losses.why_absence_proves_nothing(
            send.call.process, case.index.association_of(send.call), since_ns, until_ns
        )
        gone = send.gone_with
        if gone is not None and gone.start_ns < until_ns:
            reason = "the adapter was gone before the completion was due"
            yield case.unknown(reason, send.call)
        elif why or until_ns > case.index.end_ns:
            reason = why or "the evidence ends before the completion was due"
            yield case.unknown(reason, send.call)
        else:
            limit = case.limits.told("os_answer_s")
            message = f"no SendPacketCompletion came for handle {hexed(send.handle)} ({limit})"
            yield case.breach(message, send.call)
    for call in case.segments.stray_send_completions:
        given = fields.handle(call.args, "hSendCompletion")
        if given and not case.losses.lost_before(call):
            message = f"SendPacketCompletion came for {hexed(given)}, which is not outstanding"
            yield case.breach(message, call)
