# SPDX-License-Identifier: GPL-2.0-or-later
"""Where the lanes of a ladder stand: the access point, then a station and its DLL for each adapter.

One adapter is the usual case and fills the page. Several stand side by side, each pair with its
name above; a frame of a farther station crosses the lanes before it, as messages do in any sequence
diagram, and has its label in the gap of its own pair. All lengths are pixels.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol, final

from harness.evidence.owners import Owner

TIME_X, AP_X = 74.0, 128.0
AIR, CALLS = 304.0, 364.0
"""From an access point or a DLL to the next station, and from a station to its DLL."""
NARROW_AIR, NARROW_CALLS = 236.0, 352.0
"""The same where several pairs share the drawing; the longest labels still fit."""
TAG_GAP, MARGIN = 32.0, 124.0


class Owned(Protocol):
    """Anything drawn that belongs to an adapter, or to none in particular."""

    @property
    def owner(self) -> Owner | None:
        """Whose it is."""


@final
@dataclass(frozen=True)
class Pair:
    """The lanes of one adapter; the gap of its frames is from ``near_x`` to ``station_x``."""

    near_x: float
    station_x: float
    dll_x: float


@final
@dataclass(frozen=True)
class Columns:
    """The lanes of one drawing, the pairs from left to right."""

    owners: tuple[Owner, ...]
    pairs: tuple[Pair, ...]

    def pair(self, owner: Owner | None) -> Pair:
        """The lanes of an owner; what has none stands in the first pair."""
        return self.pairs[self.owners.index(owner)] if owner in self.owners else self.pairs[0]

    @property
    def tag_x(self) -> float:
        """Where findings are written, right of the last lane."""
        return self.pairs[-1].dll_x + TAG_GAP

    @property
    def width(self) -> float:
        """The width of the drawing."""
        return self.pairs[-1].dll_x + MARGIN

    def names(self, access_point: str) -> tuple[tuple[float, str], ...]:
        """Each lane with what stands above it."""
        named = [(AP_X, access_point)]
        for place, pair in enumerate(self.pairs):
            owner = self.owners[place] if self.owners else None
            named += [(pair.station_x, _station(owner)), (pair.dll_x, _dll(owner))]
        return tuple(named)


def columns(drawn: Iterable[Owned]) -> Columns:
    """The lanes for what is to be drawn."""
    found = {one.owner for one in drawn if one.owner is not None}
    owners = tuple(sorted(found, key=lambda owner: owner.order))
    air, calls = (AIR, CALLS) if len(owners) < 2 else (NARROW_AIR, NARROW_CALLS)
    pairs = tuple(
        Pair(near, near + air, near + air + calls)
        for near in (AP_X + place * (air + calls) for place in range(max(len(owners), 1)))
    )
    return Columns(owners, pairs)


def _station(owner: Owner | None) -> str:
    if owner is None:
        return "Station"
    return f"Station {owner.station}" if owner.station else "Station not known"


def _dll(owner: Owner | None) -> str:
    return f"IHV DLL, adapter {owner.adapter}" if owner and owner.adapter else "IHV DLL"
