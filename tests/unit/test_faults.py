# SPDX-License-Identifier: GPL-2.0-or-later
"""The faults of the sample DLL: each is known to the DLL, to a scenario and to a rule."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from harness.checks import RULES
from harness.errors import UsageError
from harness.faults import FAULTS, Fault, find_fault
from harness.scenarios import scenario_names

SAMPLE = Path(__file__).parents[2] / "vm-images" / "ihv" / "sample"


def in_the_source() -> set[str]:
    """The names in the tables of the sample's source."""
    text = "".join(path.read_text() for path in SAMPLE.glob("faults_*.c"))
    return set(re.findall(r'\{\.name = "([a-z0-9-]+)"', text))


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
def test_a_fault_is_known_on_both_sides(fault: Fault) -> None:
    """Its rules exist, its scenario is shipped, and the sample's source holds its name."""
    assert fault.rules
    assert all(rule in RULES for rule in fault.rules)
    assert fault.scenario in scenario_names()
    assert fault.meaning
    assert fault.name in in_the_source()
    assert bool(fault.why_more) == (len(fault.rules) > 1)


def test_no_rule_of_the_os_has_a_fault() -> None:
    """A DLL cannot break it."""
    assert all(RULES[rule].severity != "MISS" for one in FAULTS.values() for rule in one.rules)


def test_an_unknown_fault_is_refused_with_the_known_ones() -> None:
    """The hint lists all of them."""
    assert find_fault("hangs") is FAULTS["hangs"]
    with pytest.raises(UsageError, match="no fault 'hang'") as caught:
        find_fault("hang")
    assert all(name in caught.value.hint for name in FAULTS)
