# SPDX-License-Identifier: GPL-2.0-or-later
"""The cipher engine: stations and keys in tables of the chip's memory, which the driver writes.

A station is an entry (WCID) with its address, attributes, and the cipher header of the frame sent
last. Its key is in the table of pairwise keys at the same number, or, as a WEP key and each group
key is, in that of shared keys: four of each service set. The chip counts packet numbers up itself,
and does not check those it receives.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from hwsim.ciphers.ccmp import CcmpKey
from hwsim.ciphers.data_key import DataKey
from hwsim.ciphers.tkip import TkipKey
from hwsim.ciphers.wep import WepKey
from hwsim.errors import MichaelError, UndecryptableError, WireError
from hwsim.frames import CONTROL, DATA, PROTECTED, MacHeader
from hwsim.usb.models.ralink.memory import Memory
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
_HEADER: Final = 8
_KEY: Final = 32
_IS_PAIRWISE: Final = 1 << 0

_WEP40, _WEP104, _TKIP, _CCMP = 1, 2, 3, 4


class _Cipher(NamedTuple):
    """How a key in the tables becomes one in use, and what the chip leaves out of what it opened.

    ``number`` are the places of the packet number in a cipher header, from the lowest byte on.
    """

    key: Callable[[bytes, int], DataKey]
    header_length: int
    tail_length: int
    number: tuple[int, ...]


_CIPHERS: Final = {
    _WEP40: _Cipher(lambda key, key_id: WepKey(key[:5], key_id), 4, 4, (2, 1, 0)),
    _WEP104: _Cipher(lambda key, key_id: WepKey(key[:13], key_id), 4, 4, (2, 1, 0)),
    _TKIP: _Cipher(TkipKey, 8, 12, (2, 0, 4, 5, 6, 7)),
    _CCMP: _Cipher(lambda key, key_id: CcmpKey(key[:16], key_id), 8, 8, (0, 1, 4, 5, 6, 7)),
}


class _Slot(NamedTuple):
    """Where a key is, and by which cipher it is used."""

    address: int
    cipher: int
    key_id: int


class KeyTables:
    """The tables in a memory, and the keys of them that are in use."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._in_use: dict[int, tuple[bytes, int, int, DataKey]] = {}

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
        if slot.cipher not in _CIPHERS:
            raise WireError(f"cipher {slot.cipher} of the key tables is not modelled")
        number = self._next_number(request, _CIPHERS[slot.cipher])
        length = request.header_length
        return self._key(slot).protect(request.frame[:length], request.frame[length:], number)

    def open(self, frame: bytes, header: MacHeader) -> Reception:
        """What of a frame reaches the driver: opened, if the tables have a key for it."""
        sealed = Reception(frame, header, self._wcid_of(header.transmitter))
        if header.type != DATA or not header.flags & PROTECTED or sealed.wcid == NO_WCID:
            return sealed
        slot = self._receiving_slot(sealed.wcid, frame, header)
        if slot is None or slot.cipher not in _CIPHERS:
            return sealed
        told = sealed._replace(key_id=slot.key_id, cipher=slot.cipher)
        cipher, at = _CIPHERS[slot.cipher], header.length
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
        wcid = self._memory.find(transmitter, STATIONS, _HEADER, _WCIDS)
        return NO_WCID if wcid is None else wcid

    def _sending_slot(self, request: TransmitRequest) -> _Slot:
        wcid = request.wcid
        attributes = self._memory.word(ATTRIBUTES + 4 * wcid)
        cipher = attributes >> 1 & 7
        key_id = (request.iv or self._header(wcid))[3] >> 6
        if attributes & _IS_PAIRWISE:
            return _Slot(PAIRWISE_KEYS + _KEY * wcid, cipher, key_id)
        return _Slot(SHARED_KEYS + _KEY * (4 * (attributes >> 4 & 7) + key_id), cipher, key_id)

    def _receiving_slot(self, wcid: int, frame: bytes, header: MacHeader) -> _Slot | None:
        """The key for a protected data frame of that station; None if there is none."""
        if len(frame) < header.length + 4:
            return None
        key_id = frame[header.length + 3] >> 6
        attributes = self._memory.word(ATTRIBUTES + 4 * wcid)
        to_group = header.receiver[0] & 1
        if attributes & _IS_PAIRWISE and not to_group:
            return _Slot(PAIRWISE_KEYS + _KEY * wcid, attributes >> 1 & 7, key_id)
        shared = 4 * (attributes >> 4 & 7) + key_id
        modes = self._memory.word(SHARED_MODES + 4 * (shared // 8))
        mode = modes >> 4 * (shared % 8) & 7
        if not to_group and mode not in (_WEP40, _WEP104):
            return None
        return _Slot(SHARED_KEYS + _KEY * shared, mode, key_id)

    def _header(self, wcid: int) -> bytes:
        return self._memory.bytes_at(CIPHER_HEADERS + _HEADER * wcid, _HEADER)

    def _next_number(self, request: TransmitRequest, cipher: _Cipher) -> int:
        """The packet number of a frame: the driver's, or one more than its station's last."""
        header = bytearray(request.iv or self._header(request.wcid))
        number = sum(header[at] << 8 * place for place, at in enumerate(cipher.number))
        if request.iv is None:
            number = (number + 1) % (1 << 8 * len(cipher.number))
            for place, at in enumerate(cipher.number):
                header[at] = number >> 8 * place & 0xFF
            self._memory.set_bytes(CIPHER_HEADERS + _HEADER * request.wcid, bytes(header))
        return number

    def _key(self, slot: _Slot) -> DataKey:
        """The key in use at a slot, made anew when table or use changed."""
        value = self._memory.bytes_at(slot.address, _KEY)
        made_of = (value, slot.cipher, slot.key_id)
        known = self._in_use.get(slot.address)
        if known is None or known[:3] != made_of:
            key = _CIPHERS[slot.cipher].key(value, slot.key_id)
            known = self._in_use[slot.address] = (*made_of, key)
        return known[3]
