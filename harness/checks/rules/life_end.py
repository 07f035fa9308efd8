# SPDX-License-Identifier: GPL-2.0-or-later
"""LIFE rules on readiness, the virtual station, and the end of the service."""

from __future__ import annotations

from collections.abc import Mapping

from harness import codes
from harness.checks.case import Case
from harness.checks.outcomes import Outcome, Outcomes, Unknown
from harness.checks.registry import rule
from harness.evidence import fields, names
from harness.evidence.calls import Call, Process, handlers

_STARTING = frozenset({names.GET_VERSION, names.INIT_SERVICE, names.INIT_VIRTUAL_STATION})
_GIVES_BACK = frozenset({names.FREE_BUFFER})


@rule(
    "LIFE-07", cls="M", source="I:dot11extihv_init_service",
    text="Once InitService has returned, the DLL accepts handler calls at once.",
    severity="WARN",
    why="a refusal does not say its reason; that the same adapter was accepted later only "
    "suggests that the DLL was not ready",
)  # fmt: skip
def ready_at_once(case: Case) -> Outcomes:
    """The first handler is not refused where the same adapter is accepted later."""
    for process in case.segments.processes:
        started = [call for call in process.of(names.INIT_SERVICE) if call.succeeded]
        first = next(
            (call for call in handlers(process.calls) if call.function not in _STARTING), None
        )
        if not started or first is None or first.returned is None:
            continue
        if case.losses.lost_between(started[0], first):
            continue  # it may not be the first
        if not first.result:
            yield case.held()
        elif first.function == names.INIT_ADAPTER:
            yield _refused(case, process, first)


def _refused(case: Case, process: Process, first: Call) -> Outcome:
    explained = case.index.why_refused(first)
    if explained:
        return case.unknown(explained, first)
    adapter = fields.text(first.args, "gAdapterId")
    for call in process.of(names.INIT_ADAPTER):
        if call.succeeded and adapter and fields.text(call.args, "gAdapterId") == adapter:
            return case.breach(
                f"the first InitAdapter after InitService returned {codes.win32(first.result)}, "
                "yet a later one for the same adapter succeeded",
                first,
                call,
            )
    return case.unknown("the adapter was never accepted", first)


@rule(
    "LIFE-08", cls="M(OS)", source="I:dot11extihv_init_virtual_station",
    text="InitVirtualStation, if exported, is called after InitService and before any InitAdapter. "
    "That it is not exported is legal.",
)  # fmt: skip
def virtual_station_in_its_place(case: Case) -> Outcomes:
    """An exported InitVirtualStation comes between InitService and the first InitAdapter."""
    for process in case.segments.processes:
        exports = fields.mapping(process.load.raw, "exports") if process.load else None
        if not exports or exports.get(names.INIT_VIRTUAL_STATION) is not True:
            continue
        own, adapters = process.of(names.INIT_VIRTUAL_STATION), process.of(names.INIT_ADAPTER)
        services = process.of(names.INIT_SERVICE)
        if any(case.losses.prologue_lost_before(call) for call in [*own[:1], *adapters[:1]]):
            yield Unknown("records are missing from the beginning of the trace")
            continue
        for call in own[:1]:
            early = not any(call.entered_after_return_of(item) for item in services)
            if early or (adapters and adapters[0].key < call.key):
                where = "before InitService had returned" if early else "after an InitAdapter"
                yield case.breach(f"InitVirtualStation was called {where}", call)
            else:
                yield case.held(call)
        if adapters and not own:
            message = "InitAdapter was called, but the exported InitVirtualStation was not"
            yield case.breach(message, adapters[0])


@rule(
    "LIFE-09", cls="M", source="N:native-802-11-ihv-extensibility-functions; N:dll-stop-operations",
    text="No framework function is called before InitService, and none after DeinitService. "
    "(Memory given back inside DeinitService is what LIFE-12 asks for.)",
)  # fmt: skip
def framework_only_while_in_service(case: Case) -> Outcomes:
    """Framework calls lie between the entry of InitService and that of DeinitService."""
    for process in case.segments.processes:
        starts, ends = process.of(names.INIT_SERVICE), process.of(names.DEINIT_SERVICE)
        if not starts:
            continue
        used = [call for call in process.calls if not names.is_handler(call.function)]
        wrong = False
        for call in used:
            where = _out_of_service(call, starts[0], ends[0] if ends else None)
            if where:
                wrong = True
                yield case.breach(f"{names.short(call.function)} was called {where}", call)
        if used and not wrong:
            yield case.held()


def _out_of_service(call: Call, start: Call, end: Call | None) -> str | None:
    if call.key < start.key:
        return "before InitService"
    if end is None or call.key < end.key:
        return None
    if call.entered_after_return_of(end):
        return "after DeinitService had returned"
    inside = call.inside(names.DEINIT_SERVICE) is not None
    return None if call.function in _GIVES_BACK or not inside else "inside DeinitService"


@rule(
    "LIFE-10", cls="M(OS)", source="N:dll-stop-operations",
    text="The DLL is unloaded in order: DeinitAdapter for every adapter, DeinitService, then the "
    "DLL itself.",
)  # fmt: skip
def unloaded_in_order(case: Case) -> Outcomes:
    """At DeinitService no adapter is left, and the unload comes after it."""
    for process in case.segments.processes:
        for end in process.of(names.DEINIT_SERVICE)[:1]:
            left = [
                adapter.init
                for adapter in case.segments.adapters
                if adapter.init.process == process.index
                and adapter.init.succeeded
                and (adapter.deinit is None or adapter.deinit.key > end.key)
            ]
            lost = case.losses.prologue_lost_before(end) if left else None
            unload = process.unload
            if lost:
                yield case.unknown(lost, end)
            elif left:
                message = "DeinitService was called while an adapter had not been taken down"
                yield case.breach(message, end, *left[:1])
            elif unload is not None and unload.seq < end.enter.seq:
                yield case.breach("the DLL was unloaded before DeinitService", end)
            else:
                yield case.held()


@rule(
    "LIFE-11", cls="M", source="I:dot11extihv_deinit_service",
    text="All threads the DLL created have ended when DeinitService returns. Seen are those that "
    "began in the DLL's own code and still run 50 ms later; threads that began elsewhere (in a "
    "runtime library, a thread pool, a companion DLL) cannot be told to be its.",
)  # fmt: skip
def no_thread_is_left(case: Case) -> Outcomes:
    """The list the recorder makes when DeinitService has returned has no thread of the DLL."""
    for process in case.segments.processes:
        for end in process.of(names.DEINIT_SERVICE)[:1]:
            if end.returned is None:
                continue
            threads = fields.sequence(end.out, "threads")
            if threads is None:
                yield case.unknown("the trace has no list of the threads that were left", end)
                continue
            left = [item for item in threads if isinstance(item, Mapping) and item.get("vendor")]
            yield case.breach(_left(left), end) if left else case.held()


def _left(threads: list[Mapping[str, object]]) -> str:
    first = threads[0]
    began = f"{fields.text(first, 'module')}+{fields.text(first, 'offset')}"
    count = "a thread" if len(threads) == 1 else f"{len(threads)} threads"
    what = "which began" if len(threads) == 1 else "the first of which began"
    return f"DeinitService returned with {count} of the DLL running, {what} at {began}"
