# SPDX-License-Identifier: GPL-2.0-or-later
"""What the plan of nights says beside their history: did the gate hold, what is known. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, final

from harness.board.coding import shown
from harness.history.model import Mark, Night


@final
@dataclass(frozen=True)
class Issue:
    """A failure that is known, or a test in quarantine, as the plan has it."""

    mark: Mark
    pattern: str
    """Of the tests concerned."""
    reason: str
    ticket: str = ""
    expires: date | None = None
    """The last day on which it counts; None: it does not expire."""


@final
@dataclass(frozen=True)
class GivenPlan:
    """The plan's gate as it was for each night, and its known issues."""

    gates: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """By the night's id the limits that were passed; none: the gate held."""
    issues: Sequence[Issue] = ()

    def content(self, nights: Sequence[Night]) -> dict[str, Any]:
        """Gates by the night's number, and the issues, as the page takes them."""
        return {
            "gates": {
                number: [shown(one) for one in self.gates[night.id]]
                for number, night in enumerate(nights)
                if night.id in self.gates
            },
            "issues": [
                {
                    "mark": one.mark.value,
                    "pattern": shown(one.pattern),
                    "reason": shown(one.reason),
                    "ticket": shown(one.ticket),
                    "expires": one.expires.isoformat() if one.expires else "",
                }
                for one in self.issues
            ],
        }
