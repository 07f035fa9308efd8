# SPDX-License-Identifier: GPL-2.0-or-later
"""LIFE rules: loading, version, service."""

from __future__ import annotations

from harness import codes
from harness.checks.case import Case
from harness.checks.codes import hexed
from harness.checks.outcomes import Breach, Outcome, Outcomes, Unknown
from harness.checks.registry import rule
from harness.evidence import fields, names
from harness.evidence.calls import Call, Process, handlers


@rule(
    "LIFE-01", cls="M",
    source="N:native-802-11-ihv-extensions-dll-overview; N:dll-start-operations; "
    "I:dot11extihv_get_version_info",
    text="The very first call into the DLL is GetVersionInfo, the next InitService.",
    severity="MISS",
    why="it is the OS that makes these calls; a wrong order is not the DLL's doing",
)  # fmt: skip
def version_then_service(case: Case) -> Outcomes:
    """The first two calls into every process are GetVersionInfo and InitService."""
    for process in case.segments.processes:
        if process.load is None:
            yield Unknown("the trace does not show the process from its start")
            continue
        calls = handlers(process.calls)[:2]
        expected = (names.GET_VERSION, names.INIT_SERVICE)
        pairs = zip(calls, expected, strict=False)
        wrong = [(call, wanted) for call, wanted in pairs if call.function != wanted]
        for call, wanted in wrong[:1]:
            lost = case.losses.prologue_lost_before(call)
            message = f"{names.short(call.function)} was called where {names.short(wanted)} is due"
            yield Unknown(lost) if lost else case.breach(message, call)
        if calls and not wrong:
            yield case.held()


@rule(
    "LIFE-02", cls="M", source="N:native-802-11-ihv-extensions-dll-implementation-guidelines",
    text="The DLL exports Dot11ExtIhvGetVersionInfo and Dot11ExtIhvInitService by these names.",
)  # fmt: skip
def exports_by_name(case: Case) -> Outcomes:
    """Both required exports were found when the DLL was loaded."""
    for process in case.segments.processes:
        load = process.load
        if load is None:
            continue
        error = fields.integer(load.raw, "error")
        exports = fields.mapping(load.raw, "exports")
        if error:
            why = f"LoadLibrary failed with {codes.win32(error)}"
            yield Unknown(f"the DLL could not be loaded: {why}")
        elif exports is None:
            yield Unknown("the trace does not show the exports")
        else:
            yield _exports(case, process, [
                name for name in (names.GET_VERSION, names.INIT_SERVICE)
                if exports.get(name) is not True
            ])  # fmt: skip


def _exports(case: Case, process: Process, missing: list[str]) -> Outcome:
    load = process.load
    if not missing or load is None:
        return case.held()
    return Breach(
        f"the DLL does not export {' and '.join(missing)} (names are undecorated)",
        load.t_ns, case.index.association_at(load.t_ns), (load.seq,), process.index,
    )  # fmt: skip


@rule(
    "LIFE-03", cls="M", source="N:dll-start-operations; I:ns-wlanihv-_dot11_ihv_version_info",
    text="GetVersionInfo gives dwVerMin <= dwVerMax, and both are 0 (the only version documented).",
)  # fmt: skip
def version_is_zero(case: Case) -> Outcomes:
    """The version range the DLL reports is 0 to 0."""
    for call in case.index.calls(names.GET_VERSION):
        if not call.succeeded:
            continue
        low, high = _versions(call)
        if low is None or high is None:
            yield case.unknown("the trace does not show the version range", call)
        elif low > high:
            yield case.breach(f"the version range is empty: {low} to {high}", call)
        elif (low, high) != (0, 0):
            yield case.breach(f"the version range is {low} to {high}; expected 0 to 0", call)
        else:
            yield case.held(call)


def _versions(call: Call) -> tuple[int | None, int | None]:
    return fields.integer(call.out, "dwVerMin"), fields.integer(call.out, "dwVerMax")


@rule(
    "LIFE-04", cls="M(OS)", source="I:dot11extihv_init_service",
    text="InitService is called only with a version within the range the DLL reported.",
)  # fmt: skip
def version_used_in_range(case: Case) -> Outcomes:
    """dwVerNumUsed lies in what GetVersionInfo gave in the same process."""
    for process in case.segments.processes:
        ranges = [_versions(call) for call in process.of(names.GET_VERSION) if call.succeeded]
        for call in process.of(names.INIT_SERVICE):
            used = fields.integer(call.args, "dwVerNumUsed")
            low, high = ranges[-1] if ranges else (None, None)
            if used is None or low is None or high is None:
                yield case.unknown("the trace does not show the versions", call)
            elif low <= used <= high:
                yield case.held(call)
            else:
                message = f"InitService was called with version {used} outside {low} to {high}"
                yield case.breach(message, call)


@rule(
    "LIFE-05", cls="M", source="I:ns-wlanihv-_dot11ext_ihv_handlers; N:dll-start-operations",
    text="When InitService succeeds, all 19 handlers are set; the OS for its part leaves no "
    "function of the API table NULL.",
)  # fmt: skip
def handler_table_is_complete(case: Case) -> Outcomes:
    """No NULL among the 19 handlers after a successful InitService, none in the table given."""
    for call in case.index.calls(names.INIT_SERVICE):
        absent = fields.sequence(call.args, "apis_null")
        if absent:
            what = ", ".join(str(name)[:60] for name in absent[:22])
            yield case.breach(f"the OS handed over NULL for {what}", call, severity="MISS")
        if not call.succeeded:
            continue
        given = fields.mapping(call.out, "handlers")
        if given is None:
            yield case.unknown("the trace does not show the handler table", call)
            continue
        missing = [names.short(name) for name in names.HANDLERS if given.get(name) is not True]
        if missing:
            message = f"InitService succeeded but left NULL: {', '.join(missing)}"
            yield case.breach(message, call)
        else:
            yield case.held(call)


TABLE_BYTES = 176
"""Size of DOT11EXT_APIS on x64: 22 pointers (wlanihv.h)."""


@rule(
    "LIFE-06", cls="M", source="N:dll-start-operations",
    text="The DLL copies the DOT11EXT_APIS table during InitService; the pointer is dead after it.",
)  # fmt: skip
def api_table_is_copied(case: Case) -> Outcomes:
    """With the table made inaccessible after InitService, framework calls still work.

    Decided only where the trace says that the table the DLL was given is inaccessible by then
    (``table_poisoned`` in the return record of InitService).
    """
    for process in case.segments.processes:
        for call in process.of(names.INIT_SERVICE):
            if call.succeeded:
                yield _table_copied(case, process, call)


def _table_copied(case: Case, process: Process, init: Call) -> Outcome:
    if not fields.integer(init.out, "table_poisoned"):
        return case.unknown("the table stayed readable, so a kept pointer would not show", init)
    table = fields.handle(init.args, "pDot11ExtAPI")
    for record in process.exceptions:
        touched = fields.handle(record.raw, "access")
        if table and touched is not None and table <= touched < table + TABLE_BYTES:
            return Breach(
                f"the DLL read the API table at {hexed(touched)} after InitService had returned",
                record.t_ns, case.index.association_at(record.t_ns), (record.seq,), process.index,
            )  # fmt: skip
    later = (call for call in process.calls if not names.is_handler(call.function))
    if any(call.entered_after_return_of(init) for call in later):
        return case.held()
    return case.unknown("no framework function was called after InitService", init)
