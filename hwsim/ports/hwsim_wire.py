# SPDX-License-Identifier: GPL-2.0-or-later
"""mac80211_hwsim generic netlink messages ↔ bytes.

A message here is a genlmsghdr (command, version, two reserved bytes) and netlink attributes: each
a u16 length (header included), a u16 type, the value, and padding to four bytes. On a netlink
socket an nlmsghdr comes before it; a virtio-serial port has headers of its own. All integers are
little-endian, the byte order of the guests. Pure functions; whatever comes in is untrusted, and
only :class:`WireError` comes out of a bad message.

Source: the Linux kernel, drivers/net/wireless/virtual/mac80211_hwsim.{c,h} (messages, and the
table hwsim_rates), include/net/mac80211.h (flags of rates), include/uapi/linux/netlink.h.
"""

from __future__ import annotations

import struct
from typing import Final, NamedTuple

from hwsim.errors import WireError
from hwsim.ports.base import RadioFrame

CMD_REGISTER: Final = 1
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
ATTR_TX_INFO_FLAGS: Final = 21

TX_REQ_STATUS: Final = 1
"""HWSIM_TX_CTL_REQ_TX_STATUS: the sender wants to know what became of the frame."""
TX_NO_ACK: Final = 2
"""HWSIM_TX_CTL_NO_ACK: no acknowledgement is expected (group-addressed)."""
TX_STAT_ACK: Final = 4
"""HWSIM_TX_STAT_ACK: the frame was acknowledged."""

RATES_KBPS: Final = (
    1000, 2000, 5500, 11000, 6000, 9000, 12000, 18000, 24000, 36000, 48000, 54000
)  # fmt: skip
"""hwsim's legacy rates by index; in the 5 GHz band the index counts from 6 Mbit/s on."""
_RATES_5GHZ: Final = RATES_KBPS[4:]
_RC_MCS: Final = 1 << 3 | 1 << 8
"""IEEE80211_TX_RC_MCS and …_VHT_MCS: the index is no legacy rate's."""

MAX_FRAME: Final = 2304
"""IEEE80211_MAX_DATA_LEN, the longest frame hwsim takes (bytes)."""

NLM_F_REQUEST: Final = 1
NLM_F_ACK: Final = 4
NLMSG_ERROR: Final = 2
"""The kind of an acknowledgement, and of an error, which comes without being asked for."""

_NLMSG = struct.Struct("<IHHII")
_ERROR = struct.Struct("<i")
_GENL = struct.Struct("<BBH")
_NLA = struct.Struct("<HH")
_U32 = struct.Struct("<I")
_FRAME_HEAD = struct.Struct("<BBHHH6sxxHH")
_FRAME_TAIL = struct.Struct("<HHIHHiHHI")
_STATUS_HEAD = struct.Struct("<BBHHH6sxxHHIHH8sHHiHH")
"""Genlmsghdr and all attributes up to the value of the last one."""
_PAD = (b"", b"\0\0\0", b"\0\0", b"\0")
_NLA_TYPE_MASK = 0x3FFF


class NetlinkMessage(NamedTuple):
    """A message of a netlink socket: its kind (the family's number), and what follows the header.

    ``sequence`` is the number of the request that it answers.
    """

    kind: int
    sequence: int
    payload: bytes


def netlink_message(kind: int, payload: bytes, *, flags: int, sequence: int) -> bytes:
    """A message for a netlink socket; the kernel puts in who sent it."""
    return _NLMSG.pack(_NLMSG.size + len(payload), kind, flags, sequence, 0) + payload


def parse_netlink(datagram: bytes) -> NetlinkMessage:
    """The message in a datagram of a netlink socket; hwsim sends one in each."""
    if len(datagram) < _NLMSG.size:
        raise WireError(f"netlink message: {len(datagram)} bytes, header needs {_NLMSG.size}")
    length, kind, _, sequence, _ = _NLMSG.unpack_from(datagram)
    if not _NLMSG.size <= length <= len(datagram):
        raise WireError(f"netlink message: length {length}, {len(datagram)} bytes there")
    return NetlinkMessage(kind, sequence, datagram[_NLMSG.size : length])


def errno_in(payload: bytes) -> int:
    """The error of an :data:`NLMSG_ERROR` as errno has it; 0 acknowledges."""
    if len(payload) < _ERROR.size:
        raise WireError(f"netlink error: {len(payload)} bytes, {_ERROR.size} needed")
    return -int(_ERROR.unpack_from(payload)[0])


def register_message() -> bytes:
    """HWSIM_CMD_REGISTER: who sends it is the medium of the radios of its network namespace."""
    return _GENL.pack(CMD_REGISTER, HWSIM_VERSION, 0)


