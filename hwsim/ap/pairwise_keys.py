# SPDX-License-Identifier: GPL-2.0-or-later
"""The parts of a pairwise transient key (IEEE 802.11-2020, 12.7.1.3)."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class PairwiseKeys:
    """Key confirmation key, key encryption key and temporal key; none shows in the text."""

    kck: bytes = field(repr=False)
    kek: bytes = field(repr=False)
    tk: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class BroughtKeys:
    """Keys that a station's reassociation has brought, and the GTK it was given: there is no 4-way
    handshake. ``pmk`` is what later keys are made from; no key shows in the text."""

    pmk: bytes = field(repr=False)
    keys: PairwiseKeys
    gtk: bytes = field(repr=False)
