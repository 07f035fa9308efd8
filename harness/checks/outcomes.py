# SPDX-License-Identifier: GPL-2.0-or-later
"""What a rule says of the evidence: kept (`Held`), broken (`Breach`) or not decided (`Unknown`).

A rule yields one outcome for everything in the evidence that put it to the test. A rule that yields
nothing was not exercised.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from harness.checks.finding import Severity


@dataclass(frozen=True, slots=True)
class Held:
    """The rule was put to the test and kept: in an association, or (None) outside any."""

    association: int | None = None


@dataclass(frozen=True, slots=True)
class Breach:
    """The rule was broken.

    ``at_ns`` is on the guest's clock; ``evidence`` are the sequence numbers, within the process
    numbered ``process``, of the trace records that show it. ``severity`` None means the rule's.
    """

    message: str
    at_ns: int
    association: int | None = None
    evidence: tuple[int, ...] = ()
    process: int = 0
    severity: Severity | None = None


@dataclass(frozen=True, slots=True)
class Unknown:
    """The rule applied, but the evidence cannot decide it; ``reason`` says why, for a person."""

    reason: str
    association: int | None = None


Outcome = Held | Breach | Unknown
Outcomes = Iterator[Outcome]
