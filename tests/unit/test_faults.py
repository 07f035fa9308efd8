# SPDX-License-Identifier: GPL-2.0-or-later
"""The faults of the sample DLL: each is known to the DLL, to a scenario and to a rule."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.checks import RULES
from harness.errors import UsageError
from harness.faults import FAULTS, Fault, find_fault
from harness.scenarios import scenario_names

SAMPLE = Path(__file__).parents[2] / "vm-images" / "ihv" / "sample"


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
def test_a_fault_is_known_on_both_sides(fault: Fault) -> None:
    """Its rules exist and fail, its scenario is shipped, and the sample's source holds its name."""
    assert fault.rules
    assert all(RULES[rule].severity == "FAIL" for rule in fault.rules)
    assert fault.scenario in scenario_names()
    assert fault.meaning
    assert any(f'"{fault.name}"' in path.read_text() for path in SAMPLE.glob("*.c"))


def test_an_unknown_fault_is_refused_with_the_known_ones() -> None:
    """The hint lists all of them."""
    assert find_fault("hangs") is FAULTS["hangs"]
    with pytest.raises(UsageError, match="no fault 'hang'") as caught:
        find_fault("hang")
    assert all(name in caught.value.hint for name in FAULTS)
