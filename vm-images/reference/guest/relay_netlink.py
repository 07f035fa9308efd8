# SPDX-License-Identifier: GPL-2.0-or-later
"""Generic netlink as far as the relay needs it: a socket, a family's number, messages as bytes.

Raw sockets and ``struct`` rather than pyroute2: this is the hot path, on an emulated processor.
Importing pyroute2 alone takes seconds there, and its message objects cost milliseconds per frame.

Formats: include/uapi/linux/netlink.h and genetlink.h; commands: mac80211_hwsim.h.
"""

from __future__ import annotations

import contextlib
import errno
import os
import socket
import struct
import sys

NLMSGHDR = struct.Struct("=IHHII")
GENLMSGHDR = struct.Struct("=BBH")
NLATTR = struct.Struct("=HH")

NETLINK_GENERIC, GENL_ID_CTRL, CTRL_CMD_GETFAMILY = 16, 0x10, 3
CTRL_ATTR_FAMILY_ID, CTRL_ATTR_FAMILY_NAME = 1, 2
NLM_F_REQUEST, NLM_F_ACK, NLMSG_ERROR = 1, 4, 2
SOL_NETLINK, NETLINK_CAP_ACK, SO_RCVBUFFORCE = 270, 10, 33
HWSIM_CMD_REGISTER, HWSIM_CMD_FRAME = 1, 2


def netlink_message(kind: int, flags: int, sequence: int, payload: bytes) -> bytes:
    """Return one netlink message (linux/netlink.h); the kernel fills in the port id."""
    return NLMSGHDR.pack(16 + len(payload), kind, flags, sequence, 0) + payload


def attribute(kind: int, value: bytes) -> bytes:
    """Return one netlink attribute, padded to four bytes."""
    return NLATTR.pack(4 + len(value), kind) + value + bytes(-len(value) % 4)


def find_attribute(data: bytes, kind: int) -> bytes | None:
    """Return the value of the first attribute of this kind, or None."""
    at = 0
    while at + 4 <= len(data):
        length, found = NLATTR.unpack_from(data, at)
        if length < 4:
            return None
        if found & 0x3FFF == kind:
            return data[at + 4 : at + length]
        at += (length + 3) & ~3
    return None


def open_netlink() -> socket.socket:
    """Return a generic-netlink socket with room for a burst and short acknowledgements."""
    link = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_GENERIC)
    link.bind((0, 0))
    with contextlib.suppress(OSError):
        link.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 4 << 20)
    link.setsockopt(SOL_NETLINK, NETLINK_CAP_ACK, 1)
    return link


def resolve_family(link: socket.socket, name: str) -> int:
    """Ask the kernel for a generic-netlink family's number; raises OSError if it has none."""
    request = GENLMSGHDR.pack(CTRL_CMD_GETFAMILY, 1, 0)
    request += attribute(CTRL_ATTR_FAMILY_NAME, name.encode() + b"\0")
    link.send(netlink_message(GENL_ID_CTRL, NLM_F_REQUEST, 1, request))
    answer = link.recv(8192)
    if NLMSGHDR.unpack_from(answer)[1] == NLMSG_ERROR:
        code = -struct.unpack_from("=i", answer, 16)[0]
        raise OSError(code, f"generic netlink family {name}: {os.strerror(code)}")
    family = find_attribute(answer[20:], CTRL_ATTR_FAMILY_ID)
    if family is None:
        raise OSError(errno.EPROTO, f"generic netlink family {name}: no number in the answer")
    return int.from_bytes(family[:2], sys.byteorder)
