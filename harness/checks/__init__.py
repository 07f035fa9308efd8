# SPDX-License-Identifier: GPL-2.0-or-later
"""Rules of the IHV Extensions contract, their evaluation over evidence, and EAPOL timing. Pure."""

from harness.checks import (
    postassociation,  # noqa: F401  (importing a family registers its rules)
)
from harness.checks.evaluate import evaluate
from harness.checks.finding import Evaluation, Finding, Severity, Undecided
from harness.checks.limits import Expectation, Limits
from harness.checks.registry import RULES, Rule

__all__ = [
    "RULES",
    "Evaluation",
    "Expectation",
    "Finding",
    "Limits",
    "Rule",
    "Severity",
    "Undecided",
    "evaluate",
]
