# SPDX-License-Identifier: GPL-2.0-or-later
"""The cipher engine: stations and keys in tables of the chip's memory, which the driver writes.

A station is an entry (WCID) with its address, attributes, and the cipher header of the frame sent
last. Its key is in the table of pairwise keys at the same number, or, as a WEP key and each group
key is, in that of shared keys: four of each service set. The chip counts packet numbers up itself,
and does not check those it receives.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from hwsim.ciphers.data_key import DataKey
from hwsim.errors import MichaelError, UndecryptableError, WireError
from hwsim.frames import CONTROL, DATA, PROTECTED, MacHeader
from hwsim.usb.models.memory import Memory
from hwsim.usb.models.ralink.ciphers import (
    CIPHER_HEADER,
    CIPHERS,
    KEY_LENGTH,
    WEP,
    Cipher,
    KeysInUse,
)
from hwsim.usb.models.ralink.receive import ICV_WRONG, MIC_WRONG, NO_WCID, Reception
from hwsim.usb.models.ralink.transmit import TransmitRequest

STATIONS: Final = 0x1800
PAIRWISE_KEYS: Final = 0x4000
CIPHER_HEADERS: Final = 0x6000
ATTRIBUTES: Final = 0x6800
SHARED_KEYS: Final = 0x6C00
SHARED_MODES: Final = 0x7000
"""The tables: entries of 8, 32, 8, 4, 32 bytes and (one for each shared key) of 4 bits."""
_WCIDS: Final = 256
_STATION: Final = 8
_IS_PAIRWISE: Final = 1 << 0


class _Slot(NamedTuple):
    """Where a key is, and by which cipher it is used."""

    address: int
    cipher: int
    key_id: int


class KeyTables:
    """The tables in a memory, and the keys of them that are in use."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._in_use = KeysInUse()

    def protect(self, request: TransmitRequest) -> bytes:
        """The frame as it goes on the air.

        It is encrypted if it says that it is protected and its station has a cipher: otherwise the
        driver did that itself, or nobody does. A control frame never is. Raises :class:`WireError`
        for a cipher that the model does not have.
        """
        slot = self._sending_slot(request)
        is_control = request.frame[0] >> 2 & 3 == CONTROL
        if is_control or not request.frame[1] & PROTECTED or not slot.cipher:
            return request.frame
        if slot.cipher not in CIPHERS:
            raise WireError(f"cipher {slot.cipher} of the key tables is not modelled")
        number = self._next_number(request, CIPHERS[slot.cipher])
        length = request.header_length
        return self._key(slot).protect(request.frame[:length], request.frame[length:], number)

    def open(self, frame: bytes, header: MacHeader) -> Reception:
        """What of a frame reaches the driver: opened, if the tables have a key for it."""
        sealed = Reception(frame, header, self._wcid_of(header.transmitter))
        if header.type != DATA or not header.flags & PROTECTED or sealed.wcid == NO_WCID:
            return sealed
        slot = self._receiving_slot(sealed.wcid, frame, header)
        if slot is None or slot.cipher not in CIPHERS:
            return sealed
        told = sealed._replace(key_id=slot.key_id, cipher=slot.cipher)
        cipher, at = CIPHERS[slot.cipher], header.length
        try:
            opened = self._key(slot).open(frame, at)
        except MichaelError:
            body = frame[at + cipher.header_length : len(frame) - cipher.tail_length]
            return told._replace(frame=frame[:at] + body, error=MIC_WRONG)
        except (UndecryptableError, WireError):
            return told._replace(error=ICV_WRONG)
        return told._replace(frame=frame[:at] + opened)

    def _wcid_of(self, transmitter: bytes) -> int:
        if not transmitter:
            return NO_WCID
        wcid = self._memory.find(transmitter, STATIONS, _STATION, _WCIDS)
        return NO_WCID if wcid is None else wcid

    def _sending_slot(self, request: TransmitRequest) -> _Slot:
        wcid = request.wcid
        attributes = self._memory.word(ATTRIBUTES + 4 * wcid)
        cipher = attributes >> 1 & 7
        key_id = (request.iv or self._header(wcid))[3] >> 6
        if attributes & _IS_PAIRWISE:
            return _Slot(PAIRWISE_KEYS + KEY_LENGTH * wcid, cipher, key_id)
        shared = 4 * (attributes >> 4 & 7) + key_id
        return _Slot(SHARED_KEYS + KEY_LENGTH * shared, cipher, key_id)

    def _receiving_slot(self, wcid: int, frame: bytes, header: MacHeader) -> _Slot | None:
        """The key for a protected data frame of that station; None if there is none."""
        if len(frame) < header.length + 4:
            return None
        key_id = frame[header.length + 3] >> 6
        attributes = self._memory.word(ATTRIBUTES + 4 * wcid)
        to_group = header.receiver[0] & 1
        if attributes & _IS_PAIRWISE and not to_group:
            return _Slot(PAIRWISE_KEYS + KEY_LENGTH * wcid, attributes >> 1 & 7, key_id)
        shared = 4 * (attributes >> 4 & 7) + key_id
        modes = self._memory.word(SHARED_MODES + 4 * (shared // 8))
        mode = modes >> 4 * (shared % 8) & 7
        if not to_group and mode not in WEP:
            return None
        return _Slot(SHARED_KEYS + KEY_LENGTH * shared, mode, key_id)

    def _header(self, wcid: int) -> bytes:
        return self._memory.bytes_at(CIPHER_HEADERS + CIPHER_HEADER * wcid, CIPHER_HEADER)

    def _next_number(self, request: TransmitRequest, cipher: Cipher) -> int:
        """The packet number of a frame: the driver's, or one more than its station's last."""
        header = bytearray(request.iv or self._header(request.wcid))
        number = cipher.packet_number(bytes(header))
        if request.iv is None:
            number = (number + 1) % (1 << 8 * len(cipher.number))
            for place, at in enumerate(cipher.number):
                header[at] = number >> 8 * place & 0xFF
            self._memory.set_bytes(CIPHER_HEADERS + CIPHER_HEADER * request.wcid, bytes(header))
        return number

    def _key(self, slot: _Slot) -> DataKey:
        entry = self._memory.bytes_at(slot.address, KEY_LENGTH)
        return self._in_use.key(slot.address, entry, slot.cipher, slot.key_id)
