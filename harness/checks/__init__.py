# SPDX-License-Identifier: GPL-2.0-or-later
"""Rules of the IHV Extensions contract, their evaluation over evidence, and EAPOL timing. Pure."""

# Importing a family registers its rules; the order here is the order of reports.
from harness.checks import life  # noqa: I001, F401
from harness.checks import life_end  # noqa: F401
from harness.checks import adapter  # noqa: F401
from harness.checks import adapter_end  # noqa: F401
from harness.checks import preassociation  # noqa: F401
from harness.checks import preassociation_work  # noqa: F401
from harness.checks import invalid_profile  # noqa: F401
from harness.checks import late  # noqa: F401
from harness.checks import packets  # noqa: F401
from harness.checks import permissions  # noqa: F401
from harness.checks import ethertypes  # noqa: F401
from harness.checks import receiving  # noqa: F401
from harness.checks import backlog  # noqa: F401
from harness.checks import sends  # noqa: F401
from harness.checks import postassociation  # noqa: F401
from harness.checks import parameters  # noqa: F401
from harness.checks import postassociation_os  # noqa: F401
from harness.checks import postassociation_work  # noqa: F401
from harness.checks import stop_reset  # noqa: F401
from harness.checks import aftermath  # noqa: F401
from harness.checks import onex  # noqa: F401
from harness.checks import onex_packets  # noqa: F401
from harness.checks import onex_os  # noqa: F401
from harness.checks import keys  # noqa: F401
from harness.checks import keys_more  # noqa: F401
from harness.checks import ui  # noqa: F401
from harness.checks import memory  # noqa: F401
from harness.checks import other_handlers  # noqa: F401
from harness.checks import host  # noqa: F401
from harness.checks import host_end  # noqa: F401
from harness.checks import expectation  # noqa: F401
from harness.checks import ordered  # noqa: F401
from harness.checks.evaluate import evaluate
from harness.checks.finding import Evaluation, Finding, Severity, Undecided
from harness.checks.limits import Expectation, Limits
from harness.checks.registry import RULES, Rule
from harness.checks.timing import (
    FIGURES,
    HandshakeTiming,
    TimingValue,
    eapol_timing,
    summarise,
)
from harness.checks.unobservable import UNOBSERVABLE, Unobservable

__all__ = [
    "FIGURES",
    "RULES",
    "UNOBSERVABLE",
    "Evaluation",
    "Expectation",
    "Finding",
    "HandshakeTiming",
    "Limits",
    "Rule",
    "Severity",
    "TimingValue",
    "Undecided",
    "Unobservable",
    "eapol_timing",
    "evaluate",
    "summarise",
]
