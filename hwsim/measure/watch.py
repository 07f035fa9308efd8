# SPDX-License-Identifier: GPL-2.0-or-later
"""``python -m hwsim.measure.watch``: when radios of the kernel sent what, by the kernel's stamps.

It reads the interface ``hwsim0``, on which mac80211_hwsim shows every frame that one of its radios
sends, whoever is the medium. Until its standard input ends it only keeps what came, now and then
and behind everything else on the machine, so that it delays nobody it watches. Then it prints one
JSON line for each EAPOL and Authentication frame: kind, transmitter, an Authentication frame's
``transaction``, and ``at_ns``, CLOCK_MONOTONIC.
"""

from __future__ import annotations

import json
import os
import select
import socket
import struct
import sys
import time
from collections.abc import Iterator
from typing import Any, Final

from hwsim.ap.inspection import in_the_clear
from hwsim.errors import WireError
from hwsim.frames import mac_text, parse_header

INTERFACE: Final = "hwsim0"
EVERY_MS: Final = 500
_ROOM: Final = 16 << 20
"""Bytes of packets that may wait for us: those of half a minute."""
_ETH_P_ALL: Final = 3
_SO_RCVBUFFORCE: Final = 33
_SO_TIMESTAMPNS: Final = 35
_STAMP: Final = struct.Struct("@qq")
_KINDS: Final = frozenset({"auth", "M1", "M2", "M3", "M4", "G1", "G2"})
_LEAST: Final = 19

Packet = tuple[bytes, int]
"""A packet, and when it was sent on CLOCK_REALTIME (ns)."""


def described(packet: bytes, at_ns: int) -> dict[str, Any] | None:
    """The line on a packet with a radiotap header; ``None`` for a frame that is not asked for."""
    start = int.from_bytes(packet[2:4], "little")
    frame = packet[start:]
    try:
        header = parse_header(frame)
        kind = in_the_clear(frame, header).info.kind
    except WireError:
        return None
    if kind not in _KINDS:
        return None
    told: dict[str, Any] = {"event": "sent", "kind": kind}
    told["transmitter"] = mac_text(header.transmitter)
    if kind == "auth":
        told["transaction"] = int.from_bytes(frame[header.length + 2 : header.length + 4], "little")
    return {**told, "at_ns": at_ns}


def waiting(link: socket.socket) -> Iterator[Packet]:
    """What waits on the socket, as far as the kernel has stamped it."""
    while True:
        try:
            packet, control, _, _ = link.recvmsg(4096, 128)
        except BlockingIOError:
            return
        stamps = [value for _, kind, value in control if kind == _SO_TIMESTAMPNS]
        if stamps:
            seconds, nanoseconds = _STAMP.unpack_from(stamps[0])
            yield packet, seconds * 1_000_000_000 + nanoseconds


def main() -> int:
    """Keep what is sent until standard input ends, then print it."""
    os.nice(_LEAST)
    link = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(_ETH_P_ALL))
    link.bind((INTERFACE, 0))
    link.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, _ROOM)
    link.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
    link.setblocking(False)
    offset_ns = time.time_ns() - time.monotonic_ns()
    print(json.dumps({"event": "ready"}), flush=True)
    kept: list[Packet] = []
    while not select.select([sys.stdin], [], [], EVERY_MS / 1000)[0]:
        kept += waiting(link)
    kept += waiting(link)
    for packet, at_ns in kept:
        line = described(packet, at_ns - offset_ns)
        if line is not None:
            print(json.dumps(line))
    return 0


if __name__ == "__main__":
    sys.exit(main())
