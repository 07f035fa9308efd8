# SPDX-License-Identifier: GPL-2.0-or-later
"""What a Windows image file (install.wim, install.esd) says of the systems in it.

The file begins with a header of 208 bytes that says where its XML data is, which is never
compressed ("Windows Imaging File Format", Microsoft, 2007; the solid form of .esd has the same
header). Nothing else of it is read.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import BinaryIO, Final
from xml.etree import ElementTree as ET

from .unfit import Unfit

MAGIC: Final = b"MSWIM\0\0\0"
HEADER_BYTES: Final = 208
XML_ENTRY: Final = 72
"""Where in the header the place of the XML data is."""
XML_MOST: Final = 4 << 20
"""Bytes beyond which no XML data is read; an image of all editions has about 30 thousand."""
ARCHITECTURES: Final = {0: "x86", 5: "arm", 9: "amd64", 12: "arm64"}
"""PROCESSOR_ARCHITECTURE_… (winnt.h), by the names that answer files have for them."""
UNKNOWN_BUILD: Final = 0


@dataclass(frozen=True, slots=True)
class Edition:
    """One system of an image file."""

    index: int
    name: str
    edition_id: str
    """Such as ``Professional``, ``EnterpriseEval``, ``ServerStandardEval``."""
    architecture: str
    build: int
    server: bool
    language: str

    def __str__(self) -> str:
        return f"{self.index}: {self.name} ({self.architecture}, build {self.build})"


def read_editions(file: BinaryIO) -> tuple[Edition, ...]:
    """The systems in an image file, in its order; raises `Unfit`."""
    return parse_editions(_xml(file))


def _xml(file: BinaryIO) -> str:
    header = file.read(HEADER_BYTES)
    if len(header) < HEADER_BYTES or not header.startswith(MAGIC):
        raise Unfit("no Windows image file: it does not begin with MSWIM")
    sized, offset, size = struct.unpack_from("<QQQ", header, XML_ENTRY)
    stored, flags = sized & ((1 << 56) - 1), sized >> 56
    if flags & 4 or stored != size:
        raise Unfit("Windows image file with compressed XML data, which the format does not have")
    if not 2 <= size <= XML_MOST:
        raise Unfit(f"Windows image file with {size} bytes of XML data; 2 to {XML_MOST} are read")
    file.seek(offset)
    data = file.read(size)
    if len(data) < size:
        raise Unfit("Windows image file that ends before its XML data: the copy is not whole")
    try:
        return data.decode("utf-16")
    except UnicodeDecodeError as error:
        raise Unfit(f"Windows image file whose XML data is no UTF-16: {error.reason}") from None


def parse_editions(text: str) -> tuple[Edition, ...]:
    """The systems that the XML data names; raises `Unfit`."""
    if "<!" in text:  # declarations of entities, which these files never have
        raise Unfit("Windows image file whose XML data has declarations")
    try:
        root = ET.fromstring(text)
    except (ET.ParseError, ValueError) as error:
        raise Unfit(f"Windows image file with broken XML data: {error}") from None
    found = tuple(_edition(one) for one in root.iter("IMAGE"))
    if not found:
        raise Unfit("Windows image file without an image")
    return found


def _edition(image: ET.Element) -> Edition:
    def said(path: str) -> str:
        return (image.findtext(path) or "").strip()

    def number(text: str, *, unknown: int) -> int:
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else unknown

    index = number(image.get("INDEX", ""), unknown=0)
    if index < 1:
        raise Unfit(f"Windows image file whose image has the index {image.get('INDEX')!r}")
    machine = number(said("WINDOWS/ARCH"), unknown=-1)
    return Edition(
        index=index,
        name=said("NAME") or said("DISPLAYNAME") or f"image {index}",
        edition_id=said("WINDOWS/EDITIONID"),
        architecture=ARCHITECTURES.get(machine, f"unknown ({said('WINDOWS/ARCH') or 'not said'})"),
        build=number(said("WINDOWS/VERSION/BUILD"), unknown=UNKNOWN_BUILD),
        server=said("WINDOWS/INSTALLATIONTYPE").casefold().startswith("server"),
        language=said("WINDOWS/LANGUAGES/DEFAULT") or "en-US",
    )
