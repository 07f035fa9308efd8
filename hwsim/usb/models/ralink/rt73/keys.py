# SPDX-License-Identifier: GPL-2.0-or-later
"""The cipher engine: keys in tables of the chip's memory, and registers that say which count.

64 pairwise keys, each with its station's address and cipher, and four shared ones of the service
set, a group key or a WEP key at its own number. For a frame to be sent the descriptor names cipher
and key, and brings the cipher's header; packet numbers are the driver's.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from hwsim.ciphers.data_key import DataKey
from hwsim.errors import MichaelError, UndecryptableError, WireError
from hwsim.frames import CONTROL, DATA, PROTECTED, MacHeader
from hwsim.usb.models.memory import Memory
from hwsim.usb.models.ralink.ciphers import CIPHERS, KEY_LENGTH, TKIP, WEP, KeysInUse
from hwsim.usb.models.ralink.rt73.receive import ICV_WRONG, MIC_WRONG, Reception
from hwsim.usb.models.ralink.rt73.transmit import TransmitRequest

SHARED_KEYS: Final = 0x1000
PAIRWISE_KEYS: Final = 0x1200
STATIONS: Final = 0x1A00
SHARED_VALID: Final = 0x30A0
SHARED_CIPHERS: Final = 0x30A4
PAIRWISE_VALID: Final = 0x30A8
PAIRWISE_LOOKUP: Final = 0x30B0

_STATION: Final = 8
_SHARED: Final = 16
_PAIRWISE: Final = 64
_FIRST_BSS: Final = 1 << 0


class _Slot(NamedTuple):
    """Where a key is, and by which cipher it is used."""

    address: int
    number: int
    cipher: int
    key_id: int


class KeyTables:
    """The tables in a memory, and the keys of them that are in use."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._in_use = KeysInUse()

    def protect(self, request: TransmitRequest) -> bytes:
        """The frame as it goes on the air: encrypted, if the descriptor says so.

        A control frame never is. Raises :class:`WireError` for a cipher or a key that the chip
        does not have.
        """
        if not request.cipher or request.header.type == CONTROL:
            return request.frame
        count = _PAIRWISE if request.pairwise else _SHARED
        has_mic = request.cipher != TKIP or request.michael
        if request.cipher not in CIPHERS or request.key_index >= count or not has_mic:
            raise WireError(f"cipher {request.cipher} with key {request.key_index}: not modelled")
        table = PAIRWISE_KEYS if request.pairwise else SHARED_KEYS
        address = table + KEY_LENGTH * request.key_index
        slot = _Slot(address, request.key_index, request.cipher, request.iv[3] >> 6)
        number = CIPHERS[request.cipher].packet_number(request.iv)
        length = request.header.length
        return self._key(slot).protect(request.frame[:length], request.frame[length:], number)

    def open(self, frame: bytes, header: MacHeader) -> Reception:
        """What of a frame reaches the driver: opened, if the tables have a key for it."""
        sealed = Reception(frame)
        is_protected = header.type == DATA and header.flags & PROTECTED
        if not is_protected or len(frame) < header.length + 4:
            return sealed
        pairwise = self._pairwise_slot(frame, header)
        slot = pairwise or self._shared_slot(frame, header)
        if slot is None or slot.cipher not in CIPHERS:
            return sealed
        told = _taken_apart(frame, header.length, slot)
        try:
            opened = self._key(slot).open(frame, header.length)
        except MichaelError:
            return told._replace(error=MIC_WRONG)
        except (UndecryptableError, WireError):
            # Linux' driver writes a shared key and its cipher where the chip does not look for a
            # key of that number. So of one that does not fit nothing is said, and the driver, which
            # has all keys, decrypts the frame itself.
            return told._replace(error=ICV_WRONG) if pairwise else sealed
        return told._replace(frame=frame[: header.length] + opened)

    def _pairwise_slot(self, frame: bytes, header: MacHeader) -> _Slot | None:
        """The key of the station that sent a frame to one receiver; None if there is none."""
        memory = self._memory
        if header.receiver[0] & 1 or not memory.word(PAIRWISE_LOOKUP) & _FIRST_BSS:
            return None
        valid = int.from_bytes(memory.bytes_at(PAIRWISE_VALID, _PAIRWISE // 8), "little")
        for index in range(_PAIRWISE):
            station = memory.bytes_at(STATIONS + _STATION * index, _STATION)
            if valid >> index & 1 and station[:6] == header.transmitter:
                address = PAIRWISE_KEYS + KEY_LENGTH * index
                return _Slot(address, index, station[6], frame[header.length + 3] >> 6)
        return None

    def _shared_slot(self, frame: bytes, header: MacHeader) -> _Slot | None:
        """The key of the number that a frame names; to one receiver only WEP has any."""
        key_id = frame[header.length + 3] >> 6
        cipher = self._memory.word(SHARED_CIPHERS) >> 4 * key_id & 7
        valid = self._memory.word(SHARED_VALID) >> key_id & 1
        if not valid or (cipher not in WEP and not header.receiver[0] & 1):
            return None
        return _Slot(SHARED_KEYS + KEY_LENGTH * key_id, key_id, cipher, key_id)

    def _key(self, slot: _Slot) -> DataKey:
        entry = self._memory.bytes_at(slot.address, KEY_LENGTH)
        return self._in_use.key(slot.address, entry, slot.cipher, slot.key_id)


def _taken_apart(frame: bytes, header_length: int, slot: _Slot) -> Reception:
    """A frame without the cipher's header and tail, which are told beside it."""
    cipher = CIPHERS[slot.cipher]
    begin = header_length + cipher.header_length
    end = max(begin, len(frame) - cipher.tail_length)
    return Reception(
        frame=frame[:header_length] + frame[begin:end],
        cipher=slot.cipher,
        key_index=slot.number,
        iv=frame[header_length:begin],
        icv=frame[end:].ljust(4, b"\0"),
    )
