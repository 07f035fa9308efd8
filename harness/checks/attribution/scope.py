# SPDX-License-Identifier: GPL-2.0-or-later
"""The part of the evidence a question is about: an association, an adapter, a stretch of time."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, replace

from harness.checks.case import Case
from harness.evidence.calls import Call
from harness.evidence.clock import frame_guest_ns, to_guest_ns
from harness.evidence.model import AssociationEvidence, FrameRecord
from harness.evidence.segments import Adapter, Session


@dataclass(frozen=True, slots=True)
class Scope:
    """``adapter`` None means all of them. Both ends of the time belong to it (guest clock)."""

    case: Case
    association: AssociationEvidence
    adapter: Adapter | None
    since_ns: int
    until_ns: int

    def upto(self, until_ns: int) -> Scope:
        """The same part, up to a moment on the guest's clock (ns, included)."""
        return replace(self, until_ns=until_ns)

    def after(self, since_ns: int) -> Scope:
        """The same part, from a moment on the guest's clock on (ns, included)."""
        return replace(self, since_ns=since_ns)

    def when(self, frame: FrameRecord) -> int:
        """When a frame crossed the radio port, in ns on the guest's clock."""
        return frame_guest_ns(frame, self.case.index.evidence.clock)[0]

    def when_ns(self, air_ns: int) -> int:
        """A moment of the air's clock on the guest's, in ns."""
        return to_guest_ns(self.case.index.evidence.clock, air_ns)

    def frames(self, *kinds: str) -> list[FrameRecord]:
        """The frames of these kinds (`FrameRecord.kind`) of the adapter's station, in that time."""
        own = self.association.frames
        if self.adapter is not None:
            own = self.case.index.frames_of(self.association, self.adapter)
        return [
            frame
            for frame in own
            if frame.kind in kinds and self.since_ns <= self.when(frame) <= self.until_ns
        ]

    def calls(self, function: str | None = None) -> Iterator[Call]:
        """The calls entered in that time; those that carry no handle belong to every adapter."""
        calls = self.case.segments.calls if function is None else self.case.index.calls(function)
        since_ns = max(self.since_ns, self.association.connect_ns)
        for call in calls[bisect_left(calls, since_ns, key=lambda call: call.start_ns) :]:
            if call.start_ns > self.until_ns:
                return
            if self.case.index.association_of(call) != self.association.index:
                return
            if self.adapter is None or self.case.index.adapter_of(call) in (None, self.adapter):
                yield call


def whole(case: Case, association: AssociationEvidence, adapter: Adapter | None = None) -> Scope:
    """All of an association, of one adapter or (None) of all of them."""
    return Scope(case, association, adapter, 0, association.end_ns)


def of_session(
    case: Case, association: AssociationEvidence, session: Session, until_ns: int
) -> Scope:
    """A security session: from the association response before it, whose M1 may be there before
    PerformPostAssociate is."""
    until_handler = Scope(case, association, session.adapter, 0, session.handler.start_ns)
    answered = [until_handler.when(frame) for frame in until_handler.frames("assoc-resp")]
    since_ns = max(answered, default=session.handler.start_ns)
    return Scope(case, association, session.adapter, since_ns, until_ns)
