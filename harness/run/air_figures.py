# SPDX-License-Identifier: GPL-2.0-or-later
"""Figures of the air beside those of other programs: pure, from what was sent and what came of it.

Each comparison says what was wanted and, where that is missed, what bounds it.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final, Literal

HANDSHAKE: Final = "M2 to M3"
HANDSHAKE_WHOLE: Final = "M2 to M4"
COMMIT: Final = "SAE commit to commit"
CONFIRM: Final = "SAE confirm to confirm"
SAE: Final = "SAE commit to confirm, without the station"
SAE_WHOLE: Final = "SAE commit to confirm"

Step = tuple[bool, str, int]
"""Whether the access point sent it, its kind, and an Authentication frame's transaction."""
_M1: Final[Step] = (True, "M1", 0)
_M2: Final[Step] = (False, "M2", 0)
SPANS: Final[Mapping[str, tuple[Step, Step]]] = {
    HANDSHAKE: (_M2, (True, "M3", 0)),
    HANDSHAKE_WHOLE: (_M2, (False, "M4", 0)),
    COMMIT: ((False, "auth", 1), (True, "auth", 1)),
    CONFIRM: ((False, "auth", 2), (True, "auth", 2)),
    SAE_WHOLE: ((False, "auth", 1), (True, "auth", 2)),
}
"""What begins and ends each; a whole one has the station's own time in it, and M2 to M4 the
kernel's stamps at both ends, whoever the access point is."""


@dataclass(frozen=True, slots=True, order=True)
class Sent:
    """A frame of an association, when it was sent (ns), and by whom."""

    at_ns: int
    by_ap: bool
    kind: str
    transaction: int = 0


@dataclass(frozen=True, slots=True)
class Flooded:
    """What a medium carried between so many radios, of frames for one or for all of them."""

    medium: str
    stations: int
    group: bool
    sent: int
    received: int
    lost: int
    seconds: float
    medium_s: float

    @property
    def rate(self) -> float:
        """Frames carried, a second; one for all counts when all have it."""
        return self.received / (self.stations - 1 if self.group else 1) / self.seconds

    @property
    def medium_us(self) -> float:
        """Processor time of the medium for each frame, in µs."""
        return 1e6 * self.medium_s / self.sent


@dataclass(frozen=True, slots=True)
class Comparison:
    """Ours beside another: medians, what the ratio is to be, and what bounds one that is missed."""

    name: str
    unit: str
    ours: Sequence[float]
    theirs: Sequence[float]
    wanted: float | None
    better: Literal["less", "more"]
    bound: str = ""

    @property
    def ratio(self) -> float:
        """Ours to theirs, medians."""
        return statistics.median(self.ours) / statistics.median(self.theirs)

    @property
    def held(self) -> bool:
        """Whether the ratio is as wanted, if anything is."""
        if self.wanted is None:
            return True
        return self.ratio <= self.wanted if self.better == "less" else self.ratio >= self.wanted

    def line(self) -> str:
        """A line of the table."""
        ours, theirs = statistics.median(self.ours), statistics.median(self.theirs)
        sign = "≤" if self.better == "less" else "≥"
        said = f"{self.name:<44}{ours:>10.2f}{theirs:>10.2f} {self.unit:<6}"
        said += f"{self.ratio:>6.2f}"
        said += "" if self.wanted is None else f" (wanted {sign} {self.wanted:g})"
        return said if self.held or not self.bound else f"{said}: {self.bound}"


@dataclass(slots=True)
class AirFigures:
    """Everything that was measured, and on what."""

    environment: dict[str, str]
    comparisons: list[Comparison] = field(default_factory=list)
    floods: list[Flooded] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """As `hil bench air --json` writes it."""
        compared = [
            {**asdict(one), "ratio": one.ratio, "held": one.held} for one in self.comparisons
        ]
        floods = [
            {**asdict(one), "rate": one.rate, "medium_us": one.medium_us} for one in self.floods
        ]
        return {
            "schema": 1, "environment": self.environment, "comparisons": compared,
            "floods": floods, "notes": self.notes,
        }  # fmt: skip

    def lines(self) -> list[str]:
        """As text: a line a comparison, a line a flood."""
        lines = [f"{'median':<44}{'ours':>10}{'theirs':>10}"]
        lines += [one.line() for one in self.comparisons]
        lines += [
            "",
            f"{'medium, radios, frames for':<34}{'a second':>10}{'lost':>8}  its own time",
        ]
        for one in self.floods:
            name = f"{one.medium}, {one.stations}, {'all' if one.group else 'one'}"
            lines.append(
                f"{name:<34}{one.rate:>10.0f}{one.lost:>8}  {one.medium_us:.0f} µs a frame"
            )
        return [*lines, *(f"note: {note}" for note in self.notes)]


def turnarounds(sent: Iterable[Sent]) -> dict[str, list[float]]:
    """How long each of :data:`SPANS` took, in ms: what begins one and comes again counts from the
    first, one without an end is left out. `SAE` sums what is one association's."""
    found: dict[str, list[float]] = {name: [] for name in SPANS}
    since: dict[str, int] = {}
    for one in sorted(sent):
        step = (one.by_ap, one.kind, one.transaction)
        if step == _M1:
            for name in (HANDSHAKE, HANDSHAKE_WHOLE):
                since.pop(name, None)
        for name, (begin, end) in SPANS.items():
            if step == begin:
                since.setdefault(name, one.at_ns)
            elif step == end and name in since:
                found[name].append((one.at_ns - since.pop(name)) / 1e6)
    found[SAE] = [sum(pair) for pair in zip(found[COMMIT], found[CONFIRM], strict=False)]
    return found


def rate_per_minute(sent: Iterable[Sent]) -> float:
    """Associations a minute, from the first M4 of a station to the last; 0 for fewer than two."""
    ends = sorted(one.at_ns for one in sent if one.kind == "M4")
    return 60e9 * (len(ends) - 1) / (ends[-1] - ends[0]) if len(ends) > 1 else 0.0


def throughput(ours: Flooded, theirs: Flooded, wanted: float | None) -> Comparison:
    """Frames a second of two media between as many radios."""
    whole_us = 1e6 / ours.rate
    rest_us = whole_us - ours.medium_us
    bound = (
        f"our medium's own time is {ours.medium_us:.0f} of {whole_us:.0f} µs a frame "
        f"({theirs.medium}: {theirs.medium_us:.0f}); kernel and sender take {rest_us:.0f}"
    )
    name = f"frames a second, {ours.stations} radios, {theirs.medium}"
    return Comparison(name, "1/s", [ours.rate], [theirs.rate], wanted, "more", bound)


def growth(few: Flooded, many: Flooded) -> Comparison:
    """Our processor time for a frame among many radios beside that among few. For one receiver
    linear growth is the ratio of the numbers of radios; for all it is 1, for each receiver."""
    each = few.stations - 1 if few.group else 1, many.stations - 1 if many.group else 1
    name = f"our µs a frame, {many.stations} radios beside {few.stations}"
    name += ", for each receiver" if few.group else ", for one"
    wanted = 1.0 if few.group else many.stations / few.stations
    ours, theirs = [many.medium_us / each[1]], [few.medium_us / each[0]]
    return Comparison(name, "µs", ours, theirs, wanted, "less", "what the medium does per radio")
