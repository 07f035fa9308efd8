# SPDX-License-Identifier: GPL-2.0-or-later
"""Correction for the number of comparisons.

Holm's method, and not Benjamini and Hochberg's: what is promised is that a night without any change
is red in at most one of a hundred, whatever depends on what. The figures of one handshake do depend
on each other (M1 → M2 is a part of the handshake). Holm's holds for any dependence; that of
Benjamini and Hochberg bounds the share of false ones among those found, which is another promise.
"""

from __future__ import annotations

from collections.abc import Sequence


def holm(p_values: Sequence[float]) -> list[float]:
    """The p-values adjusted by Holm (1979), in the order given.

    An adjusted one below α is significant at a family-wise error rate of α.
    """
    adjusted = [0.0] * len(p_values)
    highest = 0.0
    for rank, place in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        highest = max(highest, min(1.0, p_values[place] * (len(p_values) - rank)))
        adjusted[place] = highest
    return adjusted
