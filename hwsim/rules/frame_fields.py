# SPDX-License-Identifier: GPL-2.0-or-later
"""What a rule of the air says in place of a frame's own fields: names, values, words. Pure.

Sources, IEEE 802.11-2020: 12.7.2 (EAPOL-Key fields, table 12-9 for the KDEs), 9.4.2 (elements).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any, Final, Literal, get_args

from hwsim import eapol

ElementDo = Literal["add", "remove", "replace", "truncate"]
Mic = Literal["wrong", "zero"]

KDE: Final = 0xDD
"""The element identifier of a key data encapsulation, and of a vendor's own element."""
_RSN_OUI: Final = bytes.fromhex("000fac")

ELEMENT_IDS: Final = {
    "ssid": 0, "rates": 1, "channel": 3, "tim": 5, "csa": 37, "rsne": 48, "more-rates": 50,
    "mde": 54, "fte": 55, "timeout": 56, "rnr": 201, "rsnxe": 244,
}  # fmt: skip
KDE_TYPES: Final = {
    "gtk": 1, "mac": 3, "pmkid": 4, "lifetime": 7, "igtk": 9, "key-id": 10, "oci": 13, "bigtk": 14,
}  # fmt: skip
KEY_INFO: Final = {
    "pairwise": eapol.INFO_PAIRWISE, "install": eapol.INFO_INSTALL, "ack": eapol.INFO_ACK,
    "mic": eapol.INFO_MIC, "secure": eapol.INFO_SECURE, "error": eapol.INFO_ERROR,
    "request": eapol.INFO_REQUEST, "encrypted": eapol.INFO_ENCRYPTED,
}  # fmt: skip
ELEMENT_DOS: Final[tuple[str, ...]] = get_args(ElementDo)
SELECTOR_PATTERN: Final = (
    f"^({'|'.join((*ELEMENT_IDS, *KDE_TYPES))}|[0-9]{{1,3}}|[0-9a-fA-F]{{6}}:[0-9]{{1,3}})$"
)
NONCES: Final = ("changed", "zero")
_INTEGERS: Final = {
    "eapol_version": 0xFF, "descriptor": 0xFF, "descriptor_version": 7, "key_length": 0xFFFF,
    "replay_counter": (1 << 63) - 1, "status": 0xFFFF, "reason": 0xFFFF,
}  # fmt: skip
_MAX_STEP: Final = 1 << 31
_MAX_HEX: Final = 2048
_MAX_PARTS: Final = 16


@dataclass(frozen=True, slots=True)
class ElementEdit:
    """What becomes of an element or KDE.

    ``head`` is what it begins with behind its length: nothing for an element, OUI and type for a
    KDE. ``length`` is with ``truncate`` how many bytes of its data stay; else what its length byte
    says, in place of the truth.
    """

    do: ElementDo
    name: str
    identifier: int
    head: bytes = b""
    data: bytes = b""
    length: int | None = None

    def phrase(self) -> str:
        """In words: "remove gtk"."""
        what = f" to {self.length} bytes" if self.do == "truncate" else ""
        false = "" if self.length is None or what else f" with length {self.length}"
        return f"{self.do} {self.name}{what}{false}"


@dataclass(frozen=True, slots=True)
class BytesAt:
    """Bytes that stand at an offset of an EAPOL PDU, or of a management frame's body."""

    offset: int
    data: bytes

    def phrase(self) -> str:
        """In words: "bytes at 5"."""
        return f"{len(self.data)} bytes at {self.offset}"


