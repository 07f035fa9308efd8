# SPDX-License-Identifier: GPL-2.0-or-later
"""The severity of a finding. `decide` is the one place where it is made, from four sources:

1. the rule: the severity of its class (`SEVERITY_OF_CLASS`), or its own where it gives a reason;
2. the breach, where a rule grades its breaches (a weaker proof, an act of the OS);
3. the guest, for breaches of the OS side: where that is this lab's own WLAN service, the lab was
   wrong (MISS) and nothing is said of the driver; where it is Microsoft's, it is worth knowing and
   nobody's failure (WARN);
4. lab.toml, which changes the severity of a rule or waives it. It never turns a MISS into a FAIL.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from harness.checks.finding import Severity

OsSide = Literal["lab", "microsoft"]
"""Whose the OS side of the interface is: the lab's own WLAN service, or Windows' real one."""
RuleClass = Literal["M", "M(OS)", "C", "D", "S", "ours"]
"""M: documented plainly. M(OS): so too, but it speaks of the OS. C: the documents contradict each
other. D: derived from documented facts. S: only Microsoft's sample shows it. ours: not a rule of
the interface, but of this harness."""

SEVERITY_OF_CLASS: Final[dict[RuleClass, Severity]] = {
    "M": "FAIL",
    "M(OS)": "MISS",
    "C": "WARN",
    "D": "WARN",
    "S": "WARN",
    "ours": "FAIL",
}

OS_ACTED: Final[dict[OsSide, str]] = {
    "lab": "the lab's own WLAN service did this, not the driver",
    "microsoft": "the OS did this, not the driver",
}
"""How the message of a finding about the OS side begins, by whose that is."""


@dataclass(frozen=True, slots=True)
class Override:
    """What lab.toml says of a rule: another severity, or (``severity`` None) a waiver.

    ``expires`` is the last day on which it applies; a waiver always has one.
    """

    severity: Literal["FAIL", "WARN"] | None
    reason: str
    expires: date | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """The severity of a finding, and what is told of how it came about.

    ``stated`` is what rule and breach say, before guest and lab.toml: the other rules go by it.
    ``attribution`` goes before the message. ``override`` is the reason of the override that changed
    the severity, ``waiver`` the override that waives the finding.
    """

    stated: Severity
    severity: Severity
    attribution: str | None = None
    override: str | None = None
    waiver: Override | None = None


def decide(
    rule_class: RuleClass,
    of_rule: Severity,
    of_breach: Severity | None = None,
    os_side: OsSide | None = None,
    override: Override | None = None,
) -> Decision:
    """The severity of a breach; ``os_side`` None leaves breaches of the OS side as they are stated.

    Rules of this harness (class "ours": HOST, EXPECT) speak of the lab itself: their MISS is the
    lab's on every guest.
    """
    stated = of_breach or of_rule
    severity, attribution = stated, None
    if os_side is not None and stated == "MISS" and rule_class != "ours":
        severity = "WARN" if os_side == "microsoft" else "MISS"
        attribution = OS_ACTED[os_side]
    if override is None:
        return Decision(stated, severity, attribution)
    if override.severity is None:
        return Decision(stated, severity, attribution, waiver=override)
    raises_a_miss = override.severity == "FAIL" and stated == "MISS"
    if override.severity == severity or raises_a_miss:
        return Decision(stated, severity, attribution)
    return Decision(stated, override.severity, attribution, override=override.reason)
