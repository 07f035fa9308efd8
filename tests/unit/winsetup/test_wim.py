# SPDX-License-Identifier: GPL-2.0-or-later
"""What an image file says of its systems, read from wimlib's and from broken ones."""

from __future__ import annotations

import contextlib
import io
import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.windows_discs import WINDOWS_11, image_file
from winsetup.unfit import Unfit
from winsetup.wim import HEADER_BYTES, MAGIC, XML_ENTRY, Edition, parse_editions, read_editions


def wim(xml: bytes, *, stored: int | None = None, flags: int = 0, offset: int = HEADER_BYTES):
    """An image file with these XML data."""
    header = bytearray(HEADER_BYTES)
    header[: len(MAGIC)] = MAGIC
    size = len(xml) if stored is None else stored
    struct.pack_into("<QQQ", header, XML_ENTRY, size | flags << 56, offset, len(xml))
    return io.BytesIO(bytes(header) + xml)


def test_wimlibs_image_file(tmp_path: Path) -> None:
    """An independent program's file, with two systems in it."""
    server = WINDOWS_11 | {
        "WINDOWS/EDITIONID": "ServerStandardEval", "WINDOWS/INSTALLATIONTYPE": "Server Core",
        "WINDOWS/VERSION/BUILD": "20348", "WINDOWS/ARCH": "12",
    }  # fmt: skip
    place = tmp_path / "install.wim"
    image_file(place, tmp_path / "tree", {"Windows 11 Pro": WINDOWS_11, "Server": server})
    with place.open("rb") as file:
        assert read_editions(file) == (
            Edition(1, "Windows 11 Pro", "Professional", "amd64", 26100, False, "de-DE"),
            Edition(2, "Server", "ServerStandardEval", "arm64", 20348, True, "de-DE"),
        )


def test_what_it_does_not_say_is_unknown() -> None:
    """An architecture nobody knows is told as that; a build that is not said is 0."""
    text = '<WIM><IMAGE INDEX="1"><WINDOWS><ARCH>77</ARCH></WINDOWS></IMAGE></WIM>'
    (found,) = parse_editions(text)
    assert (found.name, found.architecture, found.build) == ("image 1", "unknown (77)", 0)


@pytest.mark.parametrize(
    ("file", "why"),
    [
        (io.BytesIO(b""), "MSWIM"),
        (io.BytesIO(b"PK" * 200), "MSWIM"),
        (wim(b"", stored=0), "0 bytes"),
        (wim(b"\xff\xfe<\0", flags=4), "compressed"),
        (wim(b"\xff\xfe<\0", stored=3), "compressed"),
        (wim(b"\xff\xfe<\0", offset=10_000), "copy is not whole"),
        (wim("<WIM>".encode("utf-16")), "broken XML"),
        (wim("<WIM/>".encode("utf-16")), "without an image"),
        (wim(b"\xff\xfe\x00\xd8"), "UTF-16"),
        (wim('<!DOCTYPE a [<!ENTITY b "c">]><WIM/>'.encode("utf-16")), "declarations"),
        (wim('<WIM><IMAGE INDEX="0"/></WIM>'.encode("utf-16")), "index '0'"),
    ],
)
def test_a_broken_one(file: io.BytesIO, why: str) -> None:
    """Each is told by what is wrong with it."""
    with pytest.raises(Unfit, match=why):
        read_editions(file)


@given(st.binary(max_size=64), st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 1))
def test_no_file_does_harm(xml: bytes, sized: int, offset: int) -> None:
    """Whatever its header and XML data are."""
    header = bytearray(HEADER_BYTES)
    header[: len(MAGIC)] = MAGIC
    struct.pack_into("<QQQ", header, XML_ENTRY, sized, offset % 300, sized & ((1 << 56) - 1))
    with contextlib.suppress(Unfit):
        assert read_editions(io.BytesIO(bytes(header) + xml))
