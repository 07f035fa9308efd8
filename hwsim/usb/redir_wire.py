# SPDX-License-Identifier: GPL-2.0-or-later
"""usbredir's packets ↔ bytes, as far as a device needs them. Pure; the only error is
:class:`hwsim.errors.WireError`.

A packet is a header (kind, length of what follows, id) and a body. All is little-endian and packed.
The id has 32 bits in the two hellos, and 64 afterwards if both sides can.

Source: the usbredir protocol description, version 0.7 (gitlab.freedesktop.org/spice/usbredir,
docs/usb-redirection-protocol.md).
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from typing import Final, NamedTuple

from hwsim.errors import WireError
from hwsim.usb.device import DIRECTION_IN, TRANSFER_TYPES, Endpoint, Setup, UsbIdentity

HELLO: Final = 0
DEVICE_CONNECT: Final = 1
DEVICE_DISCONNECT: Final = 2
RESET: Final = 3
INTERFACE_INFO: Final = 4
EP_INFO: Final = 5
SET_CONFIGURATION: Final = 6
GET_CONFIGURATION: Final = 7
CONFIGURATION_STATUS: Final = 8
SET_ALT_SETTING: Final = 9
GET_ALT_SETTING: Final = 10
ALT_SETTING_STATUS: Final = 11
START_INTERRUPT_RECEIVING: Final = 15
STOP_INTERRUPT_RECEIVING: Final = 16
INTERRUPT_RECEIVING_STATUS: Final = 17
CANCEL_DATA: Final = 21
FILTER_REJECT: Final = 22
FILTER_FILTER: Final = 23
DEVICE_DISCONNECT_ACK: Final = 24
CONTROL: Final = 100
BULK: Final = 101
INTERRUPT: Final = 103

CAP_DEVICE_VERSION: Final = 1
CAP_DISCONNECT_ACK: Final = 3
CAP_MAX_PACKET: Final = 4
CAP_64_BIT_IDS: Final = 5
CAP_32_BIT_LENGTH: Final = 6
NEEDED: Final = (CAP_MAX_PACKET, CAP_64_BIT_IDS, CAP_32_BIT_LENGTH)
"""Without these QEMU plugs no device into an xHCI, and packets have another form."""
OURS: Final = sum(1 << cap for cap in (CAP_DEVICE_VERSION, CAP_DISCONNECT_ACK, *NEEDED))

SUCCESS: Final = 0
CANCELLED: Final = 1
INVALID: Final = 2
STALL: Final = 4

MAX_BODY: Final = 1 << 18
"""The longest packet that is taken: transfers of WLAN drivers have a tenth of it."""
_VERSION: Final = b"wlan-hil"
_SPEED_HIGH: Final = 2
_NO_ENDPOINT: Final = 255
_SLOTS: Final = 32

HEADER_32: Final = struct.Struct("<III")
HEADER_64: Final = struct.Struct("<IIQ")
_HELLO: Final = struct.Struct("<64s")
_CONNECT: Final = struct.Struct("<BBBBHHH")
_CONTROL: Final = struct.Struct("<BBBBHHH")
_BULK: Final = struct.Struct("<BBHIH")
_INTERRUPT: Final = struct.Struct("<BBH")


class Packet(NamedTuple):
    """A packet: what it is, the number by which it is answered, and what follows the header."""

    kind: int
    number: int
    body: bytes


class BulkRequest(NamedTuple):
    """A bulk transfer that is asked for: of an IN ``data`` is empty and ``length`` the room."""

    endpoint: int
    length: int
    stream: int
    data: bytes

    @property
    def is_in(self) -> bool:
        """Whether the device sends."""
        return bool(self.endpoint & DIRECTION_IN)


def packet(kind: int, body: bytes, number: int = 0, *, wide: bool = True) -> bytes:
    """A packet with its header; ``wide``: ids have 64 bits."""
    return (HEADER_64 if wide else HEADER_32).pack(kind, len(body), number) + body


def hello() -> bytes:
    """Our hello, header included."""
    body = _HELLO.pack(_VERSION) + OURS.to_bytes(4, "little")
    return packet(HELLO, body, wide=False)


def capabilities(body: bytes) -> int:
    """The capabilities in the peer's hello, as one number; those we know are in the first word."""
    if len(body) < _HELLO.size or (len(body) - _HELLO.size) % 4:
        raise WireError(f"usbredir hello: {len(body)} bytes")
    return int.from_bytes(body[_HELLO.size : _HELLO.size + 4], "little")


def read_packet(data: bytes | bytearray, offset: int, *, wide: bool) -> tuple[Packet, int] | None:
    """The packet that begins at ``offset`` and where the next does; ``None`` while it is not whole.

    Raises :class:`WireError` for one that is longer than any we know.
    """
    header = HEADER_64 if wide else HEADER_32
    if len(data) - offset < header.size:
        return None
    kind, length, number = header.unpack_from(data, offset)
    if length > MAX_BODY:
        raise WireError(f"usbredir: packet {kind} of {length} bytes")
    begin = offset + header.size
    if len(data) - begin < length:
        return None
    return Packet(kind, number, bytes(data[begin : begin + length])), begin + length


