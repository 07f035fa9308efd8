# SPDX-License-Identifier: GPL-2.0-or-later
"""PMK security associations that access points keep, so that a station need not prove itself anew.

A station that comes back names the one it has by a PMKID in the RSNE of its (re)association request
(IEEE 802.11-2020, 12.6.8.3 and 12.6.10.3).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, TypeVar

_T = TypeVar("_T")

MAX_KEPT: Final = 256
"""Of so many stations something is kept; the table of stations is as long."""
PMK_KEPT: Final = {"pmk": "kept"}
"""What the record of an association response says that lets a station in by a kept one."""


@dataclass(frozen=True, slots=True)
class Pmksa:
    """A PMK and its name."""

    pmk: bytes = field(repr=False)
    pmkid: bytes


class PmkCache:
    """The newest PMKSA of each station, of at most :data:`MAX_KEPT` of them."""

    def __init__(self) -> None:
        self._kept: dict[bytes, Pmksa] = {}

    def keep(self, mac: bytes, pmksa: Pmksa) -> None:
        """In the place of the one before; the oldest goes where there are too many."""
        keep_newest(self._kept, mac, pmksa)

    def find(self, mac: bytes) -> Pmksa | None:
        """That of the station."""
        return self._kept.get(mac)

    def clear(self) -> None:
        """Forget all."""
        self._kept.clear()


def keep_newest(table: dict[bytes, _T], mac: bytes, value: _T) -> None:
    """Put what is a station's at the end of a table; the oldest go where there are too many."""
    table.pop(mac, None)
    table[mac] = value
    while len(table) > MAX_KEPT:
        del table[next(iter(table))]
