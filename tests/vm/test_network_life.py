# SPDX-License-Identifier: GPL-2.0-or-later
"""Access points that go, come, move and switch channels: the real kernel lives through it, and the
DLL is told of it as the documents have it."""

from __future__ import annotations

import pytest

from harness.evidence import AssociationEvidence, names
from harness.scenarios import find_scenario, scenario_names
from tests.vm.standing import ScenarioResult, StandingLab
from tests.vm.test_roaming import FIRST, ROAMED, SECOND, sessions, stops

UNREACHABLE = 2
"""DOT11_ASSOC_STATUS_UNREACHABLE (windot11.h)."""
STAYED = 0x2000C
"""DOT11_ASSOC_STATUS_PEER_DISASSOCIATED with reason 12."""
SENT_AWAY = 0x10000 | 34
"""DOT11_ASSOC_STATUS_PEER_DEAUTHENTICATED with the scenario's reason."""
LEFT = 7

LASTS = (
    "ap-off-at-first", "channel-switch", "channel-switch-extended", "channel-switch-in-handshake",
    "failover", "rekey-at-once",
)  # fmt: skip
"""Those whose connection lives through it."""
ENDS = {
    "ap-gone": UNREACHABLE,
    "ap-gone-in-handshake": UNREACHABLE,
    "ap-moved": UNREACHABLE,
    "channel-switch-sent-away": SENT_AWAY,
    "bss-transition-imminent": STAYED,
}
"""Those whose connection ends by it, and the status of StopPostAssociate."""


def passed(lab: StandingLab, name: str, associations: int = 1) -> ScenarioResult:
    """A passed run without findings, in which the access points did all that was ordered."""
    outcome = lab.associate(name, associations=associations)
    assert [str(finding) for finding in outcome.findings] == []
    assert outcome.verdict == "PASS"
    ordered = [order.do for order in find_scenario(name).ap]
    for one in outcome.evidence.associations:
        assert [act.do for act in one.ap_acts] == ordered
    return outcome


def only(outcome: ScenarioResult) -> AssociationEvidence:
    """The evidence of its one association."""
    (association,) = outcome.evidence.associations
    return association


def test_every_scenario_with_orders_to_access_points_is_tested_here() -> None:
    """One added to the catalogue needs its line above."""
    assert {name for name in scenario_names() if find_scenario(name).ap} == {*LASTS, *ENDS}


@pytest.mark.parametrize("name", LASTS)
def test_a_connection_that_lasts(lab: StandingLab, name: str) -> None:
    """Data flows behind it, under the keys there are."""
    (association,) = passed(lab, name).associations
    assert association.connected
    assert association.echo is not None
    assert (association.echo.answered, association.echo.protected) == (1, True)


@pytest.mark.parametrize("name", ENDS)
def test_a_connection_that_ends(lab: StandingLab, name: str) -> None:
    """The DLL is told by StopPostAssociate, with how it was lost."""
    outcome = passed(lab, name)
    assert not outcome.associations[0].connected
    assert stops(only(outcome)) == [(FIRST, ENDS[name])]


def test_the_other_access_point_takes_over(lab: StandingLab) -> None:
    """Roaming away from one that has gone is roaming all the same."""
    evidence = only(passed(lab, "failover"))
    assert [peer for _, peer, _ in sessions(evidence)] == [FIRST, SECOND]
    assert stops(evidence) == [(FIRST, ROAMED), (SECOND, LEFT)]


def test_where_the_network_went_is_no_place_to_look_for_it(lab: StandingLab) -> None:
    """A channel switch is the DLL's business as little as the next association's: each begins on
    the first channel."""
    outcome = passed(lab, "channel-switch", associations=2)
    assert [act.channel for one in outcome.evidence.associations for act in one.ap_acts] == [11, 11]


def test_a_rekey_right_behind_m4(lab: StandingLab) -> None:
    """The second handshake completes, whenever its M1 could first be read."""
    outcome = passed(lab, "rekey-at-once")
    assert outcome.associations[0].messages["M4"] == 2
    keys = [record for record in only(outcome).ihv
            if record.function == names.SET_KEY_MAPPING_KEY and record.kind == "enter"]  # fmt: skip
    assert len(keys) == 2
