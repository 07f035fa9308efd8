# SPDX-License-Identifier: GPL-2.0-or-later
"""Whose doing a breach of an OS-side rule is. Pure.

Rules that only the OS can break are found with severity MISS. On the reference guest the OS is this
lab's own WLAN service, so the lab was wrong: MISS stays, and nothing is said of the driver. On
Windows the OS is Microsoft's: the breach is worth knowing and nobody's failure, so it is a warning.
Either way the message says so. Rules of this harness (HOST, EXPECT) speak of the lab itself: what
is MISS there stays as it is.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final, Literal

from harness.checks import RULES, Evaluation, Finding

GuestKind = Literal["reference", "windows"]

DID: Final[dict[GuestKind, str]] = {
    "reference": "the lab's own WLAN service did this, not the driver",
    "windows": "the OS did this, not the driver",
}


def of_the_os(finding: Finding) -> bool:
    """True if it is the OS side that broke a rule of the contract."""
    return finding.severity == "MISS" and RULES[finding.rule].cls != "ours"


def blame(evaluation: Evaluation, guest: GuestKind) -> Evaluation:
    """The evaluation with the findings of the OS side told as that, and weighed by the guest."""
    findings = tuple(
        _told(finding, guest) if of_the_os(finding) else finding for finding in evaluation.findings
    )
    return replace(evaluation, findings=findings)


def _told(finding: Finding, guest: GuestKind) -> Finding:
    return replace(
        finding,
        severity="WARN" if guest == "windows" else "MISS",
        message=f"{DID[guest]}: {finding.message}",
    )
