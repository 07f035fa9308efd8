# SPDX-License-Identifier: GPL-2.0-or-later
"""The El Torito boot catalogue, changed so that firmware boots without waiting for a key.

Microsoft's ISOs have two EFI boot images: one that asks for a key, which the catalogue names, and
one beside it that does not. Both are in the file system; the catalogue is told of the other.
("El Torito" Bootable CD-ROM Format Specification 1.0; UEFI 2.10, 13.3.2.1: platform 0xEF.)
"""

from __future__ import annotations

import struct
from typing import Final

from .unfit import Unfit

SECTOR: Final = 2048
ENTRY: Final = 32
EFI: Final = 0xEF
BOOTABLE: Final = 0x88
HEADERS: Final = (0x90, 0x91)
"""Of a section with more sections after it, and of the last."""
BLOCK: Final = 512
"""Unit of an entry's length, which firmware takes to the disc's end where it says 0 or 1."""


def efi_entry(catalog: bytes) -> int:
    """Where in the catalogue its first EFI entry is; raises `Unfit` if there is none."""
    if len(catalog) < 2 * ENTRY or catalog[0] != 1 or catalog[30:32] != b"\x55\xaa":
        raise Unfit("no boot catalogue: it does not begin with a validation entry")
    if catalog[1] == EFI and catalog[ENTRY] == BOOTABLE:
        return ENTRY
    at = 2 * ENTRY
    while at + ENTRY <= len(catalog) and catalog[at] in HEADERS:
        count = int.from_bytes(catalog[at + 2 : at + 4], "little")
        first = at + ENTRY
        if catalog[at + 1] == EFI and count and first + ENTRY <= len(catalog):
            if catalog[first] == BOOTABLE:
                return first
            break
        at = first + count * ENTRY
    raise Unfit("no EFI entry in the boot catalogue: a disc for BIOS machines only")


def booting(catalog: bytes, sector: int, length: int) -> bytes:
    """The catalogue with its EFI entry naming a boot image at `sector`, of `length` bytes."""
    at = efi_entry(catalog)
    blocks = -(-length // BLOCK)
    if not 0 < sector < 1 << 32:
        raise Unfit(f"a boot image at sector {sector}")
    changed = bytearray(catalog)
    struct.pack_into("<HI", changed, at + 6, blocks if blocks < 1 << 16 else 0, sector)
    return bytes(changed)