@dataclass(frozen=True, slots=True)
class FrameFields:
    """The fields to say otherwise; None (or nothing) leaves one as it is.

    ``replay_counter_add`` is added to the counter the frame would have. ``encrypt`` False sends key
    data in the clear, its flag included. ``padding`` stands behind the key data, ``trailing``
    behind the PDU. ``nonce`` is 32 bytes, or ``changed`` or ``zero``.
    """

    replay_counter: int | None = None
    replay_counter_add: int = 0
    nonce: bytes | str | None = None
    key_info_set: int = 0
    key_info_clear: int = 0
    descriptor: int | None = None
    descriptor_version: int | None = None
    eapol_version: int | None = None
    key_length: int | None = None
    rsc: bytes | None = None
    encrypt: bool | None = None
    mic: Mic | None = None
    elements: tuple[ElementEdit, ...] = ()
    padding: bytes = b""
    trailing: bytes = b""
    bytes_at: tuple[BytesAt, ...] = ()
    status: int | None = None
    reason: int | None = None

    @property
    def given(self) -> tuple[str, ...]:
        """The names of the fields that are said otherwise."""
        return tuple(one.name for one in fields(self) if getattr(self, one.name) != one.default)

    def phrase(self) -> str:
        """In words, short: "nonce changed, remove gtk"."""
        return ", ".join(_words(name, getattr(self, name)) for name in self.given)


def _words(name: str, value: Any) -> str:
    if isinstance(value, tuple):
        return ", ".join(one.phrase() for one in value)
    shown = name.replace("_", " ")
    if name.startswith("key_info"):
        return f"{shown} {'+'.join(one for one, bit in KEY_INFO.items() if value & bit)}"
    if name == "encrypt":
        return "not encrypted" if not value else "encrypted"
    if isinstance(value, bytes):
        return f"{shown} of {len(value)} bytes"
    return f"{shown} {value:+d}" if name == "replay_counter_add" else f"{shown} {value}"


def read_fields(value: Any) -> FrameFields:
    """The fields in a JSON object; bytes are hexadecimal text. Raises ValueError that says what to
    change."""
    if not isinstance(value, Mapping) or not value:
        raise ValueError("fields: an object with one field or more is needed")
    readers: dict[str, Callable[[str, Any], Any]] = {
        **dict.fromkeys(_INTEGERS, _integer), "replay_counter_add": _step, "nonce": _nonce,
        "key_info_set": _key_info, "key_info_clear": _key_info, "rsc": _rsc, "encrypt": _truth,
        "mic": _mic, "elements": _elements, "padding": _hex, "trailing": _hex, "bytes_at": _at,
    }  # fmt: skip
    unknown = sorted(set(value) - set(readers))
    if unknown:
        raise ValueError(f"{unknown[0]!r:.40} is no field; known: {', '.join(sorted(readers))}")
    read = FrameFields(**{name: readers[name](name, one) for name, one in value.items()})
    if not read.given:
        raise ValueError("fields: what is given changes nothing")
    return read


def _integer(name: str, value: Any, low: int = 0) -> int:
    high = _INTEGERS.get(name, _MAX_STEP)
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise ValueError(f"{name}: a whole number from {low} to {high} is needed")
    return value


def _step(name: str, value: Any) -> int:
    return _integer(name, value, -_MAX_STEP)


def _truth(name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"{name}: true or false is needed")
    return value


def _hex(name: str, value: Any) -> bytes:
    try:
        if not isinstance(value, str) or not 0 < len(value) <= _MAX_HEX:
            raise ValueError
        return bytes.fromhex(value)
    except ValueError:
        raise ValueError(
            f"{name}: bytes in hexadecimal, 1 to {_MAX_HEX // 2}, are needed"
        ) from None


def _rsc(name: str, value: Any) -> bytes:
    data = _hex(name, value)
    if len(data) != 8:
        raise ValueError(f"{name}: 8 bytes are needed, not {len(data)}")
    return data


def _nonce(name: str, value: Any) -> bytes | str:
    if value in NONCES:
        return str(value)
    data = _hex(name, value)
    if len(data) != 32:
        raise ValueError(f"{name}: 32 bytes are needed, not {len(data)}, or {', '.join(NONCES)}")
    return data