def attributes(payload: bytes, offset: int = _GENL.size) -> dict[int, bytes]:
    """The netlink attributes of ``payload`` from ``offset``; of a repeated one the last counts."""
    found: dict[int, bytes] = {}
    end = len(payload)
    unpack = _NLA.unpack_from
    while offset < end:
        if end - offset < 4:
            raise WireError(f"netlink attribute: {end - offset} stray bytes at the end")
        length, kind = unpack(payload, offset)
        if length < 4 or length > end - offset:
            raise WireError(f"netlink attribute {kind}: length {length}, {end - offset} bytes left")
        found[kind & _NLA_TYPE_MASK] = payload[offset + 4 : offset + length]
        offset += (length + 3) & ~3
    return found


def parse_radio_frame(payload: bytes, guest_ns: int, air_ns: int) -> RadioFrame:
    """The frame in a HWSIM_CMD_FRAME message of a radio; raises :class:`WireError` for others.

    The status token is the values of three attributes: flags, cookie (by which the kernel knows
    the frame again), and the rates asked for with their attempts.
    """
    if len(payload) < _GENL.size:
        raise WireError(f"hwsim message: {len(payload)} bytes, header needs {_GENL.size}")
    if payload[0] != CMD_FRAME:
        raise WireError(f"hwsim message: command {payload[0]}, not {CMD_FRAME} (frame)")
    found = attributes(payload)
    frame = _sized(found, ATTR_FRAME, 10, MAX_FRAME)
    radio = _sized(found, ATTR_ADDR_TRANSMITTER, 6, 6)
    flags = _sized(found, ATTR_FLAGS, 4, 4)
    cookie = _sized(found, ATTR_COOKIE, 8, 8)
    tx_info = _sized(found, ATTR_TX_INFO, 2, 8)
    freq_mhz = None
    if ATTR_FREQ in found:
        freq_mhz = _U32.unpack(_sized(found, ATTR_FREQ, 4, 4))[0]
    rate_kbps = _rate_kbps(found, freq_mhz)
    return RadioFrame(radio, frame, freq_mhz, rate_kbps, guest_ns, air_ns, flags + cookie + tx_info)


def frame_message(
    radio: bytes, frame: bytes, *, rate_kbps: int, signal_dbm: int, freq_mhz: int
) -> bytes:
    """HWSIM_CMD_FRAME that lets ``radio`` (its 42:… address) receive ``frame``.

    ``rate_kbps`` is one of :data:`RATES_KBPS` that the band has.
    """
    length = len(frame)
    rate_index = _rates(freq_mhz).index(rate_kbps)
    head = _FRAME_HEAD.pack(
        CMD_FRAME, HWSIM_VERSION, 0, 10, ATTR_ADDR_RECEIVER, radio, 4 + length, ATTR_FRAME
    )
    tail = _FRAME_TAIL.pack(
        8, ATTR_RX_RATE, rate_index, 8, ATTR_SIGNAL, signal_dbm, 8, ATTR_FREQ, freq_mhz
    )
    return b"".join((head, frame, _PAD[length & 3], tail))


def status_message(sent: RadioFrame, *, acked: bool, signal_dbm: int) -> bytes:
    """HWSIM_CMD_TX_INFO_FRAME that tells the radio what became of the frame it ``sent``.

    An acknowledged frame counts one attempt at its first rate; one that was not acknowledged
    keeps the attempts the kernel asked for, as if all had failed.
    """
    token = sent.status_token
    flags, cookie, info = _U32.unpack_from(token)[0] & ~TX_STAT_ACK, token[4:12], token[12:]
    if acked:
        flags |= TX_STAT_ACK
        info = info[:1] + b"\x01" + (b"\xff\x00" * 3)
    head = _STATUS_HEAD.pack(
        CMD_TX_INFO_FRAME, HWSIM_VERSION, 0, 10, ATTR_ADDR_TRANSMITTER, sent.radio,
        8, ATTR_FLAGS, flags, 12, ATTR_COOKIE, cookie, 8, ATTR_SIGNAL, signal_dbm,
        4 + len(info), ATTR_TX_INFO,
    )  # fmt: skip
    return b"".join((head, info, _PAD[len(info) & 3]))


def _rates(freq_mhz: int | None) -> tuple[int, ...]:
    """The legacy rates of a channel's band, by hwsim's index (kbit/s)."""
    return _RATES_5GHZ if freq_mhz is not None and freq_mhz > 5000 else RATES_KBPS


def _rate_kbps(found: dict[int, bytes], freq_mhz: int | None) -> int | None:
    """The first rate asked for; ``None`` if it is no legacy rate.

    The flags are those of all four rates, each an index and a u16 of IEEE80211_TX_RC_….
    """
    index, rates = found[ATTR_TX_INFO][0], _rates(freq_mhz)
    flags = found.get(ATTR_TX_INFO_FLAGS, b"")
    is_mcs = len(flags) >= 3 and (flags[1] | flags[2] << 8) & _RC_MCS
    return rates[index] if index < len(rates) and not is_mcs else None


def _sized(found: dict[int, bytes], kind: int, low: int, high: int) -> bytes:
    value = found.get(kind)
    if value is None:
        raise WireError(f"hwsim message: attribute {kind} is missing")
    if not low <= len(value) <= high:
        raise WireError(f"hwsim message: attribute {kind} has {len(value)} bytes")
    return value
