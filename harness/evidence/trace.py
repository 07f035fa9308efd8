# SPDX-License-Identifier: GPL-2.0-or-later
"""Reading the recorder's trace: JSON lines written inside the guest, so nothing in them is trusted.

`TraceParser` takes the file piece by piece as it grows; `parse_trace` takes all of it. Neither
raises on any input: what cannot be read becomes a named `TraceDamage` and the rest is kept.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from harness.evidence import names
from harness.evidence.losses import OVERTAKING_NS
from harness.evidence.model import DamageKind, IhvRecord, TraceDamage

MAX_LINE_BYTES: Final = 1 << 20
"""Longest line accepted; the recorder's own lines stay far below."""

MAX_DAMAGE: Final = 1000
"""Entries of damage kept in full; a garbage file must not fill memory."""

HOST: Final = "host"
CUT: Final = "cut"
CUT_LINE: Final = b'{"kind":"cut"}\n'

KINDS: Final = frozenset({"load", "enter", "return", "exception", "unload", HOST, CUT})
"""What the recorder writes; and HOST: how the process ended, reported by the guest's WLAN service
(autoconfig's exit_record.py); CUT: the harness notes that the file had been cut or replaced."""

_MAX_INT: Final = (1 << 64) - 1
_HANDLE: Final = re.compile("0x[0-9a-fA-F]{1,16}")
_HANDLE_NAME: Final = re.compile("h[A-Z]")


class _BadLineError(ValueError):
    """A line that is not a record; never leaves this module."""

    def __init__(self, kind: DamageKind, message: str) -> None:
        super().__init__(message)
        self.kind = kind


@dataclass(slots=True)
class _ProcessState:
    index: int
    last_seq: int
    last_ns: int
    ended: bool = False


