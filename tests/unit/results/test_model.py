# SPDX-License-Identifier: GPL-2.0-or-later
"""result.json: names, round trip, the shipped schema."""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib.resources import files

import pytest
from pydantic import ValidationError

from harness.checks.figures import SUMMARY
from harness.results import (
    FindingResult,
    LabFaultResult,
    RunResult,
    TimingSummary,
    UndecidedResult,
    json_schema,
)
from tests.unit.results.samples import NO_COMPLETION, association, run


def test_shipped_schema_is_current() -> None:
    """The schema file in the package is what the models say now.

    To renew it: python -c 'import json, harness.results as r; print(json.dumps(r.json_schema(),
    indent=1))' > harness/results/result.schema.json
    """
    shipped = files("harness.results").joinpath("result.schema.json").read_text("utf-8")
    assert json.loads(shipped) == json_schema()


def test_names_others_rely_on() -> None:
    """The document has the names, nesting and units it promises."""
    document = json.loads(run(association(1, NO_COMPLETION)).to_json())
    assert document["schema"] == 3
    assert document["verdict"] == "FAIL"
    item = document["associations"][0]
    assert (
        item["findings"][0] | {"rule": "POST-05", "severity": "FAIL", "at_ns": 5}
        == (item["findings"][0])
    )
    assert item["post_association"] == {
        "called": True, "return_code": 0, "sessions": None, "completions": 1, "win32_error": 0,
        "reason_code": 0, "asynchronous": True,
    }  # fmt: skip
    assert item["timing_us"]["handshake"] == 12_400.0
    assert item["retries"] == {"m1": 0, "m3": 0}
    assert set(item["handshakes"][0]) == {
        "station", "access_point", "session", "kind", "renewal", "retries", "timing_us",
        "timing_uncertainty_us",
    }  # fmt: skip
    assert set(document["timing_summary_us"]["handshake"]) == {
        "n", "min", "p50", "p95", "p99", "max",
    }  # fmt: skip
    assert document["rules"] == {
        "checked": ["POST-05", "POST-12"], "held": {}, "undecided": [], "waived": [], "notes": [],
    }  # fmt: skip


def test_round_trip() -> None:
    """What is written is read back equal, every optional part included."""
    fault = LabFaultResult(message="QEMU gone", awaited="SSH", waited_s=3.5, last_state="booting")
    result = run(association(1, lab_fault=fault), association(2, NO_COMPLETION), errors=("x",))
    assert RunResult.model_validate_json(result.to_json()) == result


def test_unknown_field_is_refused() -> None:
    """A misspelt field is an error that names it, not silently dropped."""
    document = json.loads(run(association(1)).to_json()) | {"verdikt": "PASS"}
    with pytest.raises(ValidationError, match="verdikt"):
        RunResult.model_validate(document)


@pytest.mark.parametrize(("field", "value"), [("index", 0), ("messages", {"M1": -1})])
def test_impossible_numbers_are_refused(field: str, value: object) -> None:
    """Indices start at 1 and counts are not negative."""
    with pytest.raises(ValidationError, match=field):
        association(**{"index": 1, field: value})  # type: ignore[arg-type]


def test_findings_are_taken_as_the_checks_made_them() -> None:
    """The dataclasses of the checks need no conversion by hand."""

    @dataclass(frozen=True)
    class Finding:
        rule: str = "TX-01"
        severity: str = "FAIL"
        message: str = "EtherType bytes 8E 88"
        at_ns: int = 7
        association: int | None = 2
        evidence: tuple[int, ...] = (9,)

    found = FindingResult.model_validate(Finding())
    assert (found.rule, found.at_ns, found.association, found.evidence) == ("TX-01", 7, 2, (9,))

    @dataclass(frozen=True)
    class Undecided:
        rule: str = "POST-06"
        reason: str = "order finer than the clocks' uncertainty"
        association: int | None = None

    assert UndecidedResult.model_validate(Undecided()).rule == "POST-06"


def test_the_summary_of_a_figure_is_what_is_shown_of_it() -> None:
    """Its fields are the number of values and those that tables show."""
    assert tuple(TimingSummary.model_fields) == ("n", *SUMMARY)