def _mic(name: str, value: Any) -> Mic:
    if value not in get_args(Mic):
        raise ValueError(f"{name}: {value!r:.40} is none of {', '.join(get_args(Mic))}")
    return value  # type: ignore[no-any-return]


def _key_info(name: str, value: Any) -> int:
    if not isinstance(value, list) or not value or not all(one in KEY_INFO for one in value):
        raise ValueError(f"{name}: a list is needed, of {', '.join(KEY_INFO)}")
    return sum({KEY_INFO[one] for one in value})


def _parts(name: str, value: Any) -> list[dict[str, Any]]:
    if not isinstance(value, list) or not 0 < len(value) <= _MAX_PARTS:
        raise ValueError(f"{name}: a list of 1 to {_MAX_PARTS} objects is needed")
    if not all(isinstance(one, Mapping) for one in value):
        raise ValueError(f"{name}: each is an object")
    return [dict(one) for one in value]


def _at(name: str, value: Any) -> tuple[BytesAt, ...]:
    found = []
    for one in _parts(name, value):
        if set(one) != {"offset", "data"}:
            raise ValueError(f"{name}: each has offset and data, and nothing else")
        offset = one["offset"]
        if not isinstance(offset, int) or isinstance(offset, bool) or not 0 <= offset < 4096:
            raise ValueError(f"{name}: offset: a whole number from 0 to 4095 is needed")
        found.append(BytesAt(offset, _hex(f"{name}: data", one["data"])))
    return tuple(found)


def _elements(name: str, value: Any) -> tuple[ElementEdit, ...]:
    return tuple(_element(name, one) for one in _parts(name, value))


def _element(where: str, one: dict[str, Any]) -> ElementEdit:
    do, name = one.pop("do", None), one.pop("element", None)
    if do not in ELEMENT_DOS:
        raise ValueError(f"{where}: do: {do!r:.40} is none of {', '.join(ELEMENT_DOS)}")
    identifier, head = selector(name)
    data, length = one.pop("data", None), one.pop("length", None)
    if one:
        raise ValueError(f"{where}: {min(one)!r:.40} is unknown; known: do, element, data, length")
    if (data is not None) != (do in ("add", "replace")):
        raise ValueError(f"{where}: data goes with do = add or replace, and only with them")
    if (do == "remove" and length is not None) or (do == "truncate" and length is None):
        raise ValueError(f"{where}: length is wanted with truncate, and never with remove")
    if length is not None and (not isinstance(length, int) or not 0 <= length <= 255):
        raise ValueError(f"{where}: length: a whole number from 0 to 255 is needed")
    body = b"" if not data else _hex(f"{where}: data", data)
    if len(head) + len(body) > 255:
        raise ValueError(f"{where}: data: an element has at most 255 bytes")
    return ElementEdit(do, str(name), identifier, head, body, length)


def selector(name: Any) -> tuple[int, bytes]:
    """Identifier, and OUI with type if it is a KDE, of an element's name; raises ValueError.

    A name is one of :data:`ELEMENT_IDS` or :data:`KDE_TYPES`, an identifier (``"48"``), or the OUI
    and type of a KDE (``"000fac:4"``).
    """
    if not isinstance(name, str) or re.fullmatch(SELECTOR_PATTERN, name, re.ASCII) is None:
        known = ", ".join((*ELEMENT_IDS, *KDE_TYPES))
        raise ValueError(
            f"element: {name!r:.40} is none of {known}, no number, and no OUI and type as 000fac:4"
        )
    if name in ELEMENT_IDS:
        return ELEMENT_IDS[name], b""
    if name in KDE_TYPES:
        return KDE, _RSN_OUI + bytes((KDE_TYPES[name],))
    oui, colon, number = name.rpartition(":")
    if int(number) > 255:
        raise ValueError(f"element: {number} is above 255")
    return (KDE, bytes.fromhex(oui) + bytes((int(number),))) if colon else (int(number), b"")
