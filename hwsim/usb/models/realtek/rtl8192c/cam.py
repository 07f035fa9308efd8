# SPDX-License-Identifier: GPL-2.0-or-later
"""The cipher engine: a memory of 32 keys (CAM), and what it does to frames.

A driver writes an entry word by word: one word says where, another one what. An entry has the
address of its station, the cipher, and the key's number; a group key has the address of all. A
frame that is transmitted has the cipher's header already, with a packet number of the driver's; of
one that is received the data is decrypted, and header and what follows stay where they are: so
packet numbers reach the driver, and a replay is seen. CCMP and WEP are there; of TKIP, whose
Michael code is the driver's, what the chip does to a frame between.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from Crypto.Cipher import ARC4

from hwsim.ciphers.ccmp import CcmpKey
from hwsim.ciphers.tkip import TkipKey, icv_of
from hwsim.ciphers.wep import WepKey
from hwsim.errors import UndecryptableError, WireError
from hwsim.frames import BROADCAST, DATA, PROTECTED, MacHeader
from hwsim.usb.models.memory import Memory
from hwsim.usb.models.realtek.rtl8192c.receive import Reception
from hwsim.usb.models.realtek.rtl8192c.transmit import NO_CIPHER, TransmitRequest

COMMAND: Final = 0x670
CONTENT: Final = 0x674
FOUND: Final = 0x678
MODE: Final = 0x680
_POLL: Final = 1 << 31
_CLEAR: Final = 1 << 30
_WRITE: Final = 1 << 16
_ENTRIES: Final = 32
_WORDS: Final = 8
_ENCRYPT: Final = 1 << 2
_DECRYPT: Final = 1 << 3

_VALID: Final = 1 << 15
WEP40, TKIP, CCMP, WEP104 = 1, 2, 4, 5
_HEADER_LENGTHS: Final = {WEP40: 4, WEP104: 4, TKIP: 8, CCMP: 8}
_TAILS: Final = {WEP40: 4, WEP104: 4, TKIP: 4, CCMP: 8}
_WEP_LENGTHS: Final = {WEP40: 5, WEP104: 13}


class Key(NamedTuple):
    """An entry that is valid and of a cipher that there is."""

    address: bytes
    cipher: int
    key_id: int
    secret: bytes


class Cam:
    """The memory, behind words of the chip, and the engine."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._words = [[0] * _WORDS for _ in range(_ENTRIES)]
        memory.on_write(COMMAND, self._command)

    def _command(self, command: int) -> int:
        entry, word = divmod(command & 0xFF, _WORDS)
        if command & _POLL and command & _CLEAR:
            self._words = [[0] * _WORDS for _ in range(_ENTRIES)]
        elif command & _POLL and command & _WRITE:
            self._words[entry][word] = self._memory.word(CONTENT)
        elif command & _POLL:
            self._memory.set_word(FOUND, self._words[entry][word])
        return command & ~_POLL

    def protect(self, request: TransmitRequest) -> bytes:
        """The frame as it goes on the air: encrypted, if the descriptor says so.

        Raises :class:`WireError` if there is no key for it, or no cipher's header in it.
        """
        header, frame = request.header, request.frame
        mode = self._memory.word(MODE)
        if request.cipher == NO_CIPHER or header.type != DATA or not mode & _ENCRYPT:
            return frame
        key = self._key(header.receiver, _key_id(frame, header.length))
        if key is None:
            raise WireError("CAM: there is no key for a frame that is to be encrypted")
        begin = header.length + _HEADER_LENGTHS[key.cipher]
        if len(frame) < begin:
            raise WireError("CAM: a frame to be encrypted has no cipher's header")
        return _sealed(key, frame[: header.length], frame[header.length : begin], frame[begin:])

    def open(self, frame: bytes, header: MacHeader) -> Reception:
        """What of a frame reaches the driver: decrypted, if there is a key for it."""
        if header.type != DATA or not header.flags & PROTECTED:
            return Reception(frame)
        group = header.receiver[0] & 1
        address = BROADCAST if group else header.transmitter
        key = self._key(address, _key_id(frame, header.length))
        if key is None or not self._memory.word(MODE) & _DECRYPT:
            return Reception(frame, decrypted=False)
        begin = header.length + _HEADER_LENGTHS[key.cipher]
        end = len(frame) - _TAILS[key.cipher]
        if end < begin:
            return Reception(frame, key.cipher, decrypted=False)
        try:
            plain = _opened(key, frame, header.length)
        except (UndecryptableError, WireError):
            return Reception(frame, key.cipher, decrypted=False, error=True)
        return Reception(frame[:begin] + plain + frame[end:], key.cipher)

    def _key(self, address: bytes, key_id: int) -> Key | None:
        """The key of a station, or of all; a WEP key has the address 0, and a number at its end."""
        keys = [key for key in map(_key_of, self._words) if key is not None]
        for key in keys:
            if key.address == address and (not address[0] & 1 or key.key_id == key_id):
                return key
        wep = (key for key in keys if key.cipher in _WEP_LENGTHS and not any(key.address[:5]))
        return next((key for key in wep if key.key_id == key_id), None)


def _key_of(words: list[int]) -> Key | None:
    first = words[0]
    cipher = first >> 2 & 7
    if not first & _VALID or cipher not in _TAILS:
        return None
    address = (first >> 16 & 0xFFFF).to_bytes(2, "little") + words[1].to_bytes(4, "little")
    secret = b"".join(word.to_bytes(4, "little") for word in words[2:6])
    return Key(address, cipher, first & 3, secret)


def _sealed(key: Key, header: bytes, iv: bytes, data: bytes) -> bytes:
    if key.cipher == CCMP:
        number = int.from_bytes(iv[:2] + iv[4:8], "little")
        return CcmpKey(key.secret, iv[3] >> 6).protect(header, data, number)
    if key.cipher == TKIP:
        cipher = ARC4.new(_mixed(key, header, iv))
        return header + iv + cipher.encrypt(data + icv_of(data))
    secret = key.secret[: _WEP_LENGTHS[key.cipher]]
    return WepKey(secret, iv[3] >> 6).protect(header, data, int.from_bytes(iv[:3], "big"))


def _opened(key: Key, frame: bytes, length: int) -> bytes:
    key_id = frame[length + 3] >> 6
    if key.cipher == CCMP:
        return CcmpKey(key.secret, key_id).open(frame, length)
    if key.cipher == TKIP:
        iv = frame[length : length + 8]
        body = ARC4.new(_mixed(key, frame[:length], iv)).decrypt(frame[length + 8 :])
        if icv_of(body[:-4]) != body[-4:]:
            raise UndecryptableError("TKIP: the ICV does not verify")
        return body[:-4]
    return WepKey(key.secret[: _WEP_LENGTHS[key.cipher]], key_id).open(frame, length)


def _mixed(key: Key, header: bytes, iv: bytes) -> bytes:
    number = int.from_bytes(iv[2:3] + iv[0:1] + iv[4:8], "little")
    return TkipKey(key.secret).arc4_key(header[10:16], number)


def _key_id(frame: bytes, header_length: int) -> int:
    """The key's number in the cipher's header; 0 of a frame that is too short."""
    at = header_length + 3
    return frame[at] >> 6 if len(frame) > at else 0
