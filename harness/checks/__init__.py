# SPDX-License-Identifier: GPL-2.0-or-later
"""Rules of the IHV Extensions contract, their evaluation over evidence, and EAPOL timing. Pure."""

from harness.checks import rules  # noqa: F401  (registers the rules)
from harness.checks.evaluate import evaluate
from harness.checks.finding import Evaluation, Finding, Severity, Undecided
from harness.checks.limits import CheckLimits, Expectation
from harness.checks.registry import RULES, Rule
from harness.checks.timing import (
    SESSION_FIGURES,
    HandshakeTiming,
    TimingValue,
    eapol_timing,
    summarise,
)
from harness.checks.unobservable import UNOBSERVABLE, Unobservable

__all__ = [
    "RULES",
    "SESSION_FIGURES",
    "UNOBSERVABLE",
    "CheckLimits",
    "Evaluation",
    "Expectation",
    "Finding",
    "HandshakeTiming",
    "Rule",
    "Severity",
    "TimingValue",
    "Undecided",
    "Unobservable",
    "eapol_timing",
    "evaluate",
    "summarise",
]
