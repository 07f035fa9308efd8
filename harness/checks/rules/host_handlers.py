# SPDX-License-Identifier: GPL-2.0-or-later
"""HOST rules: the DLL must not take its host down. They are this harness's, no document's.

The documents take it for granted that a handler returns and does not crash; Windows reports the
loss of the host as event 10003 (stopped unexpectedly) or 10004 (timed out).
"""

from __future__ import annotations

from typing import Final

from harness.checks.attribution.adapter import without_adapter
from harness.checks.case import Case
from harness.checks.outcomes import Breach, Outcome, Outcomes, Unknown
from harness.checks.process_ends import AbnormalEnd, describe_exception, without_the_dll
from harness.checks.registry import rule
from harness.checks.shared.use_after_return import describe_buffer
from harness.evidence import fields, names
from harness.evidence.calls import Process, handlers
from harness.evidence.model import IhvRecord
from harness.evidence.regions import late_access

OURS: Final = frozenset({"ihvhost.exe", "recorder.dll"})
"""Modules of the lab itself: a fault in them, outside a call of the DLL's, is the lab's."""

_NOTE = "(a rule of this harness)"


@rule(
    "HOST-01", cls="ours", source="this harness; Windows reports it as event 10003",
    text="The DLL does not crash its host process.",
)  # fmt: skip
def does_not_crash(case: Case) -> Outcomes:
    """No process of the DLL died by an exception."""
    for process in case.segments.processes:
        end = case.abnormal_ends.get(process.index)
        if end is None or end.kind != "crash":
            if any(call.returned for call in handlers(process.calls)):
                yield case.held()
        else:
            yield _crashed(case, process, end)


def _crashed(case: Case, process: Process, end: AbnormalEnd) -> Outcome:
    association = case.index.association_at(end.at_ns)
    where = f" in {names.short(end.call.function)}" if end.call else ""
    seqs = end.call.seqs if end.call else ()
    assert end.record is not None
    late = late_access(process, end.record)
    what = describe_exception(end.record)
    touching = f", touching {describe_buffer(late)}" if late else ""
    return Breach(
        f"the DLL's host process crashed{where}: {what}{touching} {_NOTE}",
        end.at_ns,
        association,
        (*seqs, end.record.seq),
        process.index,
        None if _is_the_dlls(process, end.record) else "MISS",
    )


def _is_the_dlls(process: Process, record: IhvRecord) -> bool:
    """A fault in the lab's own modules still is the DLL's inside a call the DLL made."""
    module = (fields.text(record.raw, "module") or "").lower()
    if module not in OURS:
        return True
    return any(
        call.returned is None and call.tid == record.tid and not names.is_handler(call.function)
        for call in process.calls
    )


@rule(
    "HOST-02", cls="ours", source="this harness; Windows reports it as event 10004",
    text="Every handler returns. The limit is a parameter of this harness: no document gives one.",
)  # fmt: skip
def handlers_return(case: Case) -> Outcomes:
    """No handler runs longer than its limit in [limits]: load_s for the start of the service,
    deinit_s for its end, handler_s for all else."""
    for process in case.segments.processes:
        for call in handlers(process.calls):
            took_ns = (call.end_ns or call.start_ns) - call.start_ns
            limit = case.limits.limit_of(call.function)
            limit_s = case.limits.handler_limit_s(call.function)
            place = case.index.association_of(call)
            held_up = without_adapter(case, place, call.start_ns, call.end_ns or call.start_ns)
            if call.returned is not None and held_up and took_ns > limit_s * 1e9:
                yield Unknown(f"it waited for {held_up}", place)
            elif call.returned is not None and took_ns > limit_s * 1e9:
                yield case.breach(
                    f"{names.short(call.function)} took {took_ns / 1e9:.1f} s; the limit, "
                    f"{case.limits.setting(limit)}, is this harness's",
                    call,
                    severity="WARN",
                )
            elif call.returned is not None:
                yield case.held(call)
            elif process.index not in case.abnormal_ends:
                lost = case.losses.why_absence_proves_nothing(
                    process.index, place, call.start_ns, case.index.end_ns
                )
                yield Unknown(lost or "it has not returned within the evidence", place)
        end = case.abnormal_ends.get(process.index)
        if end is not None and end.kind == "hang":
            yield _hung(case, process, end)


def _hung(case: Case, process: Process, end: AbnormalEnd) -> Outcome:
    place = case.index.association_at(end.at_ns)
    association = case.index.association(place)
    if association is not None and association.lab_fault:
        return Unknown(f"the lab broke: {association.lab_fault}", place)
    stalled = case.losses.completeness.stalled(end.at_ns, end.at_ns + end.waited_ns)
    held_up = without_adapter(case, place, end.at_ns, end.at_ns + end.waited_ns)
    if stalled or held_up:
        return Unknown(stalled or f"it waited for {held_up}", place)
    account = process.ended
    function = fields.text(account.raw, "function") if account else None
    inner = end.waits_in
    if end.call is not None:
        what = names.short(end.call.function)
    elif without_the_dll(process):
        what = "the start of the IHV host, with nothing of the DLL in it,"
    elif function == "load":
        what = "the DLL while it is loaded and initialised"
    elif function == "unload":
        what = "the end of the process, after DeinitService,"
    else:
        what = names.short(function or "a call")
    seqs = (*(end.call.seqs if end.call else ()), *((account.seq,) if account else ()))
    named = function if account and function else end.call.function if end.call else ""
    limit = case.limits.setting(case.limits.limit_of(named))
    where = f", inside {names.short(inner.function)}, which has not either" if inner else ""
    return Breach(
        f"{what} has not returned after {end.waited_ns / 1e9:.1f} s{where}{_spent(end, account)}; "
        f"the limit, {limit}, is this harness's: no document gives a number",
        end.at_ns,
        place,
        seqs,
        process.index,
        # what does not come back is the OS's function, or the OS's process
        "MISS" if inner or without_the_dll(process) else None,
    )


def _spent(end: AbnormalEnd, account: IhvRecord | None) -> str:
    """Whether it waits or spins, where somebody counted."""
    if account is None or not fields.integer(account.raw, "threads_limit"):
        return ""
    busy_s = (fields.integer(account.raw, "busy_ms") or 0) / 1000
    spins = busy_s * 1e9 > end.waited_ns / 2
    return f" and spins ({busy_s:.0f} s of it all processor time)" if spins else " and waits"
