# SPDX-License-Identifier: GPL-2.0-or-later
"""Rules of the contract that no evidence of this harness can decide, each with the reason.

They are listed so that the contract is whole: what is not checked is said, not left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from harness.checks.finding import Severity
from harness.checks.severity import SEVERITY_OF_CLASS, RuleClass


@dataclass(frozen=True, slots=True)
class Unobservable:
    """A rule that is declared: what it says, and why or for want of what it is not checked."""

    id: str
    cls: RuleClass
    source: str
    text: str
    needs: str

    @property
    def severity(self) -> Severity:
        """What a breach would count as, going by the class."""
        return SEVERITY_OF_CLASS[self.cls]


_TABLE: Final = (
    Unobservable(
        "ADPT-04", "M", "N:802-11-wlan-adapter-removal",
        "DeinitAdapter frees the adapter's resources, buffers of AllocateBuffer included.",
        "AllocateBuffer names no adapter, so a buffer kept may belong to the service; what is "
        "left at the end of the service is LIFE-12",
    ),
    Unobservable(
        "ADPT-08", "M(OS)", "I:dot11ext_request_virtual_station",
        "InitAdapter for a virtual station may come before or after RequestVirtualStation returns.",
        "it allows both orders, so no order of calls can break it",
    ),
    Unobservable(
        "ADPT-09", "M", "N:virtual-station",
        "The DLL gives up waiting for a virtual station after two minutes.",
        "waiting goes on inside the DLL and leaves no call behind",
    ),
    Unobservable(
        "STOP-03", "M", "N:stopping-a-post-association-operation",
        "StopPostAssociate releases all resources of the port.",
        "timers, caches and threads are inside the DLL; what can be seen of them is STOP-09",
    ),
    Unobservable(
        "ONEX-11", "S", "S:ihvonexext.cpp",
        "On IN_PROGRESS the DLL drops old keys and the EAPOL-Key packets it kept.",
        "its cache is inside the DLL",
    ),
    Unobservable(
        "KEY-10", "M", "N:overview-of-ihv-extensibility",
        "Keys are never logged, are protected in memory and wiped after use.",
        "the DLL's memory and logs are its own; this harness's part, a trace without secrets, is "
        "tested",
    ),
    Unobservable(
        "KEY-12", "M", "A:tkip-countermeasures",
        "TKIP countermeasures are up to the DLL or the driver where the DLL authenticates.",
        "either may do it, and the driver's part is outside the interface",
    ),
)  # fmt: skip

UNOBSERVABLE: Final = {item.id: item for item in _TABLE}
"""The declared rules by id, in the order of the contract."""
