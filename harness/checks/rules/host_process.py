# SPDX-License-Identifier: GPL-2.0-or-later
"""HOST rules of a process's end and of what it used: they are this harness's, no document's.

They rest on the account the reference guest's WLAN service gives of each IHV host process (record
kind "host"): whether it was asked to end, its exit code, its processor time, memory and threads.
"""

from __future__ import annotations

from typing import Final

from harness import codes
from harness.checks.case import Case
from harness.checks.outcomes import Breach, Outcome, Outcomes, Unknown
from harness.checks.process_ends import AbnormalEnd, without_the_dll
from harness.checks.registry import rule
from harness.evidence import fields, names
from harness.evidence.calls import Process, handlers
from harness.evidence.model import DamageKind, IhvRecord

NOTE: Final = "(a rule of this harness)"

REQUIRED: Final = (names.GET_VERSION, names.INIT_SERVICE)

WIN32: Final = {
    5: "access denied",
    8: "not enough memory",
    126: "a DLL it needs was not found",
    127: "a function it needs was not found in another DLL",
    193: "not a DLL of this machine type",
    1114: "its DllMain refused",
}
"""Win32 errors of LoadLibrary in words (winerror.h)."""


def used(record: IhvRecord | None) -> str:
    """What a process used, in words; empty where nobody counted."""
    if record is None or not fields.integer(record.raw, "threads_limit"):
        return ""
    cpu_s = (fields.integer(record.raw, "cpu_ms") or 0) / 1000
    memory_mib = (fields.integer(record.raw, "memory_kib") or 0) / 1024
    threads = fields.integer(record.raw, "threads") or 0
    return f"; it had used {cpu_s:.1f} s of processor time, {memory_mib:.0f} MiB and " + (
        f"up to {threads} threads" if threads else "few threads"
    )


def inside(end: AbnormalEnd) -> str:
    """Where a process was when it ended, in words: " in InitAdapter", or nothing."""
    if end.call is not None:
        return f" in {names.short(end.call.function)}"
    function = fields.text(end.record.raw, "function") if end.record else None
    places = {"load": " while it was loaded and initialised", "unload": " after DeinitService"}
    return places.get(function, f" in {names.short(function)}") if function else ""


@rule(
    "HOST-03", cls="ours", source="this harness; Windows reports it as event 10003",
    text="The DLL does not end its host process, nor cut it off from the WLAN service.",
)  # fmt: skip
def does_not_end(case: Case) -> Outcomes:
    """No process of the DLL ended, without an exception, before the service asked it to."""
    for process in case.segments.processes:
        end = case.abnormal_ends.get(process.index)
        if end is not None and end.kind == "gone":
            if _how(process.ended) != "memory" or without_the_dll(process):
                yield _gone(case, process, end)
        elif any(call.returned for call in handlers(process.calls)):
            yield case.held()


def _gone(case: Case, process: Process, end: AbnormalEnd) -> Outcome:
    association = case.index.association_at(end.at_ns)
    seqs = end.call.seqs if end.call else ()
    account = process.ended
    if account is None:  # seen from the trace alone
        of = case.index.association(association)
        if of is not None and of.lab_fault:
            return Unknown(f"the lab broke in this association: {of.lab_fault}", association)
        what = f"the DLL's host process ended without notice{inside(end)}, with work pending"
        return Breach(f"{what} {NOTE}", end.at_ns, association, seqs, process.index)
    if without_the_dll(process):
        what = "the IHV host was gone before it went to load the DLL, which has no part in it:"
        seen = f"{what} {_how(account)}, {fields.text(account.raw, 'text') or 'no more is known'}"
        return Breach(seen, end.at_ns, association, (account.seq,), process.index, "MISS")
    if _how(account) == "cut":
        seen = fields.text(account.raw, "text") or "its pipe broke"
        what = f"the DLL's host process lost its connection to the service{inside(end)}: {seen}"
    else:
        code = fields.integer(account.raw, "exit_code")
        by = "killed from outside" if code is None else f"exit code {code} (its low byte)"
        what = f"the DLL's host process ended{inside(end)} though nobody had asked it to: {by}"
    return Breach(
        f"{what}{used(account)} {NOTE}", end.at_ns, association, (*seqs, account.seq), process.index
    )


