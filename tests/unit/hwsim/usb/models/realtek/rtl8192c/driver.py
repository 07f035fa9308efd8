# SPDX-License-Identifier: GPL-2.0-or-later
"""A driver's side of RTL8192CU: requests, descriptors and the memory of keys, as rtl8192cu uses
them."""

from __future__ import annotations

import struct

from hwsim.usb.device import AirFrame, Setup
from hwsim.usb.models.realtek.rtl8192c.chip import Rtl8192cu
from tests.unit.hwsim.usb.models.ralink.driver import AP, MAC, FakeUser

AES = 3


class Driver:
    """A chip and who plugged it in, with what a driver does."""

    def __init__(self) -> None:
        self.user = FakeUser()
        self.chip = Rtl8192cu(MAC, self.user)
        self.completed = 0

    def write(self, address: int, data: bytes) -> None:
        """Any run of bytes."""
        self.chip.control(Setup(0x40, 5, address, 0, len(data)), data)

    def write_word(self, address: int, word: int) -> None:
        """A register of 32 bits."""
        self.write(address, word.to_bytes(4, "little"))

    def read(self, address: int, length: int = 1) -> bytes:
        """Any run of bytes."""
        return self.chip.control(Setup(0xC0, 5, address, 0, length), b"")

    def read_word(self, address: int) -> int:
        """A register of 32 bits."""
        return int.from_bytes(self.read(address, 4), "little")

    def rf_write(self, part: int, number: int, value: int) -> None:
        """A register of a radio frequency part."""
        self.write_word(0x840 + 4 * part, number << 20 | value)

    def run_firmware(self) -> None:
        """Download, end, run."""
        self.write_word(0x80, 1)
        self.write(0x1000, bytes(64))
        self.write_word(0x80, 0)
        self.write_word(0x80, self.read_word(0x80) & ~(1 << 6) | 1 << 1)

    def start(self) -> None:
        """Firmware, address, filter, channel 6, both directions, the cipher engine on."""
        self.run_firmware()
        self.write(0x610, MAC)
        self.write(0x618, AP)
        self.write_word(0x608, 0xF000680E)
        self.write(0x6A0, b"\xff\xff\0\0\xff\xff")
        self.rf_write(0, 0x18, 0xF406)
        self.write(0x680, b"\x0c")
        self.write(0x100, b"\xff\x02")

    def set_key(self, entry: int, address: bytes, cipher: int, key_id: int, key: bytes) -> None:
        """An entry of the memory of keys, from its end to its begin."""
        padded = key.ljust(24, b"\0")
        words = [int.from_bytes(padded[at : at + 4], "little") for at in range(0, 24, 4)]
        first = 1 << 15 | cipher << 2 | key_id | int.from_bytes(address[:2], "little") << 16
        whole = [first, int.from_bytes(address[2:], "little"), *words]
        for at in reversed(range(8)):
            self.write_word(0x674, whole[at])
            self.write_word(0x670, 1 << 31 | 1 << 16 | 8 * entry + at)

    def send(self, frame: bytes, **descriptor: int) -> None:
        """A transfer with that frame (see :func:`transfer`)."""
        self.chip.bulk_out(2, transfer(frame, **descriptor), self._complete)

    def receive(
        self, frame: bytes, *, freq_mhz: int = 2437, signal_dbm: int = -40, rate_kbps: int = 6000
    ) -> bytes | None:
        """What the driver gets of a frame on the air."""
        found = self.chip.receive(AirFrame(frame, freq_mhz, rate_kbps, signal_dbm))
        return None if found is None else found.data

    def _complete(self) -> None:
        self.completed += 1


def transfer(frame: bytes, *, cipher: int = 0, rate: int = 4, offset: int = 32) -> bytes:
    """A descriptor with its checksum, and a frame ``offset`` bytes from the begin."""
    words = [len(frame) | offset << 16 | 0x8C << 24, cipher << 22, 0, 0, 0, rate, 0, 0]
    head = struct.pack("<8I", *words)
    left = 0
    for (word,) in struct.iter_unpack("<H", head):
        left ^= word
    words[7] = left
    return struct.pack("<8I", *words) + bytes(offset - 32) + frame
