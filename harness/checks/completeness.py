# SPDX-License-Identifier: GPL-2.0-or-later
"""What of the evidence is missing, and when the lab stood still: why an absence proves nothing."""

from __future__ import annotations

from bisect import bisect_right
from functools import cached_property
from itertools import accumulate
from typing import Final

from harness.evidence.clock import to_guest_ns
from harness.evidence.losses import losses
from harness.evidence.model import LOSSES, AssociationEvidence, Lacking, RunEvidence, Stall
from harness.evidence.segments import Segments

STALL_MARGIN_NS: Final = 1_000_000_000
"""What a stall delays comes a while after it."""


class Completeness:
    """Questions about what a body of evidence does not show; linear in its size to build."""

    def __init__(self, evidence: RunEvidence, segments: Segments) -> None:
        self._evidence = evidence
        self._damage = segments.damage

    @cached_property
    def missing(self) -> dict[int | None, tuple[str, ...]]:
        """What evidence is missing, by association; None stands for the run."""
        return losses(self._evidence.associations, self._damage)

    def doubt(self, association: AssociationEvidence) -> str | None:
        """Why nothing that is absent from an association as a whole proves anything, else None."""
        if association.lab_fault:
            return f"the lab broke in this association: {association.lab_fault}"
        missing = self.missing.get(association.index)
        if missing:
            return Lacking(f"evidence is missing: {missing[0]}")
        return self.stalled(association.connect_ns, association.end_ns)

    def stalled(self, since_ns: int, until_ns: int) -> str | None:
        """Why a time limit says nothing of that time: a part of the lab stood still, else None."""
        for first_ns, last_ns, stall in self._stalls:
            if first_ns <= until_ns and last_ns >= since_ns:
                return Lacking(f"{stall} in that time")
        return None

    def lost(self, process: int, since_ns: int, until_ns: int) -> str | None:
        """Why what the trace does not show in that time may have been all the same, else None."""
        for which in (None, process):
            firsts, reach = self._losses.get(which, ([], []))
            position = bisect_right(firsts, until_ns)
            if position and reach[position - 1] >= since_ns:
                return Lacking("records are missing from the trace in that time")
        return None

    @cached_property
    def _stalls(self) -> list[tuple[int, int, Stall]]:
        """The stalls on the guest's clock, with what they may have delayed."""
        clock = self._evidence.clock
        margin_ns = STALL_MARGIN_NS + min(clock.uncertainty_ns, STALL_MARGIN_NS)
        return [
            (
                to_guest_ns(clock, item.from_air_ns) - margin_ns,
                to_guest_ns(clock, item.until_air_ns) + margin_ns,
                item,
            )
            for item in self._evidence.stalls
        ]

    @cached_property
    def _losses(self) -> dict[int | None, tuple[list[int], list[int]]]:
        """By process the beginnings of its losses, ascending, and how far these reach so far."""
        spans: dict[int | None, list[tuple[int, int]]] = {}
        for item in self._damage:
            if item.kind in LOSSES and item.until_ns is not None:
                spans.setdefault(item.process, []).append((item.from_ns or 0, item.until_ns))
        return {
            process: ([first for first, _ in own], list(accumulate((last for _, last in own), max)))
            for process, own in ((process, sorted(own)) for process, own in spans.items())
        }
