# SPDX-License-Identifier: GPL-2.0-or-later
"""A guest's memory as its virtual machine shares it: regions, and what lies at an address.

Addresses come from the guest and are untrusted: what is not wholly inside one region is a
:class:`WireError`.
"""

from __future__ import annotations

import mmap
from typing import Final, NamedTuple

from hwsim.errors import WireError

MAX_REGIONS: Final = 8
"""VHOST_MEMORY_BASELINE_NREGIONS: as many as a front-end may name without further agreement."""


class Region(NamedTuple):
    """Memory at ``guest``, a physical address of the guest's, and ``user``, where the virtual
    machine's own process has it; the view has its size."""

    guest: int
    user: int
    view: memoryview


class GuestMemory:
    """The regions of one table; the front-end replaces the table as a whole."""

    def __init__(self, regions: tuple[Region, ...] = ()) -> None:
        self._regions = regions

    def at_guest(self, address: int, size: int) -> memoryview:
        """So many bytes at a physical address of the guest's."""
        for region in self._regions:
            offset = address - region.guest
            if offset >= 0 and offset + size <= len(region.view):
                return region.view[offset : offset + size]
        raise WireError(f"guest memory: nothing is at {address:#x} for {size} bytes")

    def at_user(self, address: int, size: int) -> memoryview:
        """So many bytes at an address of the virtual machine's process."""
        for region in self._regions:
            offset = address - region.user
            if offset >= 0 and offset + size <= len(region.view):
                return region.view[offset : offset + size]
        raise WireError(f"guest memory: the front-end has nothing at {address:#x}")


def mapped(fd: int, guest: int, size: int, user: int, offset: int) -> Region:
    """Map a region of a front-end's file; the file may be closed afterwards.

    Raises :class:`WireError` for one that cannot be mapped.
    """
    try:
        memory = mmap.mmap(fd, size, mmap.MAP_SHARED, offset=offset)
    except (OSError, ValueError, OverflowError) as error:
        raise WireError(f"guest memory: a region of {size} bytes is not mapped: {error}") from None
    return Region(guest, user, memoryview(memory))
