# SPDX-License-Identifier: GPL-2.0-or-later
"""What a cipher of data frames is asked: the protocol, and what CCMP and GCMP share.

Both are an AEAD over the same additional data, behind the same header (IEEE 802.11-2020, 12.5.3.2
and 12.5.5.2; 12.5.3.3.3 and 12.5.5.3.3); only nonce and primitive differ.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar, Final, Protocol

from cryptography.exceptions import InvalidTag

from hwsim.errors import OtherKeyError, UndecryptableError, WireError
from hwsim.frames import PROTECTED

MANAGEMENT_TID: Final = 16
"""Stands for management frames where packet numbers are counted by TID."""

_HEADER_LENGTH: Final = 8
_AT_KEY_ID: Final = 3
"""Where its octet is behind the header, with every cipher."""
_EXT_IV: Final = 0x20
_TYPE_BITS: Final = 0x0C
_DATA: Final = 0x08
_QOS_DATA_BITS: Final = 0x8C
_QOS_DATA: Final = 0x88
"""Of the first byte of a header, as type and subtype of a data frame with QoS control."""


class DataKey(ABC):
    """A temporal key in use, of one station or of all.

    Packet numbers belong to the key: ``tx_pn`` is the last one sent under it, ``rx_pn`` the last
    one received of each TID, of management frames under :data:`MANAGEMENT_TID` (12.5.3.4.4).
    """

    __slots__ = ("key_id", "rx_pn", "tx_pn")

    counts: ClassVar[bool] = True
    """Whether what stands for its packet numbers must grow: one that does not is a replay then."""

    def __init__(self, key_id: int) -> None:
        self.key_id = key_id
        self.tx_pn = 0
        self.rx_pn: dict[int, int] = {}

    @abstractmethod
    def protect(self, header: bytes, plaintext: bytes, pn: int) -> bytes:
        """The protected frame: ``header`` (its Protected bit is set here) and what follows it."""

    @abstractmethod
    def packet_number(self, frame: bytes, header_length: int) -> int:
        """The packet number of a protected frame; raises :class:`WireError`."""

    @abstractmethod
    def open(self, frame: bytes, header_length: int) -> bytes:
        """The plaintext of a protected frame; raises :class:`UndecryptableError` where it fails or
        the frame names another key, :class:`WireError` where there is nothing to open."""

    def check_named(self, frame: bytes, header_length: int) -> None:
        """Raise :class:`OtherKeyError` unless a frame is under this key by its Key ID: a
        receiver looks the key up by it (12.5.2.6, 12.5.3.4, 12.5.5.4)."""
        named = frame[header_length + _AT_KEY_ID] >> 6
        if named != self.key_id:
            raise OtherKeyError(named, self.key_id)


class Aead(Protocol):
    """The primitive, as `cryptography` has it."""

    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None) -> bytes:
        """Ciphertext and tag."""

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None) -> bytes:
        """The plaintext; raises InvalidTag."""


class AeadKey(DataKey):
    """A key of CCMP or GCMP; the primitive is set up once."""

    __slots__ = ("_aead", "_least")

    name: str
    """The cipher's, for messages."""

    def __init__(self, aead: Aead, mic_length: int, key_id: int) -> None:
        super().__init__(key_id)
        self._aead = aead
        self._least = _HEADER_LENGTH + mic_length

    @abstractmethod
    def nonce(self, header: bytes, pn: int) -> bytes:
        """The nonce of a frame with that header."""

    def protect(self, header: bytes, plaintext: bytes, pn: int) -> bytes:
        """Header, cipher's header, ciphertext, MIC."""
        header = header[:1] + bytes((header[1] | PROTECTED,)) + header[2:]
        sealed = self._aead.encrypt(self.nonce(header, pn), plaintext, additional_data(header))
        return header + cipher_header(pn, self.key_id) + sealed

    def packet_number(self, frame: bytes, header_length: int) -> int:
        """See :class:`DataKey`; a frame too short for header and MIC has none."""
        if len(frame) < header_length + self._least:
            raise WireError(f"{self.name}: {len(frame)} bytes hold no header and MIC")
        if not frame[header_length + 3] & _EXT_IV:
            raise WireError(f"{self.name}: the ExtIV bit is not set")
        low = frame[header_length : header_length + 2]
        return int.from_bytes(low + frame[header_length + 4 : header_length + 8], "little")

    def open(self, frame: bytes, header_length: int) -> bytes:
        """See :class:`DataKey`."""
        pn = self.packet_number(frame, header_length)
        self.check_named(frame, header_length)
        header, sealed = frame[:header_length], frame[header_length + _HEADER_LENGTH :]
        try:
            return self._aead.decrypt(self.nonce(header, pn), sealed, additional_data(header))
        except InvalidTag:
            raise UndecryptableError(f"{self.name}: the MIC does not verify") from None


def priority(header: bytes, of_management: int = 0) -> int:
    """The TID of a data frame with QoS, 0 of one without (12.5.3.3.4); management frames have none,
    and what stands for it instead."""
    first = header[0]
    if first & _QOS_DATA_BITS == _QOS_DATA:
        return header[_without_qos(header)] & 0x0F
    return 0 if first & _TYPE_BITS == _DATA else of_management


def cipher_header(pn: int, key_id: int) -> bytes:
    """The eight bytes between header and data (12.5.3.2)."""
    number = pn.to_bytes(6, "little")
    return number[:2] + bytes((0, _EXT_IV | key_id << 6)) + number[2:]


def additional_data(header: bytes) -> bytes:
    """What of the header is authenticated (12.5.3.3.3), of a data or management frame."""
    first = header[0]
    flags = header[1] & 0b1100_0111 | PROTECTED  # without Retry, Power Management, More Data
    control = first & 0b1000_1111 if first & _TYPE_BITS == _DATA else first
    qos = b""
    if first & _QOS_DATA_BITS == _QOS_DATA:
        flags &= 0x7F  # and without +HTC
        qos = bytes((priority(header), 0))
    return b"".join((
        bytes((control, flags)),
        header[4:22],
        bytes((header[22] & 0x0F, 0)),
        header[24 : _without_qos(header)],
        qos,
    ))  # fmt: skip


def _without_qos(header: bytes) -> int:
    """How long the header is up to where QoS control would be."""
    return 30 if header[1] & 3 == 3 else 24
