# SPDX-License-Identifier: GPL-2.0-or-later
"""Rules that permit the DLL something: only the OS can break them, by refusing it as out of place.

A refusal for another reason (the driver does not support it, a wrong argument) proves nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from harness import codes
from harness.checks.case import Case
from harness.checks.outcomes import Outcomes
from harness.checks.registry import rule
from harness.evidence import names
from harness.evidence.calls import Call

ERROR_INVALID_STATE: Final = 5023
"""winerror.h: the one refusal that speaks of the moment and not of the request."""

_WHY: Final = "it is a permission to the DLL, so only the OS can break it, by refusing"


def _taken(case: Case, calls: Iterable[Call], where: str) -> Outcomes:
    for call in calls:
        if call.returned is None:
            continue
        if call.result == 0:
            yield case.held(call)
        elif call.result == ERROR_INVALID_STATE:
            message = f"{names.short(call.function)} {where} was refused as out of place (5023)"
            yield case.breach(message, call)
        else:
            reason = f"{names.short(call.function)} was refused with {codes.win32(call.result)}"
            yield case.unknown(reason, call)


@rule(
    "ADPT-07", cls="M", source="N:802-11-wlan-adapter-arrival", severity="MISS", why=_WHY,
    text="Inside InitAdapter the DLL may call SetEtherTypeHandling and NicSpecificExtension.",
)  # fmt: skip
def allowed_in_init(case: Case) -> Outcomes:
    """Neither is refused as out of place inside InitAdapter."""
    calls = [*case.index.calls(names.SET_ETHERTYPES), *case.index.calls(names.NIC_EXTENSION)]
    inside = [call for call in calls if call.inside(names.INIT_ADAPTER)]
    return _taken(case, inside, "inside InitAdapter")


@rule(
    "PRE-09", cls="M", source="N:pre-association-operation-guidelines", severity="MISS", why=_WHY,
    text="NicSpecificExtension may be called inside PerformPreAssociate or from the worker.",
)  # fmt: skip
def allowed_in_pre_association(case: Case) -> Outcomes:
    """It is not refused as out of place while a pre-association is under way."""
    for operation in case.segments.pre:
        ends = [*operation.completions[:1], operation.ended_by]
        end = min((call for call in ends if call), key=lambda call: call.key, default=None)
        calls = case.index.calls_between(operation.adapter, operation.handler, end)
        own = [call for call in calls if call.function == names.NIC_EXTENSION]
        yield from _taken(case, own, "during pre-association")


@rule(
    "UI-01", cls="M", source="N:requesting-user-interaction", severity="MISS", why=_WHY,
    text="SendUIRequest may be called any time after InitAdapter, without serialisation, with "
    "several requests pending.",
)  # fmt: skip
def requests_are_taken(case: Case) -> Outcomes:
    """No request is refused as out of place."""
    return _taken(case, case.index.calls(names.SEND_UI_REQUEST), "of a live adapter")
