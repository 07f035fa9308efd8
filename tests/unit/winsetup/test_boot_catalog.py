# SPDX-License-Identifier: GPL-2.0-or-later
"""The boot catalogue: where its EFI entry is, and what of it is changed."""

from __future__ import annotations

import contextlib
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from winsetup.boot_catalog import booting, efi_entry
from winsetup.unfit import Unfit


def validation(platform: int) -> bytes:
    """The entry that a catalogue begins with."""
    return bytes([1, platform]) + bytes(28) + b"\x55\xaa"


def entry(sector: int, blocks: int = 1, bootable: int = 0x88) -> bytes:
    """An entry that names a boot image."""
    return struct.pack("<BBHBBHI", bootable, 0, 0, 0, 0, blocks, sector) + bytes(20)


def header(platform: int, count: int = 1, *, last: bool = True) -> bytes:
    """The header of a section."""
    return bytes([0x91 if last else 0x90, platform]) + struct.pack("<H", count) + bytes(28)


MICROSOFT = validation(0) + entry(100) + header(0xEF) + entry(200)


@pytest.mark.parametrize(
    ("catalog", "at"),
    [
        (MICROSOFT, 96),
        (validation(0xEF) + entry(100), 32),
        (validation(0) + entry(1) + header(0, 2, last=False) + entry(2) * 2 + header(0xEF)
         + entry(3), 192),
    ],
)  # fmt: skip
def test_where_the_efi_entry_is(catalog: bytes, at: int) -> None:
    """In a section after the BIOS's, as Microsoft's has it; or the first, as on an EFI disc."""
    assert efi_entry(catalog.ljust(2048, b"\0")) == at


def test_only_the_efi_entry_is_changed() -> None:
    """The other image's sector, and its length in blocks of 512 bytes."""
    changed = booting(MICROSOFT, 777, 1_474_560)
    assert changed[:96] == MICROSOFT[:96]
    assert struct.unpack_from("<HI", changed, 96 + 6) == (2880, 777)


def test_a_length_that_the_entry_cannot_say_is_to_the_discs_end() -> None:
    """Which firmware takes 0 for."""
    assert struct.unpack_from("<HI", booting(MICROSOFT, 7, 40 << 20), 96 + 6) == (0, 7)


@pytest.mark.parametrize(
    "catalog",
    [b"", bytes(2048), validation(0) + entry(1), validation(0) + entry(1) + header(0xEF, 0),
     validation(0) + entry(1) + header(0xEF) + entry(2, bootable=0)],
)  # fmt: skip
def test_a_disc_that_firmware_does_not_boot(catalog: bytes) -> None:
    """Is told as that."""
    with pytest.raises(Unfit, match="boot catalogue"):
        efi_entry(catalog)


@given(st.binary(max_size=300), st.integers(-1, 2**33), st.integers(0, 2**33))
def test_no_catalogue_does_harm(tail: bytes, sector: int, length: int) -> None:
    """Whatever is in it, it is changed within itself, or refused."""
    catalog = validation(0) + tail
    with contextlib.suppress(Unfit):
        assert len(booting(catalog, sector, length)) == len(catalog)
