# SPDX-License-Identifier: GPL-2.0-or-later
"""What a driver's INF file says of itself: its class, and the devices it is for.

INF files are UTF-16 with a byte order mark, or text in a code page ("General Syntax Rules for INF
Files", Microsoft). Only ``[Version]``, ``[Manufacturer]`` and the models it names are read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

SECTION: Final = re.compile(r"\s*\[([^\]]+)\]\s*")
LARGEST: Final = 8 << 20
"""Bytes beyond which no INF file is read."""


@dataclass(frozen=True, slots=True)
class Inf:
    """A driver's INF file."""

    device_class: str
    hardware_ids: tuple[str, ...]
    """Of the devices it installs, in capitals, as ``USB\\VID_0BDA&PID_8187``."""


def read_inf(data: bytes) -> Inf:
    """What an INF file says; of one that says nothing, nothing."""
    sections = _sections(_text(data))
    version = {key.casefold(): value for key, value in _pairs(sections.get("version", []))}
    ids: dict[str, None] = {}
    for _, models in _pairs(sections.get("manufacturer", [])):
        for section in _model_sections(models):
            for _, install in _pairs(sections.get(section, [])):
                listed = [part.strip().upper() for part in install.split(",")[1:]]
                ids.update(dict.fromkeys(one for one in listed if "\\" in one))
    return Inf(version.get("class", ""), tuple(ids))


def _text(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    return data.decode("utf-8-sig", "replace")


def _sections(text: str) -> dict[str, list[str]]:
    """Lines of each section, by its name in lower case; a section may come in several parts."""
    found: dict[str, list[str]] = {}
    lines: list[str] = []
    for raw in text.splitlines():
        line = raw.partition(";")[0].strip()
        if match := SECTION.fullmatch(line):
            lines = found.setdefault(match[1].strip().casefold(), [])
        elif line:
            lines.append(line)
    return found


def _pairs(lines: Iterable[str]) -> Iterable[tuple[str, str]]:
    for line in lines:
        key, equals, value = line.partition("=")
        if equals:
            yield key.strip(), value.strip()


def _model_sections(value: str) -> Iterable[str]:
    """``Vendor,NTamd64,NTx86`` names the sections Vendor, Vendor.NTamd64 and Vendor.NTx86."""
    name, *decorations = (part.strip().casefold() for part in value.split(","))
    yield name
    yield from (f"{name}.{one}" for one in decorations if one)
