# SPDX-License-Identifier: GPL-2.0-or-later
"""RST rules: requests to the user do not outlive a reset."""

from __future__ import annotations

from harness.checks.case import Case
from harness.checks.outcomes import Outcomes
from harness.checks.registry import rule
from harness.checks.shared.ui_requests import not_pending_after


@rule(
    "RST-04", cls="M", source="N:requesting-user-interaction; I:dot11ext_send_ui_request",
    text="AdapterReset cancels all requests to the user. (That their memory is freed shows only in "
    "LIFE-12.)",
)  # fmt: skip
def reset_cancels_requests(case: Case) -> Outcomes:
    """After AdapterReset no request sent before it is said to be pending."""
    return not_pending_after(case, "reset", "a request is said to be pending after AdapterReset")
