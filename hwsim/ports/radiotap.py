# SPDX-License-Identifier: GPL-2.0-or-later
"""Radiotap headers of a monitor interface: what is read from them, and what an injected frame has.

Pure; a packet comes from whatever is on the air: only :class:`WireError` comes out of a bad one.

Source: radiotap.org (fields, their sizes and alignments); the Linux kernel,
Documentation/networking/mac80211-injection.rst.
"""

from __future__ import annotations

import struct
from typing import Final, NamedTuple

from hwsim.errors import WireError

_FLAGS, _RATE, _CHANNEL, _SIGNAL, _TX_FLAGS = 1, 2, 3, 5, 15
_FIELDS: Final = (
    (8, 8), (1, 1), (1, 1), (4, 2), (2, 1), (1, 1), (1, 1), (2, 2), (2, 2), (2, 2), (1, 1), (1, 1),
    (1, 1), (1, 1), (2, 2), (2, 2),
)  # fmt: skip
"""Size and alignment of the fields 0 to 15, in bytes."""
_MORE: Final = 1 << 31
_HAS_FCS: Final = 0x10
_BAD_FCS: Final = 0x40
_TX_FAIL: Final = 0x0001
_TX_NO_ACK: Final = 0x0008
_TX_NO_SEQUENCE: Final = 0x0010
"""The sequence number is the injected frame's own (Linux 5.11)."""
_FCS_BYTES: Final = 4
_KBPS: Final = 500
_HEAD = struct.Struct("<BxHI")
_INJECTED = struct.Struct("<BxHIBxH")


class Packet(NamedTuple):
    """A frame without radiotap and FCS.

    ``acked`` is None of one that was received; of one that this machine had sent it says whether
    the receiver acknowledged it. What the header does not have is None.
    """

    frame: bytes
    freq_mhz: int | None
    rate_kbps: int | None
    signal_dbm: int | None
    acked: bool | None


def parse(packet: bytes) -> Packet:
    """What a monitor interface delivered; a frame whose FCS is wrong is none."""
    if len(packet) < _HEAD.size:
        raise WireError(f"radiotap: {len(packet)} bytes")
    version, length, present = _HEAD.unpack_from(packet)
    if version or not _HEAD.size <= length <= len(packet):
        raise WireError(f"radiotap: version {version}, length {length} of {len(packet)}")
    fields = _fields(packet[:length], present)
    flags = fields.get(_FLAGS, b"\0")[0]
    if flags & _BAD_FCS:
        raise WireError("radiotap: the FCS is wrong")
    frame = packet[length : len(packet) - _FCS_BYTES] if flags & _HAS_FCS else packet[length:]
    channel, rate, signal = fields.get(_CHANNEL), fields.get(_RATE), fields.get(_SIGNAL)
    sent = fields.get(_TX_FLAGS)
    return Packet(
        frame,
        int.from_bytes(channel[:2], "little") if channel else None,
        rate[0] * _KBPS if rate else None,
        int.from_bytes(signal, "little", signed=True) if signal else None,
        None if sent is None else not int.from_bytes(sent, "little") & _TX_FAIL,
    )


def injected(frame: bytes, rate_kbps: int, *, group: bool) -> bytes:
    """A frame to be sent at that rate; one to a group waits for no acknowledgement."""
    tx_flags = _TX_NO_SEQUENCE | (_TX_NO_ACK if group else 0)
    present = 1 << _RATE | 1 << _TX_FLAGS
    return _INJECTED.pack(0, _INJECTED.size, present, rate_kbps // _KBPS, tx_flags) + frame


def _fields(header: bytes, present: int) -> dict[int, bytes]:
    """The fields 0 to 15 of the first word; what is behind them is not looked at."""
    at, word = _HEAD.size, present
    while word & _MORE:
        if at + 4 > len(header):
            raise WireError("radiotap: words without an end")
        word = int.from_bytes(header[at : at + 4], "little")
        at += 4
    found: dict[int, bytes] = {}
    for number, (size, alignment) in enumerate(_FIELDS):
        if present & 1 << number:
            at = (at + alignment - 1) // alignment * alignment
            if at + size > len(header):
                raise WireError(f"radiotap: field {number} is cut")
            found[number] = header[at : at + size]
            at += size
    return found
