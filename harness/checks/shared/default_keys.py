# SPDX-License-Identifier: GPL-2.0-or-later
"""The default key that SetDefaultKeyId names, by the time it is needed.

The order of the two calls is the DLL's choice: an index may be named before its key is set. Needed
is the key when a session is completed with success, as data flows from then on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, Literal

from harness.checks.case import Case
from harness.evidence import fields, names
from harness.evidence.calls import Call
from harness.evidence.segments import Adapter

STANDARD: Final = range(4)
"""The indexes of standard ciphers; those of others are left to KEY-02."""
KeyState = Literal["set", "set before the reset", "never set", "not needed", "not shown"]


@dataclass(frozen=True, slots=True)
class NamedKey:
    """A SetDefaultKeyId, what became of the key it names, the reset that came before it."""

    call: Call
    index: int | None
    state: KeyState
    reset: Call | None
    needed_by: Call
    """The completion with success; the call itself where there is none."""


@dataclass(slots=True)
class _Keys:
    """The default keys of an adapter: set since the last reset, and before it."""

    now: set[int | None] = field(default_factory=set)
    old: set[int | None] = field(default_factory=set)
    waiting: list[tuple[Call, int | None]] = field(default_factory=list)
    reset: Call | None = None
    private: bool = False
    """A request to the driver, which may have set keys by itself."""

    def named(self, call: Call, index: int | None, needed_by: Call | None) -> NamedKey:
        if index in self.now and index is not None:
            state: KeyState = "set"
        elif needed_by is None:
            state = "not needed"
        elif index is None or None in self.now | self.old or self.private:
            state = "not shown"
        else:
            state = "set before the reset" if index in self.old else "never set"
        return NamedKey(call, index, state, self.reset, needed_by or call)

    def decide_waiting(self, needed_by: Call | None = None) -> Iterator[NamedKey]:
        for call, index in self.waiting:
            yield self.named(call, index, needed_by)
        self.waiting.clear()


def named_keys(case: Case, adapter: Adapter) -> Iterator[NamedKey]:
    """Every SetDefaultKeyId of an adapter that the OS took, once its state is known."""
    keys = _Keys()
    for item in case.calls_with_phase(adapter):
        call = item.call
        match call.function:
            case names.ADAPTER_RESET:
                yield from keys.decide_waiting()
                keys = _Keys(old=keys.now | keys.old, reset=call)
            case names.SET_DEFAULT_KEY if not fields.integer(call.args, "bDelete"):
                keys.now.add(fields.integer(call.args, "uKeyIndex", "index"))
            case names.NIC_EXTENSION:
                keys.private = True
            case names.SET_DEFAULT_KEY_ID if call.result in (0, None):
                keys.waiting.append((call, fields.integer(call.args, "uDefaultKeyId")))
            case names.POST_COMPLETION if fields.integer(call.args, "dwWin32Error") == 0:
                yield from keys.decide_waiting(call)
            case _:
                pass
    yield from keys.decide_waiting()
