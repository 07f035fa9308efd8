# SPDX-License-Identifier: GPL-2.0-or-later
"""The contract as this harness knows it: every rule, checked or not, for people to read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from harness.checks.registry import RULES
from harness.checks.unobservable import UNOBSERVABLE

Status = Literal["implemented", "unobservable"]

FAMILIES: Final = {
    "LIFE": "Load, version, service",
    "ADPT": "Adapter",
    "PRE": "Pre-association",
    "ETH": "EtherType handling",
    "TX": "Sending packets",
    "RX": "Receiving packets",
    "POST": "Post-association",
    "STOP": "StopPostAssociate",
    "RST": "AdapterReset",
    "ONEX": "802.1X through the OS",
    "KEY": "Keys and algorithms",
    "UI": "User interface",
    "IND": "Indications",
    "MEM": "Memory",
    "PROF": "Profiles",
    "CTRL": "Control",
    "NIC": "NIC-specific extension",
    "VS": "Virtual station",
    "NDIS": "The miniport under Driver Verifier",
    "HOST": "The DLL's process (rules of this harness)",
    "EXPECT": "What the scenario expects (rules of this harness)",
}
"""The families in the order of the contract, with their titles."""

OWN_FAMILIES: Final = ("HOST", "EXPECT")

CLASSES: Final = {
    "M": "documented plainly",
    "M(OS)": "documented plainly, of the OS's side",
    "C": "the documents contradict each other",
    "D": "derived from documented facts",
    "S": "only Microsoft's sample shows it",
    "ours": "a rule of this harness, of no document",
}


SOURCES: Final = {
    "N": "MicrosoftDocs/windows-driver-docs, windows-driver-docs-pr/network/…",
    "A": "the same folder up to June 2018, before its Native 802.11 topics were archived",
    "I": "MicrosoftDocs/windows-driver-docs-ddi, wdk-ddi-src/content/wlanihv/nc-wlanihv-…",
    "H": "wlanihv.h of the Windows SDK (10.0.16299), and the headers it includes",
    "S": 'Microsoft\'s sample "Native Wifi IHV Service" in windows-driver-samples (2016)',
    "W": "MicrosoftDocs/win32, desktop-src/…",
    "V": "MicrosoftDocs/windows-driver-docs, windows-driver-docs-pr/devtest/…",
}
"""What the letters before the colon of a source stand for."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One rule for people. ``observed`` says how it is checked, ``needs`` why it is not."""

    id: str
    cls: str
    severity: str
    status: Status
    text: str
    source: str
    why: str = ""
    observed: str = ""
    needs: str = ""

    @property
    def family(self) -> str:
        """The part of the id before the dash."""
        return self.id.partition("-")[0]


def entries() -> list[Entry]:
    """All rules, checked or not, in the order of `FAMILIES` and of their numbers."""
    found = [
        Entry(
            rule.id, rule.cls, rule.severity, "implemented", rule.text, rule.source, rule.why,
            observed=" ".join((rule.check.__doc__ or "").split()),
        )
        for rule in RULES.values()
    ] + [
        Entry(
            rule.id, rule.cls, rule.severity, "unobservable", rule.text, rule.source,
            needs=rule.needs,
        )
        for rule in UNOBSERVABLE.values()
    ]  # fmt: skip
    order = list(FAMILIES)
    return sorted(found, key=lambda entry: (order.index(entry.family), entry.id))


def summary() -> dict[str, int]:
    """How many rules there are: of the contract by status, and of this harness's own."""
    contract = [entry for entry in entries() if entry.family not in OWN_FAMILIES]
    implemented = sum(entry.status == "implemented" for entry in contract)
    return {
        "implemented": implemented,
        "unobservable": len(contract) - implemented,
        "total": len(contract),
        "own": len(entries()) - len(contract),
    }
