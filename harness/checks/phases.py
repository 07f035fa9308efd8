# SPDX-License-Identifier: GPL-2.0-or-later
"""Which part of its life an adapter is in when a call is made: the last call of the OS that began
one (N:native-802-11-ihv-extensibility-functions, the table of phases)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from harness.checks.index import EvidenceIndex
from harness.checks.losses import Losses
from harness.evidence import names
from harness.evidence.calls import Call
from harness.evidence.segments import MAX_OPEN, Adapter, Session


class Phase(StrEnum):
    """The part of an adapter's life, named by what began it."""

    UNSEEN = "after a part of the trace that is missing"
    INIT = "after InitAdapter"
    PRE = "after PerformPreAssociate"
    POST = "after PerformPostAssociate"
    STOPPED = "after StopPostAssociate"
    RESET = "after AdapterReset"


BEGINS: Final = {
    names.INIT_ADAPTER: Phase.INIT,
    names.PRE_ASSOCIATE: Phase.PRE,
    names.POST_ASSOCIATE: Phase.POST,
    names.STOP_POST: Phase.STOPPED,
    names.ADAPTER_RESET: Phase.RESET,
}


@dataclass(frozen=True, slots=True)
class PhasedCall:
    """A call with the phase it was entered in and the call that began that phase."""

    call: Call
    phase: Phase
    since: Call

    @property
    def not_concurrent(self) -> bool:
        """The call that began the phase had returned: nothing ran side by side with it."""
        return self.call.entered_after_return_of(self.since)


def calls_with_phase(
    index: EvidenceIndex, losses: Losses, adapter: Adapter
) -> Iterator[PhasedCall]:
    """The calls of an adapter up to its DeinitAdapter, in order, each with its phase.

    A call that begins a phase is itself in the one before it. Of calls after DeinitAdapter
    ADPT-03, ADPT-06 and ADPT-10 speak. A StopPostAssociate ends a post-association only: it may
    come after AdapterReset (STOP-06), or be of another session than the one that lives by then.
    """
    phase, since, last = Phase.UNSEEN, adapter.init, adapter.init
    living: list[Session] = []
    for call in adapter.calls:
        if losses.lost_between(last, call):
            phase = Phase.UNSEEN
        yield PhasedCall(call, phase, since)
        if call.function == names.DEINIT_ADAPTER:
            return
        last, begun = call, BEGINS.get(call.function)
        session = index.session_of(call)
        if session is not None and session.handler.succeeded:
            living = [*living[-MAX_OPEN:], session]
        if begun is Phase.STOPPED:
            living = [item for item in living if item.outlives(call)]
            if living or phase not in (Phase.POST, Phase.UNSEEN):
                continue
        if begun is not None:
            unseen = losses.partial and begun is Phase.INIT
            phase, since = (Phase.UNSEEN if unseen else begun), call
