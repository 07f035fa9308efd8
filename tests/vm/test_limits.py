# SPDX-License-Identifier: GPL-2.0-or-later
"""[limits] of lab.toml reach the guest: a DLL may take as long as they say, and no longer.

A DLL (tests/wine/hostile.c) that works for seven seconds in PerformPreAssociate, or in
DeinitService, on two guests: one with patience, one with little.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.config.lab import Lab
from tests.vm.test_hostile import Bench, benched

PATIENT = {"handler_s": 20, "deinit_s": 20}
STRICT = {"handler_s": 2, "deinit_s": 2.5}


@pytest.fixture(scope="module")
def patient(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """A guest that waits."""
    lab = Lab.model_validate({"limits": PATIENT})
    with benched(lab, tmp_path_factory.mktemp("patient")) as bench:
        yield bench


@pytest.mark.parametrize("mode", ["slow-handler", "slow-deinit"])
def test_a_slow_dll_is_waited_for(patient: Bench, mode: str) -> None:
    """Nothing is killed and nothing found."""
    assert not [item for item in patient.run(mode) if item.rule.startswith("HOST")]


def test_an_impatient_lab_says_by_which_limit(tmp_path: Path) -> None:
    """The same DLL is ended, and the finding names the key of lab.toml."""
    with benched(Lab.model_validate({"limits": STRICT}), tmp_path) as strict:
        for mode, limit in (("slow-handler", "handler_s = 2"), ("slow-deinit", "deinit_s = 2.5")):
            found = [item for item in strict.run(mode) if item.rule == "HOST-02"]
            assert [item.severity for item in found] == ["FAIL"]
            assert f"[limits] {limit}" in found[0].message
            assert "has not returned after 2" in found[0].message
