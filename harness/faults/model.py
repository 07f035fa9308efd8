# SPDX-License-Identifier: GPL-2.0-or-later
"""What a fault of the sample DLL is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from harness.checks.finding import Severity

Where = Literal["connection", "service", "build"]
"""Where the DLL is told of a fault: in the profile, for one connection; in sample.ini beside the
DLL, for the life of the service; or it is another build of the DLL, told of it in the profile."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One way the sample DLL breaks the contract, on purpose."""

    name: str
    meaning: str
    rules: tuple[str, ...]
    """The rule ids that must find it, and no others; the first is the one it is there for."""
    scenario: str = "plain"
    """The scenario that brings it out."""
    associations: int = 1
    """How many it takes to show."""
    where: Where = "connection"
    build: str = "sample.dll"
    """The file of the DLL that has it."""
    on_the_guest: str = ""
    """Why the reference guest cannot bring it out; the tests under Wine can."""
    severity: Severity | None = None
    """Of the finding, where it is not the one of its rule."""
    why_more: str = ""
    """Why it breaks more than one rule."""


def table(*faults: Fault) -> dict[str, Fault]:
    """These faults by name."""
    return {fault.name: fault for fault in faults}
