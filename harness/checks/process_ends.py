# SPDX-License-Identifier: GPL-2.0-or-later
"""How a process that held the vendor DLL came to its end, if not in order.

A crash writes an exception record. A hang leaves a handler entered and never returned. A process
may also vanish without either (TerminateProcess, ExitProcess, a stack overflow). Where the service
that runs the process tells how it ended (record kind "host"), that settles it; without one, as on
Windows, the trace alone has to show it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from harness.checks.limits import CheckLimits
from harness.evidence import fields, names
from harness.evidence.calls import Call, Process, handlers
from harness.evidence.model import LOSSES, AssociationEvidence, IhvRecord
from harness.evidence.segments import Segments

EndKind = Literal["crash", "hang", "gone"]


@dataclass(frozen=True, slots=True)
class AbnormalEnd:
    """The end of a process out of order. ``at_ns`` is when it stopped doing its work.

    ``call`` is the handler it was in, ``record`` the exception record or the service's account of
    the end. ``waited_ns`` is how long a hanging handler had not returned, and ``waits_in`` the
    framework function it waits in: that one is the OS's.
    """

    kind: EndKind
    at_ns: int
    call: Call | None = None
    record: IhvRecord | None = None
    waited_ns: int = 0
    waits_in: Call | None = None

    @property
    def rule(self) -> str:
        """The id of the HOST rule that reports an end of this kind."""
        return {"crash": "HOST-01", "hang": "HOST-02", "gone": "HOST-03"}[self.kind]


def without_the_dll(process: Process) -> bool:
    """Whether the process ended, by the service's account, before it went to load the DLL."""
    told = fields.text(process.ended.raw, "function") if process.ended else None
    return told == "start" and process.load is None and not process.calls


def find_abnormal_ends(
    segments: Segments,
    associations: tuple[AssociationEvidence, ...],
    end_ns: int,
    limits: CheckLimits,
) -> dict[int, AbnormalEnd]:
    """The processes that did not end in order, by process number.

    ``end_ns`` is the end of the evidence; ``limits`` say after how long a handler hangs.
    """
    ends: dict[int, AbnormalEnd] = {}
    busy = _with_work_pending(segments)
    lost = _lost_until(segments)
    replaced_ns: int | None = None
    for process in reversed(segments.processes):
        lost_ns = max(lost.get(process.index, 0), lost.get(None, 0))
        end = _abnormal_end(
            process, process.index in busy, lost_ns, associations, end_ns, replaced_ns, limits
        )
        if end:
            ends[process.index] = end
        if process.load:
            replaced_ns = process.load.t_ns
    return ends


def _abnormal_end(
    process: Process,
    busy: bool,
    lost_ns: int,
    associations: tuple[AssociationEvidence, ...],
    end_ns: int,
    replaced_ns: int | None,
    limits: CheckLimits,
) -> AbnormalEnd | None:
    if process.exceptions:
        record = process.exceptions[0]
        call = next((call for call in process.calls if call.enter.call == record.call), None)
        return AbnormalEnd("crash", record.t_ns, call if record.call is not None else None, record)
    if process.ended is not None:
        return _reported_end(process, process.ended)
    until_ns = replaced_ns if replaced_ns is not None else end_ns
    stuck = _open_handler(process)
    since_ns = stuck.start_ns if stuck else process.first_ns
    if lost_ns > since_ns:
        return None  # its return, or its orderly end, may be among what is missing
    if stuck:
        waited_ns = until_ns - stuck.start_ns
        gave_up = _reported_reason(associations, stuck.start_ns)
        if (
            waited_ns >= limits.handler_limit_s(stuck.function) * 1e9
            or gave_up == names.REASON_IHV_NOT_RESPONDING
        ):
            inner = _framework_call(process, stuck)
            return AbnormalEnd("hang", stuck.start_ns, stuck, waited_ns=waited_ns, waits_in=inner)
    over = process.unload is not None or replaced_ns is not None
    if not over or any(call.function == names.DEINIT_SERVICE for call in process.calls):
        return None
    if stuck or busy:
        return AbnormalEnd("gone", process.last_ns, stuck, process.unload)
    return None


def _reported_end(process: Process, ended: IhvRecord) -> AbnormalEnd | None:
    """The end as the service saw it."""
    how = fields.text(ended.raw, "how")
    if how in (None, "stopped", "failed"):
        return None
    stuck = _open_handler(process)
    if how == "hung":
        waited_ns = (fields.integer(ended.raw, "waited_ms") or 0) * 1_000_000
        began_ns = stuck.start_ns if stuck else ended.t_ns - waited_ns
        waited_ns = max(waited_ns, ended.t_ns - began_ns)
        inner = _framework_call(process, stuck) if stuck else None
        return AbnormalEnd("hang", began_ns, stuck, ended, waited_ns, inner)
    return AbnormalEnd("gone", ended.t_ns, stuck, ended)


def _open_handler(process: Process) -> Call | None:
    """A handler that never returned (the outermost one, entered first)."""
    return next((call for call in handlers(process.calls) if call.returned is None), None)


def _framework_call(process: Process, handler: Call) -> Call | None:
    """The framework function a handler waits in, on its own thread."""
    inside = (call for call in process.calls if call.inside(handler.function) is handler)
    return next((call for call in inside if call.returned is None), None)


def _with_work_pending(segments: Segments) -> set[int]:
    """Processes that owe work to the end: an operation pending or a session alive."""
    pending = {
        item.handler.process
        for item in segments.pre
        if item.handler.succeeded and not item.completions and item.ended_by is None
    }
    return pending | {
        item.handler.process
        for item in segments.sessions
        if item.handler.succeeded and item.ended_by is None
    }


def _lost_until(segments: Segments) -> dict[int | None, int]:
    """Until when records are missing of each process; None stands for those of any."""
    until: dict[int | None, int] = {}
    for item in segments.damage:
        if item.kind in LOSSES and item.until_ns is not None:
            until[item.process] = max(until.get(item.process, 0), item.until_ns)
    return until


def _reported_reason(associations: tuple[AssociationEvidence, ...], since_ns: int) -> int | None:
    """The reason of the first notification since then that blames the IHV service, if any."""
    reasons = (names.REASON_IHV_NOT_RESPONDING, names.REASON_IHV_NOT_AVAILABLE)
    hits = [
        (item.t_ns, item.reason)
        for association in associations
        for item in association.notifications
        if item.t_ns >= since_ns and item.reason in reasons
    ]
    return min(hits)[1] if hits else None


def describe_exception(record: IhvRecord) -> str:
    """An exception record in words: code, module and offset."""
    code = fields.text(record.raw, "code") or "an unknown code"
    module = fields.text(record.raw, "module") or "no known module"
    offset = fields.text(record.raw, "offset")
    where = f"{module}+{offset}" if offset else module
    return f"exception {code} in {where}"
