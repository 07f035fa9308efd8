# SPDX-License-Identifier: GPL-2.0-or-later
"""IND rules: indications handed to the DLL."""

from __future__ import annotations

from typing import Final

from harness.checks.case import Case
from harness.checks.outcomes import Outcomes
from harness.checks.registry import rule
from harness.evidence import fields, names

LAST_INDICATION: Final = 4


@rule(
    "IND-01", cls="M", source="I:dot11extihv_receive_indication; H",
    text="ReceiveIndication of type 0 to 4; the buffer may be NULL; an unknown type gives an "
    "error and no crash. (Success for an unknown type: a warning.)",
)  # fmt: skip
def indications_are_survived(case: Case) -> Outcomes:
    """Every indication comes back; one of an unknown type with an error."""
    for call in case.index.calls(names.RECEIVE_INDICATION):
        kind = fields.integer(call.args, "indicationType")
        if case.ended_inside(call):
            message = f"ReceiveIndication did not survive an indication of type {kind}"
            yield case.breach(message, call)
        elif call.returned is None or kind is None:
            yield case.unknown("the handler has not returned within the evidence", call)
        elif kind > LAST_INDICATION and call.result == 0:
            message = f"ReceiveIndication succeeded for the unknown type {kind}"
            yield case.breach(message, call, severity="WARN")
        else:
            yield case.held(call)
