# SPDX-License-Identifier: GPL-2.0-or-later
"""ADPT rules: adapters and their two handles."""

from __future__ import annotations

from harness.checks.case import Case
from harness.checks.codes import hexed
from harness.checks.registry import Outcomes, rule
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
        gone = other is None or (other.deinit and other.deinit.key < adapter.init.key)
        if other is not None and not gone:
            yield case.breach(
                f"InitAdapter gave the handle {hexed(adapter.ihv_handle)}, which another live "
                "adapter has already",
                adapter.init,
                other.init,
            )
        else:
            yield case.held()
        live[key] = adapter


@rule(
    "ADPT-02", cls="M", source="I:dot11extihv_init_adapter; N:802-11-wlan-adapter-arrival",
    text="Every hDot11SvcHandle the DLL passes is the one it was given for that adapter.",
)  # fmt: skip
def service_handle_is_the_adapters(case: Case) -> Outcomes:
    """Framework calls use a handle of InitAdapter, and inside a handler that adapter's own."""
    known_processes = {adapter.init.process for adapter in case.segments.adapters}
    for call in case.segments.calls:
        if names.is_handler(call.function) or "hDot11SvcHandle" not in call.args:
            continue
        used = fields.handle(call.args, "hDot11SvcHandle")
        if case.adapter_by_svc(call.process, used):
            expected = _handle_of_surrounding_handler(case, call)
            if expected is None or expected == used:
                yield case.held(call)
            else:
                yield case.breach(
                    f"{names.short(call.function)} was called for the service handle "
                    f"{hexed(used)} inside a handler of the adapter with {hexed(expected)}",
                    call,
                )
        elif call.process not in known_processes:
            yield case.unknown("the trace shows no InitAdapter of this process", call)
        else:
            yield case.breach(
                f"{names.short(call.function)} was called with the service handle {hexed(used)}, "
                "which no InitAdapter handed over",
                call,
            )


def _handle_of_surrounding_handler(case: Case, call: Call) -> int | None:
    outer = call.parent
    while outer is not None and not names.is_handler(outer.function):
        outer = outer.parent
    if outer is None:
        return None
    if outer.function == names.INIT_ADAPTER:
        return fields.handle(outer.args, "hDot11SvcHandle")
    given = fields.handle(outer.args, "hIhvExtAdapter")
    adapter = case.adapter_by_ihv(outer.process, given)
    return adapter.svc_handle if adapter else None
