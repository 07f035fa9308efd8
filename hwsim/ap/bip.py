# SPDX-License-Identifier: GPL-2.0-or-later
"""BIP-CMAC-128: integrity of group addressed management frames (IEEE 802.11-2020, 12.5.4).

Format of the management MIC element: 9.4.2.54.
"""

from __future__ import annotations

from typing import Final

from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.cmac import CMAC

IGTK_LENGTH: Final = 16
_ELEMENT_MIC: Final = 76
_MIC_LENGTH: Final = 8
_FLAGS_COVERED: Final = 0xC7
"""All but Retry, Power Management and More Data (12.5.4.3)."""


class BipKey:
    """An integrity group key in use; ``tx_pn`` is the packet number (IPN) sent last under it."""

    __slots__ = ("_igtk", "key_id", "tx_pn")

    def __init__(self, igtk: bytes, key_id: int) -> None:
        self._igtk = igtk
        self.key_id = key_id
        self.tx_pn = 0

    def protect(self, frame: bytes, pn: int) -> bytes:
        """The frame (24 bytes of header first) with its management MIC element at the end."""
        element = bytes((_ELEMENT_MIC, 8 + _MIC_LENGTH)) + self.key_id.to_bytes(2, "little")
        element += pn.to_bytes(6, "little")
        aad = frame[:1] + bytes((frame[1] & _FLAGS_COVERED,)) + frame[4:22]
        code = CMAC(AES(self._igtk))
        code.update(aad + frame[24:] + element + bytes(_MIC_LENGTH))
        return frame + element + code.finalize()[:_MIC_LENGTH]
