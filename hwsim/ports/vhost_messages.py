# SPDX-License-Identifier: GPL-2.0-or-later
"""Messages of the vhost-user protocol ↔ bytes, as a back-end needs them. Pure.

The front-end (QEMU) is on the other side of a Unix socket. It is not the guest, but what it hands
on may be; only :class:`WireError` comes out of a bad message.

Source: QEMU, docs/interop/vhost-user.rst.
"""

from __future__ import annotations

import struct
from typing import Final, NamedTuple

from hwsim.errors import WireError
from hwsim.ports.guest_memory import MAX_REGIONS

GET_FEATURES: Final = 1
SET_FEATURES: Final = 2
SET_OWNER: Final = 3
RESET_OWNER: Final = 4
SET_MEM_TABLE: Final = 5
SET_VRING_NUM: Final = 8
SET_VRING_ADDR: Final = 9
SET_VRING_BASE: Final = 10
GET_VRING_BASE: Final = 11
SET_VRING_KICK: Final = 12
SET_VRING_CALL: Final = 13
SET_VRING_ERR: Final = 14
GET_PROTOCOL_FEATURES: Final = 15
SET_PROTOCOL_FEATURES: Final = 16
GET_QUEUE_NUM: Final = 17
SET_VRING_ENABLE: Final = 18

F_PROTOCOL_FEATURES: Final = 1 << 30
F_VERSION_1: Final = 1 << 32
"""VIRTIO_F_VERSION_1: a device of the standard, little-endian."""
P_MQ: Final = 1 << 0
P_REPLY_ACK: Final = 1 << 3

MAX_PAYLOAD: Final = 4096
MAX_FDS: Final = MAX_REGIONS
HEADER: Final = struct.Struct("<III")
_VERSION: Final = 1
_REPLY: Final = 1 << 2
_NEED_REPLY: Final = 1 << 3
_NO_FD: Final = 1 << 8
_U64 = struct.Struct("<Q")
_STATE = struct.Struct("<II")
_ADDRESSES = struct.Struct("<IIQQQQ")
_TABLE = struct.Struct("<II")
_REGION = struct.Struct("<QQQQ")


class Request(NamedTuple):
    """A request of the front-end's; with ``acknowledge`` it wants to know how it went."""

    number: int
    acknowledge: bool
    payload: bytes


class Addresses(NamedTuple):
    """Where a queue's parts are in the front-end's process."""

    queue: int
    descriptors: int
    used: int
    available: int


class TableRegion(NamedTuple):
    """A region of a memory table: of the file that comes with it, from ``offset`` on."""

    guest: int
    size: int
    user: int
    offset: int


def read_header(data: bytes) -> tuple[int, bool, int]:
    """The number of a request, whether it is to be acknowledged, and the size of its payload."""
    number, flags, size = HEADER.unpack(data)
    if flags & 3 != _VERSION or flags & _REPLY:
        raise WireError(f"vhost-user: request {number} with flags {flags:#x}")
    if size > MAX_PAYLOAD:
        raise WireError(f"vhost-user: request {number} of {size} bytes")
    return number, bool(flags & _NEED_REPLY), size


def reply(number: int, payload: bytes) -> bytes:
    """The answer to a request."""
    return HEADER.pack(number, _VERSION | _REPLY, len(payload)) + payload


def u64(value: int) -> bytes:
    """A payload that is a number."""
    return _U64.pack(value)


def state(queue: int, number: int) -> bytes:
    """A payload that is a number of one queue."""
    return _STATE.pack(queue, number)


def number_in(request: Request) -> int:
    """The number that is a request's payload."""
    return int(_fields(request, _U64)[0])


def state_in(request: Request) -> tuple[int, int]:
    """The queue that a request is about, and a number."""
    queue, number = _fields(request, _STATE)
    return int(queue), int(number)


def addresses_in(request: Request) -> Addresses:
    """Where a queue is; of its flags and its log nothing was agreed on."""
    queue, _, descriptors, used, available, _ = _fields(request, _ADDRESSES)
    return Addresses(queue, descriptors, used, available)


def descriptor_in(request: Request) -> tuple[int, bool]:
    """The queue that a kick or call is of, and whether a descriptor comes along."""
    number = number_in(request)
    return number & 0xFF, not number & _NO_FD


def regions_in(request: Request) -> tuple[TableRegion, ...]:
    """The regions of a memory table."""
    payload = request.payload
    if len(payload) < _TABLE.size:
        raise WireError(f"vhost-user: a memory table of {len(payload)} bytes")
    count = _TABLE.unpack_from(payload)[0]
    if count > MAX_REGIONS or len(payload) < _TABLE.size + count * _REGION.size:
        raise WireError(f"vhost-user: {count} regions in {len(payload)} bytes")
    places = range(_TABLE.size, _TABLE.size + count * _REGION.size, _REGION.size)
    return tuple(TableRegion(*_REGION.unpack_from(payload, place)) for place in places)


def _fields(request: Request, form: struct.Struct) -> tuple[int, ...]:
    if len(request.payload) != form.size:
        raise WireError(f"vhost-user: request {request.number} with {len(request.payload)} bytes")
    return form.unpack(request.payload)
