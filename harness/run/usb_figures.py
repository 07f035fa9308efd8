# SPDX-License-Identifier: GPL-2.0-or-later
"""Emulated USB adapters beside the simulated radio: what was measured of each, and whether it keeps
the bounds. Pure."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from harness.config.lab import SIMULATED

HANDSHAKE_RATIO: Final = 1.25
"""The median of a handshake may take so many times that of the simulated radio."""
FRAMES_PER_S: Final = 3000
"""So many frames a second must reach the guest's driver."""


@dataclass(slots=True)
class Radio:
    """What was measured with one radio, over all rounds."""

    handshakes_ms: list[float] = field(default_factory=list)
    """M1 to M4 of the reference guest's associations, on the air's clock."""
    took_us: list[float] = field(default_factory=list)
    """One frame at a time, until the driver has the next buffer ready."""
    rates: list[float] = field(default_factory=list)
    """Frames a second, many at a time: a value for each round."""


@dataclass(frozen=True, slots=True)
class Bound:
    """A figure that must be kept, and what it came to."""

    radio: str
    said: str
    kept: bool


@dataclass(slots=True)
class UsbFigures:
    """Everything that was measured, and on what."""

    environment: dict[str, str]
    radios: dict[str, Radio] = field(default_factory=dict)

    @property
    def bounds(self) -> list[Bound]:
        """Of each adapter both bounds, kept or missed."""
        return list(_bounds(self.radios))

    def to_json(self) -> dict[str, Any]:
        """As `hil bench usb --json` writes it."""
        radios = [
            {
                "radio": name,
                "handshakes_ms": one.handshakes_ms,
                "took_us": one.took_us,
                "frames_per_s": one.rates,
            }
            for name, one in self.radios.items()
        ]
        bounds = [{"radio": one.radio, "bound": one.said, "kept": one.kept} for one in self.bounds]
        return {
            "schema": 1, "environment": self.environment, "radios": radios, "bounds": bounds,
        }  # fmt: skip

    def lines(self) -> list[str]:
        """As text: a line a radio, a line a bound."""
        head = f"{'radio':<11}{'handshake, ms: p50':>19}{'p95':>8}{'n':>5}"
        head += f"{'frame taken, ms: p50':>22}{'p95':>8}{'n':>6}{'frames/s':>10}"
        rows = [
            f"{name:<11}{_middle(one.handshakes_ms):>19.2f}{_p95(one.handshakes_ms):>8.2f}"
            f"{len(one.handshakes_ms):>5}{_middle(one.took_us) / 1000:>22.3f}"
            f"{_p95(one.took_us) / 1000:>8.3f}{len(one.took_us):>6}{_middle(one.rates):>10.0f}"
            for name, one in self.radios.items()
        ]
        told = [
            f"{'kept' if one.kept else 'MISSED':<7} {one.radio}: {one.said}" for one in self.bounds
        ]
        return [head, *rows, "", *told]


def _bounds(radios: Mapping[str, Radio]) -> Iterator[Bound]:
    beside = radios.get(SIMULATED)
    for name, one in radios.items():
        if name == SIMULATED:
            continue
        if beside and beside.handshakes_ms and one.handshakes_ms:
            ratio = _middle(one.handshakes_ms) / _middle(beside.handshakes_ms)
            said = f"handshake {ratio:.2f} of the simulated radio's, at most {HANDSHAKE_RATIO:g}"
            yield Bound(name, said, ratio <= HANDSHAKE_RATIO)
        rate = _middle(one.rates)
        said = f"{rate:.0f} frames a second, at least {FRAMES_PER_S}"
        yield Bound(name, said, rate >= FRAMES_PER_S)


def _middle(values: list[float]) -> float:
    return statistics.median(values) if values else 0.0


def _p95(values: list[float]) -> float:
    """The value that one in twenty is beyond."""
    return sorted(values)[(len(values) * 19) // 20] if values else 0.0
