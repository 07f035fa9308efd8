# SPDX-License-Identifier: GPL-2.0-or-later
"""Every fault of the sample DLL is found, by its own rule and no other."""

from __future__ import annotations

import pytest

from harness.faults import FAULTS
from harness.pytest_plugin import RunningLab


@pytest.mark.parametrize("name", FAULTS)
def test_the_fault_is_found_by_its_rule_alone(lab: RunningLab, name: str) -> None:
    """The association fails with just the rules the fault breaks."""
    fault = FAULTS[name]
    outcome = lab.associate(fault.scenario, fault=name)
    assert outcome.rules == set(fault.rules), outcome.findings
    assert outcome.verdict == "FAIL"


@pytest.mark.parametrize("name", ["crashes", "hangs"])
def test_the_run_goes_on_after_it(lab: RunningLab, name: str) -> None:
    """The next association finds a new IHV host, and fails again for the same reason alone."""
    outcome = lab.associate("plain", associations=2, fault=name)
    assert [one.verdict for one in outcome.associations] == ["FAIL", "FAIL"]
    assert outcome.rules == set(FAULTS[name].rules), outcome.findings
    assert lab.associate("plain").verdict == "PASS"
