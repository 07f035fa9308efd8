# SPDX-License-Identifier: GPL-2.0-or-later
"""A device's descriptors and its answers to standard requests. Pure.

SET_ADDRESS, SET_CONFIGURATION and SET_INTERFACE are dealt with by usbredir itself. Source: USB 2.0,
chapter 9.
"""

from __future__ import annotations

import struct
from typing import Final

from hwsim.usb.device import TRANSFER_TYPES, Endpoint, Setup, Stall, UsbIdentity

STANDARD: Final = 0x60
"""The bits of bmRequestType that are 0 in a standard request."""
GET_STATUS: Final = 0
CLEAR_FEATURE: Final = 1
SET_FEATURE: Final = 3
GET_DESCRIPTOR: Final = 6

DEVICE: Final = 1
CONFIGURATION: Final = 2
STRING: Final = 3
QUALIFIER: Final = 6
_ENGLISH: Final = 0x0409
_USB_2: Final = 0x0200
_PACKET_0: Final = 64
_BUS_POWERED: Final = 0x80


def is_standard(setup: Setup) -> bool:
    """Whether a request is one of chapter 9, which :func:`standard_answer` knows."""
    return not setup.request_type & STANDARD


def standard_answer(usb: UsbIdentity, setup: Setup) -> bytes:
    """The answer to a standard request; raises :class:`Stall` for one that there is none to."""
    if setup.request == GET_DESCRIPTOR and setup.is_in:
        return _descriptor(usb, setup.value >> 8, setup.value & 0xFF)[: setup.length]
    if setup.request == GET_STATUS and setup.is_in:
        return bytes(2)[: setup.length]
    if setup.request in (CLEAR_FEATURE, SET_FEATURE):
        return b""
    raise Stall


def _descriptor(usb: UsbIdentity, kind: int, index: int) -> bytes:
    if kind == DEVICE:
        return _device(usb)
    if kind == CONFIGURATION:
        return _configuration(usb)
    if kind == QUALIFIER:
        return struct.pack("<BBHBBBBBB", 10, QUALIFIER, _USB_2, usb.device_class, 0, 0, 64, 1, 0)
    if kind == STRING:
        return _string(usb, index)
    raise Stall


def _device(usb: UsbIdentity) -> bytes:
    return struct.pack(
        "<BBHBBBBHHHBBBB", 18, DEVICE, _USB_2, usb.device_class, 0, 0, _PACKET_0, usb.vendor,
        usb.product, usb.release, 1, 2, 3 if usb.serial else 0, 1,
    )  # fmt: skip


def _configuration(usb: UsbIdentity) -> bytes:
    interface = struct.pack(
        "<BBBBBBBBB", 9, 4, 0, 0, len(usb.endpoints), usb.interface_class,
        usb.interface_subclass, usb.interface_protocol, 0,
    )  # fmt: skip
    below = interface + b"".join(_endpoint(one) for one in usb.endpoints)
    head = struct.pack(
        "<BBHBBBBB", 9, CONFIGURATION, 9 + len(below), 1, 1, 0, _BUS_POWERED,
        usb.max_power_ma // 2,
    )  # fmt: skip
    return head + below


def _endpoint(endpoint: Endpoint) -> bytes:
    kind = TRANSFER_TYPES[endpoint.kind]
    return struct.pack(
        "<BBBBHB", 7, 5, endpoint.address, kind, endpoint.max_packet, endpoint.interval
    )  # fmt: skip


def _string(usb: UsbIdentity, index: int) -> bytes:
    if index == 0:
        return struct.pack("<BBH", 4, STRING, _ENGLISH)
    texts = dict(enumerate((usb.manufacturer, usb.product_name, usb.serial), 1))
    if not texts.get(index):
        raise Stall  # Windows asks for string 0xEE, which tells of descriptors of its own
    text = texts[index].encode("utf-16-le")
    return bytes((2 + len(text), STRING)) + text
