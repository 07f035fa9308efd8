# SPDX-License-Identifier: GPL-2.0-or-later
"""Crashes of Windows and its programs: whether they are of this run, and which rule of Driver
Verifier a bug check is for.

The rules are those of its NDIS/WIFI option (Windows 8.1 on), by the parameter that names them in
bug check 0xC4 (MicrosoftDocs/windows-driver-docs, debugger and devtest).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from harness.checks.case import Case
from harness.checks.outcomes import Unknown
from harness.evidence.crashes import CrashDump
from harness.evidence.model import Lacking

VIOLATION: Final = 0xC4
"""DRIVER_VERIFIER_DETECTED_VIOLATION."""
_FETCHED_NS: Final = 600_000_000_000
"""How long after the end of a run's evidence dumps and log may be fetched."""


@dataclass(frozen=True, slots=True)
class VerifierRule:
    """A rule by its code and name there, and what it says; ``timed``: it limits a time."""

    code: int
    name: str
    text: str
    timed: bool = False


VERIFIER_RULES: Final = (
    VerifierRule(0x91001, "NdisOidComplete", "completes OID requests as NDIS asks it to"),
    VerifierRule(0x91002, "NdisOidDoubleComplete", "completes an OID request once"),
    VerifierRule(0x9100E, "NdisOidDoubleRequest", "has one OID request pending at a time"),
    VerifierRule(0x92003, "NdisTimedOidComplete", "completes OID requests in time", True),
    VerifierRule(0x9200D, "NdisTimedDataSend", "completes data given to it to send in time", True),
    VerifierRule(0x9200F, "NdisTimedDataHang", "does not hold data back for good", True),
    VerifierRule(0x93004, "WlanAssociation", "follows the sequence of an association"),
    VerifierRule(
        0x93005, "WlanConnectionRoaming", "follows the sequence of connecting and roaming"
    ),
    VerifierRule(0x93006, "WlanDisassociation", "follows the sequence of a disassociation"),
    VerifierRule(0x94007, "WlanTimedAssociation", "finishes an association in 10 s", True),
    VerifierRule(0x94008, "WlanTimedConnectionRoaming", "finishes roaming in 10 s", True),
    VerifierRule(0x94009, "WlanTimedConnectRequest", "starts a connection in 10 s", True),
    VerifierRule(0x9400B, "WlanTimedLinkQuality", "tells the link's quality in 15 s", True),
    VerifierRule(0x9400C, "WlanTimedScan", "finishes a scan in 15 s", True),
)

_CODES: Final = frozenset(one.code for one in VERIFIER_RULES)


def is_violation(crash: CrashDump) -> bool:
    """Whether a crash is Driver Verifier's bug check for one of these rules."""
    return crash.system and crash.code == VIOLATION and not _CODES.isdisjoint(crash.parameters[:1])


def began_ns(case: Case) -> int | None:
    """When the run's evidence begins, on the guest clock; None if there is none."""
    evidence = case.index.evidence
    begins = [record.t_ns for record in evidence.trace[:1]]
    begins += [one.connect_ns for one in evidence.associations[:1]]
    return min(begins, default=None)


def crashes_of_the_run(case: Case) -> list[CrashDump]:
    """Those not known to be older than the run: what was in the guest before is not of it."""
    began = began_ns(case)
    found = case.index.evidence.crashes
    return [one for one in found if one.t_ns is None or began is None or one.t_ns >= began]


def when(case: Case, crash: CrashDump) -> int | None:
    """When a crash was, on the guest clock; None where that is not known: by a calendar that says
    it is still to come, it was before that was set right."""
    if crash.told_later or crash.t_ns is None or crash.t_ns > case.index.end_ns + _FETCHED_NS:
        return None
    return crash.t_ns


def undated(what: str) -> Unknown:
    """A crash that nothing places in time: it may be older than the run."""
    return Unknown(Lacking(f"{what}: nothing ties its time to the guest clock"))
