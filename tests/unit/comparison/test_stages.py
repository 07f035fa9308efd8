# SPDX-License-Identifier: GPL-2.0-or-later
"""Whose doing a figure is, and what it contains."""

from __future__ import annotations

from harness.checks.figures import FIGURES
from harness.comparison.stages import OF_THE_LAB, OWN_OF, PARTS, is_the_lab


def test_the_tables_name_figures() -> None:
    """All of them exist, and none of the lab's is a part or a whole."""
    named = {
        *OF_THE_LAB,
        *OWN_OF,
        *OWN_OF.values(),
        *PARTS,
        *(part for parts in PARTS.values() for part in parts),
    }
    assert named <= FIGURES.keys()
    assert not {*PARTS, *(part for parts in PARTS.values() for part in parts)} & {*OF_THE_LAB}


def test_no_figure_is_within_itself() -> None:
    """Whole and part are an order: no circle that explains itself."""

    def within(figure: str) -> set[str]:
        parts = set(PARTS.get(figure, ()))
        return parts.union(*(within(part) for part in parts))

    assert all(figure not in within(figure) for figure in PARTS)


def test_a_driver_is_blamed_for_what_it_does() -> None:
    """Not for the access point's turnaround, nor for the way to its own handler."""
    assert not is_the_lab("m1_to_m2")
    assert is_the_lab("m2_to_m3")
    assert is_the_lab("assoc_to_handler")
