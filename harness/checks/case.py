# SPDX-License-Identifier: GPL-2.0-or-later
"""What a rule is given: the evidence, indexed, with the limits and the expectation it is judged by.

The case itself only makes outcomes at the right place. What the evidence shows is asked of
`Case.index`, what it does not show of `Case.losses`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from harness.checks.finding import Severity
from harness.checks.index import EvidenceIndex
from harness.checks.limits import CheckLimits, Expectation
from harness.checks.losses import Losses
from harness.checks.outcomes import Breach, Held, Outcome, Unknown
from harness.checks.phases import PhasedCall, calls_with_phase
from harness.checks.process_ends import AbnormalEnd, find_abnormal_ends
from harness.evidence.calls import Call
from harness.evidence.model import RunEvidence
from harness.evidence.segments import Adapter, PreOperation, Segments, Session


@dataclass(frozen=True)
class Case:
    """One body of evidence with the limits and expectation it is judged by.

    ``abnormal_ends`` are the processes of the DLL that did not end in order, by process number.
    ``already_explained`` are the associations of which other rules say what is wrong,
    ``cannot_connect`` those in which the DLL left out what a connection needs (both only for rules
    marked last).
    """

    index: EvidenceIndex
    losses: Losses
    abnormal_ends: Mapping[int, AbnormalEnd]
    limits: CheckLimits
    expect: Expectation
    already_explained: frozenset[int] = frozenset()
    cannot_connect: frozenset[int] = frozenset()

    def within(self, association: int) -> Case:
        """The same with what is expected of that association alone."""
        expect = self.expect.of(association)
        return self if expect is self.expect else replace(self, expect=expect)

    @property
    def segments(self) -> Segments:
        """The evidence cut into processes, adapters, operations, sessions and sends."""
        return self.index.segments

    def calls_with_phase(self, adapter: Adapter) -> tuple[PhasedCall, ...]:
        """The calls of an adapter up to its DeinitAdapter, in order, each with its phase.

        Many rules ask for them, so they are worked out once.
        """
        known = self._phased.get(id(adapter))
        if known is None:
            found = calls_with_phase(self.index, self.losses, adapter)
            known = self._phased[id(adapter)] = tuple(found)
        return known

    def all_calls_with_phase(self) -> Iterator[tuple[Adapter, PhasedCall]]:
        """The calls of every adapter with their phases, adapter by adapter (`calls_with_phase`)."""
        for adapter in self.segments.adapters:
            for item in self.calls_with_phase(adapter):
                yield adapter, item

    @cached_property
    def _phased(self) -> dict[int, tuple[PhasedCall, ...]]:
        return {}

    def held(self, at: Call | Session | PreOperation | None = None) -> Held:
        """A rule kept: in the association a call was entered in or an operation was begun in.

        Without either it concerns no association, but the service or an adapter as a whole.
        """
        if isinstance(at, Call):
            return Held(self.index.association_of(at))
        return Held(at.association if at is not None else None)

    def breach(
        self,
        message: str,
        *calls: Call,
        severity: Severity | None = None,
        at_ns: int | None = None,
        of: Session | PreOperation | None = None,
    ) -> Breach:
        """A breach shown by calls; the first tells the time.

        It belongs to the association the operation ``of`` was begun in, else to the one the first
        call was entered in: what a DLL does late may fall into the next association.
        """
        first = calls[0]
        place = of.association if of is not None else self.index.association_of(first)
        seqs = tuple(sorted({seq for call in calls for seq in call.seqs}))
        when = first.start_ns if at_ns is None else at_ns
        return Breach(message, when, place, seqs, first.process, severity)

    def unknown(self, reason: str, call: Call) -> Unknown:
        """The rule applies but is not decided, in the association a call was entered in.

        ``reason`` is for a person; a `Lacking` one says that evidence is missing.
        """
        return Unknown(reason, self.index.association_of(call))

    def completed_by(self, reset: Call, of: Session | PreOperation, what: str) -> Outcome:
        """Whether an operation pending at a reset got its completion; ``what`` names it."""
        if of.completions:
            return self.held(of)
        end_ns = reset.end_ns or reset.start_ns
        why = self.losses.why_absence_proves_nothing(reset.process, of.association, 0, end_ns)
        if why:
            return Unknown(why, of.association)
        message = f"AdapterReset returned without a completion of the pending {what}"
        return self.breach(message, reset, of.handler, of=of)

    def ended_inside(self, call: Call) -> bool:
        """The process ended abnormally inside this call, and not while it waited for the OS."""
        end = self.abnormal_ends.get(call.process)
        if end is None or end.call is None or end.waits_in is not None:
            return False
        return end.call.enter == call.enter


def build_case(evidence: RunEvidence, limits: CheckLimits, expect: Expectation) -> Case:
    """Index the evidence and find the processes that ended abnormally."""
    index = EvidenceIndex(evidence)
    ends = find_abnormal_ends(index.segments, index.associations, index.end_ns, limits)
    return Case(index, Losses(index, ends), ends, limits, expect)
