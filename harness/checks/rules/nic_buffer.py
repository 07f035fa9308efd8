# SPDX-License-Identifier: GPL-2.0-or-later
"""NIC rules: the buffer of NicSpecificExtension."""

from __future__ import annotations

from harness.checks.case import Case
from harness.checks.outcomes import Outcomes
from harness.checks.registry import rule
from harness.evidence import fields, names


@rule(
    "NIC-01", cls="M(OS)", source="I:dot11ext_nic_specific_extension",
    text="NicSpecificExtension reaches the driver; a success returns no more than fits, and a "
    "driver without it means ERROR_NOT_SUPPORTED.",
)  # fmt: skip
def extension_keeps_to_the_buffer(case: Case) -> Outcomes:
    """A success does not return more bytes than were offered."""
    for call in case.index.calls(names.NIC_EXTENSION):
        offered = fields.integer(call.args, "pdwOutBufferSize")
        returned = fields.integer(call.out, "pdwOutBufferSize")
        if call.succeeded and offered is not None and returned is not None:
            message = f"NicSpecificExtension returned {returned} bytes into a buffer of {offered}"
            yield case.breach(message, call) if returned > offered else case.held(call)
