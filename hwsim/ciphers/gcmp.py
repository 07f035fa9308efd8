# SPDX-License-Identifier: GPL-2.0-or-later
"""GCMP-128 and GCMP-256 (IEEE 802.11-2020, 12.5.5)."""

from __future__ import annotations

from typing import Final

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from hwsim.ciphers.data_key import AeadKey

_MIC_LENGTH: Final = 16


class GcmpKey(AeadKey):
    """A key of 16 or 32 bytes."""

    __slots__ = ()
    name = "GCMP"

    def __init__(self, tk: bytes, key_id: int = 0) -> None:
        super().__init__(AESGCM(tk), _MIC_LENGTH, key_id)

    def nonce(self, header: bytes, pn: int) -> bytes:
        """Transmitter and packet number (12.5.5.3.4)."""
        return header[10:16] + pn.to_bytes(6, "big")
