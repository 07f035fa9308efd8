# SPDX-License-Identifier: GPL-2.0-or-later
"""A comparison in words."""

from __future__ import annotations

import re

import pytest

from harness.comparison.compare import compare
from harness.comparison.nights import ALL
from harness.comparison.sides import Catalogue
from harness.comparison.wording import described, p_value, percent, title
from harness.history.model import Test
from harness.results import Verdict
from tests.unit.comparison.nightly import Nightly


def words(nightly: Nightly, *, everything: bool = False) -> list[tuple[str, str]]:
    """What is said of the last night and the one before."""
    known = Catalogue(nightly.history)
    found = compare(nightly.history, known, known.choose("last-1"), known.choose("last"))
    return list(described(found, everything=everything))


def after(nights: int) -> Nightly:
    """A lab with so many nights behind it."""
    made = Nightly()
    for _ in range(nights):
        made.night()
    return made


def test_a_regression_says_what_is_known() -> None:
    """Stage, shift with interval, p, counts, and percentiles with intervals."""
    nightly = after(11)
    nightly.night(Verdict.FAIL, slower={"m1_to_m2": 1.3})
    said = words(nightly)
    assert ("regression", "reference/hwsim/acme/plain: PASS → FAIL") in said
    (line,) = [text for word, text in said if word == "regression" and "M1" in text]
    interval = r"-?\d+\.\d+ \(\d+\.\d+ to \d+\.\d+\)"
    assert re.fullmatch(
        r"reference/hwsim/acme/plain: M1 → M2 \+\d+\.\d % \(95 %: \+\d+\.\d % to \+\d+\.\d %\), "
        r"p (< )?0\.\d+; n 200 → 200 \(base with 10 nights before that are like it\); "
        rf"median {interval} → {interval}; p95 {interval} → {interval}; "
        rf"p99 {interval} → {interval} ms(; of the medians' change [-+].* % is the machine's)?",
        line,
    )
    word, text = said[-1]
    assert word == "summary"
    assert text.startswith("worse: 10 figures compared")


def test_a_quiet_night_is_three_lines() -> None:
    """Both sides and the summary; the rest when it is asked for, with what would have been seen."""
    nightly = after(12)
    assert [word for word, _ in words(nightly)] == ["base", "new", "summary"]
    everything = words(nightly, everything=True)
    assert len([1 for word, _ in everything if word == "no change shown"]) == 10
    assert any("would have been found" in text for _, text in everything)


def test_what_is_withheld_says_which_part_differs() -> None:
    """Part and both values."""
    nightly = after(2)
    nightly.night(environment="away")
    assert ("withheld", "timing figures of 1 test, which ran in different environments: "
            "qemu: 7.2 → 10.0") in words(nightly)  # fmt: skip


@pytest.mark.parametrize(
    ("value", "text"), [(0.04, "0.04"), (0.00123, "0.0012"), (0.00001, "< 0.0001"), (1.0, "1")]
)
def test_a_p_value_has_two_digits(value: float, text: str) -> None:
    """And none that are made up."""
    assert p_value(value) == text


def test_ratios_and_names() -> None:
    """As a person reads them."""
    assert percent(1.152) == "+15.2 %"
    assert percent(0.9) == "-10.0 %"
    assert title(Test("reference", "hwsim", "acme", ALL)) == "all tests of reference/hwsim/acme"
