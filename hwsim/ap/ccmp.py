# SPDX-License-Identifier: GPL-2.0-or-later
"""CCMP, the cipher of data and robust management frames (IEEE 802.11-2020, 12.5.3)."""

from __future__ import annotations

from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESCCM

from hwsim.errors import UndecryptableError, WireError
from hwsim.frames import PROTECTED, SUBTYPE_QOS_BIT, parse_header

TK_LENGTH: Final = 16
"""Of a temporal key and a group key, in bytes."""
CCMP_HEADER_LENGTH: Final = 8
CCMP_MIC_LENGTH: Final = 8
MANAGEMENT_TID: Final = 16
"""Stands for management frames where packet numbers are counted by TID."""
_EXT_IV: Final = 0x20
_TYPE_BITS: Final = 0x0C
_DATA: Final = 0x08
_MANAGEMENT_FLAG: Final = b"\x10"
"""Of a nonce (figure 12-18), which has no priority for management frames."""


class CcmpKey:
    """A temporal key in use; the cipher is set up once.

    Packet numbers belong to the key: ``tx_pn`` is the last one sent under it, ``rx_pn`` the last
    one received of each TID, of management frames under :data:`MANAGEMENT_TID` (12.5.3.4.4).
    """

    __slots__ = ("_aead", "key_id", "rx_pn", "tx_pn")

    def __init__(self, tk: bytes, key_id: int = 0) -> None:
        self._aead = AESCCM(tk, tag_length=CCMP_MIC_LENGTH)
        self.key_id = key_id
        self.tx_pn = 0
        self.rx_pn: dict[int, int] = {}

    def protect(self, header: bytes, plaintext: bytes, pn: int) -> bytes:
        """The protected frame: ``header`` (its Protected bit set here), CCMP header, data, MIC."""
        header = header[:1] + bytes((header[1] | PROTECTED,)) + header[2:]
        nonce, aad = _nonce_and_aad(header, pn)
        sealed = self._aead.encrypt(nonce, plaintext, aad)
        return header + ccmp_header(pn, self.key_id) + sealed

    def open(self, frame: bytes, header_length: int) -> bytes:
        """The plaintext of a protected frame; raises :class:`UndecryptableError`."""
        pn = packet_number(frame, header_length)
        nonce, aad = _nonce_and_aad(frame[:header_length], pn)
        try:
            return self._aead.decrypt(nonce, frame[header_length + CCMP_HEADER_LENGTH :], aad)
        except InvalidTag:
            raise UndecryptableError("CCMP: the MIC does not verify") from None


def ccmp_header(pn: int, key_id: int) -> bytes:
    """The eight bytes between header and data (12.5.3.2)."""
    number = pn.to_bytes(6, "little")
    return number[:2] + bytes((0, _EXT_IV | key_id << 6)) + number[2:]


def packet_number(frame: bytes, header_length: int) -> int:
    """The CCMP packet number of a protected frame; raises :class:`WireError`."""
    if len(frame) < header_length + CCMP_HEADER_LENGTH + CCMP_MIC_LENGTH:
        raise WireError(f"CCMP: {len(frame)} bytes hold no header and MIC")
    begin = header_length
    if not frame[begin + 3] & _EXT_IV:
        raise WireError("CCMP: the ExtIV bit is not set")
    return int.from_bytes(frame[begin : begin + 2] + frame[begin + 4 : begin + 8], "little")


def _nonce_and_aad(header: bytes, pn: int) -> tuple[bytes, bytes]:
    """CCM nonce (12.5.3.3.4) and additional data (12.5.3.3.3) of a data or management frame."""
    data = header[0] & _TYPE_BITS == _DATA
    qos = data and header[0] >> 4 & SUBTYPE_QOS_BIT
    flags = header[1] & 0b1100_0111 | PROTECTED  # without Retry, Power Management, More Data
    if qos:
        flags &= 0x7F  # and without +HTC
    tid = bytes((parse_header(header).tid,)) if qos else b"\0"
    length = 30 if header[1] & 3 == 3 else 24
    aad = b"".join((
        bytes((header[0] & 0b1000_1111 if data else header[0], flags)),
        header[4:22],
        bytes((header[22] & 0x0F, 0)),
        header[24:length],
        tid + b"\0" if qos else b"",
    ))  # fmt: skip
    priority = tid if data else _MANAGEMENT_FLAG
    return priority + header[10:16] + pn.to_bytes(6, "big"), aad
