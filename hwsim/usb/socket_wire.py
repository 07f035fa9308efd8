# SPDX-License-Identifier: GPL-2.0-or-later
"""Messages between the air and a model in another process ↔ bytes. Pure; the only error is
:class:`hwsim.errors.ModelFault`.

A message is a header of 24 bytes and a body, all little-endian: length of the body (u32), kind
(u32), number (u64), time (u64, nanoseconds of the air's clock; 0 from the model). The protocol is
written down in docs/device-model-protocol.md.
"""

from __future__ import annotations

import struct
from typing import Final, Literal, NamedTuple

from hwsim.errors import ModelFault
from hwsim.usb.device import (
    TRANSFER_TYPES,
    AirFrame,
    Endpoint,
    SentFrame,
    Setup,
    Transfer,
    UsbIdentity,
)
from hwsim.usb.identity import MAX_ENDPOINTS, MAX_TRANSFER

VERSION: Final = 1
HEADER: Final = struct.Struct("<IIQQ")

HELLO: Final = 1
RESET: Final = 2
CONTROL: Final = 3
BULK_OUT: Final = 4
RECEIVE: Final = 5
STATUS: Final = 6

IDENTITY: Final = 101
RESET_DONE: Final = 102
CONTROL_DONE: Final = 103
BULK_DONE: Final = 104
RECEIVED: Final = 105
SENT: Final = 106
TRANSFER: Final = 107
STARTED: Final = 108

MAX_BODY: Final = MAX_TRANSFER + 16
"""The longest body that is taken of a model."""
_SETUP: Final = struct.Struct("<BBHHH")
_HELLO: Final = struct.Struct("<H6s")
_RECEIVE: Final = struct.Struct("<IIi")
_SENT: Final = struct.Struct("<II")
_WORD: Final = struct.Struct("<I")
_IDENTITY: Final = struct.Struct("<HHHHBBBBB")
_ENDPOINT: Final = struct.Struct("<BBHB")
_KINDS: Final[dict[int, Literal["bulk", "interrupt"]]] = {
    TRANSFER_TYPES["bulk"]: "bulk", TRANSFER_TYPES["interrupt"]: "interrupt",
}  # fmt: skip


class Message(NamedTuple):
    """A message of the model's."""

    kind: int
    number: int
    body: bytes


def message(kind: int, body: bytes = b"", number: int = 0, time_ns: int = 0) -> bytes:
    """A message as bytes."""
    return HEADER.pack(len(body), kind, number, time_ns) + body


def read_message(data: bytes | bytearray, offset: int) -> tuple[Message, int] | None:
    """The message that begins there and where it ends; ``None`` if it is not whole yet."""
    if len(data) - offset < HEADER.size:
        return None
    length, kind, number, _ = HEADER.unpack_from(data, offset)
    if length > MAX_BODY:
        raise ModelFault(f"it sent a message of {length} bytes; {MAX_BODY} at most are taken")
    begin = offset + HEADER.size
    if len(data) - begin < length:
        return None
    return Message(kind, number, bytes(data[begin : begin + length])), begin + length


def hello(mac: bytes) -> bytes:
    """The body of HELLO."""
    return _HELLO.pack(VERSION, mac)


def control(setup: Setup, data: bytes) -> bytes:
    """The body of CONTROL: the setup as USB has it, and what an OUT brings."""
    head = _SETUP.pack(
        setup.request_type, setup.request, setup.value, setup.index, setup.length
    )  # fmt: skip
    return head + data


def bulk_out(endpoint: int, data: bytes) -> bytes:
    """The body of BULK_OUT."""
    return _WORD.pack(endpoint) + data


def receive(frame: AirFrame) -> bytes:
    """The body of RECEIVE."""
    return _RECEIVE.pack(frame.freq_mhz, frame.rate_kbps, frame.signal_dbm) + frame.frame


def flag(value: bool) -> bytes:
    """The body of STATUS."""
    return _WORD.pack(int(value))


def read_word(body: bytes, name: str) -> tuple[int, bytes]:
    """The number that a body begins with, and what follows it."""
    if len(body) < _WORD.size:
        raise ModelFault(f"it sent {name} with {len(body)} bytes, of which the first 4 are missing")
    return int(_WORD.unpack_from(body)[0]), body[_WORD.size :]


def read_flag(body: bytes, name: str) -> bool:
    """A body that is 0 or 1."""
    value, rest = read_word(body, name)
    if rest or value > 1:
        raise ModelFault(f"it sent {name} that is neither 0 nor 1")
    return bool(value)


def read_transfer(body: bytes, name: str) -> Transfer | None:
    """The body of RECEIVED and TRANSFER; ``None`` for endpoint 0."""
    endpoint, data = read_word(body, name)
    if not endpoint and data:
        raise ModelFault(f"it sent {name} with {len(data)} bytes for no endpoint")
    return Transfer(endpoint, data) if endpoint else None


def read_sent(body: bytes) -> SentFrame:
    """The body of SENT; a channel or rate of 0 is none."""
    if len(body) < _SENT.size:
        raise ModelFault(f"it sent SENT with {len(body)} bytes; {_SENT.size} come before the frame")
    freq_mhz, rate_kbps = _SENT.unpack_from(body)
    return SentFrame(body[_SENT.size :], freq_mhz or None, rate_kbps or None)


def read_identity(body: bytes) -> UsbIdentity:
    """The body of IDENTITY; what no device can be is left to hwsim.usb.identity."""
    reading = _Reading(body)
    vendor, product, release, power, of_device, *interface, count = reading.take(_IDENTITY)
    if count > MAX_ENDPOINTS:
        raise ModelFault(f"it sent IDENTITY with {count} endpoints; {MAX_ENDPOINTS} at most")
    endpoints = tuple(_endpoint(*reading.take(_ENDPOINT)) for _ in range(count))
    manufacturer, name, serial = (reading.text() for _ in range(3))
    reading.end()
    return UsbIdentity(
        vendor=vendor, product=product, release=release, endpoints=endpoints,
        manufacturer=manufacturer, product_name=name, serial=serial, device_class=of_device,
        interface_class=interface[0], interface_subclass=interface[1],
        interface_protocol=interface[2], max_power_ma=power,
    )  # fmt: skip


def _endpoint(address: int, kind: int, max_packet: int, interval: int) -> Endpoint:
    if kind not in _KINDS:
        raise ModelFault(f"its endpoint {address:#04x} is of kind {kind}; wanted is {[*_KINDS]}")
    return Endpoint(address, _KINDS[kind], max_packet, interval)


class _Reading:
    """The body of IDENTITY, from front to back."""

    def __init__(self, body: bytes) -> None:
        self._rest = body

    def take(self, form: struct.Struct) -> tuple[int, ...]:
        """The next numbers."""
        return form.unpack(self._bytes(form.size))

    def text(self) -> str:
        """A byte that tells the length, and so many bytes of UTF-8."""
        (length,) = self._bytes(1)
        try:
            return self._bytes(length).decode()
        except UnicodeDecodeError:
            raise ModelFault("it sent IDENTITY with a text that is no UTF-8") from None

    def end(self) -> None:
        """Nothing may follow."""
        if self._rest:
            raise ModelFault(f"it sent IDENTITY with {len(self._rest)} bytes too many")

    def _bytes(self, size: int) -> bytes:
        if len(self._rest) < size:
            raise ModelFault("it sent IDENTITY that ends too early")
        found, self._rest = self._rest[:size], self._rest[size:]
        return found
