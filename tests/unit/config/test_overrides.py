# SPDX-License-Identifier: GPL-2.0-or-later
"""[[rules]] of lab.toml: what is refused, and what becomes of findings."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from harness.checks import evaluate
from harness.checks.finding import Waived
from harness.config.lab import Lab, load_lab
from harness.config.overrides import RuleOverride, in_force
from harness.errors import UsageError
from tests.unit.checks.pairs import PAIRS

TODAY = date(2026, 11, 22)


def override(**values: Any) -> RuleOverride:
    """An override with a reason."""
    return RuleOverride.model_validate({"reason": "known, ticket 7", **values})


def test_a_waived_finding_stays_on_record() -> None:
    """It leaves the findings and is kept with the reason; the others stay as they are."""
    evidence = PAIRS["RX-04"].breaks().evidence()
    before = evaluate(evidence)
    (given,) = (item for item in before.findings if item.rule == "RX-04")
    item = override(id="RX-04", severity="off", expires=TODAY)
    result = evaluate(evidence, overrides=in_force([item], TODAY).active)
    assert result.findings == tuple(item for item in before.findings if item != given)
    assert result.waived == (Waived(given, "known, ticket 7", TODAY),)


def test_a_changed_severity_tells_its_reason() -> None:
    """The finding carries the reason of lab.toml."""
    rules = in_force([override(id="RX-04", severity="warn")], TODAY)
    result = evaluate(PAIRS["RX-04"].breaks().evidence(), overrides=rules.active)
    (found,) = (item for item in result.findings if item.rule == "RX-04")
    assert (found.severity, found.override) == ("WARN", "known, ticket 7")


def test_expired_does_not_apply_and_is_told() -> None:
    """From the day after expires on the finding counts, with a note."""
    item = override(id="POST-05", severity="off", expires=date(2026, 11, 21))
    rules = in_force([item], TODAY)
    assert not rules.active
    assert "expired on 2026-11-21" in rules.notes[0]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('id = "POST-5"\nseverity = "warn"\nreason = "x"', "did you mean POST-"),
        ('id = "STOP-03"\nseverity = "warn"\nreason = "x"', "not checked"),
        ('id = "POST-05"\nseverity = "warn"', "reason"),
        ('id = "POST-05"\nseverity = "warn"\nreason = " "', "reason"),
        ('id = "POST-05"\nseverity = "off"\nreason = "x"', "needs expires"),
        ('id = "POST-05"\nseverity = "quiet"\nreason = "x"', "severity"),
        ('id = "POST-01"\nseverity = "fail"\nreason = "x"', "OS side"),
        ('id = "POST-05"\nseverity = "off"\nreason = "x"\nexpires = "soon"', "expires"),
    ],
)
def test_refused(tmp_path: Path, text: str, said: str) -> None:
    """A wrong override is refused before anything starts, with what is wrong."""
    file = tmp_path / "lab.toml"
    file.write_text(f"[[rules]]\n{text}\n")
    with pytest.raises(UsageError) as caught:
        load_lab(file)
    assert said in caught.value.message


def test_twice_is_refused(tmp_path: Path) -> None:
    """Two overrides of one rule contradict each other."""
    one = '[[rules]]\nid = "POST-05"\nseverity = "warn"\nreason = "x"\n'
    file = tmp_path / "lab.toml"
    file.write_text(one * 2)
    with pytest.raises(UsageError, match="more than once"):
        load_lab(file)


def test_good_file(tmp_path: Path) -> None:
    """A TOML date and a text one both do."""
    for day in ("2026-12-01", '"2026-12-01"'):
        text = f'[[rules]]\nid = "POST-05"\nseverity = "off"\nreason = "x"\nexpires = {day}\n'
        lab = Lab.model_validate(tomllib.loads(text))
        assert lab.rules[0].expires == date(2026, 12, 1)
