# SPDX-License-Identifier: GPL-2.0-or-later
"""Every fault of the sample DLL is found on the real thing, by its own rules and no other.

tests/wine/test_rules.py is the quick form, without a radio.
"""

from __future__ import annotations

import pytest

from harness.checks import RULES
from harness.faults import FAULTS, Fault
from tests.vm.standing import StandingLab

PER_CONNECTION = [
    fault for fault in FAULTS.values() if fault.where == "connection" and not fault.on_the_guest
]


@pytest.mark.parametrize("fault", PER_CONNECTION, ids=[fault.name for fault in PER_CONNECTION])
def test_the_fault_is_found_by_its_rules_alone(lab: StandingLab, fault: Fault) -> None:
    """The findings are of the rules the fault breaks, each with the severity it is to have."""
    outcome = lab.associate(
        fault.scenario, associations=fault.associations, fault=fault.name, whole=True
    )
    expected = {(rule, fault.severity or RULES[rule].severity) for rule in fault.rules}
    assert {(found.rule, found.severity) for found in outcome.findings} == expected, [
        found.message for found in outcome.findings
    ]
    blamed = any(severity == "FAIL" for _, severity in expected)
    assert outcome.verdict == ("FAIL" if blamed else "PASS")


@pytest.mark.parametrize("scenario", ["group-rekey", "pairwise-rekey"])
def test_a_wrong_key_is_found_where_keys_are_renewed(lab: StandingLab, scenario: str) -> None:
    """No data goes, nor does the renewal: the station is sent away, and the DLL is to blame."""
    outcome = lab.associate(scenario, fault="sets-wrong-key", impatient=True)
    assert [(one.rule, one.severity) for one in outcome.findings] == [("EXPECT-02", "FAIL")]


@pytest.mark.parametrize("name", ["crashes", "hangs"])
def test_the_run_goes_on_after_it(lab: StandingLab, name: str) -> None:
    """The next association finds a new IHV host, and fails again for the same reason alone."""
    outcome = lab.associate("plain", associations=2, fault=name)
    assert [one.verdict for one in outcome.associations] == ["FAIL", "FAIL"]
    assert outcome.rules == set(FAULTS[name].rules), outcome.findings
    assert lab.associate("plain").verdict == "PASS"
