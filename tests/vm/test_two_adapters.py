# SPDX-License-Identifier: GPL-2.0-or-later
"""Two adapters of one DLL in one IHV host, associated at the same time by real kernel radios."""

from __future__ import annotations

from harness.checks import SESSION_FIGURES
from harness.evidence import AssociationEvidence, ClockModel, RunEvidence, names, segment, timelines
from harness.evidence.model import IhvRecord
from harness.evidence.stations import station_of
from tests.vm.standing import StandingLab

CONNECTED, DISCONNECTED = (16, 4), (16, 10)
"""Source and code of MSM notifications (wlanapi.h)."""


def entered(evidence: AssociationEvidence, function: str) -> list[IhvRecord]:
    """The calls of a function."""
    return [r for r in evidence.ihv if r.kind == "enter" and r.function == function]


def times(evidence: AssociationEvidence, what: tuple[int, int]) -> dict[str, int]:
    """When each interface was told that."""
    return {n.interface: n.t_ns for n in evidence.notifications if (n.source, n.code) == what}


def test_both_are_connected_at_the_same_time(lab: StandingLab) -> None:
    """Each has its station, handles, session and notifications; every rule holds for both."""
    outcome = lab.associate("two-adapters", associations=3)
    assert [str(finding) for finding in outcome.findings] == []
    assert outcome.verdict == "PASS"
    for evidence, result in zip(outcome.evidence.associations, outcome.associations, strict=True):
        connected, ended = times(evidence, CONNECTED), times(evidence, DISCONNECTED)
        assert len(connected) == len(ended) == 2
        assert max(connected.values()) < min(ended.values())
        stations = {f.transmitter for f in evidence.frames if f.kind == "M2"}
        assert len(stations) == 2  # the second's number follows all radios the kernel ever made
        assert "02:00:00:00:00:00" in stations
        opened = entered(evidence, names.POST_ASSOCIATE)
        for argument in ("hIhvExtAdapter", "hSecuritySessionID"):
            assert len({record.args[argument] for record in opened}) == 2
        completed = entered(evidence, names.POST_COMPLETION)
        assert len({record.args["hDot11SvcHandle"] for record in completed}) == 2
        cut = segment(RunEvidence(outcome.evidence.trace, (evidence,), outcome.evidence.clock))
        calls = [item.adapter.calls for item in cut.sessions if item.adapter is not None]
        own = [[c for c in made if c.start_ns >= evidence.connect_ns] for made in calls]
        assert {station_of(evidence, made) for made in own} == stations
        assert all(result.messages[kind] >= 2 for kind in ("M1", "M2", "M3", "M4"))
        assert result.echo is not None
        assert (result.echo.sent, result.echo.answered, result.echo.arp) == (2, 2, True)
        assert [one.station for one in result.handshakes] == sorted(stations)
        sessions = {record.args["hSecuritySessionID"] for record in opened}
        assert {one.session for one in result.handshakes} == sessions
        assert all(set(one.timing_us) == set(SESSION_FIGURES) for one in result.handshakes)
        drawn = [event for event in timelines(outcome.evidence)[evidence.index] if event.owner]
        assert {event.owner.station for event in drawn if event.owner} == stations
        for label in ("PerformPostAssociate", "M4", "PostAssociateCompletion", "MSM connected"):
            assert len({event.owner for event in drawn if event.label == label}) == 2


def test_each_handle_is_the_adapters_own(lab: StandingLab) -> None:
    """ADPT-01 and ADPT-02 are put to the test by two live adapters of one process."""
    lab.associate("two-adapters")
    recording = lab.session.recording
    adapters = segment(RunEvidence(recording.records(), (), ClockModel(0, 0))).adapters
    process = max(item.init.process for item in adapters)
    live = [item for item in adapters if item.init.process == process and item.deinit is None]
    assert len(live) >= 2
    assert len({item.ihv_handle for item in live}) == len(live)
    assert len({item.svc_handle for item in live}) == len(live)


def test_each_is_alone_on_its_medium(lab: StandingLab) -> None:
    """Access points of one BSSID on two media: neither adapter takes the other's session for its
    own, and what is lost on the second is not lost on the first."""
    outcome = lab.associate("isolated-media")
    assert [str(finding) for finding in outcome.findings] == []
    assert outcome.verdict == "PASS"
    (evidence,) = outcome.evidence.associations
    stations = {
        medium: {f.transmitter for f in evidence.frames if f.kind == "M2" and f.medium == medium}
        for medium in (1, 2)
    }
    assert all(len(alone) == 1 for alone in stations.values())
    assert stations[1] != stations[2]
    assert len({f.receiver for f in evidence.frames if f.kind == "M2"}) == 1  # one BSSID
    lost = [f.medium for f in evidence.frames if f.kind == "M3" and f.rule == "drop"]
    assert lost == [2]
    assert outcome.associations[0].echo is not None
    assert outcome.associations[0].echo.answered == 2
    assert (lab.folder / "air-2.pcapng").stat().st_size > 0
