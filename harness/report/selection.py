# SPDX-License-Identifier: GPL-2.0-or-later
"""Which associations a report draws: all of a small run; of a large one those worth looking at.

A run of a thousand associations would make a file nobody can open. The report then draws those
that went wrong first, then the extremes and an even sample of the rest, and says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

from harness.results.model import AssociationResult
from harness.results.verdict import WRONG

ALL_UP_TO = 40
MOST_WRONG = 30
SAMPLE = 8


@final
@dataclass(frozen=True)
class Selection:
    """Indices of the associations to draw, ascending, and a sentence if some are left out."""

    indices: tuple[int, ...]
    note: str = ""


def select(associations: Sequence[AssociationResult]) -> Selection:
    """Choose the associations whose ladders are drawn, and say why not the others."""
    everything = tuple(sorted(item.index for item in associations))
    if len(everything) <= ALL_UP_TO:
        return Selection(everything)
    wrong = [item.index for item in associations if item.verdict in WRONG]
    rest = [item for item in associations if item.verdict not in WRONG]
    sampled = set(_extremes(rest)) | set(_sample([item.index for item in rest]))
    chosen = tuple(sorted(set(wrong[:MOST_WRONG]) | sampled))
    return Selection(chosen, _note(len(everything), len(wrong), len(sampled)))


def _extremes(items: Sequence[AssociationResult]) -> tuple[int, ...]:
    """Return the associations with the fastest and the slowest handshake."""
    ordered = sorted(
        (one.timing_us["handshake"], item.index)
        for item in items
        for one in item.handshakes
        if "handshake" in one.timing_us
    )
    return (ordered[0][1], ordered[-1][1]) if ordered else ()


def _sample(indices: Sequence[int]) -> tuple[int, ...]:
    """Return indices evenly spread, the first and the last among them."""
    if len(indices) <= SAMPLE:
        return tuple(indices)
    step = (len(indices) - 1) / (SAMPLE - 1)
    return tuple(indices[round(place * step)] for place in range(SAMPLE))


def _note(total: int, wrong: int, sampled: int) -> str:
    first = f"the first {MOST_WRONG} of the {wrong}" if wrong > MOST_WRONG else f"all {wrong}"
    troubled = f"{first} that did not pass and " if wrong else ""
    return (
        f"Of {total} associations the report draws {troubled}{sampled} others: the fastest and "
        "the slowest handshake and an even sample. The raw evidence has all of them."
    )
