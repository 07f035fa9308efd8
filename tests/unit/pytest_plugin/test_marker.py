# SPDX-License-Identifier: GPL-2.0-or-later
"""The marker: what it asks for, and that a wrong one is told before any test is begun."""

from __future__ import annotations

from datetime import date

import pytest

from harness.config.lab import Lab
from harness.config.overrides import RuleOverride
from harness.errors import UsageError
from harness.pytest_plugin.marker import with_waivers

pytest_plugins = ["pytester"]

WRONG = {
    '"m3-retransmited"': "hint: did you mean m3-retransmitted?",
    'fault="never-complete"': "hint: did you mean never-completes?",
    "associations=0": "wanted 1 to",
    "scenaro='plain'": "marker hil got an unexpected keyword argument 'scenaro'",
    'waive={"POST-5": "known until 2027-01-31"}': "did you mean POST-05?",
    'waive={"POST-05": "known"}': "does not say why, and until when",
    'waive={"POST-05": "until 2027-01-31"}': "does not say why, and until when",
    'waive={"POST-05": "known until soon"}': "expires = 'soon': wanted a date",
}
"""Arguments of the marker → what is said of them."""


@pytest.mark.parametrize("arguments", WRONG)
def test_a_wrong_marker_is_an_error_of_its_file(pytester: pytest.Pytester, arguments: str) -> None:
    """Nothing is run, and nothing is a traceback: the test's name, what is wrong, and the fix."""
    pytester.makepyfile(
        f"import pytest\n@pytest.mark.hil({arguments})\ndef test_x(hil_result): pass\n"
        "def test_other(): pass\n"
    )
    ended = pytester.runpytest("-p", "no:cacheprovider", "--strict-markers")
    ended.assert_outcomes(errors=1)
    assert ended.ret == pytest.ExitCode.INTERRUPTED
    said = ended.stdout.str()
    assert "py::test_x: " in said
    assert WRONG[arguments] in said
    assert "Traceback" not in said


def test_a_marker_that_would_run_nothing_is_an_error(pytester: pytest.Pytester) -> None:
    """A test that is marked and does not use the result would be green whatever the driver does."""
    pytester.makepyfile("import pytest\n@pytest.mark.hil('plain')\ndef test_x(): pass")
    said = pytester.runpytest("-p", "no:cacheprovider").stdout.str()
    assert "its marker would run nothing" in said
    assert "hint: give the test the argument hil_result" in said


def test_a_parameters_marker_counts_too(pytester: pytest.Pytester) -> None:
    """The nearest marker is the test's."""
    pytester.makepyfile(
        "import pytest\n"
        "@pytest.mark.parametrize('x', [pytest.param(1, marks=pytest.mark.hil('no-such'))])\n"
        "def test_x(hil_result, x): pass"
    )
    assert "no scenario 'no-such'" in pytester.runpytest("-p", "no:cacheprovider").stdout.str()


def test_a_waiver_comes_before_what_the_lab_says() -> None:
    """The reason may be of any words; the day is the last on which it applies."""
    lab = Lab.model_validate(
        {"rules": ({"id": "POST-05", "severity": "warn", "reason": "lab's"},
                   {"id": "POST-12", "severity": "fail", "reason": "lab's"})}
    )  # fmt: skip
    waived = with_waivers(lab, {"POST-05": "wait until the fix is out until 2027-01-31"})
    assert [(one.id, one.severity) for one in waived.rules] == [
        ("POST-12", "fail"), ("POST-05", "off"),
    ]  # fmt: skip
    (override,) = (one for one in waived.rules if one.id == "POST-05")
    assert override == RuleOverride(
        id="POST-05", severity="off", reason="wait until the fix is out", expires=date(2027, 1, 31)
    )
    assert with_waivers(lab, {}) is lab


def test_a_waiver_of_a_day_that_does_not_exist_is_refused() -> None:
    """As in lab.toml."""
    with pytest.raises(UsageError, match="expires"):
        with_waivers(Lab(), {"POST-05": "known until 2027-02-30"})
