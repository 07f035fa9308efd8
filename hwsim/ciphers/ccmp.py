# SPDX-License-Identifier: GPL-2.0-or-later
"""CCMP-128 and CCMP-256 (IEEE 802.11-2020, 12.5.3)."""

from __future__ import annotations

from typing import Final

from cryptography.hazmat.primitives.ciphers.aead import AESCCM

from hwsim.ciphers.data_key import AeadKey, priority

_MIC_LENGTHS: Final = {16: 8, 32: 16}
"""By the length of the key (12.5.3.1)."""
_MANAGEMENT_FLAG: Final = 0x10
"""Of a nonce (figure 12-18), which has no priority for management frames."""


class CcmpKey(AeadKey):
    """A key of 16 bytes, or of 32 with the longer MIC."""

    __slots__ = ()
    name = "CCMP"

    def __init__(self, tk: bytes, key_id: int = 0) -> None:
        mic_length = _MIC_LENGTHS[len(tk)]
        super().__init__(AESCCM(tk, tag_length=mic_length), mic_length, key_id)

    def nonce(self, header: bytes, pn: int) -> bytes:
        """Flags with the priority, transmitter, packet number (12.5.3.3.4)."""
        flags = priority(header, of_management=_MANAGEMENT_FLAG)
        return bytes((flags,)) + header[10:16] + pn.to_bytes(6, "big")
