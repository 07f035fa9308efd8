# SPDX-License-Identifier: GPL-2.0-or-later
"""KEY-09 and RST-07: the default key that SetDefaultKeyId names, by the time it is needed.

The order of the two calls is the DLL's choice: an index may be named before its key is set. Needed
is the key when a session is completed with success, as data flows from then on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, Literal

from harness.checks.case import Case
from harness.checks.outcomes import Outcome, Outcomes
from harness.checks.registry import rule
from harness.evidence import fields, names
from harness.evidence.calls import Call
from harness.evidence.segments import Adapter

STANDARD: Final = range(4)
"""The indexes of standard ciphers; of others KEY-02 speaks."""

Fate = Literal["set", "set before the reset", "never set", "not needed", "not shown"]


@dataclass(frozen=True, slots=True)
class Named:
    """A SetDefaultKeyId, what became of the key it names, the reset that came before it."""

    call: Call
    index: int | None
    fate: Fate
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

    def named(self, call: Call, index: int | None, needed_by: Call | None) -> Named:
        if index in self.now and index is not None:
            fate: Fate = "set"
        elif needed_by is None:
            fate = "not needed"
        elif index is None or None in self.now | self.old or self.private:
            fate = "not shown"
        else:
            fate = "set before the reset" if index in self.old else "never set"
        return Named(call, index, fate, self.reset, needed_by or call)

    def settle(self, needed_by: Call | None = None) -> Iterator[Named]:
        for call, index in self.waiting:
            yield self.named(call, index, needed_by)
        self.waiting.clear()


def named_keys(case: Case, adapter: Adapter) -> Iterator[Named]:
    """Every SetDefaultKeyId of an adapter that the OS took, once its fate is known."""
    keys = _Keys()
    for item in case.calls_with_phase(adapter):
        call = item.call
        match call.function:
            case names.ADAPTER_RESET:
                yield from keys.settle()
                keys = _Keys(old=keys.now | keys.old, reset=call)
            case names.SET_DEFAULT_KEY if not fields.integer(call.args, "bDelete"):
                keys.now.add(fields.integer(call.args, "uKeyIndex", "index"))
            case names.NIC_EXTENSION:
                keys.private = True
            case names.SET_DEFAULT_KEY_ID if call.result in (0, None):
                keys.waiting.append((call, fields.integer(call.args, "uDefaultKeyId")))
            case names.POST_COMPLETION if fields.integer(call.args, "dwWin32Error") == 0:
                yield from keys.settle(call)
            case _:
                pass
    yield from keys.settle()


@rule(
    "KEY-09", cls="D", source="S: (order of its calls)",
    text="SetDefaultKeyId names an index that has been set by the time the session is completed.",
)  # fmt: skip
def key_id_was_set(case: Case) -> Outcomes:
    """Some SetDefaultKey of the adapter named this index by then (before a reset: RST-07)."""
    for adapter in case.segments.adapters:
        for item in named_keys(case, adapter):
            if item.fate in ("set", "set before the reset"):
                yield case.held(item.call)
            elif item.fate == "never set" and item.index not in STANDARD:
                continue
            else:
                yield _never(case, item)


def _never(case: Case, item: Named) -> Outcome:
    lost = case.losses.lost_before(item.needed_by)
    if item.fate == "not needed":
        return case.unknown("no session was completed with the key", item.call)
    if item.fate == "not shown" or lost:
        return case.unknown(lost or "the trace does not show all keys", item.call)
    message = f"SetDefaultKeyId names key {item.index}, which was never set"
    return case.breach(message, item.call)


@rule(
    "RST-07", cls="D", source="A:oid-dot11-reset-request",
    text="A reset deletes the driver's keys: a default key id set after it names a key set after "
    "it.",
)  # fmt: skip
def keys_do_not_survive(case: Case) -> Outcomes:
    """No SetDefaultKeyId names an index that was set before the last reset only."""
    for adapter in case.segments.adapters:
        for item in named_keys(case, adapter):
            if item.reset is None:
                continue
            if item.fate == "set":
                yield case.held(item.call)
            elif item.fate == "set before the reset":
                yield _gone(case, item, item.reset)


def _gone(case: Case, item: Named, reset: Call) -> Outcome:
    call, until_ns = item.call, item.needed_by.start_ns
    why = case.losses.why_absence_proves_nothing(
        call.process, case.index.association_of(call), reset.start_ns, until_ns
    )
    if why:
        return case.unknown(why, call)
    message = f"SetDefaultKeyId names key {item.index}, which AdapterReset has deleted"
    return case.breach(message, call, reset)
