# SPDX-License-Identifier: GPL-2.0-or-later
"""Reading values out of decoded trace records without trusting their types.

Every reader gives None where a value is missing or has another type than asked for; none raises.
A name is looked for at the top and then one level down, since a structure may stand either under
the name of its parameter or flattened beside it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_HANDLE = re.compile(r"0x[0-9a-fA-F]{1,16}\Z")
_MAC = re.compile(r"[0-9a-fA-F]{2}([:-][0-9a-fA-F]{2}){5}\Z")
_HEX = re.compile(r"([0-9a-fA-F]{2})*\Z")


def find(source: Mapping[str, object], *names: str) -> object:
    """The first value stored under one of the names, at the top or one level down, else None."""
    for name in names:
        if name in source:
            return source[name]
    for value in source.values():
        if isinstance(value, dict):  # as JSON has it; asked of every value, a Mapping is slow
            for name in names:
                if name in value:
                    return value[name]
    return None


def content(value: object, depth: int = 8) -> object:
    """A decoded structure without where it lay in memory: equal for equal contents."""
    if depth and isinstance(value, Mapping):
        return {k: content(v, depth - 1) for k, v in value.items() if k != "address"}
    return [content(v, depth - 1) for v in value] if depth and isinstance(value, list) else value


def integer(source: Mapping[str, object], *names: str) -> int | None:
    """An integer (a C BOOL written as true/false counts as 1/0)."""
    value = find(source, *names)
    return int(value) if isinstance(value, int) else None


def text(source: Mapping[str, object], *names: str) -> str | None:
    """A string, as the recorder wrote it; None for anything else."""
    value = find(source, *names)
    return value if isinstance(value, str) else None


def mapping(source: Mapping[str, object], *names: str) -> Mapping[str, object] | None:
    """A nested object, such as a decoded structure; None for anything else."""
    value = find(source, *names)
    return value if isinstance(value, Mapping) else None


def sequence(source: Mapping[str, object], *names: str) -> list[object] | None:
    """A list, whose items may be of any type; None for anything else."""
    value = find(source, *names)
    return value if isinstance(value, list) else None


def handle(source: Mapping[str, object], *names: str) -> int | None:
    """A handle or pointer: "0x…", or "address" of what it points to; a null counts as 0."""
    for name in names:
        if name in source and source[name] is None:
            return 0
    value = find(source, *names)
    if isinstance(value, Mapping):
        value = value.get("address")
    if isinstance(value, str) and _HANDLE.match(value):
        return int(value, 16)
    return None


def stored(source: Mapping[str, object], *names: str) -> int | None:
    """A handle or pointer that a function stored where a parameter points.

    None where the recorder could not read it: of a parameter that is NULL it writes null, of a
    place that cannot be read its address, which is not the value.
    """
    value = find(source, *names)
    return int(value, 16) if isinstance(value, str) and _HANDLE.match(value) else None


def mac(source: Mapping[str, object], *names: str) -> str | None:
    """A MAC address in lower case with colons."""
    value = find(source, *names)
    if isinstance(value, str) and _MAC.match(value):
        return value.lower().replace("-", ":")
    return None


def octets(value: object) -> bytes | None:
    """Bytes written as an even number of hex digits."""
    if isinstance(value, str) and _HEX.match(value):
        return bytes.fromhex(value)
    return None
