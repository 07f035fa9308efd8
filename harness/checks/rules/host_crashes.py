# SPDX-License-Identifier: GPL-2.0-or-later
"""HOST rules of crashes as Windows tells them: event log, error reports, dumps, bug checks.

The recorder's trace tells a crash of the DLL's process more closely (HOST-01, HOST-03); these are
for what it does not show. An event or a dump alone is a FAIL only where it names the driver.
"""

from __future__ import annotations

from typing import Final

from harness import codes
from harness.checks.attribution.adapter import why_late
from harness.checks.case import Case
from harness.checks.outcomes import Breach, Outcome, Outcomes, Unknown
from harness.checks.registry import rule
from harness.checks.rules.host_handlers import OURS
from harness.checks.shared.windows_crashes import (
    began_ns,
    crashes_of_the_run,
    is_violation,
    undated,
    when,
)
from harness.evidence import event_names, fields
from harness.evidence.crashes import CrashDump, file_name
from harness.evidence.event_log import LogEvent
from harness.evidence.model import Lacking

HOSTS: Final = frozenset({"wlanext.exe", "ihvhost.exe"})
"""The program that has the DLL: Windows', and the reference guest's."""
TOLD: Final = {
    event_names.START_FAILED: "did not start",
    event_names.STOPPED_UNEXPECTEDLY: "stopped unexpectedly",
    event_names.TIMED_OUT: "timed out",
}
WATCHDOGS: Final = frozenset({0x9F, 0x101, 0x133})
"""Bug checks for a time that ran out: DRIVER_POWER_STATE_FAILURE, CLOCK_WATCHDOG_TIMEOUT,
DPC_WATCHDOG_VIOLATION. A lab that stood still is among their causes."""
LATER_NS: Final = 30_000_000_000
"""How long after the end of a process Windows may write down what became of it."""


@rule(
    "HOST-07", cls="ours", source="this harness; events 10000, 10003 and 10004 of WLAN-AutoConfig",
    severity="WARN", why="an event says that it happened, not whose doing it was",
    text="Windows reports no loss of the DLL that the trace does not show.",
)  # fmt: skip
def no_other_loss_is_reported(case: Case) -> Outcomes:
    """The WLAN service's events about the module's life, against the ends of its processes."""
    events = [one for one in case.index.evidence.log_events if one.provider == event_names.WLAN]
    lives = [one for one in events if one.event_id in (event_names.STARTED, *TOLD)]
    for event in lives:
        if event.t_ns is None:
            yield Unknown("nothing ties the event log to the guest clock")
        elif event.event_id in TOLD and _is_of_the_run(case, event) and not _shown(case, event):
            yield _reported(case, event)
        else:
            yield case.held()


def _is_of_the_run(case: Case, event: LogEvent) -> bool:
    began = began_ns(case)
    return event.t_ns is not None and began is not None and event.t_ns >= began


def _shown(case: Case, event: LogEvent) -> bool:
    at_ns = event.t_ns or 0
    reach_ns = LATER_NS + event.uncertainty_ns
    ends = (end.at_ns + end.waited_ns for end in case.abnormal_ends.values())
    return any(at_ns - reach_ns <= ended_ns <= at_ns + reach_ns for ended_ns in ends)


def _reported(case: Case, event: LogEvent) -> Outcome:
    module = file_name(event.data.get("ExtensibleModulePath", "")) or "a module"
    error = event.number("ErrorCode")
    why = f" with {codes.win32(error)}" if error else ""
    message = (
        f"Windows reports that {module} {TOLD[event.event_id]}{why} (event {event.event_id}); the "
        "trace does not show it (a rule of this harness)"
    )
    at_ns = event.t_ns or 0
    return Breach(message, at_ns, case.index.association_at(at_ns))


@rule(
    "HOST-08", cls="ours", source="this harness; Application Error, and minidumps of wlanext.exe",
    text="No crash of the DLL's host process that Windows reports came from the DLL.",
)  # fmt: skip
def no_crash_is_reported(case: Case) -> Outcomes:
    """Error reports and minidumps of the host process, where the trace has no crash."""
    told = any(end.kind == "crash" for end in case.abnormal_ends.values())
    for crash in crashes_of_the_run(case):
        if not crash.system and crash.program in HOSTS:
            if told:
                yield case.held()  # HOST-01 tells it
            else:
                yield _program(case, crash)


def _program(case: Case, crash: CrashDump) -> Outcome:
    what = (
        f"{crash.program} crashed: exception {crash.code:#010x} in {crash.where} ({crash.told_by})"
    )
    at_ns = when(case, crash)
    if at_ns is None:
        return undated(what)
    place = case.index.association_at(at_ns)
    if crash.module in OURS:
        return Unknown(Lacking(f"{what}, which is this lab's own"), place)
    loads = (process.load for process in case.segments.processes)
    vendors = {file_name(fields.text(load.raw, "vendor") or "") for load in loads if load} - {""}
    if crash.module in vendors:
        return Breach(f"{what} (a rule of this harness)", at_ns, place)
    message = f"{what}, which is not the DLL itself (a rule of this harness)"
    return Breach(message, at_ns, place, severity="WARN")


@rule(
    "HOST-09", cls="ours", source="this harness; bug checks by the event log and dumps of Windows",
    text="The adapter's miniport does not end Windows with a bug check.",
)  # fmt: skip
def no_bug_check(case: Case) -> Outcomes:
    """Bug checks beside those of NDIS rules, by the driver that Windows itself names."""
    for crash in crashes_of_the_run(case):
        if crash.system and not is_violation(crash):
            yield _bug_check(case, crash)


def _bug_check(case: Case, crash: CrashDump) -> Outcome:
    parameters = ", ".join(f"{one:#x}" for one in crash.parameters)
    what = f"Windows ended with bug check {crash.code:#x} ({parameters}; {crash.told_by})"
    at_ns = when(case, crash)
    if at_ns is None:
        return undated(what)
    place = case.index.association_at(at_ns)
    named = f"{what}, and names {crash.module} for it" if crash.module else what
    verifier = case.index.evidence.verifier
    if verifier and crash.module == verifier.miniport.lower():
        late = why_late(case, at_ns) if crash.code in WATCHDOGS else None
        if late:
            return Unknown(Lacking(f"{named}: it is for a time that ran out, but {late}"), place)
        return Breach(f"{named} (a rule of this harness)", at_ns, place)
    return Unknown(Lacking(f"{named}: whose it is is not known"), place)
