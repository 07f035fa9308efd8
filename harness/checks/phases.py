# SPDX-License-Identifier: GPL-2.0-or-later
"""Which part of its life an adapter is in when a call is made: the last call of the OS that began
one (N:native-802-11-ihv-extensibility-functions, the table of phases)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from harness.checks.case import Case
from harness.evidence import names
from harness.evidence.calls import Call
from harness.evidence.segments import Adapter


class Phase(StrEnum):
    """The part of an adapter's life, named by what began it."""

    UNSEEN = "before the evidence begins"
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
class Placed:
    """A call with the phase it was entered in and the call that began that phase."""

    call: Call
    phase: Phase
    since: Call

    @property
    def settled(self) -> bool:
        """The call that began the phase had returned: nothing ran side by side with it."""
        return self.call.entered_after_return_of(self.since)


def placed(case: Case, adapter: Adapter) -> Iterator[Placed]:
    """The calls of an adapter up to its DeinitAdapter, in order, each with its phase.

    A call that begins a phase is itself placed in the one before it. Of calls after DeinitAdapter
    ADPT-03, ADPT-06 and ADPT-10 speak.
    """
    phase, since = Phase.UNSEEN, adapter.init
    for call in adapter.calls:
        yield Placed(call, phase, since)
        if call.function == names.DEINIT_ADAPTER:
            return
        begun = BEGINS.get(call.function)
        if begun is not None:
            unseen = case.partial and begun is Phase.INIT
            phase, since = (Phase.UNSEEN if unseen else begun), call


def all_placed(case: Case) -> Iterator[tuple[Adapter, Placed]]:
    """`placed` for every adapter."""
    for adapter in case.segments.adapters:
        for item in placed(case, adapter):
            yield adapter, item
