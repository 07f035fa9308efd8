# SPDX-License-Identifier: GPL-2.0-or-later
"""Scales and ticks of the report's drawings: from values to pixels, as pure functions."""

from __future__ import annotations

import bisect
import itertools
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import final

LOG_FROM_RATIO = 50.0
"""An axis turns logarithmic when its largest value is this many times its smallest."""

_LEAST = 1e-3
"""No axis spans less than this, so that equal values have one too."""


@final
@dataclass(frozen=True)
class Axis:
    """A horizontal axis from ``low`` to ``high`` over ``left`` to ``right`` pixels."""

    low: float
    high: float
    left: float
    right: float
    log: bool = False

    def x(self, value: float) -> float:
        """Return the pixel of a value, kept within the axis."""
        share = (self._place(value) - self._place(self.low)) / (
            self._place(self.high) - self._place(self.low)
        )
        return self.left + (self.right - self.left) * min(max(share, 0.0), 1.0)

    def _place(self, value: float) -> float:
        return math.log10(max(value, self.low)) if self.log else value

    def ticks(self) -> tuple[float, ...]:
        """Return round values within the axis, 3 to 8 of them."""
        return log_ticks(self.low, self.high) if self.log else linear_ticks(self.low, self.high)


def axis_for(values: Sequence[float], left: float, right: float) -> Axis:
    """Return an axis that shows all values with some air around them.

    It starts at zero where that costs little, and is logarithmic where a linear one would press
    most values against its end.
    """
    low, high = min(values), max(values)
    if low > 0 and high / low > LOG_FROM_RATIO:
        return Axis(low / 1.25, high * 1.25, left, right, log=True)
    if 0 <= low <= 0.35 * high:
        return Axis(0.0, max(high * 1.04, _LEAST), left, right)
    air = max((high - low) * 0.08, abs(high) * 0.02, _LEAST)
    return Axis(low - air, high + air, left, right)


def linear_ticks(low: float, high: float, wanted: int = 5) -> tuple[float, ...]:
    """Return multiples of 1, 2 or 5 times a power of ten within [low, high]."""
    step = nice_step((high - low) / wanted)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return tuple(round(number * step, 9) + 0.0 for number in range(first, last + 1))


def nice_step(raw: float) -> float:
    """Return the number of the form 1, 2 or 5 times a power of ten next above ``raw``."""
    power = 10.0 ** math.floor(math.log10(raw))
    return next(
        factor * power for factor in (1.0, 2.0, 5.0, 10.0) if factor * power >= raw * 0.9999
    )


def log_ticks(low: float, high: float) -> tuple[float, ...]:
    """Return powers of ten within [low, high], with 2 and 5 between while there are few."""
    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    factors = (1.0, 2.0, 5.0) if high / low < 200 else (1.0,)
    ticks = (factor * 10.0**decade for decade in decades for factor in factors)
    return tuple(tick for tick in ticks if low <= tick <= high)


@final
@dataclass(frozen=True)
class TimeRows:
    """A vertical time axis that keeps order and legibility: known times sit on known pixels.

    Between two rows time runs linearly, so any instant, such as the end of an uncertainty, has
    its place. Before the first row and after the last it runs on linearly for ``overhang`` pixels,
    which ``overhang_span`` takes, and is held there.
    """

    times: tuple[int, ...]
    pixels: tuple[float, ...]
    overhang: float = 0.0
    overhang_span: int = 1

    def y(self, at: float) -> float:
        """Return the pixel of an instant, in the unit of ``times``."""
        if at < self.times[0]:
            return self.pixels[0] - self._beyond(self.times[0] - at)
        if at > self.times[-1]:
            return self.pixels[-1] + self._beyond(at - self.times[-1])
        right = bisect.bisect_left(self.times, at)
        if self.times[right] == at:
            return self.pixels[right]
        share = (at - self.times[right - 1]) / (self.times[right] - self.times[right - 1])
        return self.pixels[right - 1] + share * (self.pixels[right] - self.pixels[right - 1])

    def _beyond(self, distance: float) -> float:
        return self.overhang * min(distance / self.overhang_span, 1.0)


def time_rows(
    times: Iterable[int],
    top: float,
    spacing: Callable[[int], float],
    overhang: float = 0.0,
    overhang_span: int = 1,
) -> TimeRows:
    """Lay distinct times out downward from ``top``; ``spacing`` turns a gap into pixels."""
    distinct = sorted(set(times))
    pixels = [top]
    for earlier, later in itertools.pairwise(distinct):
        pixels.append(pixels[-1] + spacing(later - earlier))
    return TimeRows(tuple(distinct), tuple(pixels), overhang, overhang_span)
