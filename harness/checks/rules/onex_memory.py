# SPDX-License-Identifier: GPL-2.0-or-later
"""ONEX rules: memory of what StartOneX is given."""

from __future__ import annotations

from harness.checks.case import Case
from harness.checks.outcomes import Outcomes
from harness.checks.registry import rule
from harness.checks.shared.buffers import allocated_when_handed_on
from harness.evidence import names


@rule(
    "ONEX-09", cls="M", source="H (wlanihv.h, the comment above DOT11EXT_ONEX_START)",
    text="pEapAttributes of StartOneX is NULL or allocated with AllocateBuffer; the framework "
    "frees it.",
)  # fmt: skip
def eap_attributes_are_a_buffer(case: Case) -> Outcomes:
    """The pointer given to StartOneX is a live one of AllocateBuffer."""
    yield from allocated_when_handed_on(
        case, names.START_ONEX, "StartOneX was given", {"pEapAttributes"}
    )
