# SPDX-License-Identifier: GPL-2.0-or-later
"""BIP, the integrity of group addressed management frames and beacons: what its ciphers share.

Source: IEEE 802.11-2020, 12.5.4; 9.4.2.54 (management MIC element); 11.52 (beacon protection).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar, Final

_ELEMENT_MIC: Final = 76
_FLAGS_COVERED: Final = 0xC7
"""All but Retry, Power Management and More Data (12.5.4.3)."""
_HEADER: Final = 24
_BEACON: Final = b"\x80"
_TIMESTAMP: Final = 8
"""Bytes at the begin of a beacon's body, which are not covered (12.5.4.3)."""


class IntegrityKey(ABC):
    """An integrity group key in use; ``tx_pn`` is the packet number (IPN) sent last under it."""

    __slots__ = ("key_id", "tx_pn")

    mic_length: ClassVar[int]

    def __init__(self, key_id: int) -> None:
        self.key_id = key_id
        self.tx_pn = 0

    @abstractmethod
    def mic(self, transmitter: bytes, pn: int, covered: bytes) -> bytes:
        """The code of a frame of that transmitter, ``mic_length`` bytes."""

    def protect(self, frame: bytes, pn: int) -> bytes:
        """The frame (24 bytes of header first) with its management MIC element at the end."""
        element = bytes((_ELEMENT_MIC, 8 + self.mic_length)) + self.key_id.to_bytes(2, "little")
        element += pn.to_bytes(6, "little")
        aad = frame[:1] + bytes((frame[1] & _FLAGS_COVERED,)) + frame[4:22]
        body = frame[_HEADER:]
        if frame[:1] == _BEACON:
            body = bytes(_TIMESTAMP) + body[_TIMESTAMP:]
        covered = aad + body + element + bytes(self.mic_length)
        return frame + element + self.mic(frame[10:16], pn, covered)
