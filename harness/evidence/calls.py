# SPDX-License-Identifier: GPL-2.0-or-later
"""Pairs the entries and returns of a trace into calls, and says which call ran inside which.

A call is inside another when it was entered on the same thread between that one's entry and its
return: the recorder sits on both sides of the vendor DLL, so this is the thread's real stack.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field

from harness.evidence import names
from harness.evidence.losses import in_time
from harness.evidence.model import DamageKind, IhvRecord, TraceDamage


@dataclass(frozen=True, slots=True)
class Call:
    """One call across the interface, from its entry to its return (None while it has not come)."""

    enter: IhvRecord
    returned: IhvRecord | None = None
    parent: Call | None = field(default=None, repr=False, compare=False)

    @property
    def function(self) -> str:
        """Documented name of the function."""
        return self.enter.function or ""

    @property
    def process(self) -> int:
        """Number of the process in this trace, from 0."""
        return self.enter.process

    @property
    def tid(self) -> int:
        """Thread that made the call."""
        return self.enter.tid

    @property
    def args(self) -> Mapping[str, object]:
        """Arguments by documented parameter name."""
        return self.enter.args

    @property
    def out(self) -> Mapping[str, object]:
        """Out parameters at the return; empty while it has not returned."""
        return self.returned.out if self.returned else {}

    @property
    def result(self) -> int | None:
        """Return value; None for VOID functions and while it has not returned."""
        return self.returned.result if self.returned else None

    @property
    def start_ns(self) -> int:
        """Guest time of the entry."""
        return self.enter.t_ns

    @property
    def end_ns(self) -> int | None:
        """Guest time of the return."""
        return self.returned.t_ns if self.returned else None

    @property
    def succeeded(self) -> bool:
        """It returned ERROR_SUCCESS."""
        return self.returned is not None and self.result == 0

    @property
    def key(self) -> tuple[int, int]:
        """Order of entries: time, then sequence number where the times are equal."""
        return (self.enter.t_ns, self.enter.seq)

    @property
    def seqs(self) -> tuple[int, ...]:
        """Sequence numbers of its records, as evidence."""
        return (self.enter.seq, self.returned.seq) if self.returned else (self.enter.seq,)

    def inside(self, function: str) -> Call | None:
        """The nearest enclosing call of that function on the same thread, if any."""
        outer = self.parent
        while outer is not None:
            if outer.function == function:
                return outer
            outer = outer.parent
        return None

    def entered_after_return_of(self, other: Call) -> bool:
        """True if this call was entered once the other had returned."""
        if other.returned is None:
            return False
        return self.key > (other.returned.t_ns, other.returned.seq)


@dataclass(frozen=True, slots=True)
class Process:
    """One process that loaded the vendor DLL, with all it did across the interface."""

    index: int
    calls: tuple[Call, ...]
    exceptions: tuple[IhvRecord, ...] = ()
    load: IhvRecord | None = None
    unload: IhvRecord | None = None
    ended: IhvRecord | None = None
    """How it came to its end, as the service that had started it reports; None if none does."""
    first_ns: int = 0
    last_ns: int = 0

    def of(self, function: str) -> tuple[Call, ...]:
        """Its calls of one function, in order."""
        return tuple(call for call in self.calls if call.function == function)


def pair(records: Iterable[IhvRecord]) -> tuple[tuple[Process, ...], tuple[TraceDamage, ...]]:
    """Pair all records into processes with their calls; records that fit nowhere become damage.

    Linear in the number of records. The order of the input does not matter between processes;
    within a process records count in the order of their sequence numbers.
    """
    by_process: dict[int, list[IhvRecord]] = {}
    for record in records:
        by_process.setdefault(record.process, []).append(record)
    damage: list[TraceDamage] = []
    processes = tuple(
        _pair_process(index, sorted(by_process[index], key=lambda record: record.seq), damage)
        for index in sorted(by_process)
    )
    return processes, tuple(damage)


@dataclass(slots=True)
class _Open:
    """A call being built: its return is not known yet, but calls inside it need a parent."""

    enter: IhvRecord
    parent: _Open | None
    returned: IhvRecord | None = None
    call: Call | None = None


def _pair_process(index: int, unchecked: list[IhvRecord], damage: list[TraceDamage]) -> Process:
    records, out_of_time = in_time(index, unchecked)
    damage += out_of_time
    opened: list[_Open] = []
    by_number: dict[int, _Open] = {}
    stacks: dict[int, list[_Open]] = {}
    returns = {record.call for record in records if record.kind == "return"}
    for record in records:
        if record.call is None or record.kind not in ("enter", "return"):
            continue
        if record.kind == "return":
            _close(record, by_number, stacks, damage)
        elif record.call in by_number:
            message = f"call {record.call} of process {index} is entered twice"
            span_ns = (None, record.t_ns)
            damage.append(TraceDamage(DamageKind.CALL_DUPLICATE, message, 0, index, *span_ns))
        else:
            stack = stacks.setdefault(record.tid, [])
            while stack and _lost_return(stack[-1].enter, record, returns):
                stack.pop()
            call = _Open(record, stack[-1] if stack else None)
            stack.append(call)
            opened.append(call)
            by_number[record.call] = call
    calls = sorted((_freeze(call) for call in opened), key=lambda call: call.key)
    times = [record.t_ns for record in records]
    return Process(
        index=index,
        calls=tuple(calls),
        exceptions=tuple(record for record in records if record.kind == "exception"),
        load=next((record for record in records if record.kind == "load"), None),
        unload=next((record for record in records if record.kind == "unload"), None),
        ended=next((record for record in records if record.kind == "host"), None),
        first_ns=min(times),
        last_ns=max(times),
    )


def _lost_return(outer: IhvRecord, inner: IhvRecord, returns: Set[int | None]) -> bool:
    """A thread that enters another function of the same side has left one that never returns: the
    code inside a handler calls the framework, and that of the framework handlers."""
    same_side = names.is_handler(outer.function or "") == names.is_handler(inner.function or "")
    return same_side and outer.call not in returns


def _close(
    record: IhvRecord,
    by_number: dict[int, _Open],
    stacks: dict[int, list[_Open]],
    damage: list[TraceDamage],
) -> None:
    call = by_number.get(record.call) if record.call is not None else None
    stack = stacks.get(record.tid, [])
    fits = call is not None and call.returned is None and call.enter.function == record.function
    if call is None or not fits or call not in stack:
        message = f"{record.function} returns as call {record.call}, which is not open"
        span_ns = (None, record.t_ns)  # its entry may have been at any time before
        what = DamageKind.UNMATCHED_RETURN
        damage.append(TraceDamage(what, message, 0, record.process, *span_ns))
        return
    call.returned = record
    while stack.pop() is not call:
        pass  # calls above it lost their returns


def _freeze(call: _Open) -> Call:
    """Make the immutable call; a parent is always opened, hence frozen, before its children."""
    parent = call.parent.call if call.parent else None
    call.call = Call(call.enter, call.returned, parent)
    return call.call


def handlers(calls: Iterable[Call]) -> tuple[Call, ...]:
    """Those calls the OS made into the DLL."""
    return tuple(call for call in calls if names.is_handler(call.function))
