# SPDX-License-Identifier: GPL-2.0-or-later
"""A driver's side of RT2573: requests, descriptors and the tables, as rt73usb uses them."""

from __future__ import annotations

import struct

from hwsim.usb.device import AirFrame, Setup
from hwsim.usb.models.ralink.rt73.chip import Rt2573
from tests.unit.hwsim.usb.models.ralink.driver import AP, MAC, FakeUser

CCMP = 4
CHANNELS = {
    1: (0x2C0C, 0x786, 0x68255, 0xFEA0B), 6: (0x2C0C, 0x78E, 0x68255, 0xFEA1F),
    13: (0x2C0C, 0x79E, 0x68255, 0xFEA0B), 14: (0x2C0C, 0x7A2, 0x68255, 0xFEA13),
    34: (0x2C0C, 0x8099A, 0xDA255, 0xD3A0B), 36: (0x2C0C, 0x99A, 0x98255, 0xFEA23),
    40: (0x2C0C, 0x9A2, 0x98255, 0xFEA03), 64: (0x2C0C, 0x9BE, 0x98255, 0xFEA0B),
    100: (0x2C0C, 0xA2A, 0xB8255, 0xFEA03), 120: (0x2C0C, 0xA82, 0xB8255, 0xFEA03),
    149: (0x2C0C, 0xAA2, 0xB8255, 0xFEA1F), 165: (0x2C0C, 0xAB6, 0xB8255, 0xFEA17),
}  # fmt: skip
"""What a driver writes to the RF part for some channels, in the order of its registers there."""
NO_CIPHER = bytes(8)


class Driver:
    """A chip and who plugged it in, with what a driver does."""

    def __init__(self) -> None:
        self.user = FakeUser()
        self.chip = Rt2573(MAC, self.user)
        self.completed = 0

    def write(self, address: int, data: bytes) -> None:
        """Any run of bytes."""
        self.chip.control(Setup(0x40, 6, 0, address, len(data)), data)

    def write_word(self, address: int, word: int) -> None:
        """A register."""
        self.write(address, word.to_bytes(4, "little"))

    def read_word(self, address: int) -> int:
        """A register."""
        return int.from_bytes(self.chip.control(Setup(0xC0, 7, 0, address, 4), b""), "little")

    def tune(self, channel: int) -> None:
        """The four registers of the RF part."""
        for word in CHANNELS[channel]:
            self.write_word(0x3090, 1 << 31 | 20 << 24 | word)

    def start(self, channel: int = 6) -> None:
        """Firmware, awake, address, filter, ready, a channel."""
        self.chip.control(Setup(0x40, 1, 8, 0, 0), b"")
        self.write_word(0x3030, 1 << 2)
        self.write(0x3008, MAC + b"\xff\0")
        self.write(0x3010, AP + b"\3\0")
        self.write_word(0x3040, 0x027E8032)
        for word in (3, 0, 4):
            self.write_word(0x3004, word)
        self.tune(channel)

    def set_pairwise(self, index: int, cipher: int, key: bytes, station: bytes = AP) -> None:
        """A pairwise key, among those that count."""
        self.write(0x1200 + 32 * index, key.ljust(32, b"\0"))
        self.write(0x1A00 + 8 * index, station + bytes((cipher, 0)))
        register = 0x30A8 + 4 * (index // 32)
        self.write_word(register, self.read_word(register) | 1 << index % 32)
        self.write_word(0x30B0, 1)

    def set_shared(self, key_id: int, cipher: int, key: bytes) -> None:
        """A group key, or a WEP key, at its own number."""
        self.write(0x1000 + 32 * key_id, key.ljust(32, b"\0"))
        self.write_word(0x30A4, self.read_word(0x30A4) | cipher << 4 * key_id)
        self.write_word(0x30A0, self.read_word(0x30A0) | 1 << key_id)

    def send(self, frame: bytes, **descriptor: object) -> None:
        """A transfer with that frame (see :func:`transfer`)."""
        self.chip.bulk_out(1, transfer(frame, **descriptor), self._complete)  # type: ignore[arg-type]

    def receive(
        self, frame: bytes, *, freq_mhz: int = 2437, signal_dbm: int = -40, rate_kbps: int = 6000
    ) -> bytes | None:
        """What the driver gets of a frame on the air."""
        found = self.chip.receive(AirFrame(frame, freq_mhz, rate_kbps, signal_dbm))
        return None if found is None else found.data

    def _complete(self) -> None:
        self.completed += 1


def transfer(
    frame: bytes, *, ack: bool = True, ofdm: bool = True, signal: int = 0xB, cipher: int = 0,
    pairwise: bool = True, key_index: int = 0, iv: bytes = NO_CIPHER, header_length: int = 26,
    assign_sequence: bool = False, michael: bool = False,
) -> bytes:  # fmt: skip
    """TXD and a frame, in a length that is a multiple of four, and of 512 none."""
    first = 1 << 1 | ack << 3 | ofdm << 5 | michael << 8 | pairwise << 9 | key_index << 10
    first |= len(frame) << 16 | cipher << 29
    second = header_length << 16 | assign_sequence << 28
    whole = struct.pack("<IIB3x8sI", first, second, signal, iv, 1 << 24) + frame
    whole += bytes(-len(whole) & 3)
    return whole if len(whole) % 512 else whole + bytes(4)
