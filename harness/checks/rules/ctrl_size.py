# SPDX-License-Identifier: GPL-2.0-or-later
"""CTRL rules: the size that Dot11ExtIhvControl answers with."""

from __future__ import annotations

from typing import Final

from harness.checks.case import Case
from harness.checks.outcomes import Outcomes
from harness.checks.registry import rule
from harness.evidence import fields, names

UNWRITTEN: Final = 0xFFFFFFFF
"""What the reference guest's IHV host puts where a handler is to write."""


@rule(
    "CTRL-01", cls="M", source="I:dot11extihv_control; S:",
    text="Control always writes *pdwBytesReturned, at most dwOutBufferSize on success. (That it "
    "was not written is seen only where what stood there before is more than fits.)",
    severity="WARN",
    why="Microsoft's own sample returns success without writing it",
)  # fmt: skip
def control_reports_its_size(case: Case) -> Outcomes:
    """A success does not claim more bytes than the buffer has."""
    for call in case.index.calls(names.CONTROL):
        if not call.succeeded:
            continue
        size = fields.integer(call.args, "dwOutBufferSize")
        returned = fields.integer(call.out, "pdwBytesReturned")
        if size is None or returned is None:
            yield case.unknown("the trace does not show both sizes", call)
        elif returned > size:
            doubt = " (it seems it was not written)" if returned == UNWRITTEN else ""
            message = f"Control returned {returned} bytes into a buffer of {size}{doubt}"
            yield case.breach(message, call)
        else:
            yield case.held(call)
