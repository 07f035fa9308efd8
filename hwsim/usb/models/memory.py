# SPDX-License-Identifier: GPL-2.0-or-later
"""The address space of a chip: plain memory, but for the words that behave."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from hwsim.usb.device import Stall

SIZE: Final = 0x10000
"""All that the 16 bits of wIndex reach (bytes)."""
_WORD: Final = 4

Answer = Callable[[], int]
"""What a word reads as."""
Accept = Callable[[int], int]
"""What stays of a word that was written."""


class Memory:
    """Registers and tables, little-endian words of 32 bits at multiples of four.

    Drivers read and write any run of bytes. A word that behaves does so once for each access that
    touches it: of a word written in halves, the second half is the one that carries its command.
    """

    def __init__(self) -> None:
        self._bytes = bytearray(SIZE)
        self._answers: dict[int, Answer] = {}
        self._accepts: dict[int, Accept] = {}

    def on_read(self, address: int, answer: Answer) -> None:
        """Let the word at ``address`` read as ``answer`` says."""
        self._answers[address] = answer

    def on_write(self, address: int, accept: Accept) -> None:
        """Let ``accept`` see what is written to the word at ``address``, and say what stays."""
        self._accepts[address] = accept

    def word(self, address: int) -> int:
        """The word as it is kept; nothing happens by it."""
        return int.from_bytes(self._bytes[address : address + _WORD], "little")

    def set_word(self, address: int, value: int) -> None:
        """Keep a word; nothing happens by it."""
        self._bytes[address : address + _WORD] = value.to_bytes(_WORD, "little")

    def bytes_at(self, address: int, length: int) -> bytes:
        """Bytes as they are kept; nothing happens by it."""
        return bytes(self._bytes[address : address + length])

    def set_bytes(self, address: int, data: bytes) -> None:
        """Keep bytes; nothing happens by it."""
        self._bytes[address : address + len(data)] = data

    def find(self, entry: bytes, address: int, size: int, count: int) -> int | None:
        """Which of the ``count`` entries of a table, ``size`` bytes each, begins with ``entry``."""
        end = address + size * count
        at = self._bytes.find(entry, address, end)
        while at >= 0:
            number, inside = divmod(at - address, size)
            if not inside:
                return number
            at = self._bytes.find(entry, at + 1, end)
        return None

    def read(self, address: int, length: int) -> bytes:
        """What a driver reads; raises :class:`Stall` for what lies outside."""
        end = _end(address, length)
        for at, answer in self._answers.items():
            if address - _WORD < at < end:
                self.set_word(at, answer())
        return self.bytes_at(address, length)

    def write(self, address: int, data: bytes) -> None:
        """What a driver writes; raises :class:`Stall` for what lies outside."""
        end = _end(address, len(data))
        self.set_bytes(address, data)
        for at, accept in self._accepts.items():
            if address - _WORD < at < end:
                self.set_word(at, accept(self.word(at)))


def _end(address: int, length: int) -> int:
    end = address + length
    if end > SIZE:
        raise Stall(f"{length} bytes at {address:#06x} reach over the address space")
    return end
