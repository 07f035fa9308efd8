# SPDX-License-Identifier: GPL-2.0-or-later
"""TKIP, the cipher of WPA (IEEE 802.11-2020, 12.5.2).

An MSDU is one MPDU here: the air fragments nothing.
"""

from __future__ import annotations

from hmac import compare_digest
from typing import Final
from zlib import crc32

from Crypto.Cipher import ARC4

from hwsim.ciphers.data_key import DataKey
from hwsim.ciphers.michael import MICHAEL_LENGTH, covered_header, michael
from hwsim.ciphers.tkip_mixing import phase_1, phase_2
from hwsim.errors import MichaelError, UndecryptableError, WireError
from hwsim.frames import PROTECTED

_TK_LENGTH: Final = 16
_HEADER_LENGTH: Final = 8
_ICV_LENGTH: Final = 4
_LEAST: Final = _HEADER_LENGTH + MICHAEL_LENGTH + _ICV_LENGTH
_EXT_IV: Final = 0x20


class TkipKey(DataKey):
    """A key of 32 bytes, as an authenticator has it: temporal key, Michael key of what it sends,
    Michael key of what it receives (12.7.1.3, 12.7.1.4).

    Packet numbers are TKIP's sequence counters (TSC). What phase 1 of the mixing makes is kept for
    the 65536 frames that it serves.
    """

    __slots__ = ("_mixed", "_rx_mic_key", "_tk", "_tx_mic_key")

    def __init__(self, tk: bytes, key_id: int = 0) -> None:
        super().__init__(key_id)
        self._tk = tk[:_TK_LENGTH]
        self._tx_mic_key = tk[_TK_LENGTH : _TK_LENGTH + MICHAEL_LENGTH]
        self._rx_mic_key = tk[_TK_LENGTH + MICHAEL_LENGTH :]
        self._mixed: tuple[bytes, int, tuple[int, ...]] = (b"", 0, ())

    def protect(self, header: bytes, plaintext: bytes, pn: int) -> bytes:
        """Header, WEP IV and extended IV, then data, MIC and ICV under ARC4."""
        header = header[:1] + bytes((header[1] | PROTECTED,)) + header[2:]
        body = plaintext + michael(self._tx_mic_key, covered_header(header) + plaintext)
        body += icv_of(body)
        key = self.arc4_key(header[10:16], pn)
        number = pn.to_bytes(6, "little")
        extended = key[:3] + bytes((_EXT_IV | self.key_id << 6,)) + number[2:]
        return header + extended + ARC4.new(key).encrypt(body)

    def packet_number(self, frame: bytes, header_length: int) -> int:
        """See :class:`DataKey`; a frame too short for IV, MIC and ICV has none."""
        if len(frame) < header_length + _LEAST:
            raise WireError(f"TKIP: {len(frame)} bytes hold no IV, MIC and ICV")
        extended = frame[header_length : header_length + _HEADER_LENGTH]
        if not extended[3] & _EXT_IV:
            raise WireError("TKIP: the ExtIV bit is not set")
        return int.from_bytes(extended[2:3] + extended[0:1] + extended[4:], "little")

    def open(self, frame: bytes, header_length: int) -> bytes:
        """See :class:`DataKey`; :class:`MichaelError` where only the Michael MIC is wrong."""
        pn, header = self.packet_number(frame, header_length), frame[:header_length]
        self.check_named(frame, header_length)
        sealed = frame[header_length + _HEADER_LENGTH :]
        body = ARC4.new(self.arc4_key(header[10:16], pn)).decrypt(sealed)
        data, icv = body[:-_ICV_LENGTH], body[-_ICV_LENGTH:]
        if icv_of(data) != icv:
            raise UndecryptableError("TKIP: the ICV does not verify")
        plaintext, mic = data[:-MICHAEL_LENGTH], data[-MICHAEL_LENGTH:]
        if not compare_digest(michael(self._rx_mic_key, covered_header(header) + plaintext), mic):
            raise MichaelError("TKIP: the Michael MIC does not verify")
        return plaintext

    def arc4_key(self, transmitter: bytes, pn: int) -> bytes:
        """The key of one frame: both phases of the mixing (12.5.2.5)."""
        iv32 = pn >> 16
        if self._mixed[:2] != (transmitter, iv32):
            self._mixed = (transmitter, iv32, phase_1(self._tk, transmitter, iv32))
        return phase_2(self._tk, self._mixed[2], pn & 0xFFFF)


def icv_of(data: bytes) -> bytes:
    """The integrity check value: CRC-32, the lowest byte first (12.3.2.3)."""
    return crc32(data).to_bytes(_ICV_LENGTH, "little")
