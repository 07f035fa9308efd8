# SPDX-License-Identifier: GPL-2.0-or-later
"""[[rules]] of lab.toml: what is refused, and what becomes of findings."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from harness.checks import Evaluation, Finding
from harness.checks.finding import Severity
from harness.config.lab import Lab, load_lab
from harness.config.overrides import RuleOverride, apply, in_force
from harness.errors import UsageError

TODAY = date(2026, 11, 22)


def finding(rule: str, severity: Severity) -> Finding:
    """A finding."""
    return Finding(rule, severity, "message", 5, 1)


def evaluation(*findings: Finding) -> Evaluation:
    """An evaluation with these findings."""
    return Evaluation(findings, ["POST-05"], [])


def override(**values: Any) -> RuleOverride:
    """An override with a reason."""
    return RuleOverride.model_validate({"reason": "known, ticket 7", **values})


def test_waived_is_kept_with_its_reason() -> None:
    """A waived finding leaves the findings and stays on record."""
    item = override(id="POST-05", severity="off", expires=TODAY)
    given = finding("POST-05", "FAIL")
    result = apply(evaluation(given, finding("TX-01", "FAIL")), in_force([item], TODAY))
    assert [one.rule for one in result.findings] == ["TX-01"]
    (waived,) = result.waived
    assert (waived.finding, waived.reason, waived.expires) == (given, "known, ticket 7", TODAY)


def test_lowered_and_raised() -> None:
    """Another severity carries its reason; a MISS is not raised to a FAIL."""
    rules = in_force(
        [override(id="POST-05", severity="warn"), override(id="LIFE-05", severity="fail")], TODAY
    )
    result = apply(
        evaluation(
            finding("POST-05", "FAIL"), finding("LIFE-05", "WARN"), finding("LIFE-05", "MISS")
        ),
        rules,
    )
    assert [(one.severity, one.override) for one in result.findings] == [
        ("WARN", "known, ticket 7"), ("FAIL", "known, ticket 7"), ("MISS", None),
    ]  # fmt: skip


def test_expired_does_not_apply_and_is_told() -> None:
    """From the day after expires on the finding counts, with a note."""
    item = override(id="POST-05", severity="off", expires=date(2026, 11, 21))
    rules = in_force([item], TODAY)
    given = evaluation(finding("POST-05", "FAIL"))
    assert apply(given, rules) == given
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
