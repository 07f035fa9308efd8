# SPDX-License-Identifier: GPL-2.0-or-later
"""Two adapters of one DLL in one IHV host, associated at the same time by real kernel radios."""

from __future__ import annotations

from harness.evidence import AssociationEvidence, RunEvidence, names, segment
from harness.evidence.model import IhvRecord
from harness.evidence.stations import station_of
from harness.pytest_plugin import RunningLab

CONNECTED, DISCONNECTED = (16, 4), (16, 10)
"""Source and code of MSM notifications (wlanapi.h)."""


def entered(evidence: AssociationEvidence, function: str) -> list[IhvRecord]:
    """The calls of a function."""
    return [r for r in evidence.ihv if r.kind == "enter" and r.function == function]


def times(evidence: AssociationEvidence, what: tuple[int, int]) -> dict[str, int]:
    """When each interface was told that."""
    return {n.interface: n.t_ns for n in evidence.notifications if (n.source, n.code) == what}


def test_both_are_connected_at_the_same_time(lab: RunningLab) -> None:
    """Each has its station, handles, session and notifications; every rule holds for both."""
    outcome = lab.associate("two-adapters", associations=3)
    assert [str(finding) for finding in outcome.findings] == []
    assert outcome.verdict == "PASS"
    for evidence, result in zip(outcome.evidence.associations, outcome.associations, strict=True):
        connected, ended = times(evidence, CONNECTED), times(evidence, DISCONNECTED)
        assert len(connected) == len(ended) == 2
        assert max(connected.values()) < min(ended.values())
        stations = {f.transmitter for f in evidence.frames if f.kind == "M2"}
        assert stations == {"02:00:00:00:00:00", "02:00:00:00:01:00"}
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


def test_each_handle_is_the_adapters_own(lab: RunningLab) -> None:
    """ADPT-01 and ADPT-02 are put to the test by two live adapters of one process."""
    lab.associate("two-adapters")
    trace = lab.session.recording.records()
    first = {r.args["hDot11SvcHandle"]: r.call for r in trace
             if r.kind == "enter" and r.function == names.INIT_ADAPTER}  # fmt: skip
    given = {r.call: r.out["phIhvExtAdapter"] for r in trace
             if r.kind == "return" and r.function == names.INIT_ADAPTER}  # fmt: skip
    live = [given[call] for call in first.values() if call in given]
    assert len(live) == len(set(live)) >= 2
    assert len({r.process for r in trace if r.function == names.INIT_ADAPTER}) == 1


def test_one_adapter_alone_still_passes(lab: RunningLab) -> None:
    """The other one, idle, disturbs nothing, and no timing figure is missing."""
    lab.associate("two-adapters")
    outcome = lab.associate("plain")
    assert outcome.verdict == "PASS", outcome.findings
    (association,) = outcome.associations
    assert association.messages == {"M1": 1, "M2": 1, "M3": 1, "M4": 1}
    assert "handler_to_completion" in association.timing_us
