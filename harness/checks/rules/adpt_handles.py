# SPDX-License-Identifier: GPL-2.0-or-later
"""ADPT rules: adapters and their two handles."""

from __future__ import annotations

from harness.checks.case import Case
from harness.checks.codes import hexed
from harness.checks.outcomes import Outcomes
from harness.checks.phases import Phase
from harness.checks.registry import rule
from harness.evidence import fields, names
from harness.evidence.calls import Call
from harness.evidence.segments import Adapter


@rule(
    "ADPT-01", cls="M", source="I:dot11extihv_init_adapter; N:802-11-wlan-adapter-arrival",
    text="A successful InitAdapter sets *phIhvExtAdapter to a value unique among live adapters.",
)  # fmt: skip
def adapter_handle_is_unique(case: Case) -> Outcomes:
    """No two live adapters of a process have the same handle."""
    live: dict[tuple[int, int], Adapter] = {}
    for adapter in case.segments.adapters:
        if not adapter.init.succeeded:
            continue
        if adapter.ihv_handle is None:
            yield case.unknown("the trace does not show the adapter handle", adapter.init)
            continue
        key = (adapter.init.process, adapter.ihv_handle)
        other = live.get(key)
        if other is None or _gone_by(other, adapter):
            yield case.held()
        elif lost := case.losses.lost_between(other.init, adapter.init):
            yield case.unknown(lost, adapter.init)
        else:
            yield case.breach(
                f"InitAdapter gave the handle {hexed(adapter.ihv_handle)}, which another live "
                "adapter has already",
                adapter.init,
                other.init,
            )
        live[key] = adapter


def _gone_by(other: Adapter, adapter: Adapter) -> bool:
    """DeinitAdapter had been called when InitAdapter gave the new one its handle."""
    returned = adapter.init.returned
    return (
        other.deinit is not None
        and returned is not None
        and other.deinit.key < (returned.t_ns, returned.seq)
    )


@rule(
    "ADPT-02", cls="M", source="I:dot11extihv_init_adapter; N:802-11-wlan-adapter-arrival",
    text="Every hDot11SvcHandle the DLL passes is the one it was given for that adapter. (Inside a "
    "handler of another adapter it may be meant: a warning if its own has nothing to be done, else "
    "open. Of security sessions: POST-07.)",
)  # fmt: skip
def service_handle_is_the_adapters(case: Case) -> Outcomes:
    """Framework calls use a handle of InitAdapter: that of the connect session's adapter, and
    inside a handler that adapter's own."""
    yield from _of_connect_sessions(case)
    known_processes = {adapter.init.process for adapter in case.segments.adapters}
    for call in case.segments.calls:
        if names.is_handler(call.function) or "hDot11SvcHandle" not in call.args:
            continue
        used = fields.handle(call.args, "hDot11SvcHandle")
        if case.index.adapter_by_svc(call.process, used):
            expected = _handle_of_surrounding_handler(case, call)
            if expected is None or expected == used:
                yield case.held(call)
            elif _at_work(case, call):
                yield case.unknown("the other adapter has work of its own to be done", call)
            else:
                yield case.breach(
                    f"{names.short(call.function)} was called for the service handle "
                    f"{hexed(used)} inside a handler of the adapter with {hexed(expected)}",
                    call,
                    severity="WARN",
                )
        elif call.process not in known_processes:
            yield case.unknown("the trace shows no InitAdapter of this process", call)
        elif lost := case.losses.prologue_lost_before(call):
            yield case.unknown(lost, call)
        else:
            yield case.breach(
                f"{names.short(call.function)} was called with the service handle {hexed(used)}, "
                "which no InitAdapter handed over",
                call,
            )


def _at_work(case: Case, call: Call) -> bool:
    """The adapter the call is for has an association begun, which a DLL may serve on any stack."""
    adapter = case.index.adapter_of(call)
    phases = (
        [item.phase for item in case.calls_with_phase(adapter) if item.call is call]
        if adapter
        else []
    )
    return phases in ([Phase.PRE], [Phase.POST])


def _of_connect_sessions(case: Case) -> Outcomes:
    for operation in case.segments.pre:
        svc = operation.adapter.svc_handle if operation.adapter else None
        for call in [*operation.completions, *operation.uses]:
            used = fields.handle(call.args, "hDot11SvcHandle")
            if svc is None or used == svc or not case.index.adapter_by_svc(call.process, used):
                continue
            lost = case.losses.lost_of(operation, call)
            if lost:
                yield case.unknown(lost, call)
            else:
                yield case.breach(
                    f"{names.short(call.function)} names connect session "
                    f"{hexed(operation.connect_session)} of the adapter with service handle "
                    f"{hexed(svc)}, but was called for that of another adapter, {hexed(used)}",
                    call,
                    operation.handler,
                    of=operation,
                )


def _handle_of_surrounding_handler(case: Case, call: Call) -> int | None:
    outer = call.parent
    while outer is not None and not names.is_handler(outer.function):
        outer = outer.parent
    if outer is None:
        return None
    if outer.function == names.INIT_ADAPTER:
        return fields.handle(outer.args, "hDot11SvcHandle")
    adapter = case.index.adapter_of(outer)
    return adapter.svc_handle if adapter else None
