# SPDX-License-Identifier: GPL-2.0-or-later
"""Small results for the tests of results and console."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from harness.results import (
    AssociationResult,
    EchoResult,
    FindingResult,
    PostAssociation,
    RulesResult,
    RunResult,
    TimingSummary,
    judge_association,
    judge_run,
)

STARTED = datetime(2026, 11, 22, 16, 30, 5, tzinfo=UTC)
NO_COMPLETION = FindingResult(
    rule="POST-05",
    severity="FAIL",
    message="no PostAssociateCompletion within 10 s (our limit)",
    at_ns=5,
    evidence=(3, 4),
)
WARNING = FindingResult(rule="POST-12", severity="WARN", message="pPeer names another station")


def association(index: int, *findings: FindingResult, **fields: Any) -> AssociationResult:
    """An association that went well, apart from the findings and fields given."""
    defaults: dict[str, Any] = {
        "connected": True,
        "post_association": PostAssociation(
            called=True, return_code=0, completions=1, win32_error=0, reason_code=0,
            asynchronous=True,
        ),
        "messages": {"M1": 1, "M2": 1, "M3": 1, "M4": 1},
        "echo": EchoResult(sent=3, answered=3, arp=True, protected=True),
        "timing_us": {"handshake": 12_400.0, "handler": 310.0, "m4_to_completion": 2_100.0},
        "duration_s": 1.5,
    }  # fmt: skip
    return judge_association(findings, index=index, **(defaults | fields))


def run(*associations: AssociationResult, **fields: Any) -> RunResult:
    """A run of these associations, all that were asked for."""
    defaults: dict[str, Any] = {
        "scenario": "plain",
        "guest": "reference",
        "run_id": "20261122T163005Z-abcdef",
        "started_at": STARTED,
        "duration_s": 61.25,
        "command": "./hil run --scenario plain",
        "requested_associations": len(associations),
        "associations": associations,
        "rules": RulesResult(checked=("POST-05", "POST-12")),
        "timing_summary_us": {
            "handshake": TimingSummary(n=2, min=1000, p50=2000, p95=3000, p99=4000, max=5000)
        },
    }
    return judge_run(**(defaults | fields))
