# SPDX-License-Identifier: GPL-2.0-or-later
"""A driver's side of a Ralink chip: requests, transfers and the tables, as rt2800usb uses them."""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass, field

from hwsim.usb.device import AirFrame, Done, SentFrame, Setup, Transfer
from hwsim.usb.models.ralink.chips import Rt3070
from hwsim.usb.models.ralink.rt2800 import Rt2800

MAC = bytes.fromhex("020000000300")
AP = bytes.fromhex("020000000001")
CCMP = 4


@dataclass
class FakeUser:
    """Who plugged the chip in: keeps what it transmits, and answers when it is told to."""

    sent: list[SentFrame] = field(default_factory=list)
    dones: list[Done] = field(default_factory=list)
    acks: bool | None = True
    """Whether each frame is acknowledged at once; None: later, by :attr:`dones`."""
    time_ns: int = 0

    def now_ns(self) -> int:
        """The time the test says."""
        return self.time_ns

    def call_after(self, delay_ns: int, callback: Callable[[], None]) -> None:
        """These chips have no timer."""
        raise AssertionError(delay_ns)

    def on_frame(self, sent: SentFrame, done: Done) -> None:
        """Keep it, and answer."""
        self.sent.append(sent)
        if self.acks is None:
            self.dones.append(done)
        else:
            done(self.acks)

    def on_transfer(self, transfer: Transfer) -> None:
        """Nothing but frames goes up here."""
        raise AssertionError(transfer)


class Driver:
    """A chip and who plugged it in, with what a driver does."""

    def __init__(self, kind: type[Rt2800] = Rt3070) -> None:
        self.user = FakeUser()
        self.chip = kind(MAC, self.user)
        self.completed = 0

    def write(self, address: int, data: bytes) -> None:
        """Any run of bytes."""
        self.chip.control(Setup(0x40, 6, 0, address, len(data)), data)

    def write_word(self, address: int, word: int) -> None:
        """A register."""
        self.write(address, word.to_bytes(4, "little"))

    def read(self, address: int, length: int = 4) -> bytes:
        """Any run of bytes."""
        return self.chip.control(Setup(0xC0, 7, 0, address, length), b"")

    def read_word(self, address: int) -> int:
        """A register."""
        return int.from_bytes(self.read(address), "little")

    def rf_write(self, number: int, value: int) -> None:
        """A register of RF3020."""
        self.write_word(0x0500, 3 << 16 | number << 8 | value)

    def start(self) -> None:
        """Firmware, address, filter, channel 6, transmitter and receiver on."""
        self.chip.control(Setup(0x40, 1, 8, 0, 0), b"")
        self.write(0x1008, MAC + b"\xff\0")
        self.write(0x1010, AP + b"\0\0")
        self.write_word(0x1400, 0x1FF97)
        self.rf_write(2, 243)
        self.rf_write(3, 7)
        self.write_word(0x1004, 0xC)

    def add_station(self, wcid: int, address: bytes) -> None:
        """An entry of the table of stations."""
        self.write(0x1800 + 8 * wcid, address + b"\xff\xff")

    def set_pairwise(self, wcid: int, cipher: int, key: bytes) -> None:
        """A pairwise key, its cipher header begun anew."""
        self.write(0x4000 + 32 * wcid, key.ljust(32, b"\0"))
        self.write_word(0x6800 + 4 * wcid, 1 | cipher << 1)
        self.write(0x6000 + 8 * wcid, bytes((0, 0, 0, 0x20, 0, 0, 0, 0)))

    def set_shared(self, key_id: int, cipher: int, key: bytes) -> None:
        """A group key, or a WEP key, of the first service set."""
        self.write(0x6C00 + 32 * key_id, key.ljust(32, b"\0"))
        self.write_word(0x7000, cipher << 4 * key_id)
        self.write_word(0x6800 + 4 * key_id, cipher << 1)
        self.write(0x6000 + 8 * key_id, bytes((0, 0, 0, key_id << 6, 0, 0, 0, 0)))

    def send(self, *transfers: bytes) -> None:
        """A transfer with these frames (of :func:`block`), and the four bytes that end it."""
        infos = [one if one is transfers[-1] else following(one) for one in transfers]
        self.chip.bulk_out(1, b"".join(infos) + bytes(4), self._complete)

    def receive(self, frame: bytes, *, freq_mhz: int = 2437, signal_dbm: int = -40) -> bytes | None:
        """What the driver gets of a frame on the air at 6 Mbit/s."""
        transfer = self.chip.receive(AirFrame(frame, freq_mhz, 6000, signal_dbm))
        return None if transfer is None else transfer.data

    def _complete(self) -> None:
        self.completed += 1


def block(
    frame: bytes, header_length: int, *, wcid: int = 33, packet_id: int = 5, flags: int = 1,
    info: int = 0, iv: bytes = bytes(8), rate: int = 0x4000,
) -> bytes:  # fmt: skip
    """TXINFO, TXWI and a frame with its paddings; ``flags`` of TXWI's second word: 1 is ACK."""
    pad = -header_length & 3 if len(frame) > header_length else 0
    padded = frame[:header_length] + bytes(pad) + frame[header_length:]
    padded += bytes(-len(padded) & 3)
    word = flags | wcid << 8 | len(frame) << 16 | packet_id << 28
    return struct.pack("<III8s", info | 16 + len(padded), rate << 16, word, iv) + padded


def following(one: bytes) -> bytes:
    """A block behind which another one comes: TXINFO says so."""
    return one[:3] + bytes((one[3] | 0x40,)) + one[4:]


def data_frame(
    body: bytes, *, to: bytes = AP, sender: bytes = MAC, flags: int = 0x41, qos: bool = True,
    sequence: int = 0x10,
) -> bytes:  # fmt: skip
    """A data frame; ``flags`` 0x41: to the access point, protected."""
    head = bytes((0x88 if qos else 0x08, flags, 0, 0)) + to + sender + AP
    return head + sequence.to_bytes(2, "little") + (b"\0\0" if qos else b"") + body
