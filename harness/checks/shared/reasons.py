# SPDX-License-Identifier: GPL-2.0-or-later
"""The reason code that a handler gives with its return value: one judgement for all of them."""

from __future__ import annotations

from harness import codes
from harness.checks.case import Case
from harness.checks.codes import is_failure_reason, is_hresult, is_success_reason, is_winerror
from harness.checks.finding import Severity
from harness.checks.outcomes import Outcomes
from harness.evidence import fields, names


def reason_fits(
    case: Case, function: str, severity: Severity | None = None, *, win32: bool = False
) -> Outcomes:
    """The reason a handler gives fits its return value; with ``win32`` that is judged too: of
    HRESULTs, which winerror.h has beside the Win32 errors asked for, it is a warning."""
    name = names.short(function)
    for call in case.index.calls(function):
        if call.returned is None or call.result is None:
            continue
        reason = fields.integer(call.out, "pdwReasonCode")
        if win32 and not is_winerror(call.result):
            message = f"{name} returned {codes.win32(call.result)}, which is no code of winerror.h"
            yield case.breach(message, call, severity=severity)
        elif win32 and is_hresult(call.result):
            message = f"{name} returned the HRESULT {call.result:#x}; expected a Win32 error"
            yield case.breach(message, call, severity="WARN")
        elif reason is None:
            yield case.unknown("the trace does not show the reason", call)
        elif call.result == 0 and not is_success_reason(reason):
            shown = codes.reason(reason)
            message = f"{name} succeeded with reason {shown}; expected 0 or an IHV reason"
            yield case.breach(message, call, severity=severity)
        elif call.result != 0 and not is_failure_reason(reason):
            yield case.breach(
                f"{name} returned {codes.win32(call.result)} with reason {codes.reason(reason)}; "
                "expected an L2 or IHV reason that is not 0",
                call,
                severity=severity,
            )
        else:
            yield case.held(call)
