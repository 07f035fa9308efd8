# SPDX-License-Identifier: GPL-2.0-or-later
"""The ciphers of the chips' engines, by the numbers that tables and descriptors give them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from hwsim.ciphers.ccmp import CcmpKey
from hwsim.ciphers.data_key import DataKey
from hwsim.ciphers.tkip import TkipKey
from hwsim.ciphers.wep import WepKey

WEP40, WEP104, TKIP, CCMP = 1, 2, 3, 4
WEP: Final = (WEP40, WEP104)
KEY_LENGTH: Final = 32
"""Bytes of an entry of a table of keys: the key, and TKIP's two Michael keys."""
CIPHER_HEADER: Final = 8
"""Bytes for a cipher's header in tables and descriptors; WEP's has four of them."""


class Cipher(NamedTuple):
    """How a key in the tables becomes one in use, and what the chip leaves out of what it opened.

    ``number`` are the places of the packet number in a cipher header, from the lowest byte on.
    """

    key: Callable[[bytes, int], DataKey]
    header_length: int
    tail_length: int
    number: tuple[int, ...]

    def packet_number(self, header: bytes) -> int:
        """The packet number in a cipher's header."""
        return sum(header[at] << 8 * place for place, at in enumerate(self.number))


CIPHERS: Final = {
    WEP40: Cipher(lambda key, key_id: WepKey(key[:5], key_id), 4, 4, (2, 1, 0)),
    WEP104: Cipher(lambda key, key_id: WepKey(key[:13], key_id), 4, 4, (2, 1, 0)),
    TKIP: Cipher(TkipKey, 8, 12, (2, 0, 4, 5, 6, 7)),
    CCMP: Cipher(lambda key, key_id: CcmpKey(key[:16], key_id), 8, 8, (0, 1, 4, 5, 6, 7)),
}


class KeysInUse:
    """Keys made of entries of a table; made anew when an entry or its use has changed."""

    def __init__(self) -> None:
        self._made: dict[int, tuple[bytes, int, int, DataKey]] = {}

    def key(self, address: int, entry: bytes, cipher: int, key_id: int) -> DataKey:
        """The key of the entry at ``address``, of a cipher of :data:`CIPHERS`."""
        made_of = (entry, cipher, key_id)
        known = self._made.get(address)
        if known is None or known[:3] != made_of:
            made = CIPHERS[cipher].key(entry, key_id)
            known = self._made[address] = (*made_of, made)
        return known[3]
