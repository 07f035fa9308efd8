# SPDX-License-Identifier: GPL-2.0-or-later
"""Who is to blame: the verdicts, how they combine, and the exit code a verdict ends with.

The vocabulary is that of KCIDB (schema v5.3, ``tests[].status``), and so is its order of priority:

========  ==========================================================================
FAIL      the driver is wrong: a rule with severity FAIL is broken
ERROR     the test is wrong: nothing was learnt of the driver, and that is our doing
MISS      the lab broke, or evidence is missing: nothing is known of the driver
PASS      the driver did what the rules and the scenario ask
DONE      measured only, nothing was judged
SKIP      not run, on purpose
========  ==========================================================================

A run in which no association ran is never PASS: it is MISS if the lab, or evidence that is missing,
says why, else ERROR.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Final


class Verdict(StrEnum):
    """The outcome of one association or one run; members are in order of priority."""

    FAIL = "FAIL"
    ERROR = "ERROR"
    MISS = "MISS"
    PASS = "PASS"  # noqa: S105 (a verdict, no password)
    DONE = "DONE"
    SKIP = "SKIP"

    @property
    def priority(self) -> int:
        """0 for the verdict that outweighs all others (FAIL), rising to SKIP."""
        return _ORDER.index(self)

    @property
    def meaning(self) -> str:
        """What the verdict says, in a few words a person can act on."""
        return _MEANINGS[self]

    @property
    def exit_code(self) -> int:
        """Exit code of ``hil run``: 0 nothing wrong, 1 driver, 2 test or usage, 3 lab."""
        return _EXIT_CODES[self]


WRONG: Final = frozenset({Verdict.FAIL, Verdict.ERROR, Verdict.MISS})
"""Something went wrong: in the driver, the test or the lab."""

_ORDER = tuple(Verdict)
_MEANINGS = {
    Verdict.FAIL: "the driver broke a rule",
    Verdict.ERROR: "the test could not be carried out",
    Verdict.MISS: "the lab broke, nothing is known of the driver",
    Verdict.PASS: "the driver obeyed every rule checked",
    Verdict.DONE: "measured only, nothing judged",
    Verdict.SKIP: "not run, on purpose",
}
_EXIT_CODES = {
    Verdict.FAIL: 1,
    Verdict.ERROR: 2,
    Verdict.MISS: 3,
    Verdict.PASS: 0,
    Verdict.DONE: 0,
    Verdict.SKIP: 0,
}


def combine(verdicts: Iterable[Verdict]) -> Verdict | None:
    """Return the verdict of highest priority, or None when there is none to combine."""
    return min(verdicts, key=lambda verdict: verdict.priority, default=None)


def association_verdict(
    severities: Iterable[str],
    *,
    lab_fault: bool = False,
    missing: bool = False,
    error: bool = False,
    judged: bool = True,
) -> Verdict:
    """Verdict of one association.

    ``severities`` are those of its findings: "FAIL" blames the driver, "MISS" the lab, "WARN" does
    not count. ``lab_fault`` says that the lab broke during it, ``missing`` that not all of its
    evidence is there (what is not seen cannot be obeyed), ``error`` that the test did,
    ``judged`` that rules were applied at all (False: measured only). A rule that was broken before
    the lab broke stays broken.
    """
    found = [Verdict.PASS if judged else Verdict.DONE, *_blamed(severities)]
    if error:
        found.append(Verdict.ERROR)
    if lab_fault or missing:
        found.append(Verdict.MISS)
    return min(found, key=lambda verdict: verdict.priority)


def run_verdict(
    associations: Iterable[Verdict],
    *,
    requested: int,
    severities: Iterable[str] = (),
    lab_fault: bool = False,
    missing: bool = False,
    error: bool = False,
) -> Verdict:
    """Verdict of a run from those of its associations and from what concerns the run as a whole.

    ``severities`` are those of the findings outside any association (load, service, adapter).
    Fewer associations than ``requested`` mean that something ended the run early, which is MISS
    unless a more important verdict is known. None at all is never PASS.
    """
    ran = list(associations)
    found = [*ran, *_blamed(severities)]
    if error:
        found.append(Verdict.ERROR)
    if lab_fault or missing or 0 < len(ran) < requested:
        found.append(Verdict.MISS)
    if not ran and not (lab_fault or missing):
        found.append(Verdict.ERROR)
    return combine(found) or Verdict.ERROR


def _blamed(severities: Iterable[str]) -> list[Verdict]:
    """Return the verdicts that findings of these severities ask for; warnings ask for none."""
    return [Verdict(severity) for severity in severities if severity != "WARN"]
