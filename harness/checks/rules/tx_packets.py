# SPDX-License-Identifier: GPL-2.0-or-later
"""TX rules: packets the DLL sends, their buffers and their completions."""

from __future__ import annotations

from harness.checks.case import Case
from harness.checks.codes import hexed
from harness.checks.outcomes import Outcomes
from harness.checks.registry import rule
from harness.checks.shared.ethertypes import wrong_ethertype
from harness.evidence import fields, names
from harness.evidence.calls import Call
from harness.evidence.segments import Send


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
            limit = case.limits.setting("os_answer_s")
            message = f"no SendPacketCompletion came for handle {hexed(send.handle)} ({limit})"
            yield case.breach(message, send.call)
    for call in case.segments.stray_send_completions:
        given = fields.handle(call.args, "hSendCompletion")
        if given and not case.losses.lost_before(call):
            message = f"SendPacketCompletion came for {hexed(given)}, which is not outstanding"
            yield case.breach(message, call)
