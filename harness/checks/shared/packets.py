# SPDX-License-Identifier: GPL-2.0-or-later
"""Packets delivered to the DLL that are unlike those of ordinary traffic."""

from __future__ import annotations

from typing import Final

from harness.checks.shared.ethertypes import EAPOL
from harness.evidence import fields
from harness.evidence.calls import Call

SMALLEST_PACKET: Final = 9
"""Peer address, EtherType and one byte."""


def unusual_packet(call: Call) -> str | None:
    """What is unusual about a packet given to ReceivePacket, in words; None if nothing is."""
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
