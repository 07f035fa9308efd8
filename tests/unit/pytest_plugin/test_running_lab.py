# SPDX-License-Identifier: GPL-2.0-or-later
"""Scenarios run on a lab that stands: each is judged by itself, on the session's network."""

from __future__ import annotations

import io

import pytest

from harness.config.lab import Lab
from harness.errors import LabFault, UsageError
from harness.faults import FAULTS
from harness.lab.recording import Recording
from harness.pytest_plugin import RunningLab
from harness.results import Verdict
from harness.scenarios import find_scenario
from tests.unit.checks import builder
from tests.unit.doubles import World, lost


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


def test_what_cannot_be_used_is_refused_before_anything_is_done(
    lab: RunningLab, world: World
) -> None:
    """A misspelt scenario or fault, a count of none, a fault of a DLL that has no faults."""
    for wrong, hint in (
        ({"scenario": "m3-retransmited"}, "did you mean m3-retransmitted?"),
        ({"fault": "never-complete"}, "did you mean never-completes?"),
        ({"associations": 0}, "leave it out"),
    ):
        with pytest.raises(UsageError) as refused:
            lab.associate(**wrong)
        assert hint in refused.value.hint
    assert world.done == []
