# SPDX-License-Identifier: GPL-2.0-or-later
"""The pytest plugin in somebody else's pytest, a process of its own."""

from __future__ import annotations

import pytest

pytest_plugins = ["pytester"]

MINE = """
import pytest

@pytest.fixture
def guest():
    return "mine"

@pytest.fixture(name="lab")
def made_by_another_name():
    return "mine"
"""
USES_MINE = "def test_mine(guest, lab): assert guest == lab == 'mine'"


@pytest.mark.parametrize("place", ["option", "conftest's plugin", "conftest"])
def test_other_peoples_fixtures_keep_their_names(pytester: pytest.Pytester, place: str) -> None:
    """Whoever else has a fixture of one of the old names is given way to, wherever it is from."""
    arguments = ["-p", "no:cacheprovider"]
    if place == "conftest":
        pytester.makeconftest(MINE)
    else:
        pytester.makepyfile(mine=MINE)
    if place == "option":
        arguments += ["-p", "mine"]
    if place == "conftest's plugin":
        pytester.makeconftest("pytest_plugins = ['mine']")
    pytester.makepyfile(test_mine=USES_MINE)
    pytester.syspathinsert()
    pytester.runpytest_subprocess(*arguments).assert_outcomes(passed=1)


LIGHT = {
    "pytest_plugin", *(f"pytest_plugin.{one}" for one in ("marker", "old_names", "reporting")),
    "pytest_plugin.wording", "errors", "naming",
}  # fmt: skip
"""What of harness an unrelated suite may import, a failing test in it too."""


def test_an_unrelated_suite_imports_nothing(pytester: pytest.Pytester) -> None:
    """Neither for collecting nor for running, however it ends: the plugin alone is imported."""
    pytester.makepyfile("def test_good(): pass\ndef test_bad(): assert not 'bad'")
    pytester.makeconftest(
        "import sys\n"
        "def pytest_unconfigure():\n"
        "    wanted = ('harness.', 'hwsim', 'hil_common', 'pydantic', 'paramiko', 'scapy')\n"
        "    print('imported:', *sorted(n for n in sys.modules if n.startswith(wanted)))\n"
    )
    arguments = ("-p", "no:cacheprovider", "-p", "no:terminalreporter")
    for further in (["--collect-only"], []):
        said = pytester.runpytest_subprocess(*arguments, *further).stdout.str()
        (line,) = (line for line in said.splitlines() if line.startswith("imported:"))
        assert set(line.split()[1:]) <= {f"harness.{name}" for name in LIGHT}


def test_a_scenario_that_the_lab_cannot_run_is_skipped(pytester: pytest.Pytester) -> None:
    """With the reason, before anything is started; a radio of 2.4 GHz is no mistake of the test."""
    pytester.makefile(".toml", lab='[guest]\nradio = "rt3070"\n')
    pytester.makepyfile(
        "import pytest\n"
        "@pytest.mark.hil('channel-5ghz')\n"
        "def test_it(hil_result): pass\n"
    )  # fmt: skip
    said = pytester.runpytest_subprocess("-p", "no:cacheprovider", "-rs")
    said.assert_outcomes(skipped=1)
    said.stdout.fnmatch_lines("*channel-5ghz cannot be run with the radio rt3070: channel 36*")
