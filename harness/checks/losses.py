# SPDX-License-Identifier: GPL-2.0-or-later
"""Why something absent from the evidence proves nothing, or that it does prove something.

A broken lab, a process that ended abnormally, lost records and a lab that stood still explain an
absence. What was positively recorded stays valid in all of these cases. Every question is answered
with the reason as text for a person, or None if the absence counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from harness.checks.completeness import Completeness
from harness.checks.index import EvidenceIndex
from harness.checks.process_ends import AbnormalEnd
from harness.evidence.calls import Call
from harness.evidence.model import Lacking
from harness.evidence.segments import PreOperation, Session


class Losses:
    """What a body of evidence does not show. Times are nanoseconds on the guest's clock."""

    def __init__(self, index: EvidenceIndex, abnormal_ends: Mapping[int, AbnormalEnd]) -> None:
        self._index = index
        self._abnormal_ends = abnormal_ends

    @cached_property
    def completeness(self) -> Completeness:
        """The parts that are missing, and when the lab stood still."""
        return Completeness(self._index.evidence, self._index.segments)

    @cached_property
    def partial(self) -> bool:
        """The evidence is a window of a longer run: of what came before only the prologue is kept.

        A rule that asks for something that must have come earlier leaves it open then.
        """
        return min((item.index for item in self._index.associations), default=0) > 1

    def why_absence_proves_nothing(
        self, process: int, association: int | None, since_ns: int, until_ns: int
    ) -> str | None:
        """Why something missing from the trace of a process in that time proves nothing.

        ``association`` is the one it was due in. None: the absence counts.
        """
        of = self._index.association(association)
        if of is not None and of.lab_fault:
            return f"the lab broke in this association: {of.lab_fault}"
        end = self._abnormal_ends.get(process)
        if end is not None and end.at_ns <= until_ns:
            return f"the DLL's process came to its end before that ({end.rule})"
        return self.lost(process, since_ns, until_ns) or self.completeness.stalled(
            since_ns, until_ns
        )

    def lost(self, process: int, since_ns: int, until_ns: int) -> str | None:
        """Why what the trace does not show in that time may have been all the same, else None."""
        return self.completeness.lost(process, since_ns, until_ns)

    def lost_between(self, first: Call, then: Call) -> str | None:
        """`lost` for the time after the entry of one call and before that of another."""
        return self.lost(first.process, first.start_ns + 1, then.start_ns - 1)

    def lost_of(self, of: Session | PreOperation, call: Call) -> str | None:
        """Why a call that names this operation's handle may be of another one, else None.

        The OS may have given the handle again, and to another adapter, in what is missing.
        """
        if of.adapter is not None and self._index.adapter_of(call) is of.adapter:
            return self.lost_between(of.handler, call)
        return self.prologue_lost_before(call)

    def lost_before(self, call: Call) -> str | None:
        """Why an absence earlier in the call's process proves nothing, or None if it does."""
        if self.partial:
            return "the evidence is a part of the run, which began earlier"
        return self.prologue_lost_before(call)

    def prologue_lost_before(self, call: Call) -> str | None:
        """The same for the calls a part of a run has from its beginning on, too."""
        lost = self.lost(call.process, 0, call.start_ns)
        return lost and Lacking("records are missing from the trace before that")