class TraceParser:
    """Incremental parser: feed bytes as they come, collect records, look at ``damage`` any time."""

    def __init__(self) -> None:
        self._rest = b""
        self._line = 0
        self._skipping = False
        self._processes: dict[int, _ProcessState] = {}
        self._ends: dict[int, Mapping[str, object]] = {}
        self._process_count = 0
        self._newest_ns = 0
        self._newest_load_ns = 0
        self._damage: list[TraceDamage] = []
        self._unlisted = 0

    @property
    def damage(self) -> tuple[TraceDamage, ...]:
        """All damage met so far."""
        if not self._unlisted:
            return tuple(self._damage)
        more = TraceDamage(DamageKind.MORE, f"{self._unlisted} more faults of the trace")
        return (*self._damage, more)

    def feed(self, data: bytes) -> tuple[IhvRecord, ...]:
        """Take the next bytes of the file; give the records they complete."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        records = [record for line in lines if (record := self._take(line)) is not None]
        if len(self._rest) > MAX_LINE_BYTES:
            if not self._skipping:
                self._note(DamageKind.TOO_LONG, "a line exceeds the longest accepted")
            self._skipping, self._rest = True, b""
        return tuple(records)

    def begin_anew(self) -> None:
        """What comes now is of another session: its processes are others, whatever their ids."""
        for state in self._processes.values():
            state.ended = True

    def finish(self) -> tuple[IhvRecord, ...]:
        """The file has ended: take a last line without its newline, or note that it is cut."""
        rest, self._rest = self._rest, b""
        if not rest.strip() or self._skipping:
            return ()
        self._line += 1
        try:
            record = self._place(_parse_line(rest))
        except _BadLineError:
            what = f"the last line ends after {len(rest)} bytes"
            self._note(DamageKind.CUT_LINE, what, span_ns=(self._newest_ns, _MAX_INT))
            return ()
        return (record,)

    def _take(self, line: bytes) -> IhvRecord | None:
        self._line += 1
        if self._skipping:
            self._skipping = False
            return None
        if not line.strip():
            return None
        try:
            values = _parse_line(line)
            if values.get("kind") == CUT:
                what = "the trace file was cut short or replaced"
                self._note(DamageKind.TRACE_CUT, what, span_ns=(self._newest_ns, _MAX_INT))
                return None
            return self._place(values)
        except _BadLineError as error:
            self._note(error.kind, str(error))
            return None

    def _place(self, values: Mapping[str, object]) -> IhvRecord:
        """Give the record its process and look at its sequence number."""
        if values.get("kind") == HOST:
            return self._end(values)
        record = _record(values)
        state = self._processes.get(record.pid)
        if record.kind == "load" and state is not None and not state.ended:
            self._refuse_late_load(record, state)
        if record.kind == "load":
            self._look_at_load(record)
        if record.kind == "load" or state is None:
            state = self._open(record)
        elif record.seq <= state.last_seq:
            raise _BadLineError(
                DamageKind.SEQ_DUPLICATE,
                f"process {record.pid}: sequence number {record.seq} after {state.last_seq}",
            )
        elif record.seq > state.last_seq + 1:
            missing = f"{state.last_seq + 1} to {record.seq - 1}"
            self._note(
                DamageKind.SEQ_GAP,
                f"process {record.pid}: records {missing} are missing",
                state.index,
                (min(state.last_ns, record.t_ns), max(state.last_ns, record.t_ns)),
            )
        self._newest_ns = max(self._newest_ns, record.t_ns)
        state.last_seq, state.last_ns = record.seq, record.t_ns  # times may run back a little
        state.ended = state.ended or record.kind in ("unload", "exception")
        self._not_written(record, state)
        return _with_process(record, state.index)

    @staticmethod
    def _refuse_late_load(record: IhvRecord, state: _ProcessState) -> None:
        """A process id that comes back is another process's, but only once the first is over."""
        if record.t_ns <= state.last_ns:
            raise _BadLineError(
                DamageKind.LATE_LOAD,
                f"process {record.pid}: a load record behind record {state.last_seq}",
            )

    def _look_at_load(self, record: IhvRecord) -> None:
        """A process is loaded when those before it in the file have written what they had to."""
        if record.t_ns + OVERTAKING_NS < self._newest_ns:
            what = f"process {record.pid} is loaded before what the trace has in front of it"
            span_ns = (record.t_ns, self._newest_ns)
            self._note(DamageKind.OUT_OF_TIME, what, self._process_count, span_ns)
        self._newest_load_ns = max(self._newest_load_ns, record.t_ns)

    def _not_written(self, record: IhvRecord, state: _ProcessState) -> None:
        """The recorder's own account, in its last record, of what it could not write."""
        lost = record.raw.get("lost") if record.kind == "unload" else None
        if type(lost) is int and lost > 0:
            what = f"process {record.pid}: the recorder could not write {lost} records"
            self._note(DamageKind.NOT_WRITTEN, what, state.index)  # gaps show where

    def _end(self, values: Mapping[str, object]) -> IhvRecord:
        """The end of a process, reported from outside: it counts as the last of its records.

        The next process may come by the same id. One that ended before the recorder could write
        anything has this record alone.
        """
        pid = _count(values, "pid")
        if self._ends.get(pid) == values:
            message = f"process {pid}: its end is there twice"
            raise _BadLineError(DamageKind.SEQ_DUPLICATE, message)
        self._ends[pid] = values
        if _count(values, "t") < self._newest_load_ns:
            self._note(DamageKind.OUT_OF_ORDER, f"the end of process {pid} is behind a later load")
        state = self._processes.pop(pid, None)
        if state is None:
            state = _ProcessState(self._process_count, 0, 0)
            self._process_count += 1
        return _with_process(_record({**values, "seq": state.last_seq + 1}), state.index)

    def _open(self, record: IhvRecord) -> _ProcessState:
        state = _ProcessState(self._process_count, record.seq, record.t_ns)
        self._process_count += 1
        self._processes[record.pid] = state
        if record.kind != "load":
            self._note(
                DamageKind.NO_LOAD, f"process {record.pid} begins at record {record.seq}",
                state.index, (0, record.t_ns),
            )  # fmt: skip
        return state

    def _note(
        self,
        kind: DamageKind,
        message: str,
        process: int | None = None,
        span_ns: tuple[int | None, int | None] = (None, None),
    ) -> None:
        if len(self._damage) >= MAX_DAMAGE:
            self._unlisted += 1
            return
        self._damage.append(TraceDamage(kind, message, self._line, process, *span_ns))


def parse_trace(data: bytes | str) -> tuple[tuple[IhvRecord, ...], tuple[TraceDamage, ...]]:
    """Parse a whole trace file; give its records in file order, and its damage."""
    parser = TraceParser()
    raw = data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data
    records = parser.feed(raw) + parser.finish()
    return records, parser.damage


