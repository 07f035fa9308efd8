# SPDX-License-Identifier: GPL-2.0-or-later
"""``python -m hwsim.measure.flood``: how many frames a second a medium carries between radios.

All radios of the network namespace listen as monitors on one channel. Each makes itself heard
first, since wmediumd learns a radio from what it sends. Then the first sends data frames by
injection, to each of the others in turn or to all of them, never more at a time than ``--window``,
so that nothing is lost for want of room, and counts what the others received. The medium's own time
is its process' (``--pid``). One JSON line at the end; a radio that nobody hears is an error.
"""

from __future__ import annotations

import argparse
import json
import os
import select
import socket
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

MARK: Final = b"hil-flood"
HELLO: Final = b"hil-hello"
RADIOTAP: Final = bytes.fromhex("00000900040000006c")
"""Version 0, nine bytes, the rate alone: 54 Mbit/s (radiotap.org, field 2)."""
GROUP: Final = bytes.fromhex("ffffffffffff")
HELLOS: Final = 3
PATIENCE_S: Final = 1.0
"""A frame that has not come by then is lost."""
_ETH_P_ALL: Final = 3
_NETS: Final = Path("/sys/class/net")


@dataclass(slots=True)
class Carried:
    """What came of it."""

    sent: int = 0
    received: int = 0
    lost: int = 0
    seconds: float = 0.0
    medium_s: float = 0.0

    def line(self, stations: int) -> str:
        """As it is printed."""
        return json.dumps(
            {
                "stations": stations, "sent": self.sent, "received": self.received,
                "lost": self.lost, "seconds": self.seconds, "medium_s": self.medium_s,
            }
        )  # fmt: skip


def frame_for(
    receiver: bytes, sender: bytes, number: int, length: int, mark: bytes = MARK
) -> bytes:
    """A data frame in the clear, whose payload is told from all else; without radiotap."""
    body = (mark + number.to_bytes(4, "big")).ljust(length, b"\0")
    sequence = (number << 4 & 0xFFF0).to_bytes(2, "little")
    return b"\x08\x00\x00\x00" + receiver + sender + receiver + sequence + body


def cpu_s(pid: int) -> float:
    """The processor time of a process, user and system, in seconds; 0 for none."""
    if not pid:
        return 0.0
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def interfaces() -> list[tuple[str, bytes]]:
    """The radios' interfaces and addresses, in the order of their numbers."""
    found = [one.name for one in _NETS.iterdir() if (one / "phy80211").exists()]
    found.sort(key=lambda name: int(name.removeprefix("wlan")))
    macs = [(_NETS / name / "address").read_text().strip() for name in found]
    return [
        (name, bytes.fromhex(mac.replace(":", ""))) for name, mac in zip(found, macs, strict=True)
    ]


class Flood:
    """Sends from the first radio, receives at the others."""

    def __init__(self, radios: list[tuple[str, bytes]], length: int, *, group: bool) -> None:
        self._radios = radios
        self._length = length
        self._group = group
        self._number = 0
        self._sender = self._socket(radios[0][0])
        self._receivers = {}
        self._poll = select.poll()
        for name, _ in radios[1:]:
            receiver = self._socket(name)
            self._receivers[receiver.fileno()] = receiver
            self._poll.register(receiver, select.POLLIN)

    def introduce(self) -> None:
        """Have each radio heard, one after the other: a burst of many is lost to who reads slowly.
        Raises ValueError with those that the first one does not hear."""
        first = self._radios[0][1]
        self._sender.send(RADIOTAP + frame_for(GROUP, first, 0, self._length, HELLO))
        sockets = zip(self._receivers.values(), self._radios[1:], strict=True)
        silent = [
            name
            for link, (name, mac) in sockets
            if not any(self._heard(link, mac, first) for _ in range(HELLOS))
        ]
        if silent:
            names = ", ".join(silent)
            raise ValueError(f"the medium carries nothing of {names:.200}")

    def _heard(self, link: socket.socket, mac: bytes, first: bytes) -> bool:
        """Have a radio say something; whether the first one hears it in time."""
        link.send(RADIOTAP + frame_for(first, mac, 0, self._length, HELLO))
        until_s = time.monotonic() + PATIENCE_S
        while (left_s := until_s - time.monotonic()) > 0:
            if select.select([self._sender], [], [], left_s)[0]:
                packet = self._sender.recv(4096)
                frame = packet[int.from_bytes(packet[2:4], "little") :]
                if HELLO in packet and frame[10:16] == mac:
                    return True
        return False

    @staticmethod
    def _socket(name: str) -> socket.socket:
        link = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(_ETH_P_ALL))
        link.bind((name, 0))
        link.setblocking(False)
        return link

    def run(self, seconds: float, window: int, pid: int) -> Carried:
        """Keep so many frames on their way for so long."""
        done, expected = Carried(), len(self._radios) - 1 if self._group else 1
        medium_s, began_s = cpu_s(pid), time.monotonic()
        while (now_s := time.monotonic()) - began_s < seconds:
            for _ in range(window):
                self._send()
            done.sent += window
            came = self._collect(window * expected, now_s + PATIENCE_S)
            done.received += came
            done.lost += window * expected - came
        done.seconds, done.medium_s = time.monotonic() - began_s, cpu_s(pid) - medium_s
        return done

    def _send(self) -> None:
        others = self._radios[1:]
        receiver = GROUP if self._group else others[self._number % len(others)][1]
        frame = frame_for(receiver, self._radios[0][1], self._number, self._length)
        self._sender.send(RADIOTAP + frame)
        self._number += 1

    def _collect(self, wanted: int, until_s: float) -> int:
        """How many of those on their way came, all of them if nothing is lost."""
        came = 0
        while came < wanted and (left_s := until_s - time.monotonic()) > 0:
            for descriptor, _ in self._poll.poll(left_s * 1000):
                while True:
                    try:
                        packet = self._receivers[descriptor].recv(4096)
                    except BlockingIOError:
                        break
                    came += MARK in packet
        return came


def main(argv: Sequence[str] | None = None) -> int:
    """Flood, and print what came of it."""
    parser = argparse.ArgumentParser(description="Frames a second between radios.")
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--window", type=int, default=8)
    parser.add_argument("--length", type=int, default=200)
    parser.add_argument("--group", action="store_true")
    parser.add_argument("--pid", type=int, default=0)
    given = parser.parse_args(argv)
    radios = interfaces()
    flood = Flood(radios, given.length, group=given.group)
    try:
        flood.introduce()
    except ValueError as error:
        sys.exit(f"flood: {error}")
    print(flood.run(given.seconds, given.window, given.pid).line(len(radios)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
