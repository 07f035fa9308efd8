# SPDX-License-Identifier: GPL-2.0-or-later
"""The faults our sample DLL can be told to have, and the rules that must catch them.

A fault proves its rule: a checker that stays silent on a broken DLL is worth nothing. So every rule
a DLL can break has a fault that breaks it and nothing else; where breaking one rule cannot but
break another, the fault names both and says why.
"""

from __future__ import annotations

from harness.errors import UsageError
from harness.faults.adapter import ADAPTERS, HOST
from harness.faults.connection import END, PACKETS, POST, PRE
from harness.faults.model import Fault, Where
from harness.faults.other import OTHER
from harness.faults.security import KEYS, ONEX
from harness.naming import did_you_mean

__all__ = ["FAULTS", "Fault", "Where", "find_fault"]

FAULTS: dict[str, Fault] = ADAPTERS | PRE | PACKETS | POST | END | ONEX | KEYS | OTHER | HOST
"""All faults by name, family by family in the order of the contract."""


def find_fault(name: str) -> Fault:
    """The fault `name`; raises `UsageError` with the nearest one."""
    try:
        return FAULTS[name]
    except KeyError:
        near = did_you_mean(name, FAULTS)
        raise UsageError(f"no fault {name!r}", hint=near or "`hil faults` lists them all") from None
