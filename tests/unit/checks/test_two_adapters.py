# SPDX-License-Identifier: GPL-2.0-or-later
"""Two adapters in one association: which is which on the air, and what must come of both."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

from harness.checks import SESSION_FIGURES, Evaluation, Expectation, evaluate
from harness.checks.case import build_case
from harness.checks.limits import CheckLimits
from harness.checks.timing import eapol_timing
from harness.evidence import Notification, RunEvidence, names
from harness.evidence.stations import associated_stations
from tests.unit.checks.builder import begin_post, complete, tell
from tests.unit.checks.judging import only_finding
from tests.unit.checks.story import AP, IHV, OS, STA, Story

OTHER_STA, OTHER_IHV, OTHER_SVC = "02:00:00:00:02:00", "0x7f0099", "0x5099"
BOTH = Expectation(echoes=1, adapters=2)


def m1(s: Story, station: str, adapter: str, nonce: str) -> None:
    """An M1 of a station reaches the DLL for an adapter."""
    digest = hashlib.sha256(bytes.fromhex(nonce)).hexdigest()[:16]
    s.frame("M1", "down", receiver=station, replay_counter=1, detail={"digest": digest})
    packet = {"source": AP, "ethertype_bytes": "888e", "data": nonce}
    s.call(
        names.RECEIVE_PACKET, hIhvExtAdapter=adapter, dwInBufferSize=9, pvInBuffer=packet
    )  # fmt: skip


def story(**second: Any) -> Story:
    """An association of the first adapter, in the midst of which the second one associates too."""

    def arrive(s: Story) -> None:
        s.call(
            names.INIT_ADAPTER, OS, 0, {"phIhvExtAdapter": OTHER_IHV}, hDot11SvcHandle=OTHER_SVC,
            pDot11Adapter={"gAdapterId": "{other}"},
        )  # fmt: skip

    def own_m1(s: Story) -> None:
        m1(s, STA, IHV, "01")

    def associate(s: Story) -> None:
        ends = {"transmitter": OTHER_STA, "receiver": AP}
        s.frame("assoc-req", "up", **ends)
        s.frame("assoc-resp", "down", transmitter=AP, receiver=OTHER_STA)
        m1(s, OTHER_STA, second.get("adapter", OTHER_IHV), "02")

    steps = {"init_adapter": arrive, "pre_associate": associate}
    if "second_session" in second:
        steps["completion"] = second["second_session"]
    return tell(after=steps, m1=own_m1)


def judged(evidence: RunEvidence) -> Evaluation:
    """The evaluation of what two adapters did."""
    return evaluate(evidence, None, BOTH)


def with_notes(evidence: RunEvidence, *more: Notification) -> RunEvidence:
    """The evidence with more notifications."""
    (one,) = evidence.associations
    told = replace(one, notifications=(*one.notifications, *more))
    return replace(evidence, associations=(told,))


def connected(evidence: RunEvidence) -> Notification:
    """The second interface is reported connected, too."""
    (one,) = evidence.associations
    return Notification(one.end_ns, names.SOURCE_MSM, names.MSM_CONNECTED, "{OTHER}", 0)


def frames_by_adapter(evidence: RunEvidence) -> list[set[str]]:
    """The stations whose frames count for each adapter."""
    case = build_case(evidence, CheckLimits(), BOTH)
    (one,) = case.index.associations
    return [
        {frame.receiver for frame in case.index.frames_of(one, adapter)} - {AP}
        for adapter in case.segments.adapters
    ]


def test_an_adapter_is_known_by_the_m1_it_was_given() -> None:
    """Each adapter's frames are those of the station whose M1 came to it."""
    evidence = story().evidence()
    assert associated_stations(evidence.associations[0].frames) == [OTHER_STA, STA]
    assert frames_by_adapter(evidence) == [{STA}, {OTHER_STA}]


def test_without_its_m1_nothing_is_claimed() -> None:
    """No frame is held against an adapter that cannot be told from the other."""
    assert frames_by_adapter(story(adapter=IHV).evidence())[1] == set()


def test_another_adapters_request_breaks_no_rule() -> None:
    """PRE-01: while this one is in pre-association, the other's radio may associate."""
    found = judged(story().evidence()).findings
    assert "PRE-01" not in {item.rule for item in found}


def test_both_must_connect() -> None:
    """EXPECT-01 looks at every interface; the same one twice does not do."""
    evidence = tell().evidence()
    only_finding(evidence, "EXPECT-01", "MISS", "1 of 2 adapters came to", expect=BOTH)
    twice = with_notes(evidence, *evidence.associations[0].notifications)
    assert "EXPECT-01" in {item.rule for item in judged(twice).findings}
    both = with_notes(evidence, connected(evidence))
    assert "EXPECT-01" not in {item.rule for item in judged(both).findings}


