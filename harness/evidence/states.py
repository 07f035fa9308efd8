# SPDX-License-Identifier: GPL-2.0-or-later
"""The life of one adapter as the state machine the documents imply.

::

    INIT --PerformPreAssociate ok--> PRE_PENDING --PreAssociateCompletion(0)--> PRE_DONE
    PRE_DONE --PerformPostAssociate ok--> POST_PENDING
    POST_PENDING --PostAssociateCompletion(0)--> AUTHORIZED, (error)--> UNAUTHORIZED
    {POST_PENDING, AUTHORIZED, UNAUTHORIZED} --StopPostAssociate--> PRE_DONE
    PRE_PENDING --PreAssociateCompletion(error)--> INIT
    any --AdapterReset--> INIT        any --DeinitAdapter--> ABSENT

Sources: N:802-11-wlan-adapter-reset, N:performing-a-post-association-operation,
N:stopping-a-post-association-operation, A:port-deletion.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from enum import StrEnum

from harness.evidence import fields, names
from harness.evidence.calls import Call
from harness.evidence.segments import Adapter


class AdapterState(StrEnum):
    """The state of an adapter by its calls: docs/contract.md, "States of an adapter"."""

    ABSENT = "absent"
    INIT = "initialized"
    PRE_PENDING = "pre-association pending"
    PRE_DONE = "pre-association done"
    POST_PENDING = "post-association pending"
    AUTHORIZED = "port authorized"
    UNAUTHORIZED = "port unauthorized"


@dataclass(frozen=True, slots=True)
class StateTrack:
    """The states of one adapter over time; each holds from the entry of the call that set it."""

    adapter: Adapter
    keys: tuple[tuple[int, int], ...]
    states: tuple[AdapterState, ...]

    def before(self, call: Call) -> AdapterState:
        """The state in which a call was entered."""
        position = bisect_right(self.keys, (call.key[0], call.key[1] - 1))
        return self.states[position - 1] if position else AdapterState.ABSENT


def adapter_states(adapter: Adapter) -> StateTrack:
    """Follow one adapter through the calls that carry its handles."""
    keys: list[tuple[int, int]] = []
    states: list[AdapterState] = []
    state = AdapterState.ABSENT
    for call in adapter.calls:
        following = _next(state, call)
        if following is not state:
            state = following
            keys.append(call.key)
            states.append(state)
    return StateTrack(adapter, tuple(keys), tuple(states))


_LIVE = frozenset({
    AdapterState.POST_PENDING, AdapterState.AUTHORIZED, AdapterState.UNAUTHORIZED,
})  # fmt: skip


def _next(state: AdapterState, call: Call) -> AdapterState:
    failed = call.returned is not None and not call.succeeded
    match call.function:
        case names.INIT_ADAPTER:
            return state if failed else AdapterState.INIT
        case names.PRE_ASSOCIATE:
            return state if failed else AdapterState.PRE_PENDING
        case names.PRE_COMPLETION if state is AdapterState.PRE_PENDING:
            done = fields.integer(call.args, "dwWin32Error") == 0
            return AdapterState.PRE_DONE if done else AdapterState.INIT
        case names.POST_ASSOCIATE:
            return state if failed else AdapterState.POST_PENDING
        case names.POST_COMPLETION if state in _LIVE:
            done = fields.integer(call.args, "dwWin32Error") == 0
            return AdapterState.AUTHORIZED if done else AdapterState.UNAUTHORIZED
        case names.STOP_POST if state in _LIVE:
            return AdapterState.PRE_DONE
        case names.ADAPTER_RESET:
            return AdapterState.INIT
        case names.DEINIT_ADAPTER:
            return AdapterState.ABSENT
        case _:
            return state
