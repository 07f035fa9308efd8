# SPDX-License-Identifier: GPL-2.0-or-later
"""What an access point of 6 GHz says of itself, where there is nothing but HE; and what those of
other bands say of it, by which stations find it.

It has 20 MHz and one spatial stream. Frames go at OFDM rates all the same: a station may be sent
those at any time. Sources: IEEE 802.11-2024, 9.4.2.247 (HE Capabilities), 9.4.2.248 (HE Operation),
9.4.2.262 (HE 6 GHz Band Capabilities), 9.4.2.169 (Reduced Neighbor Report), 9.4.2.168.2 (short
SSID).
"""

from __future__ import annotations

import struct
from binascii import crc32
from collections.abc import Iterable
from typing import Final

from hwsim.ap.channels import channel_number, operating_class
from hwsim.ap.network import Network

_EXTENSION: Final = 255
_HE_CAPABILITIES: Final = 35
_HE_OPERATION: Final = 36
_HE_6GHZ_CAPABILITIES: Final = 59
ELEMENT_REDUCED_NEIGHBOURS: Final = 201

_ONE_STREAM_TO_11: Final = 0xFFFE
"""An HE-MCS map (9.4.2.247.4): MCS 0 to 11 with one spatial stream, no more streams."""
_ONE_STREAM_TO_7: Final = 0xFFFC
_MAC_CAPABILITIES: Final = bytes(6)
_PHY_CAPABILITIES: Final = bytes(11)
_NO_TXOP_RTS: Final = 1023 << 4
_HAS_6GHZ_INFORMATION: Final = 1 << 17
_COLOUR: Final = 1
_WIDTH_20MHZ: Final = 0
"""Of the control field of the 6 GHz operation information; its bits 3 to 5 say an indoor access
point, which every station may join."""
_LEAST_RATE_MBPS: Final = 6
_SMPS_DISABLED: Final = 3 << 9
_REPORT_LENGTH: Final = 13
_UNKNOWN_OFFSET: Final = 255
_SAME_SSID: Final = 0x02
_ESS_IS_CO_LOCATED: Final = 0x10
_CO_LOCATED: Final = 0x40
_NO_POWER_LIMIT: Final = 127


def he_elements(network: Network) -> bytes:
    """The HE elements of its beacons and responses."""
    return (
        _capabilities()
        + _operation(network)
        + _extension(_HE_6GHZ_CAPABILITIES, struct.pack("<H", _SMPS_DISABLED))
    )


def _capabilities() -> bytes:
    streams = struct.pack("<HH", _ONE_STREAM_TO_11, _ONE_STREAM_TO_11)
    return _extension(_HE_CAPABILITIES, _MAC_CAPABILITIES + _PHY_CAPABILITIES + streams)


def _operation(network: Network) -> bytes:
    parameters = (_NO_TXOP_RTS | _HAS_6GHZ_INFORMATION).to_bytes(3, "little")
    own = channel_number(network.channel)
    where = bytes((own, _WIDTH_20MHZ, own, 0, _LEAST_RATE_MBPS))
    basic = struct.pack("<BH", _COLOUR, _ONE_STREAM_TO_7)
    return _extension(_HE_OPERATION, parameters + basic + where)


def reduced_neighbour_report(network: Network, others: Iterable[Network]) -> bytes:
    """The element that tells of access points of 6 GHz of the same device; empty without any, and
    in a network of 6 GHz."""
    if network.band == "6 GHz":
        return b""
    told = b"".join(_report(network, one) for one in others if one.band == "6 GHz")
    return bytes((ELEMENT_REDUCED_NEIGHBOURS, len(told))) + told if told else b""


def _report(network: Network, other: Network) -> bytes:
    """A Neighbor AP Information field with one access point in it."""
    same = _SAME_SSID if other.ssid == network.ssid else 0
    head = struct.pack("<BB", 0, _REPORT_LENGTH)
    where = bytes((operating_class(other.channel), channel_number(other.channel)))
    flags = _CO_LOCATED | _ESS_IS_CO_LOCATED | same
    one = bytes((_UNKNOWN_OFFSET,)) + other.bssid + short_ssid(other.ssid)
    return head + where + one + bytes((flags, _NO_POWER_LIMIT))


def short_ssid(ssid: bytes) -> bytes:
    """The four bytes that stand for a name: its CRC-32."""
    return crc32(ssid).to_bytes(4, "little")


def _extension(identifier: int, content: bytes) -> bytes:
    return bytes((_EXTENSION, 1 + len(content), identifier)) + content
