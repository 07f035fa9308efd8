# SPDX-License-Identifier: GPL-2.0-or-later
"""Nights as a lab has them, of a known truth: what the error rates of a comparison are measured on.

The shapes are those of recorded runs of the reference guest (docs/comparison.md): stages a factor
apart, skewed with a long tail, and each night with a factor of its own, most of which the operating
system's own figures share.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from harness.comparison.nights import Batch
from harness.history.model import Test

MEDIAN_US: Final = {
    "assoc_to_m1": 940.0,
    "m1_to_m2": 16_990.0,
    "m2_to_m3": 320.0,
    "m3_to_m4": 10_000.0,
    "assoc_to_handler": 5_810.0,
    "handler": 650.0,
    "m4_to_completion": 10_160.0,
    "completion_to_data": 8_810.0,
}
"""Of stages that follow one upon another; the others are made of them."""

FOLLOWS_MACHINE: Final = {"m2_to_m3": 0.0, "handler": 0.6}
"""How a stage follows the machine's speed, where that is not 1 to 1."""


@dataclass(frozen=True)
class Lab:
    """How figures vary there."""

    within: float = 0.20
    """Standard deviation of a figure's logarithm within a night."""
    machine: float = 0.03
    """Of the machine's speed from night to night."""
    between: float = 0.01
    """Of each figure beyond that, from night to night."""
    stray: float = 0.03
    """Share of samples that took several times as long."""


QUIET: Final = Lab()
"""Its own machine, nothing else on it."""
LOADED: Final = Lab(within=0.65, machine=0.28, between=0.03, stray=0.03)
"""A machine with three times as much to do as it has processors."""


@dataclass
class Simulated:
    """A lab that makes one night after another, of these tests."""

    rng: np.random.Generator
    lab: Lab = QUIET
    tests: tuple[Test, ...] = (Test("reference", "hwsim", "acme", "plain"),)
    count: int = field(default=0)

    def night(self, associations: int = 200, slower: Mapping[str, float] | None = None) -> Batch:
        """One more night; `slower` has a factor for each stage of the DLL that is not as ever."""
        self.count += 1
        speed = self.rng.normal(0, self.lab.machine)
        timings = {test: self._test(associations, speed, slower or {}) for test in self.tests}
        return Batch(f"night-{self.count:04}", timings)

    def _test(
        self, associations: int, speed: float, slower: Mapping[str, float]
    ) -> dict[str, np.ndarray]:
        common = self.rng.normal(0, 1, associations)  # what is on the machine at that moment
        found = {}
        for figure, median in MEDIAN_US.items():
            own = 0.6 * common + 0.8 * self.rng.normal(0, 1, associations)
            level = FOLLOWS_MACHINE.get(figure, 1.0) * speed + self.rng.normal(0, self.lab.between)
            stray = self.rng.random(associations) < self.lab.stray
            tail = np.where(stray, self.rng.exponential(1.0, associations), 0.0)
            found[figure] = median * np.exp(level + self.lab.within * own + tail)
        found |= {name: found[name] * factor for name, factor in slower.items()}
        return {name: np.sort(values) for name, values in (found | _made_of(found)).items()}


def _made_of(stage: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    way = 1_000.0  # through QEMU and the radio port, there and back
    return {
        "m1_to_m2_air": stage["m1_to_m2"] + way,
        "m3_to_m4_air": stage["m3_to_m4"] + way,
        "handshake": stage["m1_to_m2"] + stage["m2_to_m3"] + stage["m3_to_m4"] + 2 * way,
        "handler_to_completion": 0.7 * stage["m1_to_m2"]
        + stage["m2_to_m3"]
        + stage["m3_to_m4"]
        + stage["m4_to_completion"],
    }