def device_connect(usb: UsbIdentity) -> bytes:
    """The body by which a device is plugged in."""
    return _CONNECT.pack(
        _SPEED_HIGH, usb.device_class, 0, 0, usb.vendor, usb.product, usb.release
    )  # fmt: skip


def interface_info(usb: UsbIdentity) -> bytes:
    """The body that tells of the one interface."""
    of_first = (0, usb.interface_class, usb.interface_subclass, usb.interface_protocol)
    return (1).to_bytes(4, "little") + b"".join(
        bytes((value,)) + bytes(_SLOTS - 1) for value in of_first
    )


def endpoint_info(usb: UsbIdentity) -> bytes:
    """The body that tells of the endpoints: the slot of one is its number, + 16 for IN."""
    kinds, intervals, packets = [_NO_ENDPOINT] * _SLOTS, [0] * _SLOTS, [0] * _SLOTS
    kinds[0] = kinds[16] = 0
    packets[0] = packets[16] = 64
    for endpoint in usb.endpoints:
        slot = slot_of(endpoint)
        kinds[slot] = TRANSFER_TYPES[endpoint.kind]
        intervals[slot] = endpoint.interval
        packets[slot] = endpoint.max_packet
    return bytes(kinds) + bytes(intervals) + bytes(_SLOTS) + struct.pack("<32H", *packets)


def slot_of(endpoint: Endpoint) -> int:
    """Where an endpoint stands in usbredir's lists."""
    return endpoint.address & 0x0F | (16 if endpoint.address & DIRECTION_IN else 0)


def read_control(body: bytes) -> tuple[Setup, bytes]:
    """A control packet's request, and the data of an OUT. Its ``length`` is the request's."""
    if len(body) < _CONTROL.size:
        raise WireError(f"usbredir control packet: {len(body)} bytes")
    _, request, request_type, _, value, index, length = _CONTROL.unpack_from(body)
    setup, data = Setup(request_type, request, value, index, length), body[_CONTROL.size :]
    if len(data) != (0 if setup.is_in else length):
        raise WireError(f"usbredir control packet: {len(data)} bytes of data, {length} announced")
    return setup, data


def control_answer(setup: Setup, status: int, data: bytes = b"") -> bytes:
    """The body that answers a control packet; of an OUT with how much was taken."""
    taken = setup.length if status == SUCCESS else 0
    length = len(data) if setup.is_in else taken
    return _CONTROL.pack(
        setup.request_type & DIRECTION_IN, setup.request, setup.request_type, status,
        setup.value, setup.index, length,
    ) + data  # fmt: skip


def read_bulk(body: bytes) -> BulkRequest:
    """A bulk packet of the host."""
    if len(body) < _BULK.size:
        raise WireError(f"usbredir bulk packet: {len(body)} bytes")
    endpoint, _, low, stream, high = _BULK.unpack_from(body)
    request = BulkRequest(endpoint, high << 16 | low, stream, body[_BULK.size :])
    if len(request.data) != (0 if request.is_in else request.length):
        announced = request.length
        raise WireError(f"usbredir bulk packet: {len(request.data)} bytes, {announced} announced")
    return request


def bulk_answer(request: BulkRequest, status: int, data: bytes = b"") -> bytes:
    """The body that answers a bulk packet: of an IN with its data, of an OUT with its length."""
    length = len(data) if request.is_in else request.length
    if status != SUCCESS:
        length, data = 0, b""
    return _BULK.pack(
        request.endpoint, status, length & 0xFFFF, request.stream, length >> 16
    ) + data  # fmt: skip


def read_interrupt(body: bytes) -> BulkRequest:
    """An interrupt packet of the host: an OUT, in the form of a bulk request."""
    if len(body) < _INTERRUPT.size:
        raise WireError(f"usbredir interrupt packet: {len(body)} bytes")
    endpoint, _, length = _INTERRUPT.unpack_from(body)
    data = body[_INTERRUPT.size :]
    if endpoint & DIRECTION_IN or len(data) != length:
        raise WireError(f"usbredir interrupt packet: {len(data)} bytes, {length} announced")
    return BulkRequest(endpoint, length, 0, data)


def interrupt_answer(endpoint: int, status: int, length: int) -> bytes:
    """The body that answers an interrupt packet of the host."""
    return _INTERRUPT.pack(endpoint, status, length if status == SUCCESS else 0)


def small(body: bytes, size: int) -> Iterable[int]:
    """The bytes of a body that has so many and no others."""
    if len(body) != size:
        raise WireError(f"usbredir: body of {len(body)} bytes, {size} expected")
    return body
