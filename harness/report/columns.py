# SPDX-License-Identifier: GPL-2.0-or-later
"""Where the lanes of a ladder stand: access points, then a station and its DLL for each adapter.

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
POINT_GAP = 112.0
"""From one access point to the next: frames of the farther one cross the nearer one's lane."""


class Owned(Protocol):
    """Anything drawn that belongs to an adapter, or to none in particular."""

    @property
    def owner(self) -> Owner | None:
        """The adapter and station that it is of; None where there is only one, or it is of none."""

    @property
    def access_point(self) -> str:
        """The one it is of, where there are several."""


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
    points: tuple[str, ...] = ()
    """The access points where there are several, by address."""

    def point_x(self, access_point: str) -> float:
        """The lane of an access point; what is of none in particular goes to the farthest one."""
        if access_point not in self.points:
            return AP_X
        return AP_X + POINT_GAP * self.points.index(access_point)

    def pair(self, owner: Owner | None) -> Pair:
        """The lanes of an owner; what has none stands in the first pair."""
        return self.pairs[self.owners.index(owner)] if owner in self.owners else self.pairs[0]

    @property
    def tag_x(self) -> float:
        """Where findings are written, right of the last lane."""
        return self.pairs[-1].dll_x + TAG_GAP

    @property
    def width(self) -> float:
        """The width of the drawing in pixels: all columns and the space between them."""
        return self.pairs[-1].dll_x + MARGIN

    def names(self, access_point: str) -> tuple[tuple[float, str], ...]:
        """Each lane with what stands above it."""
        named = [(self.point_x(point), f"AP …{point[-8:]}") for point in self.points]
        named = named or [(AP_X, access_point)]
        for place, pair in enumerate(self.pairs):
            owner = self.owners[place] if self.owners else None
            named += [(pair.station_x, _station(owner)), (pair.dll_x, _dll(owner))]
        return tuple(named)


def columns(drawn: Iterable[Owned]) -> Columns:
    """The lanes for what is to be drawn."""
    listed = tuple(drawn)
    points = tuple(sorted({one.access_point for one in listed if one.access_point}))
    first = AP_X + POINT_GAP * max(len(points) - 1, 0)
    found = {one.owner for one in listed if one.owner is not None}
    owners = tuple(sorted(found, key=lambda owner: owner.order))
    air, calls = (AIR, CALLS) if len(owners) < 2 else (NARROW_AIR, NARROW_CALLS)
    pairs = tuple(
        Pair(near, near + air, near + air + calls)
        for near in (first + place * (air + calls) for place in range(max(len(owners), 1)))
    )
    return Columns(owners, pairs, points)


def _station(owner: Owner | None) -> str:
    if owner is None:
        return "Station"
    return f"Station {owner.station}" if owner.station else "Station not known"


def _dll(owner: Owner | None) -> str:
    return f"IHV DLL, adapter {owner.adapter}" if owner and owner.adapter else "IHV DLL"
