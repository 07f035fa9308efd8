# SPDX-License-Identifier: GPL-2.0-or-later
"""A driver of a Realtek chip, by script: what Linux' driver does on the way to a radio.

It stands on :class:`tests.unit.hwsim.usb.peer.Peer`, so that a model is asked as QEMU asks it.
"""

from __future__ import annotations

from hwsim.usb.adapter import Adapter
from hwsim.usb.catalogue import maker
from hwsim.usb.device import AirFrame, Done, SentFrame
from tests.unit.hwsim.usb.clock import Clock
from tests.unit.hwsim.usb.peer import Peer

MAC = bytes.fromhex("020000000000")
AP = bytes.fromhex("020000000001")
CHANNEL_6 = 0x085C + 5 * 0x80
RX_CONFIG = 1 << 18 | 1 << 20 | 1 << 3 | 1 << 1
"""Data, management; broadcast, own address."""


class User:
    """Keeps what an adapter tells."""

    def __init__(self) -> None:
        self.sent: list[tuple[SentFrame, Done]] = []
        self.malformed = 0
        self.taken: list[int] = []
        self.lost: list[int] = []
        self.unheard: list[int] = []
        self.started = 0

    def on_sent(self, sent: SentFrame, done: Done) -> None:
        """Keep it; the test acknowledges."""
        self.sent.append((sent, done))

    def on_malformed(self) -> None:
        """Count it."""
        self.malformed += 1

    def on_taken(self, tag: int, written_ns: int) -> None:
        """Keep it."""
        self.taken.append(tag)

    def on_lost(self, tag: int) -> None:
        """Keep it."""
        self.lost.append(tag)

    def on_unheard(self, tag: int) -> None:
        """Keep it."""
        self.unheard.append(tag)

    def on_started(self) -> None:
        """Count it."""
        self.started += 1


class Driver(Peer):
    """An adapter with that model, and its driver."""

    def __init__(self, model: str) -> None:
        super().__init__()
        self.user, self.clock = User(), Clock()
        self.adapter = Adapter(maker(model), MAC, self.user, self.write, self.clock)
        self.feed = self.adapter.feed
        self.greet()

    def start(self, synthesizer: int = CHANNEL_6) -> None:
        """Switch transmitter and receiver on, tuned to a channel."""
        self.tune(synthesizer)
        self.set(0xFF44, RX_CONFIG, 4)
        self.set(0xFF37, 0x0C)

    def tune(self, synthesizer: int) -> None:
        """Write the RF chip's register 7, by its own request."""
        self.set_rf(7, synthesizer)

    def set_rf(self, register: int, value: int) -> None:
        """Write a register of the RF chip."""
        data = value.to_bytes(2, "little")
        assert self.control(0x40, 5, register, 0x8225, 2, data) == (0, b"")

    def read_eeprom(self, word: int) -> int:
        """Read a word, pin by pin."""
        idle = 0x88  # program mode, chip select
        for pins in (idle, idle | 4, idle):
            self.set(0xFF50, pins)
        command = 0b110 << 6 | word
        for bit in range(8, -1, -1):
            pins = idle | (2 if command >> bit & 1 else 0)
            for one in (pins, pins | 4, pins):
                self.set(0xFF50, one)
        found = 0
        for _ in range(16):
            self.set(0xFF50, idle | 4)
            found = found << 1 | self.read(0xFF50) & 1
            self.set(0xFF50, idle)
        self.set(0xFF50, 0x80)
        return found

    def read_rf(self, register: int) -> int:
        """Read a register of the RF chip, pin by pin: both edges carry its address."""
        idle = 0x80
        for pins in (idle | 4, idle):
            self.set(0xFF80, pins, 2)
        for bit in range(4, -1, -1):
            pins = idle | register >> bit & 1
            edges = (pins | 2, pins) if bit & 1 else (pins, pins | 2)
            for one in edges:
                self.set(0xFF80, one, 2)
        for pins in (idle | 10, idle | 8):
            self.set(0xFF80, pins, 2)
        found = 0
        for _ in range(12):
            self.set(0xFF80, idle | 10, 2)
            found = found << 1 | self.read(0xFF86, 2) >> 1 & 1
            self.set(0xFF80, idle | 8, 2)
        self.set(0xFF80, idle | 12, 2)
        return found

    def set_key(self, entry: int, address: bytes, key_id: int, key: bytes, kind: int = 4) -> None:
        """Write an entry of the memory of keys."""
        words = [
            int.from_bytes(address[:2], "little") << 16 | 0x8000 | kind << 2 | key_id,
            int.from_bytes(address[2:], "little"),
            *(int.from_bytes(key[at : at + 4], "little") for at in range(0, 16, 4)),
        ]
        for place, word in enumerate(words):
            self.set(0xFFA4, word, 4)
            self.set(0xFFA0, 1 << 31 | 1 << 16 | entry * 6 + place, 4)


def data_frame(to: bytes, sender: bytes, body: bytes = b"", *, protected: bool = False) -> bytes:
    """A data frame from the distribution system."""
    flags = 0x02 | (0x40 if protected else 0)
    return bytes((0x08, flags, 0, 0)) + to + sender + sender + b"\x10\x02" + body


def on_channel_6(frame: bytes, signal_dbm: int = -40) -> AirFrame:
    """It arrives at 6 Mbit/s."""
    return AirFrame(frame, 2437, 6000, signal_dbm)
