# SPDX-License-Identifier: GPL-2.0-or-later
"""Rules of the IHV Extensions contract, their evaluation over evidence, and EAPOL timing. Pure."""

# Importing a family registers its rules; the order here is the order of reports.
from harness.checks import life  # noqa: I001, F401
from harness.checks import adapter  # noqa: F401
from harness.checks import preassociation  # noqa: F401
from harness.checks import packets  # noqa: F401
from harness.checks import postassociation  # noqa: F401
from harness.checks import postassociation_os  # noqa: F401
from harness.checks import stop_reset  # noqa: F401
from harness.checks import keys  # noqa: F401
from harness.checks import host  # noqa: F401
from harness.checks import expectation  # noqa: F401
from harness.checks.evaluate import evaluate
from harness.checks.finding import Evaluation, Finding, Severity, Undecided
from harness.checks.limits import Expectation, Limits
from harness.checks.registry import RULES, Rule
from harness.checks.timing import (
    FIGURES,
    AssociationTiming,
    TimingValue,
    eapol_timing,
    summarise,
)

__all__ = [
    "FIGURES",
    "RULES",
    "AssociationTiming",
    "Evaluation",
    "Expectation",
    "Finding",
    "Limits",
    "Rule",
    "Severity",
    "TimingValue",
    "Undecided",
    "eapol_timing",
    "evaluate",
    "summarise",
]