def _parse_line(line: bytes) -> Mapping[str, object]:
    if len(line) > MAX_LINE_BYTES:
        raise _BadLineError(DamageKind.TOO_LONG, f"{len(line)} bytes")
    try:
        values = json.loads(line, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise _BadLineError(DamageKind.NOT_JSON, type(error).__name__) from None
    if not isinstance(values, dict):
        raise _BadLineError(DamageKind.NOT_OBJECT, f"a {type(values).__name__}")
    return values


def _refuse_constant(name: str) -> object:
    raise ValueError(name)


def _record(values: Mapping[str, object]) -> IhvRecord:
    kind = values.get("kind")
    if not isinstance(kind, str):
        raise _BadLineError(DamageKind.BAD_FIELD, "kind")
    if kind not in KINDS:
        raise _BadLineError(DamageKind.UNKNOWN_KIND, kind[:40])
    paired = kind in ("enter", "return")
    function = values.get("function")
    if paired and not (isinstance(function, str) and function.startswith("Dot11Ext")):
        raise _BadLineError(DamageKind.BAD_FIELD, "function")
    _look_at_members(values)
    return IhvRecord(
        seq=_count(values, "seq", least=1),
        t_ns=_count(values, "t"),
        pid=_count(values, "pid"),
        tid=_count(values, "tid"),
        kind=kind,
        call=_count(values, "call") if paired else _optional_int(values, "call"),
        function=function if isinstance(function, str) else None,
        args=_object(values, "args"),
        out=_object(values, "out"),
        result=_optional_int(values, "result"),
        raw=values,
    )


def _look_at_members(values: Mapping[str, object]) -> None:
    """What the recorder always writes, and by whose absence a DLL would be blamed, is there."""
    kind, function = values["kind"], str(values.get("function"))
    if kind == "load" and values.get("error") == 0:
        exports = _object(values, "exports")
        for name in (names.GET_VERSION, names.INIT_SERVICE):
            if type(exports.get(name)) is not bool:
                raise _BadLineError(DamageKind.BAD_FIELD, f"exports.{name}")
    elif kind == "enter":
        args = _object(values, "args")
        given = [name for name in args if _HANDLE_NAME.match(name)]
        _demand_handles("args", args, (*given, *filter(None, [names.IDENTIFIED.get(function)])))
    elif kind == "return" and function == names.INIT_ADAPTER and values.get("result") == 0:
        _demand_stored(_object(values, "out"), "phIhvExtAdapter")


def _demand_handles(where: str, members: Mapping[str, object], handles: Iterable[str]) -> None:
    for name in handles:
        value = members.get(name)
        if not (isinstance(value, str) and _HANDLE.fullmatch(value)):
            raise _BadLineError(DamageKind.BAD_FIELD, f"{where}.{name}")


def _demand_stored(out: Mapping[str, object], name: str) -> None:
    """A handle stored where a parameter points. The recorder writes null if that is NULL, and an
    object if it cannot be read: then the handle is not known, but the line is whole."""
    value = out.get(name)
    unreadable = isinstance(value, Mapping) and value.get("unreadable") is True
    if name in out and (value is None or unreadable):
        return
    _demand_handles("out", out, (name,))


def _count(values: Mapping[str, object], name: str, least: int = 0) -> int:
    value = values.get(name)
    if type(value) is not int or not least <= value <= _MAX_INT:
        raise _BadLineError(DamageKind.BAD_FIELD, name)
    return value


def _optional_int(values: Mapping[str, object], name: str) -> int | None:
    value = values.get(name)
    if value is None:
        return None
    if type(value) is not int or abs(value) > _MAX_INT:
        raise _BadLineError(DamageKind.BAD_FIELD, name)
    return value


def _object(values: Mapping[str, object], name: str) -> Mapping[str, object]:
    value = values.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise _BadLineError(DamageKind.BAD_FIELD, name)
    return value


def _with_process(record: IhvRecord, process: int) -> IhvRecord:
    return IhvRecord(
        record.seq, record.t_ns, record.pid, record.tid, record.kind, record.call,
        record.function, record.args, record.out, record.result, record.raw, process,
    )  # fmt: skip