@rule(
    "HOST-04", cls="ours", source="this harness; the limits are its own",
    text="The DLL lives within its means: memory, threads, and no processor time for nothing.",
)  # fmt: skip
def lives_within_its_means(case: Case) -> Outcomes:
    """No process used up its memory, was refused a thread, or kept the processor busy for long."""
    for process in case.segments.processes:
        account = process.ended
        if account is None or not fields.integer(account.raw, "threads_limit"):
            continue  # nobody counted
        if without_the_dll(process):
            continue  # HOST-02 or HOST-03 tells it
        end = case.abnormal_ends.get(process.index)
        found = [*_memory(case, account), *_threads(case, account)]
        if end is None or end.kind != "hang":  # one that hangs says so itself if it spins
            busy = _busy(case, account)
            began_ns = busy[0][1] if busy else 0
            until_ns = began_ns + 1_000_000 * (fields.integer(account.raw, "busy_ms") or 0)
            stalled = case.losses.completeness.stalled(began_ns, until_ns) if busy else None
            if stalled:  # time in which the guest stood still counts as work
                yield Unknown(stalled, case.index.association_at(began_ns))
            found += [] if stalled else busy
        for message, at_ns in found:
            place = case.index.association_at(at_ns)
            yield Breach(message, at_ns, place, (account.seq,), process.index)
        if not found:
            yield case.held()


def _limit(case: Case, name: str) -> str:
    return f"the limit, {case.limits.setting(name)}, is this harness's"


def _memory(case: Case, account: IhvRecord) -> list[tuple[str, int]]:
    limit_mib = (fields.integer(account.raw, "memory_limit_kib") or 0) / 1024
    if _how(account) != "memory":
        return []
    words = f"the DLL's process used all of its {limit_mib:.0f} MiB and was ended{used(account)}"
    words += f"; {_limit(case, 'memory_mib')}"
    return [(words, account.t_ns)]


def _threads(case: Case, account: IhvRecord) -> list[tuple[str, int]]:
    refused = fields.integer(account.raw, "threads_refused") or 0
    limit = fields.integer(account.raw, "threads_limit") or 0
    if not refused:
        return []
    words = f"the DLL's process had {limit} threads and was refused more {refused} times"
    words += f"; {_limit(case, 'threads')}"
    return [(words, account.t_ns)]


def _busy(case: Case, account: IhvRecord) -> list[tuple[str, int]]:
    busy_s = (fields.integer(account.raw, "busy_ms") or 0) / 1000
    if busy_s < case.limits.busy_s:
        return []
    began_ns = fields.integer(account.raw, "busy_t") or account.t_ns
    words = f"the DLL kept the processor busy for {busy_s:.0f} s on end{used(account)}"
    return [(f"{words}; {_limit(case, 'busy_s')}", began_ns)]


@rule(
    "HOST-05", cls="ours", source="this harness; Windows reports it as event 10000",
    text="The DLL can be loaded, initialises its service and takes the adapter.",
)  # fmt: skip
def comes_up(case: Case) -> Outcomes:
    """No process failed to come up by an error of LoadLibrary or of a call of the start."""
    for process in case.segments.processes:
        if _how(process.ended) == "failed" and process.ended is not None:
            yield from _did_not_start(case, process, process.ended)
        elif any(call.succeeded for call in process.of(names.INIT_ADAPTER)):
            yield case.held()


def _did_not_start(case: Case, process: Process, account: IhvRecord) -> Outcomes:
    error = fields.integer(process.load.raw, "error") if process.load else None
    if error and process.load:
        words = f" ({WIN32[error]})" if error in WIN32 else ""
        what = f"LoadLibrary failed with {codes.win32(error)}{words}"
        at_ns = process.load.t_ns
        yield _start(case, process, what, at_ns, (process.load.seq, account.seq))
        return
    exports = fields.mapping(process.load.raw, "exports") if process.load else None
    if exports is not None and not all(exports.get(name) for name in REQUIRED):
        return  # LIFE-02 says it
    for function in (*REQUIRED, names.INIT_ADAPTER):
        for call in process.of(function):
            if call.returned is not None and call.result:
                what = f"{names.short(function)} returned {codes.win32(call.result)}"
                yield _start(case, process, what, call.start_ns, call.seqs)
                return


def _start(case: Case, process: Process, what: str, at_ns: int, seqs: tuple[int, ...]) -> Breach:
    message = f"the DLL's service did not come up: {what} {NOTE}"
    return Breach(message, at_ns, case.index.association_at(at_ns), seqs, process.index)


@rule(
    "HOST-06", cls="ours", source="this harness",
    text="The DLL leaves the files of this harness alone.",
)  # fmt: skip
def leaves_the_trace_alone(case: Case) -> Outcomes:
    """The trace file was neither cut short nor replaced while it was being read."""
    cuts = [item for item in case.segments.damage if item.kind == DamageKind.TRACE_CUT]
    for item in cuts:
        at_ns = item.from_ns or case.index.end_ns
        yield Breach(
            "the trace file was deleted, cut short or replaced while the DLL ran (before line "
            f"{item.line} of it as kept): it is not whole {NOTE}",
            at_ns,
            case.index.association_at(at_ns),
        )
    if case.segments.processes and not cuts:
        yield case.held()


def _how(account: IhvRecord | None) -> str | None:
    return fields.text(account.raw, "how") if account is not None else None
