# SPDX-License-Identifier: GPL-2.0-or-later
"""Link layers that carry 802.11 frames: how long their header is, and what it says of the radio.

Sources: radiotap.org (header, and fields Flags, Channel, Antenna signal); the prism and AVS headers
as linux-wlan-ng defined them; CACE PPI specification 1.0.7, section 4.1.2 (802.11-Common);
tcpdump.org/linktypes.html; wiretap/netmon.c of Wireshark for Network Monitor's header.

``start`` is asked for each packet of a capture, so it does no more than find the frame; what it is
given has at least one byte. ``describe`` is asked for the few that matter.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Final, NamedTuple

from harness.captures.netmon import LINK_NETMON_80211

DOT11: Final = 105
PRISM: Final = 119
RADIOTAP: Final = 127
AVS: Final = 163
PPI: Final = 192

_AVS_COOKIES: Final = (b"\x80\x21\x10\x01", b"\x80\x21\x10\x02")
_TSFT, _FLAGS, _RATE, _CHANNEL, _FHSS, _SIGNAL = (1 << bit for bit in range(6))
_MORE: Final = 1 << 31
_HAS_CHECKSUM: Final = 0x10
_PADDED: Final = 0x20
_PPI_COMMON: Final = 2
_DBM: Final = 2


class Radio(NamedTuple):
    """What a header says of the frame behind it; None is unknown."""

    checksum: bool | None = None
    """Whether the frame's FCS is at its end."""
    freq_mhz: int | None = None
    channel: int | None = None
    signal_dbm: int | None = None
    padded: bool = False
    """Between MAC header and body there are bytes, so that the body is at a multiple of four."""


class Link(NamedTuple):
    """A link layer: where in ``data[begin:end]`` the frame begins (-1: nowhere), and the rest."""

    start: Callable[[bytes, int, int], int]
    describe: Callable[[bytes, int, int], Radio]


def _bare_start(_data: bytes, begin: int, _end: int) -> int:
    return begin


def _bare(_data: bytes, _begin: int, _end: int) -> Radio:
    return Radio()


def _radiotap_start(data: bytes, begin: int, end: int) -> int:
    if begin + 4 > end:
        return -1
    return begin + (data[begin + 2] | data[begin + 3] << 8)


def _radiotap(data: bytes, begin: int, end: int) -> Radio:
    """Fields of the first presence word up to the signal; those of further antennas are behind."""
    end = min(end, _radiotap_start(data, begin, end))
    if begin + 8 > end:
        return Radio()
    (present,) = word = struct.unpack_from("<I", data, begin + 4)
    at = begin + 8
    while word[0] & _MORE and at + 4 <= end:
        word = struct.unpack_from("<I", data, at)
        at += 4
    flags, freq_mhz, signal_dbm = None, None, None
    if present & _TSFT:
        at = begin + (at - begin + 7 & ~7) + 8
    if present & _FLAGS:
        flags, at = (data[at] if at < end else None), at + 1
    if present & _RATE:
        at += 1
    if present & _CHANNEL:
        at += at - begin & 1
        freq_mhz = data[at] | data[at + 1] << 8 if at + 2 <= end else None
        at += 4
    if present & _FHSS:
        at += 2
    if present & _SIGNAL and at < end:
        signal_dbm = data[at] - 256 if data[at] > 127 else data[at]
    if flags is None:
        return Radio(None, freq_mhz, None, signal_dbm)
    return Radio(
        bool(flags & _HAS_CHECKSUM), freq_mhz, None, signal_dbm, padded=bool(flags & _PADDED)
    )


def _prism_start(data: bytes, begin: int, end: int) -> int:
    if data[begin : begin + 4] in _AVS_COOKIES:
        return _avs_start(data, begin, end)
    if begin + 24 > end:
        return -1
    order = "<" if data[begin] else ">"
    (length,) = struct.unpack_from(f"{order}I", data, begin + 4)
    return begin + int(length)


def _prism(data: bytes, begin: int, end: int) -> Radio:
    """Items of twelve bytes behind 24: the third is the channel."""
    if data[begin : begin + 4] in _AVS_COOKIES:
        return _avs(data, begin, end)
    at = begin + 24 + 2 * 12
    if at + 12 > end:
        return Radio()
    _, absent, _, channel = struct.unpack_from("<IHHI" if data[begin] else ">IHHI", data, at)
    return Radio(channel=None if absent else channel)


def _avs_start(data: bytes, begin: int, end: int) -> int:
    if begin + 8 > end:
        return -1
    return begin + int.from_bytes(data[begin + 4 : begin + 8], "big")


def _avs(data: bytes, begin: int, end: int) -> Radio:
    if begin + 52 > end:
        return Radio()
    (channel,) = struct.unpack_from(">I", data, begin + 28)
    unit, signal = struct.unpack_from(">Ii", data, begin + 44)
    return Radio(channel=channel, signal_dbm=signal if unit == _DBM else None)


def _ppi_start(data: bytes, begin: int, end: int) -> int:
    if begin + 8 > end:
        return -1
    _, length, link = struct.unpack_from("<HHI", data, begin)
    inner = LINKS.get(link)
    at = begin + int(length)
    if inner is None or link == PPI or not begin < at < end:
        return -1
    return inner.start(data, at, end)


def _ppi(data: bytes, begin: int, end: int) -> Radio:
    if begin + 8 > end:
        return Radio()
    end = min(end, begin + int.from_bytes(data[begin + 2 : begin + 4], "little"))
    at = begin + 8
    while at + 4 <= end:
        kind, length = struct.unpack_from("<HH", data, at)
        if kind == _PPI_COMMON and length >= 20 and at + 24 <= end:
            flags, _, freq_mhz = struct.unpack_from("<HHH", data, at + 12)
            (signal,) = struct.unpack_from("b", data, at + 22)
            return Radio(bool(flags & 1), freq_mhz or None, None, signal or None)
        at += 4 + length
    return Radio()


def _netmon_start(data: bytes, begin: int, end: int) -> int:
    if begin + 3 > end:
        return -1
    return begin + (data[begin + 1] | data[begin + 2] << 8)


def _netmon(data: bytes, begin: int, end: int) -> Radio:
    """The channel stands there by its number, or by its centre."""
    if begin + 32 > end:
        return Radio()
    where, signal = struct.unpack_from("<Ii", data, begin + 15)
    known = signal or None
    if where < 256:
        return Radio(False, None, where or None, known)
    return Radio(False, where, None, known)


LINKS: Final[dict[int, Link]] = {
    DOT11: Link(_bare_start, _bare),
    RADIOTAP: Link(_radiotap_start, _radiotap),
    PRISM: Link(_prism_start, _prism),
    AVS: Link(_avs_start, _avs),
    PPI: Link(_ppi_start, _ppi),
    LINK_NETMON_80211: Link(_netmon_start, _netmon),
}
"""By the number of LINKTYPE_ or DLT_, which agree here."""
