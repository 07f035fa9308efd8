# SPDX-License-Identifier: GPL-2.0-or-later
"""The faults of the sample DLL: each is known to the DLL, to a scenario and to a rule."""

from __future__ import annotations

import functools
import re
from pathlib import Path

import pytest

from harness.checks import RULES
from harness.errors import UsageError
from harness.faults import FAULTS, Fault, find_fault
from harness.scenarios import scenario_names

SAMPLE = Path(__file__).parents[2] / "vm-images" / "ihv" / "sample"


@functools.cache
def in_the_source() -> set[str]:
    """The names in the tables of the sample's source."""
    text = "".join(path.read_text() for path in SAMPLE.glob("faults_*.c"))
    built = "".join(path.read_text() for path in SAMPLE.glob("sample_*.def"))
    return {*re.findall(r'\{\.name = "([a-z0-9-]+)"', text), *re.findall(r"fault (.+)\)", built)}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
def test_a_fault_is_known_on_both_sides(fault: Fault) -> None:
    """Its rules exist, its scenario is shipped, and the sample's source holds its name."""
    assert fault.rules
    assert all(rule in RULES for rule in fault.rules)
    assert fault.scenario in scenario_names()
    assert fault.meaning
    assert fault.name in in_the_source()
    assert bool(fault.why_more) == (len(fault.rules) > 1)


WITHOUT = {
    "HOST-03": "tests/vm/test_hostile.py breaks it with a DLL made for that",
    "HOST-04": "tests/vm/test_hostile.py breaks it with a DLL made for that",
    "HOST-05": "tests/vm/test_hostile.py breaks it with a DLL made for that",
    "HOST-06": "tests/vm/test_hostile.py breaks it with a DLL made for that",
    "HOST-07": "Windows tells it; tests/unit/checks/rules/test_host_crashes.py has such events",
    "HOST-08": "Windows tells it; tests/unit/checks/rules/test_host_crashes.py has such dumps",
    "HOST-09": "of the miniport, which a DLL is not",
    **{f"NDIS-{number:02}": "of the miniport, which a DLL is not" for number in range(1, 15)},
    "EXPECT-03": "of this harness: a DLL that sends no message breaks EXPECT-01 or EXPECT-02 first",
    "EXPECT-04": "of this harness: the guest's kernel sends no data in the clear once it has a key",
    "EXPECT-05": "of this harness: only the OS can leave out StopPostAssociate",
    "EXPECT-07": "of this harness: what it asks for is the scenario's and the OS's to bring about",
    "EXPECT-08": "of this harness: the sample answers every request while a connection stands",
}
"""Rules without a fault, each with the reason."""


def test_every_rule_a_dll_can_break_has_a_fault() -> None:
    """Or a reason why not; and a reason only where there is none."""
    found = {rule for fault in FAULTS.values() for rule in fault.rules}
    of_the_dll = {rule.id for rule in RULES.values() if rule.severity != "MISS"}
    assert of_the_dll - found == set(WITHOUT)


def test_no_rule_of_the_os_has_a_fault() -> None:
    """A DLL cannot break it."""
    assert all(RULES[rule].severity != "MISS" for one in FAULTS.values() for rule in one.rules)


def test_an_unknown_fault_is_refused_with_the_nearest_one() -> None:
    """Or with where they are listed."""
    assert find_fault("hangs") is FAULTS["hangs"]
    with pytest.raises(UsageError, match="no fault 'hang'") as caught:
        find_fault("hang")
    assert caught.value.hint == "did you mean hangs?"
    with pytest.raises(UsageError, match="no fault 'x'") as caught:
        find_fault("x")
    assert caught.value.hint == "`hil faults` lists them all"
