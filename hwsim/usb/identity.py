# SPDX-License-Identifier: GPL-2.0-or-later
"""Whether a model can be what it says: its descriptors, its transfers, its frames. Pure.

What is wrong raises :class:`hwsim.errors.ModelFault`: a device could not do it, so it is no doing
of the driver.
"""

from __future__ import annotations

from typing import Final

from hwsim.errors import ModelFault
from hwsim.usb.device import (
    DIRECTION_IN,
    TRANSFER_TYPES,
    Endpoint,
    SentFrame,
    Setup,
    Transfer,
    UsbIdentity,
)

MAX_TRANSFER: Final = 1 << 16
"""Bytes; what drivers have room for is a half of it, or less."""
MAX_ENDPOINTS: Final = 30
MAX_TEXT: Final = 126
"""Characters of a string descriptor, whose length is one byte."""
SHORTEST_FRAME: Final = 10
LONGEST_FRAME: Final = 11454
"""An MPDU of 802.11ac; more is none (IEEE 802.11-2020, table 9-25)."""
_FREQS_MHZ: Final = range(2400, 7200)
_MAX_RATE_KBPS: Final = 10_000_000
_DELAYS_NS: Final = range(3_600_000_000_001)
_SHORT: Final = range(1 << 16)
_BYTE: Final = range(1 << 8)
_PACKETS: Final = range(1, 1025)


def checked_identity(usb: object) -> UsbIdentity:
    """The descriptors, if a device can have them."""
    if not isinstance(usb, UsbIdentity):
        raise ModelFault(f"its usb is a {type(usb).__name__}, and no UsbIdentity")
    for name in ("vendor", "product", "release"):
        _within(name, getattr(usb, name), _SHORT)
    for name in ("device_class", "interface_class", "interface_subclass", "interface_protocol"):
        _within(name, getattr(usb, name), _BYTE)
    _within("max_power_ma", usb.max_power_ma, range(511))
    for name in ("manufacturer", "product_name", "serial"):
        _text(name, getattr(usb, name))
    if not isinstance(usb.endpoints, tuple) or not 1 <= len(usb.endpoints) <= MAX_ENDPOINTS:
        raise ModelFault(f"its endpoints are no tuple of 1 to {MAX_ENDPOINTS}")
    for endpoint in usb.endpoints:
        _endpoint(endpoint)
    if len({one.address for one in usb.endpoints}) < len(usb.endpoints):
        raise ModelFault("two of its endpoints have the same address")
    return usb


def checked_address(mac: object, given: bytes) -> None:
    """The address of its EEPROM, if it is the one it was given."""
    if mac != given:
        raise ModelFault(f"its mac is {mac!r:.40}, and not {given!r}, which it was given")


def checked_delay(delay_ns: object) -> None:
    """How far off a timer is."""
    _within("timer's delay_ns", delay_ns, _DELAYS_NS)


def checked_answer(setup: Setup, answer: object) -> bytes:
    """The answer to a control request, if it is one."""
    if not isinstance(answer, bytes):
        raise ModelFault(f"it answered a control request with a {type(answer).__name__}, no bytes")
    if setup.is_in and len(answer) > setup.length:
        raise ModelFault(
            f"it answered control request {setup.request} with {len(answer)} bytes, where "
            f"{setup.length} were asked for"
        )
    return answer


def checked_transfer(transfer: object, usb: UsbIdentity) -> Transfer:
    """A transfer for the driver, if the device has such an endpoint."""
    if not isinstance(transfer, Transfer) or not isinstance(transfer.data, bytes):
        raise ModelFault(f"what it has for the driver is a {type(transfer).__name__}, no Transfer")
    inward = {one.address: one.kind for one in usb.endpoints if one.address & DIRECTION_IN}
    if inward.get(transfer.endpoint) == "interrupt":  # nobody would ever ask for it
        raise ModelFault(
            f"it has a transfer for {transfer.endpoint:#04x}, an interrupt endpoint; those of bulk "
            "endpoints alone are carried"
        )
    if transfer.endpoint not in inward:
        raise ModelFault(f"it has a transfer for {transfer.endpoint!r:.20}, no IN endpoint of its")
    if len(transfer.data) > MAX_TRANSFER:
        raise ModelFault(f"it has a transfer of {len(transfer.data)} bytes; {MAX_TRANSFER} at most")
    return transfer


def checked_frame(sent: object) -> SentFrame:
    """A frame that it transmits, if it can be one."""
    if not isinstance(sent, SentFrame) or not isinstance(sent.frame, bytes):
        raise ModelFault(f"what it transmits is a {type(sent).__name__}, no SentFrame with bytes")
    if not SHORTEST_FRAME <= len(sent.frame) <= LONGEST_FRAME:
        raise ModelFault(f"it transmits a frame of {len(sent.frame)} bytes")
    if sent.freq_mhz is not None:
        _within("freq_mhz", sent.freq_mhz, _FREQS_MHZ)
    if sent.rate_kbps is not None:
        _within("rate_kbps", sent.rate_kbps, range(1, _MAX_RATE_KBPS))
    return sent


def _endpoint(endpoint: object) -> None:
    if not isinstance(endpoint, Endpoint):
        raise ModelFault(f"an endpoint of its is a {type(endpoint).__name__}, and no Endpoint")
    _within("an endpoint's address", endpoint.address, _BYTE)
    if endpoint.address & 0x70 or not endpoint.address & 0x0F:
        raise ModelFault(f"it has an endpoint {endpoint.address:#04x}, which can be none")
    if endpoint.kind not in TRANSFER_TYPES:
        raise ModelFault(f"its endpoint {endpoint.address:#04x} is {endpoint.kind!r:.20}")
    _within("max_packet", endpoint.max_packet, _PACKETS)
    _within("interval", endpoint.interval, _BYTE)
    if endpoint.kind == "interrupt" and not endpoint.interval:  # QEMU refuses such a device
        raise ModelFault(f"its interrupt endpoint {endpoint.address:#04x} has an interval of 0")


def _within(name: str, value: object, wanted: range) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or value not in wanted:
        raise ModelFault(
            f"its {name} is {value!r:.40}; wanted is {wanted.start} to {wanted.stop - 1}"
        )


def _text(name: str, value: object) -> None:
    if not isinstance(value, str) or len(value) > MAX_TEXT:
        raise ModelFault(f"its {name} is no text of {MAX_TEXT} characters at most")
    try:
        long = len(value.encode("utf-16-le")) > 2 * MAX_TEXT
    except UnicodeEncodeError:
        raise ModelFault(f"its {name} is no Unicode text") from None
    if long:
        raise ModelFault(f"its {name} is longer than {MAX_TEXT} UTF-16 units")
