# SPDX-License-Identifier: GPL-2.0-or-later
"""UI rules: memory of what QueryUIRequest returns."""

from __future__ import annotations

from harness.checks.case import Case
from harness.checks.outcomes import Outcomes
from harness.checks.registry import rule
from harness.checks.shared.buffers import allocated_when_handed_on
from harness.evidence import names


@rule(
    "UI-07", cls="M", source="I:dot11extihv_query_ui_request; S:ihvsample.cpp",
    text="What QueryUIRequest returns was allocated with AllocateBuffer; the OS frees it.",
    severity="WARN",
    why="Microsoft's sample says the function was not used at its time and does not implement it",
)  # fmt: skip
def query_returns_a_buffer(case: Case) -> Outcomes:
    """The pointer QueryUIRequest returns is a live one of AllocateBuffer."""
    yield from allocated_when_handed_on(
        case, names.QUERY_UI, "QueryUIRequest returned", {"ppIhvUIRequest"}
    )