def test_each_station_is_timed_with_its_own_session() -> None:
    """The M1 ties the handler to the station; the other one has what the air alone shows."""
    evidence = story().evidence()
    own, other = eapol_timing(evidence.associations[0], evidence.clock)
    assert (own.station, other.station) == (STA, OTHER_STA)
    assert tuple(own.values) == SESSION_FIGURES
    assert (set(other.values), other.session) == ({"assoc_to_m1"}, None)


def test_what_no_m1_ties_together_is_timed_apart() -> None:
    """Of two adapters with sessions, neither of them told by an M1, each has its handler's figures,
    and the stations have the air's: no handler counts for a station that may not be its own."""

    def second(s: Story) -> None:
        begin_post(s, hIhvExtAdapter=OTHER_IHV)

    told = story(second_session=second)
    for frame in told.frames:
        frame.detail.pop("digest", None)
    one = told.evidence().associations[0]
    made = eapol_timing(one, told.evidence().clock)
    assert [timing.station for timing in made] == [STA, OTHER_STA, None, None]
    assert "handler" not in made[0].values | made[1].values
    assert [set(timing.values) & {"handler", "m1_to_m2"} for timing in made[2:]] == [
        {"handler"}
    ] * 2


def test_the_adapter_left_over_is_the_station_left_over() -> None:
    """One M1 is enough to tell two adapters apart."""

    def second(s: Story) -> None:
        begin_post(s, hIhvExtAdapter=OTHER_IHV)

    told = story(second_session=second)
    (lost,) = (f for f in told.frames if f.kind == "M1" and f.receiver == OTHER_STA)
    del lost.detail["digest"]
    evidence = told.evidence()
    _, other = eapol_timing(evidence.associations[0], evidence.clock)
    assert other.station == OTHER_STA
    assert {"assoc_to_handler", "handler"} <= set(other.values)


def test_the_os_may_give_both_the_same_sessions() -> None:
    """Session handles are the OS's: each adapter's completion is of its own operation."""

    def other(s: Story, function: str, tid: int = OS, **args: Any) -> None:
        handle = {"hIhvExtAdapter": OTHER_IHV} if tid == OS else {"hDot11SvcHandle": OTHER_SVC}
        s.call(function, tid, out={"pdwReasonCode": 0}, **handle, **args)

    def arrive(s: Story) -> None:
        s.call(
            names.INIT_ADAPTER, OS, 0, {"phIhvExtAdapter": OTHER_IHV}, hDot11SvcHandle=OTHER_SVC
        )  # fmt: skip

    def begin(s: Story) -> None:
        other(s, names.PRE_ASSOCIATE, hConnectSession=s.connect_session, pIhvSecProfile=None)

    def end(s: Story) -> None:
        other(s, names.PRE_COMPLETION, 77, hConnectSession=s.connect_session, dwReasonCode=0,
              dwWin32Error=0)  # fmt: skip

    both = tell(after={"init_adapter": arrive, "pre_associate": begin, "pre_completion": end})
    found = {item.rule for item in evaluate(both.evidence()).findings}
    assert found == set()


def test_an_unanswered_station_is_another_one_too() -> None:
    """PRE-01: the other radio's request counts as its own though no response came."""

    def asks(s: Story) -> None:
        s.frame("assoc-req", "up", transmitter=OTHER_STA, receiver=AP)

    asking = tell(after={"pre_associate": asks}).evidence()
    assert "PRE-01" not in {item.rule for item in judged(asking).findings}


def with_interfaces(evidence: RunEvidence, *told: tuple[str, int, int, int]) -> RunEvidence:
    """The evidence with notifications (interface, source, code, reason) at its end."""
    (one,) = evidence.associations
    return with_notes(evidence, *(
        Notification(one.end_ns, source, code, interface, reason)
        for interface, source, code, reason in told
    ))  # fmt: skip


def pending_and(interface: str, error: int | None) -> set[str]:
    """What is found where the first adapter is not connected, and the OS tells of an interface."""

    def arrive(s: Story) -> None:
        s.call(
            names.INIT_ADAPTER, OS, 0, {"phIhvExtAdapter": OTHER_IHV}, hDot11SvcHandle=OTHER_SVC,
            pDot11Adapter={"gAdapterId": "{OTHER}"},
        )  # fmt: skip

    def fails(s: Story) -> None:
        if error is not None:
            complete(s, error, 0x90001)

    left_out = ("connected", "echo", "stop", "reset")
    evidence = tell(after={"init_adapter": arrive}, completion=fails, without=left_out).evidence()
    told = (names.SOURCE_MSM, names.MSM_CONNECTED, 0)
    if error is None:
        told = (names.SOURCE_ACM, 11, names.REASON_SECURITY_TIMEOUT)
    return {item.rule for item in judged(with_interfaces(evidence, (interface, *told))).findings}


def test_what_the_os_tells_of_the_other_interface() -> None:
    """POST-05, POST-09: a time-out and a port of another adapter say nothing of this one."""
    assert "POST-05" in pending_and("{guid}", None)
    assert "POST-05" not in pending_and("{other}", None)
    assert "POST-09" in pending_and("{guid}", 5)
    assert "POST-09" not in pending_and("{other}", 5)
