# SPDX-License-Identifier: GPL-2.0-or-later
"""mac80211_hwsim generic netlink messages ↔ bytes.

A message here is a genlmsghdr (command, version, two reserved bytes) and netlink attributes: each
a u16 length (header included), a u16 type, the value, and padding to four bytes. All integers are
little-endian, the byte order of the guests. Pure functions; whatever comes in is untrusted, and
only :class:`WireError` comes out of a bad message.

Source: include and driver of the Linux kernel, drivers/net/wireless/virtual/mac80211_hwsim.{c,h}.
"""

from __future__ import annotations

import struct
from typing import Final, NamedTuple

from hwsim.errors import WireError

CMD_FRAME: Final = 2
CMD_TX_INFO_FRAME: Final = 3
HWSIM_VERSION: Final = 1

ATTR_ADDR_RECEIVER: Final = 1
ATTR_ADDR_TRANSMITTER: Final = 2
ATTR_FRAME: Final = 3
ATTR_FLAGS: Final = 4
ATTR_RX_RATE: Final = 5
ATTR_SIGNAL: Final = 6
ATTR_TX_INFO: Final = 7
ATTR_COOKIE: Final = 8
ATTR_FREQ: Final = 19

TX_REQ_STATUS: Final = 1
"""HWSIM_TX_CTL_REQ_TX_STATUS: the sender wants to know what became of the frame."""
TX_NO_ACK: Final = 2
"""HWSIM_TX_CTL_NO_ACK: no acknowledgement is expected (group-addressed)."""
TX_STAT_ACK: Final = 4
"""HWSIM_TX_STAT_ACK: the frame was acknowledged."""

MAX_FRAME: Final = 2304
"""IEEE80211_MAX_DATA_LEN, the longest frame hwsim takes (bytes)."""

_GENL = struct.Struct("<BBH")
_NLA = struct.Struct("<HH")
_U32 = struct.Struct("<I")
_U64 = struct.Struct("<Q")
_PAD = (b"", b"\0\0\0", b"\0\0", b"\0")
_NLA_TYPE_MASK = 0x3FFF


class RadioFrame(NamedTuple):
    """A HWSIM_CMD_FRAME as a radio's kernel sends it.

    ``radio`` is the radio's hardware address (42:…), by which answers are addressed, not the
    address of an interface. ``tx_info`` are the four rates asked for, as bytes. ``cookie`` names
    the frame in the transmit status. ``freq_mhz`` is ``None`` if the kernel gave none.
    """

    radio: bytes
    frame: bytes
    flags: int
    cookie: int
    tx_info: bytes
    freq_mhz: int | None


def attributes(payload: bytes, offset: int = _GENL.size) -> dict[int, bytes]:
    """The netlink attributes of ``payload`` from ``offset``; of a repeated one the last counts."""
    found: dict[int, bytes] = {}
    end = len(payload)
    while offset < end:
        if end - offset < 4:
            raise WireError(f"netlink attribute: {end - offset} stray bytes at the end")
        length, kind = _NLA.unpack_from(payload, offset)
        if length < 4 or length > end - offset:
            raise WireError(f"netlink attribute {kind}: length {length}, {end - offset} bytes left")
        found[kind & _NLA_TYPE_MASK] = payload[offset + 4 : offset + length]
        offset += (length + 3) & ~3
    return found


def parse_radio_frame(payload: bytes) -> RadioFrame:
    """The frame in a HWSIM_CMD_FRAME message of a radio; raises :class:`WireError` for others."""
    if len(payload) < _GENL.size:
        raise WireError(f"hwsim message: {len(payload)} bytes, header needs {_GENL.size}")
    if payload[0] != CMD_FRAME:
        raise WireError(f"hwsim message: command {payload[0]}, not {CMD_FRAME} (frame)")
    found = attributes(payload)
    frame = _sized(found, ATTR_FRAME, 10, MAX_FRAME)
    freq = found.get(ATTR_FREQ)
    return RadioFrame(
        radio=_sized(found, ATTR_ADDR_TRANSMITTER, 6, 6),
        frame=frame,
        flags=_U32.unpack(_sized(found, ATTR_FLAGS, 4, 4))[0],
        cookie=_U64.unpack(_sized(found, ATTR_COOKIE, 8, 8))[0],
        tx_info=_sized(found, ATTR_TX_INFO, 2, 8),
        freq_mhz=None if freq is None else _U32.unpack(_sized(found, ATTR_FREQ, 4, 4))[0],
    )


def frame_message(
    radio: bytes, frame: bytes, *, rate_index: int, signal_dbm: int, freq_mhz: int
) -> bytes:
    """HWSIM_CMD_FRAME that lets ``radio`` (its 42:… address) receive ``frame``."""
    length = len(frame)
    return b"".join((
        _GENL.pack(CMD_FRAME, HWSIM_VERSION, 0),
        _NLA.pack(10, ATTR_ADDR_RECEIVER), radio, b"\0\0",
        _NLA.pack(4 + length, ATTR_FRAME), frame, _PAD[length & 3],
        _NLA.pack(8, ATTR_RX_RATE), _U32.pack(rate_index),
        _NLA.pack(8, ATTR_SIGNAL), _U32.pack(signal_dbm & 0xFFFFFFFF),
        _NLA.pack(8, ATTR_FREQ), _U32.pack(freq_mhz),
    ))  # fmt: skip


def status_message(sent: RadioFrame, *, acked: bool, signal_dbm: int) -> bytes:
    """HWSIM_CMD_TX_INFO_FRAME that tells the radio what became of the frame it ``sent``.

    An acknowledged frame counts one attempt at its first rate; one that was not acknowledged
    keeps the attempts the kernel asked for, as if all had failed.
    """
    info = sent.tx_info
    if acked:
        info = info[:1] + b"\x01" + (b"\xff\x00" * 3)
    flags = (sent.flags & ~TX_STAT_ACK) | (TX_STAT_ACK if acked else 0)
    return b"".join((
        _GENL.pack(CMD_TX_INFO_FRAME, HWSIM_VERSION, 0),
        _NLA.pack(10, ATTR_ADDR_TRANSMITTER), sent.radio, b"\0\0",
        _NLA.pack(8, ATTR_FLAGS), _U32.pack(flags),
        _NLA.pack(12, ATTR_COOKIE), _U64.pack(sent.cookie),
        _NLA.pack(8, ATTR_SIGNAL), _U32.pack(signal_dbm & 0xFFFFFFFF),
        _NLA.pack(4 + len(info), ATTR_TX_INFO), info, _PAD[len(info) & 3],
    ))  # fmt: skip


def _sized(found: dict[int, bytes], kind: int, low: int, high: int) -> bytes:
    value = found.get(kind)
    if value is None:
        raise WireError(f"hwsim message: attribute {kind} is missing")
    if not low <= len(value) <= high:
        raise WireError(f"hwsim message: attribute {kind} has {len(value)} bytes")
    return value
