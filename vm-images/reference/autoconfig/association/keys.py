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

from .. import codes
from ..radio import rsn

WEP_LENGTHS = {
    codes.CIPHER_WEP40: (rsn.WEP40_BYTES,),
    codes.CIPHER_WEP104: (rsn.WEP104_BYTES,),
    codes.CIPHER_WEP: (rsn.WEP40_BYTES, rsn.WEP104_BYTES),
}
_TKIP_KEY_OFFSET = 16  # the length of the Michael keys (ulMICKeyLength) comes besides
_ALGO_KEY_OFFSET = 12  # ucIV48Counter[6] or ucIPN[6], padding, ulCCMPKeyLength or the like
_DATA = {one.algorithm: one.key_length for one in DATA_CIPHERS.values() if one.by_ihv}
_MANAGEMENT = {
    one.algorithm: one.key_length for one in GROUP_MANAGEMENT_CIPHERS.values() if one.by_ihv
}
_INDEXES = {
    **dict.fromkeys(WEP_LENGTHS, range(4)),
    **dict.fromkeys(_DATA, range(4)),
    **dict.fromkeys(_MANAGEMENT, range(4, 6)),
}


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
        static: it outlasts the association's completion, so it may be set before (KEY-05).
        counter: packet number, LSB first.
        key: the temporal key; behind that of TKIP the Michael keys of what is received and of what
            is sent.
    """

    index: int
    peer: bytes
    algorithm: int
    delete: bool
    static: bool = False
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
    return _key(index, peer, value, _DATA | _MANAGEMENT | dict.fromkeys(WEP_LENGTHS, 0))


def mapping_key(value: dict[str, Any]) -> Key:
    """DOT11_CIPHER_KEY_MAPPING_KEY_VALUE by member names, byte strings in hex.

    Raises:
        KeyFormatError: the peer is no unicast address, or KEY-06 is broken.
    """
    peer = mac_of(value["PeerMacAddr"])
    if peer[0] & 1 or not any(peer):
        raise KeyFormatError("PeerMacAddr is a unicast address")
    return _key(0, peer, value, _DATA | dict.fromkeys(WEP_LENGTHS, 0))


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
    static = bool(value["bStatic"])
    if algorithm in WEP_LENGTHS:
        return Key(index, peer, algorithm, delete=False, static=static, key=_wep_key(value))
    if algorithm not in lengths:
        raise KeyFormatError(
            "the radio takes keys of its data ciphers, and BIP keys as default keys"
        )
    size = lengths[algorithm]
    tkip = algorithm == codes.CIPHER_TKIP
    at = _TKIP_KEY_OFFSET if tkip else _ALGO_KEY_OFFSET
    nested = bytes.fromhex(value["ucKey"])
    length = int(value["usKeyLength"])
    if length > len(nested) or length < at + size:
        raise KeyFormatError("usKeyLength does not fit the DOT11_KEY_ALGO_* of its cipher")
    wanted = (size // 2, size // 2) if tkip else (size,)
    told = tuple(int.from_bytes(nested[one : one + 4], "little") for one in range(8, at, 4))
    if told != wanted:
        raise KeyFormatError(f"the nested lengths of its key are {', '.join(map(str, wanted))}")
    key = nested[at : at + size]
    return Key(index, peer, algorithm, delete=False, static=static, counter=nested[:6], key=key)


def _wep_key(value: dict[str, Any]) -> bytes:
    """The bare key, all of ucKey."""
    key, length = bytes.fromhex(value["ucKey"]), int(value["usKeyLength"])
    if length not in WEP_LENGTHS[int(value["AlgorithmId"])] or length > len(key):
        raise KeyFormatError("usKeyLength of a WEP key is 5 or 13, as its algorithm has it")
    return key[:length]
