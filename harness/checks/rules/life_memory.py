# SPDX-License-Identifier: GPL-2.0-or-later
"""LIFE rules: memory that is left at the end of the service."""

from __future__ import annotations

from harness.checks.case import Case
from harness.checks.codes import hexed
from harness.checks.outcomes import Outcomes
from harness.checks.registry import rule
from harness.checks.shared.buffers import inner_addresses_shown, track_buffers
from harness.evidence import names


@rule(
    "LIFE-12", cls="M", source="I:dot11extihv_deinit_service",
    text="DeinitService frees everything: no buffer of AllocateBuffer or GetProfileCustomUserData "
    "is left to the DLL when it returns. (That it starts no adapter operation is ADPT-03.)",
)  # fmt: skip
def nothing_left_at_the_end(case: Case) -> Outcomes:
    """Buffers gained and not freed or handed on by the return of DeinitService."""
    for process in case.segments.processes:
        for end in process.of(names.DEINIT_SERVICE)[:1]:
            if end.returned is None:
                continue
            live = track_buffers(process).live.items()
            own = [item for item in live if not item[1].entered_after_return_of(end)]
            left = sorted(own, key=lambda item: item[1].key)
            unclear = _unclear(case, process.index)
            lost = case.losses.lost_before(end)
            if not left:
                yield case.held()
            elif unclear or lost:
                yield case.unknown(unclear or lost or "", end)
            else:
                address, call = left[0]
                yield case.breach(
                    f"{len(left)} buffers were not freed by the return of DeinitService, the "
                    f"first at {hexed(address)}",
                    end,
                    call,
                )


def _unclear(case: Case, process: int) -> str | None:
    """The OS frees these too; traces of older recorders do not show their inner addresses."""
    for function in (names.DISCOVERY_PROFILES, names.START_ONEX, names.QUERY_UI):
        own = (call for call in case.index.calls(function) if call.process == process)
        if any(call.succeeded and not inner_addresses_shown(call) for call in own):
            return f"{names.short(function)} handed on buffers the trace does not show"
    return None
