# SPDX-License-Identifier: GPL-2.0-or-later
"""ONEX rules on packets: what is handed to the OS's 802.1X, and what the DLL keeps.

Packets handed to ProcessSecurityPacket stand in the trace as length and salted hash; as the salt
is in the trace's load record, they can be told from what ReceivePacket delivered in the clear.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from harness import codes
from harness.checks.case import Case
from harness.checks.outcomes import Outcome, Outcomes
from harness.checks.registry import rule
from harness.checks.rules.onex_calls import followed
from harness.checks.shared.ethertypes import EAPOL
from harness.checks.shared.packets import unusual_packet
from harness.evidence import fields, names
from harness.evidence.calls import Call
from harness.evidence.segments import Adapter

EAPOL_KEY: Final = 3
HEADER: Final = 4
"""Bytes of an EAPOL header: version, type, length of what follows (IEEE 802.1X-2020, 11.3)."""
HASH_BYTES: Final = 8
MAX_KEPT: Final = 64
"""Received packets an 802.1X packet is compared with: the latest ones."""


@dataclass(frozen=True, slots=True)
class _Received:
    call: Call
    sizes: frozenset[int]
    kind: int | None
    digests: frozenset[str]
    """Of the packet from either start, with and without padding; none if it is not all shown."""


def _received(case: Case, call: Call) -> _Received | None:
    """An EAPOL packet with what it may look like when it is handed on."""
    packet = fields.mapping(call.args, "pvInBuffer") or {}
    size = fields.integer(call.args, "dwInBufferSize")
    data = fields.octets(fields.text(packet, "data"))
    if fields.text(packet, "ethertype_bytes") != EAPOL or size is None or not data:
        return None
    length = size - 8
    proper = min(length, HEADER + int.from_bytes(data[2:HEADER], "big"))
    sizes = frozenset({length, length - 1, proper, proper - 1})
    whole = not packet.get("truncated") and len(data) == length
    load = next((p.load for p in case.segments.processes if p.index == call.process), None)
    salt = fields.octets(fields.text(load.raw, "salt")) if load else None
    shown = {data, data[1:], data[:proper], data[1:proper]} if whole and salt is not None else ()
    kind = data[1] if len(data) > 1 else None
    return _Received(call, sizes, kind, frozenset(_digest(salt or b"", part) for part in shown))


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
    return same or [packet for packet in kept if not packet.digests and size in packet.sizes]


@rule(
    "ONEX-03", cls="M",
    source="I:dot11ext_process_onex_packet; N:interface-to-the-native-802-11-802-1x-module",
    text="While 802.1X is in progress every EAPOL packet received except EAPOL-Key goes to "
    "ProcessSecurityPacket; EAPOL-Key never does. (One not handed on in time is told by a limit "
    "of this harness. Garbled ones, and those of a station that is not the access point, may be "
    "left.)",
)  # fmt: skip
def eapol_is_handed_on(case: Case) -> Outcomes:
    """No EAPOL-Key is handed over, and every other packet is before this harness's limit."""
    for adapter in case.segments.adapters:
        taken: set[int] = set()
        for call, kept in _handed_over(case, adapter):
            found = _source_of(call, kept)
            taken |= {id(item.call) for item in found}
            keys = bool(found) and all(item.kind == EAPOL_KEY for item in found)
            if keys and not found[-1].digests:
                yield case.unknown("the packet handed over is known by its length only", call)
            elif keys:
                message = "an EAPOL-Key packet was handed to ProcessSecurityPacket"
                yield case.breach(message, call, found[-1].call)
            elif found:
                yield case.held(call)
        yield from _kept_back(case, adapter, taken)


def _kept_back(case: Case, adapter: Adapter, taken: set[int]) -> Outcomes:
    """Packets received while 802.1X ran, and went on running beyond the limit, not handed on."""
    waiting: list[_Received] = []
    peer: str | None = None
    limit_ns = int(case.limits.os_answer_s * 1e9)
    for item in followed(case, adapter):
        call = item.at.call
        if item.state != "running":
            waiting.clear()
        overdue = [p for p in waiting if call.start_ns - p.call.start_ns > limit_ns]
        for packet in overdue:
            waiting.remove(packet)
            yield _not_handed_on(case, packet, call.start_ns)
        if call.function == names.POST_ASSOCIATE:
            peer = fields.mac(fields.mapping(call.args, "pPortState") or {}, "PeerMacAddress")
        elif call.function == names.RECEIVE_PACKET and item.state == "running":
            received = _received(case, call)
            if received is not None and _is_due(received, peer) and id(call) not in taken:
                waiting.append(received)


def _is_due(packet: _Received, peer: str | None) -> bool:
    """A whole packet of the access point that is no EAPOL-Key."""
    source = fields.mac(fields.mapping(packet.call.args, "pvInBuffer") or {}, "source")
    foreign = None not in (source, peer) and source != peer
    return packet.kind not in (None, EAPOL_KEY) and not foreign and not unusual_packet(packet.call)


def _not_handed_on(case: Case, packet: _Received, until_ns: int) -> Outcome:
    call = packet.call
    why = case.losses.why_absence_proves_nothing(
        call.process, case.index.association_of(call), call.start_ns, until_ns
    )
    if why:
        return case.unknown(why, call)
    return case.breach(
        f"an EAPOL packet of type {packet.kind} was not handed to ProcessSecurityPacket within "
        f"{case.limits.os_answer_s:g} s (a limit of this harness, "
        f"{case.limits.setting('os_answer_s')}) while 802.1X was in progress",
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
            lost = case.losses.lost_before(call)
            if _source_of(call, kept):
                yield case.held(call)
            elif lost or any(not packet.digests for packet in kept):
                reason = lost or "the trace shows received packets in part only"
                yield case.unknown(reason, call)
            else:
                message = "the packet handed over is no received one from either place on"
                yield case.breach(message, call)


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
            if unusual_packet(call):
                continue
            message = f"an EAPOL-Key before the result was refused with {codes.win32(call.result)}"
            yield case.breach(message, call) if call.result else case.held(call)
