# SPDX-License-Identifier: GPL-2.0-or-later
"""What an evaluation says: findings, rules checked, rules that could not be decided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from harness.evidence.model import Lacking, TraceDamage

Severity = Literal["FAIL", "WARN", "MISS"]
"""FAIL: the driver broke a plainly documented rule, or one of ours that says so.
WARN: it broke a rule that is derived, contradicted, or not kept by Microsoft's own sample.
MISS: the OS side broke a rule of its own. With the reference guest that is our IHV host, so the
lab is at fault and nothing is said of the driver."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A broken rule: where, when (guest clock), and the trace records that show it.

    ``evidence`` are sequence numbers within the process of the trace numbered ``process``.
    """

    rule: str
    severity: Severity
    message: str
    at_ns: int
    association: int | None
    evidence: tuple[int, ...] = ()
    process: int = 0
    override: str | None = None
    """Why lab.toml gives it another severity than the rule's, None if it does not."""


@dataclass(frozen=True, slots=True)
class Waived:
    """A finding that lab.toml waives: it stays on record, but asks for no verdict."""

    finding: Finding
    reason: str
    expires: date


@dataclass(frozen=True, slots=True)
class Undecided:
    """A rule the evidence could not decide, and why; association None means the whole run."""

    rule: str
    reason: str
    association: int | None = None

    @property
    def lacking(self) -> bool:
        """It might have been broken: the reason is evidence that is missing, or a stall."""
        return isinstance(self.reason, Lacking)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The outcome of all rules over one body of evidence.

    ``checked`` are the rules something in the evidence put to the test, kept or broken. A rule may
    be in ``checked`` and also have ``undecided`` entries, for other associations. ``held`` names
    the associations, ascending, in which a rule was put to the test and kept, whatever else was
    said of it there; what concerns no association is not in it.
    """

    findings: tuple[Finding, ...]
    checked: list[str]
    undecided: list[Undecided]
    held: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    waived: tuple[Waived, ...] = ()
    damage: tuple[TraceDamage, ...] = ()
    """All that is wrong with the evidence itself."""
    missing: Mapping[int | None, tuple[str, ...]] = field(default_factory=dict)
    """What is missing of an association (None: of the run): what could not be seen, and what
    could not be decided for it. With anything missing nothing is known to be kept."""

    def of(self, association: int | None) -> tuple[Finding, ...]:
        """The findings of one association (None: those of no association)."""
        return tuple(item for item in self.findings if item.association == association)
