# SPDX-License-Identifier: GPL-2.0-or-later
"""What a plan says before its run: lab.toml as it is used, and the result nothing has come of."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from harness.config.lab import Lab
from harness.config.overrides import RuleOverride
from harness.results import Verdict
from harness.run.plan import RunPlan, planned_result, resolved
from tests.unit.conftest import MakePlan


def test_the_lab_file_is_what_was_used(plan: MakePlan) -> None:
    """lab.toml of a run is valid TOML, loads to the same lab, and no value is left to defaults."""
    made = plan()
    data = tomllib.loads(resolved(made))
    assert set(data) == set(Lab.model_fields) - {"rules"}
    assert data["limits"]["boot_s"] == made.lab.limits.boot_s
    assert Lab.model_validate(data) == made.lab


def test_a_lab_file_with_odd_paths_still_loads(plan: MakePlan, tmp_path: Path) -> None:
    """A quote or a backslash in a path does not break the file."""
    made = plan()
    store = {"runs": tmp_path / 'a "b" \\c', "cache": tmp_path}
    lab = Lab.model_validate({"store": store, "air": {"first_retry_ms": 7}})
    text = resolved(RunPlan(lab, made.scenario, "x"))
    assert Lab.model_validate(tomllib.loads(text)) == lab


@pytest.mark.parametrize("reason", ["known 😀", "known \x7f", 'a "b" \\c', "zwei\nZeilen", "ä\x01"])
def test_a_lab_file_with_odd_reasons_still_loads(plan: MakePlan, reason: str) -> None:
    """Whatever a person writes in lab.toml can be read again by `hil judge`."""
    made = plan()
    waiver = {"id": "POST-08", "severity": "off", "reason": reason, "expires": "2099-01-31"}
    lab = made.lab.model_copy(update={"rules": (RuleOverride.model_validate(waiver),)})
    text = resolved(replace(made, lab=lab))
    assert Lab.model_validate(tomllib.loads(text)) == lab


def test_a_run_of_which_nothing_has_come_is_no_pass(plan: MakePlan) -> None:
    """Its result says what is planned, and holds no secret."""
    made = plan("m4-lost", associations=7)
    told = planned_result(made, "20270131T000000Z-abcdef", datetime(2027, 1, 31, tzinfo=UTC))
    assert told.verdict is Verdict.ERROR
    assert (told.scenario, told.requested_associations) == ("m4-lost", 7)
    assert told.air is not None
    assert told.air.rules == ("drop M4 (number 1)",)
    secret = made.scenario.network.passphrase
    assert secret is not None
    assert secret.get_secret_value() not in told.to_json()
