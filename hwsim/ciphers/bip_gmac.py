# SPDX-License-Identifier: GPL-2.0-or-later
"""BIP-GMAC-128 and BIP-GMAC-256 (IEEE 802.11-2020, 12.5.4): AES-GMAC, that is GCM of no data."""

from __future__ import annotations

from typing import ClassVar

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from hwsim.ciphers.integrity_key import IntegrityKey


class BipGmacKey(IntegrityKey):
    """A key of 16 or 32 bytes."""

    __slots__ = ("_aead",)
    mic_length: ClassVar[int] = 16

    def __init__(self, igtk: bytes, key_id: int) -> None:
        super().__init__(key_id)
        self._aead = AESGCM(igtk)

    def mic(self, transmitter: bytes, pn: int, covered: bytes) -> bytes:
        """The tag; the nonce is transmitter and packet number, the highest byte first."""
        return self._aead.encrypt(transmitter + pn.to_bytes(6, "big"), b"", covered)
