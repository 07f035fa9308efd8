# SPDX-License-Identifier: GPL-2.0-or-later
"""Keys as the DLL hands them over, checked before they reach the radio.

Layouts: windot11.h, and docs/contract.md, "Layouts". A key is nested: usKeyLength counts the
DOT11_KEY_ALGO_* of its cipher, which holds the packet counter and the key proper (KEY-06); all of
them are laid out alike.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from hil_common.ciphers import DATA_CIPHERS, GROUP_MANAGEMENT_CIPHERS

_ALGO_KEY_OFFSET = 12  # ucIV48Counter[6] or ucIPN[6], padding, ulCCMPKeyLength or the like
_DATA = {one.algorithm: one.key_length for one in DATA_CIPHERS.values() if one.by_ihv}
_MANAGEMENT = {
    one.algorithm: one.key_length for one in GROUP_MANAGEMENT_CIPHERS.values() if one.by_ihv
}
_INDEXES = {**dict.fromkeys(_DATA, range(4)), **dict.fromkeys(_MANAGEMENT, range(4, 6))}


class KeyFormatError(ValueError):
    """The key structure breaks a documented rule; the text never holds key bytes."""


@dataclass(frozen=True)
class Key:
    """One key to set or delete.

    Attributes:
        index: key index; 0 for a key mapping key.
        peer: whose key it is; six zero bytes for a group key.
        algorithm: DOT11_CIPHER_ALGORITHM.
        delete: remove it; all but index and peer are void then (KEY-07).
        counter: packet number, LSB first.
        key: the temporal key.
    """

    index: int
    peer: bytes
    algorithm: int
    delete: bool
    counter: bytes = b"\0" * 6
    key: bytes = field(default=b"", repr=False)


def default_key(value: dict[str, Any]) -> Key:
    """DOT11_CIPHER_DEFAULT_KEY_VALUE by member names, byte strings in hex.

    Raises:
        KeyFormatError: KEY-02, KEY-03 or KEY-06 is broken.
    """
    index = int(value["uKeyIndex"])
    peer = mac_of(value["MacAddr"])
    if index not in _INDEXES.get(int(value["AlgorithmId"]), range(6)):
        raise KeyFormatError("uKeyIndex is 0 to 3, and 4 or 5 of a BIP key")
    if peer[0] & 1:
        raise KeyFormatError("MacAddr is zero or a unicast address")
    return _key(index, peer, value, _DATA | _MANAGEMENT)


def mapping_key(value: dict[str, Any]) -> Key:
    """DOT11_CIPHER_KEY_MAPPING_KEY_VALUE by member names, byte strings in hex.

    Raises:
        KeyFormatError: the peer is no unicast address, or KEY-06 is broken.
    """
    peer = mac_of(value["PeerMacAddr"])
    if peer[0] & 1 or not any(peer):
        raise KeyFormatError("PeerMacAddr is a unicast address")
    return _key(0, peer, value, _DATA)


def mac_of(text: str) -> bytes:
    """Six bytes of an address in hex, with or without colons or dashes."""
    mac = bytes.fromhex(text.replace(":", "").replace("-", ""))
    if len(mac) != 6:
        raise KeyFormatError("an address has six bytes")
    return mac


def _key(index: int, peer: bytes, value: dict[str, Any], lengths: dict[int, int]) -> Key:
    algorithm = int(value["AlgorithmId"])
    if value["bDelete"]:
        return Key(index, peer, algorithm, delete=True)
    if algorithm not in lengths:
        raise KeyFormatError(
            "the radio takes keys of its data ciphers, and BIP keys as default keys"
        )
    size = lengths[algorithm]
    nested = bytes.fromhex(value["ucKey"])
    length = int(value["usKeyLength"])
    if length > len(nested) or length < _ALGO_KEY_OFFSET + size:
        raise KeyFormatError("usKeyLength does not fit the DOT11_KEY_ALGO_* of its cipher")
    if int.from_bytes(nested[8:12], "little") != size:
        raise KeyFormatError(f"the nested length of its key is {size}")
    key = nested[_ALGO_KEY_OFFSET : _ALGO_KEY_OFFSET + size]
    return Key(index, peer, algorithm, delete=False, counter=nested[:6], key=key)
