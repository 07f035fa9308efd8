# SPDX-License-Identifier: GPL-2.0-or-later
"""BIP-CMAC-128 and BIP-CMAC-256 (IEEE 802.11-2020, 12.5.4): AES-CMAC, cut to the MIC's length."""

from __future__ import annotations

from typing import ClassVar

from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.cmac import CMAC

from hwsim.ciphers.integrity_key import IntegrityKey


class BipCmac128Key(IntegrityKey):
    """A key of 16 bytes."""

    __slots__ = ("_igtk",)
    mic_length: ClassVar[int] = 8

    def __init__(self, igtk: bytes, key_id: int) -> None:
        super().__init__(key_id)
        self._igtk = igtk

    def mic(self, transmitter: bytes, pn: int, covered: bytes) -> bytes:
        """The first bytes of the AES-CMAC."""
        code = CMAC(AES(self._igtk))
        code.update(covered)
        return code.finalize()[: self.mic_length]


class BipCmac256Key(BipCmac128Key):
    """A key of 32 bytes, and the whole AES-CMAC."""

    __slots__ = ()
    mic_length = 16
