# SPDX-License-Identifier: GPL-2.0-or-later
"""The pytest plugin: a broken lab is an error of a test, a broken driver its failure."""

from __future__ import annotations

import pytest

pytest_plugins = ["pytester"]

TESTS = """
import pytest
from harness.errors import LabFault, PeerGone

def test_lab():
    raise PeerGone("SSH of the guest", 2, "connection refused")

def test_driver():
    assert "POST-05" == ""

def test_good():
    with pytest.raises(LabFault):
        raise LabFault("x", 1, "y")

@pytest.fixture
def broken():
    raise LabFault("boot of the guest", 300, "silent")

def test_fixture(broken):
    pass
"""


def test_a_lab_fault_is_an_error_and_an_assertion_a_failure(pytester: pytest.Pytester) -> None:
    """In a test and in a fixture; the message says what was awaited, without a traceback."""
    pytester.makepyfile(TESTS)
    said = pytester.runpytest("-p", "no:cacheprovider")
    said.assert_outcomes(passed=1, failed=1, errors=2)
    text = said.stdout.str()
    assert "nothing is known of the driver: SSH of the guest: went away after 2.0 s" in text
    assert "nothing is known of the driver: boot of the guest: lab fault after 300.0 s" in text
    assert "raise PeerGone" not in text


def test_the_fixtures_and_options_are_offered(pytester: pytest.Pytester) -> None:
    """Under names of our own, and under the old ones; with the options."""
    said = pytester.runpytest("--fixtures", "-q").stdout.str()
    for name in ("lab", "guest", "air", "associate"):
        assert f"\nhil_{name} [session scope]" in said
        assert f"\n{name} [session scope]" in said
    assert "--hil-dll" in pytester.runpytest("--help").stdout.str()


WRONG = {
    "a lab.toml with a key that does not exist": (
        ["--hil-lab", "mylab.toml"], "limits.boot: unknown key", "",
    ),
    "a lab.toml that is not there": (["--hil-lab", "no.toml"], "no.toml", ""),
    "a DLL that is not there": (["--hil-dll", "no.dll"], "no.dll", "hint: "),
    "a scenario that does not exist": (
        [], "no scenario 'm3-retransmited'", "hint: did you mean m3-retransmitted?",
    ),
}  # fmt: skip
"""What is wrong → the options, what the error says, and its hint."""


@pytest.mark.parametrize("wrong", WRONG)
def test_what_the_user_got_wrong_is_an_error_before_a_guest_starts(
    pytester: pytest.Pytester, wrong: str
) -> None:
    """Told as the command line tells it: what, and the fix; no traceback, and no lab."""
    arguments, message, hint = WRONG[wrong]
    pytester.makefile(".toml", mylab="[limits]\nboot = 1\n")
    pytester.makepyfile("def test_x(hil_associate): hil_associate('m3-retransmited')")
    pytester.makeconftest(
        "import pytest\n"
        "@pytest.fixture(scope='session')\n"
        "def hil_guest(hil_dll): raise AssertionError('a guest was started')\n"
    )
    said = pytester.runpytest("-p", "no:cacheprovider", *arguments)
    said.assert_outcomes(errors=1)
    text = said.stdout.str()
    assert message in text
    assert hint in text
    assert "a guest was started" not in text
    assert "Traceback" not in text
    assert "raise " not in text
