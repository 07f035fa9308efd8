# SPDX-License-Identifier: GPL-2.0-or-later
"""The cipher engine: a memory of sixteen keys (CAM), and what it does to frames.

A driver writes an entry word by word: RWCAM says where, WCAMI what. A frame that is transmitted has
the cipher's header already; the engine encrypts what follows and adds the MIC. Of one that is
received it decrypts the data and leaves header and MIC where they are.

Linux' driver leaves the engine alone. What is known of it comes from Realtek's own drivers for this
chip and its sisters, as far as they are public, and Microsoft's sample driver for it; that Windows'
driver finds all it wants is unproven. Of its ciphers AES (CCMP) is there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from hwsim.ciphers.ccmp import CcmpKey
from hwsim.errors import UndecryptableError
from hwsim.frames import DATA, PROTECTED, parse_header

ENTRIES: Final = 16
WORDS: Final = 6
"""Of an entry: valid, type, key id and two bytes of the address; four more; the key."""
POLL: Final = 1 << 31
WRITE: Final = 1 << 16

USE_DEFAULT_KEYS: Final = 1
ENCRYPT: Final = 2
DECRYPT: Final = 4

CIPHER_HEADER: Final = 8
"""Bytes between the 802.11 header and the data."""
MIC: Final = 8
_VALID: Final = 0x8000
_AES: Final = 4
_GROUP_BIT: Final = 1


@dataclass(frozen=True, slots=True)
class Key:
    """An entry that is valid and holds an AES key."""

    address: bytes
    key_id: int
    secret: bytes


class Cam:
    """The memory and the engine. ``mode`` is the register of security control."""

    def __init__(self) -> None:
        self._words = [[0] * WORDS for _ in range(ENTRIES)]
        self.mode = 0

    def command(self, command: int, content: int) -> int:
        """Carry out what RWCAM says with the word of WCAMI; the word that was read, or 0."""
        place = command & 0x7F
        if not command & POLL or place >= ENTRIES * WORDS:
            return 0
        entry, word = divmod(place, WORDS)
        if command & WRITE:
            self._words[entry][word] = content
            return 0
        return self._words[entry][word]

    def encrypt(self, frame: bytes) -> bytes:
        """A frame as it goes on the air; the same one if there is no key for it.

        Raises :class:`WireError` for one that is too short to be encrypted.
        """
        header = parse_header(frame)
        if not self.mode & ENCRYPT or not _sealed(frame, header.type):
            return frame
        begin = header.length + CIPHER_HEADER
        # The driver leaves no room for the MIC, without which there is no packet number to read.
        number = CcmpKey(bytes(16)).packet_number(frame + bytes(MIC), header.length)
        key = self._key(header.receiver, _key_id(frame, header.length))
        if key is None:
            return frame
        return CcmpKey(key.secret, key.key_id).protect(
            frame[: header.length], frame[begin:], number
        )

    def decrypt(self, frame: bytes) -> tuple[bytes, bool, bool]:
        """A frame as the driver gets it; whether it was decrypted; whether its MIC was wrong."""
        header = parse_header(frame)
        if not self.mode & DECRYPT or not _sealed(frame, header.type):
            return frame, False, False
        group = header.receiver[0] & _GROUP_BIT
        address = header.receiver if group else header.transmitter
        key = self._key(address, _key_id(frame, header.length))
        if key is None:
            return frame, False, False
        try:
            named = _key_id(frame, header.length)  # a station's key is found by its address alone
            plain = CcmpKey(key.secret, named).open(frame, header.length)
        except UndecryptableError:
            return frame, True, True
        return frame[: header.length + CIPHER_HEADER] + plain + frame[-MIC:], True, False

    def _key(self, address: bytes, key_id: int) -> Key | None:
        """The key of a station; or a default key, where those are used or a group is addressed."""
        keys = [key for key in map(_key_of, self._words) if key is not None]
        if not address[0] & _GROUP_BIT:
            for key in keys:
                if key.address == address:
                    return key
            if not self.mode & USE_DEFAULT_KEYS:
                return None
        group = (key for key in keys if key.address[0] & _GROUP_BIT or not any(key.address))
        return next((key for key in group if key.key_id == key_id), None)


def _key_of(words: list[int]) -> Key | None:
    first = words[0]
    if not first & _VALID or first >> 2 & 7 != _AES:
        return None
    address = (first >> 16 & 0xFFFF).to_bytes(2, "little") + words[1].to_bytes(4, "little")
    secret = b"".join(word.to_bytes(4, "little") for word in words[2:])
    return Key(address, first & 3, secret)


def _sealed(frame: bytes, kind: int) -> bool:
    return kind == DATA and bool(frame[1] & PROTECTED)


def _key_id(frame: bytes, header_length: int) -> int:
    """The key's number in the cipher's header; 0 of a frame that is too short."""
    at = header_length + 3
    return frame[at] >> 6 if len(frame) > at else 0
