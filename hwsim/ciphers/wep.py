# SPDX-License-Identifier: GPL-2.0-or-later
"""WEP, the cipher before WPA (IEEE 802.11-2020, 12.3.2)."""

from __future__ import annotations

from typing import Final
from zlib import crc32

from Crypto.Cipher import ARC4

from hwsim.ciphers.data_key import DataKey
from hwsim.errors import UndecryptableError, WireError
from hwsim.frames import PROTECTED

_IV_LENGTH: Final = 4
"""The IV proper, three bytes, and that with the key's identifier."""
_ICV_LENGTH: Final = 4
_IVS: Final = 1 << 24


class WepKey(DataKey):
    """A key of 5 or 13 bytes, the same for everybody.

    What stands for the packet number is the IV, whose first byte on the air is the highest one. A
    station may choose it as it likes, so it says nothing of a replay.
    """

    __slots__ = ("_key",)
    counts = False

    def __init__(self, key: bytes, key_id: int = 0) -> None:
        super().__init__(key_id)
        self._key = key

    def protect(self, header: bytes, plaintext: bytes, pn: int) -> bytes:
        """Header, IV, then data and ICV under ARC4; IVs go round."""
        header = header[:1] + bytes((header[1] | PROTECTED,)) + header[2:]
        iv = (pn % _IVS).to_bytes(3, "big")
        body = plaintext + crc32(plaintext).to_bytes(_ICV_LENGTH, "little")
        return header + iv + bytes((self.key_id << 6,)) + ARC4.new(iv + self._key).encrypt(body)

    def packet_number(self, frame: bytes, header_length: int) -> int:
        """The IV; a frame too short for IV and ICV has none."""
        if len(frame) < header_length + _IV_LENGTH + _ICV_LENGTH:
            raise WireError(f"WEP: {len(frame)} bytes hold no IV and ICV")
        return int.from_bytes(frame[header_length : header_length + 3], "big")

    def open(self, frame: bytes, header_length: int) -> bytes:
        """See :class:`DataKey`; the ICV tells whether it was this key."""
        iv = self.packet_number(frame, header_length).to_bytes(3, "big")
        self.check_named(frame, header_length)
        body = ARC4.new(iv + self._key).decrypt(frame[header_length + _IV_LENGTH :])
        plaintext, icv = body[:-_ICV_LENGTH], body[-_ICV_LENGTH:]
        if crc32(plaintext).to_bytes(_ICV_LENGTH, "little") != icv:
            raise UndecryptableError("WEP: the ICV does not verify")
        return plaintext
