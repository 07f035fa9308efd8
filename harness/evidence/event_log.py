# SPDX-License-Identifier: GPL-2.0-or-later
"""Events of the guest's own log, put on the guest clock and to the association they are of. Pure.

Windows writes down what its WLAN service did in its event log, by its calendar. What ties that to
the guest clock are readings of both at once (`WallClock`). Without any, an event has no place in
time and shows in no timeline. The log bears witness beside the trace; it is never what a rule
takes the absence of something from.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

DRIFT: Final = 100e-6
"""How much faster or slower than the other each of the guest's two clocks may go."""
MAX_READINGS: Final = 100
"""Readings of both clocks that are used; a run takes a few."""
CONNECTION: Final = "ConnectionId"
"""The member by which the events of one connection are joined."""


@dataclass(frozen=True, slots=True)
class WallClock:
    """One reading of the guest's calendar and its clock, at most ``uncertainty_ns`` apart.

    ``utc_ns`` counts from 1970, ``guest_ns`` is QueryPerformanceCounter in nanoseconds.
    """

    utc_ns: int
    guest_ns: int
    uncertainty_ns: int


@dataclass(frozen=True, slots=True)
class LogEvent:
    """One event of the log, as it was exported.

    ``utc_ns`` is its time by the guest's calendar, from 1970 on; ``t_ns`` the same on the guest
    clock, good to ``uncertainty_ns``, None where nothing ties the two. ``data`` has its members by
    name, as text; ``record`` its number in its channel.
    """

    utc_ns: int
    provider: str
    event_id: int
    channel: str = ""
    record: int | None = None
    data: Mapping[str, str] = field(default_factory=dict)
    t_ns: int | None = None
    uncertainty_ns: int = 0

    def number(self, name: str) -> int | None:
        """A member that is a number, decimal or hex; None where it is missing or no number."""
        text = self.data.get(name, "").strip()
        try:
            return int(text, 16 if text[:2].lower() == "0x" else 10) if len(text) < 32 else None
        except ValueError:
            return None

    @property
    def connection(self) -> tuple[str, int] | None:
        """The connection it is of, by interface and ConnectionId; None if it is of none."""
        number = self.number(CONNECTION)
        if not number:
            return None
        interface = self.data.get("InterfaceGuid") or self.data.get("DeviceGuid") or ""
        return interface.casefold(), number


def placed(events: Iterable[LogEvent], clocks: Sequence[WallClock]) -> tuple[LogEvent, ...]:
    """The events on the guest clock, in the order of its time.

    Each goes by the reading nearest to it. Between two readings that contradict each other the
    calendar was set anew: how long ago an event was is not known better than by how much.
    """
    found = [_placed(event, clocks[:MAX_READINGS]) for event in events]
    return tuple(
        sorted(found, key=lambda event: (event.t_ns or 0, event.utc_ns, event.record or 0))
    )


def _placed(event: LogEvent, clocks: Sequence[WallClock]) -> LogEvent:
    found = on_guest_clock(event.utc_ns, clocks)
    return replace(event, t_ns=found[0], uncertainty_ns=found[1]) if found else event


def on_guest_clock(utc_ns: int, clocks: Sequence[WallClock]) -> tuple[int, int] | None:
    """A time of the calendar on the guest clock, and how good that is; None without a reading."""
    if not clocks:
        return None
    nearest = min(clocks, key=lambda one: abs(utc_ns - one.utc_ns))
    off_ns = utc_ns - nearest.utc_ns
    doubt_ns = nearest.uncertainty_ns + int(abs(off_ns) * DRIFT)
    for other in clocks:
        if _between(utc_ns, nearest.utc_ns, other.utc_ns):
            step_ns = abs((other.utc_ns - other.guest_ns) - (nearest.utc_ns - nearest.guest_ns))
            if step_ns > doubt_ns + other.uncertainty_ns:
                doubt_ns += step_ns
    return max(0, nearest.guest_ns + off_ns), doubt_ns


def _between(value: int, one: int, other: int) -> bool:
    return min(one, other) <= value <= max(one, other) and one != other


def by_association(
    events: Iterable[LogEvent], connects_ns: Sequence[int]
) -> tuple[tuple[LogEvent, ...], ...]:
    """The events of each association, by the times at which these were asked for, ascending.

    What has a ConnectionId is of the association in which the first event with that was, however
    late it came; all else of the one it came in. What was before the first is of none.
    """
    parts: list[list[LogEvent]] = [[] for _ in connects_ns]
    homes: dict[tuple[str, int], int] = {}
    for event in events:
        if event.t_ns is None:
            continue
        place = bisect_right(connects_ns, event.t_ns + event.uncertainty_ns) - 1
        key = event.connection
        place = homes.setdefault(key, place) if key else place
        if place >= 0:
            parts[place].append(event)
    return tuple(tuple(part) for part in parts)
