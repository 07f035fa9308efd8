# SPDX-License-Identifier: GPL-2.0-or-later
"""One connection, several associations: the real kernel reassociates, the DLL starts over."""

from __future__ import annotations

from harness.checks import SESSION_FIGURES
from harness.evidence import AssociationEvidence, names
from harness.scenarios import find_scenario
from tests.vm.standing import StandingLab

FIRST, SECOND = "02:48:49:4c:00:01", "02:48:49:4c:00:02"
ON_36 = "02:48:49:4c:24:02"
ON_11 = "02:48:49:4c:0b:02"
LEFT = 0x10003
"""DOT11_ASSOC_STATUS_PEER_DEAUTHENTICATED with reason 3."""
ROAMED = 8
"""DOT11_ASSOC_STATUS_DISASSOCIATED_BY_ROAMING (windot11.h)."""


def stops(evidence: AssociationEvidence) -> list[tuple[object, object]]:
    """Peer and status of every StopPostAssociate."""
    return [
        (record.args["pPeer"], record.args["dot11AssocStatus"])
        for record in evidence.ihv
        if record.kind == "enter" and record.function == names.STOP_POST
    ]


def sessions(evidence: AssociationEvidence) -> list[tuple[object, object, object]]:
    """Handle, peer and kind of association of every PerformPostAssociate."""
    found = []
    for record in evidence.ihv:
        if record.kind == "enter" and record.function == names.POST_ASSOCIATE:
            parameters = record.args["pDot11AssocParams"]
            assert isinstance(parameters, dict)
            again = parameters["bReAssocReq"], parameters["bReAssocResp"]
            found.append((record.args["hSecuritySessionID"], parameters["MacAddr"], again))
    return found


def count(evidence: AssociationEvidence, function: str) -> int:
    """How often a function was called."""
    return sum(item.kind == "enter" and item.function == function for item in evidence.ihv)


def test_there_and_back(lab: StandingLab) -> None:
    """Three sessions under one pre-association, each stopped as roaming; data flows at the end."""
    outcome = lab.associate("roaming", associations=3)
    assert [str(finding) for finding in outcome.findings] == []
    assert outcome.verdict == "PASS"
    for evidence, result in zip(outcome.evidence.associations, outcome.associations, strict=True):
        opened = sessions(evidence)
        assert [(peer, again) for _, peer, again in opened] == [
            (FIRST, (0, 0)), (SECOND, (1, 1)), (FIRST, (1, 1)),
        ]  # fmt: skip
        assert len({handle for handle, _, _ in opened}) == 3
        assert stops(evidence) == [(FIRST, ROAMED), (SECOND, ROAMED), (FIRST, 7)]
        assert count(evidence, names.PRE_ASSOCIATE) == count(evidence, names.ADAPTER_RESET) == 1
        requests = [frame for frame in evidence.frames if frame.kind == "assoc-req"]
        assert [frame.receiver for frame in requests] == [FIRST, SECOND, FIRST]
        goodbyes = [frame.kind for frame in evidence.frames if frame.kind in ("deauth", "disassoc")]
        assert goodbyes == ["deauth"]  # roaming is implicit: the only one ends the connection
        assert result.messages == {"M1": 3, "M2": 3, "M3": 3, "M4": 3}
        assert result.echo is not None
        assert result.echo.answered == 1
        assert [one.access_point for one in result.handshakes] == [FIRST, SECOND, FIRST]
        assert [one.session for one in result.handshakes] == [handle for handle, _, _ in opened]
        for one in result.handshakes:
            assert set(SESSION_FIGURES) - set(one.timing_us) <= {"completion_to_data"}
        assert "completion_to_data" in result.handshakes[-1].timing_us


def test_another_channel(lab: StandingLab) -> None:
    """The other access point is found and joined on its own channel."""
    scenario = find_scenario("roaming")
    network = scenario.network.model_copy(update={"further_channels": (11,)})
    outcome = lab.associate(scenario.model_copy(update={"network": network}))
    assert outcome.verdict == "PASS", outcome.findings
    (evidence,) = outcome.evidence.associations
    assert [peer for _, peer, _ in sessions(evidence)] == [FIRST, ON_11, FIRST]


def test_another_channel_where_m3_is_lost(lab: StandingLab) -> None:
    """The second session completes behind the second M3."""
    outcome = lab.associate("roam-channel")
    assert outcome.verdict == "PASS", outcome.findings
    (evidence,) = outcome.evidence.associations
    assert [peer for _, peer, _ in sessions(evidence)] == [FIRST, ON_11]
    assert outcome.associations[0].messages == {"M1": 2, "M2": 2, "M3": 3, "M4": 2}


def test_another_band(lab: StandingLab) -> None:
    """From one band to the other, whichever is heard first; the second first M2 is lost."""
    outcome = lab.associate("roam-band")
    assert outcome.verdict == "PASS", outcome.findings
    (evidence,) = outcome.evidence.associations
    assert sorted(str(peer) for _, peer, _ in sessions(evidence)) == [FIRST, ON_36]


def test_where_fast_transitions_are_offered(lab: StandingLab) -> None:
    """AKM 4 and the mobility domain do not disturb it: a reassociation, a handshake of AKM 2."""
    outcome = lab.associate("ft-offered")
    assert [str(finding) for finding in outcome.findings] == []
    assert outcome.verdict == "PASS"
    (evidence,) = outcome.evidence.associations
    assert [peer for _, peer, _ in sessions(evidence)] == [FIRST, SECOND]
    assert outcome.associations[0].messages == {"M1": 2, "M2": 2, "M3": 2, "M4": 2}


def test_sent_away_by_the_other(lab: StandingLab) -> None:
    """The second session ends by the access point's reason, without a completion."""
    outcome = lab.associate("roam-deauthenticated")
    assert outcome.verdict == "PASS", outcome.findings
    (evidence,) = outcome.evidence.associations
    assert stops(evidence) == [(FIRST, ROAMED), (SECOND, LEFT)]
    assert count(evidence, names.POST_COMPLETION) == 1


def test_reassociation_with_the_same(lab: StandingLab) -> None:
    """The port is a new one all the same: stopped as roaming, a new session, a new handshake."""
    outcome = lab.associate("reassociation", associations=2)
    assert outcome.verdict == "PASS", outcome.findings
    for evidence in outcome.evidence.associations:
        assert [(peer, again) for _, peer, again in sessions(evidence)] == [
            (FIRST, (0, 0)), (FIRST, (1, 1)),
        ]  # fmt: skip
        assert stops(evidence) == [(FIRST, ROAMED), (FIRST, 7)]


def test_nowhere_to_roam_to(lab: StandingLab) -> None:
    """With one access point the order cannot be carried out, which is no fault of the DLL."""
    scenario = find_scenario("roaming")
    network = scenario.network.model_copy(update={"access_points": 1})
    outcome = lab.associate(scenario.model_copy(update={"network": network}))
    found = {finding.rule: finding.severity for finding in outcome.findings}
    assert found == {"EXPECT-06": "MISS", "EXPECT-07": "MISS"}  # the second order is never due
