# SPDX-License-Identifier: GPL-2.0-or-later
"""The pytest plugin: a broken lab is an error of a test, a broken driver its failure."""

from __future__ import annotations

import io

import pytest

from harness.config.lab import Lab
from harness.errors import LabFault
from harness.faults import FAULTS
from harness.lab.recording import Recording
from harness.pytest_plugin import RunningLab
from harness.results import Verdict
from harness.scenarios import find_scenario
from tests.unit.checks import builder
from tests.unit.doubles import World, lost

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
    """`lab`, `guest`, `air` and `associate` are there for any test, and the two options."""
    said = pytester.runpytest("--fixtures", "-q").stdout.str()
    for name in ("lab", "guest", "air", "associate"):
        assert f"\n{name} [session scope]" in said
    assert "--hil-dll" in pytester.runpytest("--help").stdout.str()


def test_a_wrong_lab_file_is_an_error_that_names_the_key(pytester: pytest.Pytester) -> None:
    """Bad input to the plugin is told like that to the command line."""
    pytester.makefile(".toml", mylab="[limits]\nboot = 1\n")
    pytester.makepyfile("def test_x(associate): pass")
    said = pytester.runpytest("--hil-lab", "mylab.toml")
    said.assert_outcomes(errors=1)
    assert "limits.boot: unknown key" in said.stdout.str()


@pytest.fixture
def lab(world: World, tmp_path: object) -> RunningLab:
    """A running lab without a guest."""
    session = world.session(Recording(io.BytesIO(), io.BytesIO()))
    network = find_scenario("plain").with_passphrase().network
    return RunningLab(Lab(), session, network, tmp_path)


def test_associate_judges_each_call_by_itself(lab: RunningLab, world: World) -> None:
    """Associations are numbered through the session; each call returns its own, judged."""
    first = lab.associate(associations=2)
    assert [one.index for one in first.associations] == [1, 2]
    second = lab.associate("m2-lost")
    assert [one.index for one in second.associations] == [3]
    assert world.air.rules[-1][0].message == "M2"
    assert first.verdict is Verdict.PASS


def test_the_network_is_the_sessions_whatever_the_scenario(lab: RunningLab, world: World) -> None:
    """Each profile carries the passphrase of the network that is on the air."""
    lab.associate("m4-lost")
    assert f"<Passphrase>{lab.passphrase}</Passphrase>" in world.agent.profiles[0]


def test_a_scenario_has_its_access_points(lab: RunningLab, world: World) -> None:
    """A scenario with other access points gets them on the air, under the session's passphrase."""
    plain = find_scenario("plain")
    lab.associate(plain)
    assert "configure" not in world.done
    two = plain.network.model_copy(update={"access_points": 2})
    lab.associate(plain.model_copy(update={"network": two}))
    at = world.done.index("take_off_air")
    assert world.done[at : at + 3] == ["take_off_air", "configure", "start"]
    assert f"<Passphrase>{lab.passphrase}</Passphrase>" in world.agent.profiles[-1]


def test_findings_name_their_rules(lab: RunningLab, world: World) -> None:
    """A driver at fault gives a verdict and rules to assert on, and no exception."""
    bad = list(builder.ASSOCIATION[: builder.ASSOCIATION.index(builder.echo)])
    bad[bad.index(builder.completion)] = lambda s: builder.complete(s, reason=0x38005)
    world.agent.steps = [tuple(bad)]
    outcome = lab.associate(fault="reason-out-of-range")
    assert outcome.verdict is Verdict.FAIL
    assert outcome.rules == set(FAULTS["reason-out-of-range"].rules)


def test_a_lab_that_breaks_under_associate_raises(lab: RunningLab, world: World) -> None:
    """It is pytest that makes an error of it."""
    world.at("connect", 1, lost())
    with pytest.raises(LabFault):
        lab.associate()
