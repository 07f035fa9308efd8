# SPDX-License-Identifier: GPL-2.0-or-later
"""How often a comparison is wrong, and how often it finds what is there: by simulated nights.

    .venv/bin/python -m tests.unit.comparison.rates

prints the tables of docs/comparison.md (some minutes).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from harness.comparison.pairs import pairs
from harness.comparison.timings import FigureChange, TimingChange, judged
from harness.history.model import Test
from tests.unit.comparison.simulation import LOADED, QUIET, Lab, Simulated

NIGHTS: Final = 200
UNEVEN: Final = Lab(between=0.05)
"""Figures differ from night to night by more than is believed before any history."""
BUSY: Final = Lab(within=0.35, machine=0.10, between=0.02)
"""Something else runs on it, too."""
LABS: Final = {"quiet": QUIET, "busy": BUSY, "overloaded": LOADED, "uneven": UNEVEN}
SLOWER: Final = {"m1_to_m2": 1.15}


def night(
    lab: Lab,
    seed: int,
    *,
    before: int,
    associations: int = 200,
    tests: int = 1,
    slower: Mapping[str, float] | None = None,
) -> tuple[FigureChange, ...]:
    """What is said of a night that follows on others of the same lab."""
    names = tuple(Test("reference", "hwsim", "acme", f"s{number}") for number in range(tests))
    nights = Simulated(np.random.default_rng(seed), lab, names)
    history = [nights.night(associations) for _ in range(before)]
    new = nights.night(associations, slower)
    return judged(pairs(history[-1:], [new], history[:-1]))


def blamed(found: tuple[FigureChange, ...]) -> set[str]:
    """The figures that the driver is blamed for."""
    return {one.figure for one in found if one.change is TimingChange.REGRESSION}


def rates(lab: Lab, **settings: int) -> tuple[int, int, int]:
    """Of `NIGHTS`: those without change that were red, slow ones found, and found as just that."""
    seeds = range(NIGHTS)
    red = sum(bool(blamed(night(lab, seed, **settings))) for seed in seeds)
    slow = [blamed(night(lab, 10_000 + seed, **settings, slower=SLOWER)) for seed in seeds]
    found = sum("m1_to_m2" in one for one in slow)
    return red, found, sum(one == {"m1_to_m2"} for one in slow)


def main() -> None:
    """Print the tables."""
    print("| lab | nights before | tests × associations | false alarms | found | just that |")
    print("|---|---|---|---|---|---|")
    shapes = [(1, 200, before) for before in (1, 3, 6, 11, 16, 31)]
    shapes += [(20, 10, 11), (1, 1000, 11)]
    for name, lab in LABS.items():
        for tests, associations, before in shapes:
            some = rates(lab, before=before, tests=tests, associations=associations)
            shown = " | ".join(f"{count / NIGHTS:.1%}" for count in some)
            print(f"| {name} | {before} | {tests} × {associations} | {shown} |", flush=True)


if __name__ == "__main__":
    main()
