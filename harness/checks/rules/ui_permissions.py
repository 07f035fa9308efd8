# SPDX-License-Identifier: GPL-2.0-or-later
"""UI rules: when the DLL may ask the user."""

from __future__ import annotations

from harness.checks.case import Case
from harness.checks.outcomes import Outcomes
from harness.checks.registry import rule
from harness.checks.shared.permissions import WHY_ONLY_THE_OS, not_refused
from harness.evidence import names


@rule(
    "UI-01", cls="M", source="N:requesting-user-interaction",
    severity="MISS", why=WHY_ONLY_THE_OS,
    text="SendUIRequest may be called any time after InitAdapter, without serialisation, with "
    "several requests pending.",
)  # fmt: skip
def requests_are_taken(case: Case) -> Outcomes:
    """No request is refused as out of place."""
    return not_refused(case, case.index.calls(names.SEND_UI_REQUEST), "of a live adapter")
