# SPDX-License-Identifier: GPL-2.0-or-later
"""The engine on generated evidence: never raises, deterministic, silent on what is legal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from harness.checks import Expectation, eapol_timing, evaluate
from harness.evidence import AssociationEvidence, RunEvidence, names, timeline, window
from tests.unit.checks.anything import evidences
from tests.unit.checks.builder import (
    AP,
    ASSOCIATION,
    IHV,
    PROLOGUE,
    SERVICE,
    SVC,
    Step,
    Story,
    complete,
    m1,
    reset,
    send,
    stop,
    tell,
)
from tests.unit.checks.stories import (
    EAP,
    EAPOL_KEY,
    NOBODY,
    START,
    STOP_ONEX,
    alloc,
    control,
    eapol_start,
    extension,
    free,
    indication,
    key,
    notification,
    onex,
    packet,
    pending,
    query,
    reason_of,
    registered,
    result,
    short_packet,
    steps,
)


@settings(max_examples=150, deadline=None)
@given(evidences(), st.booleans())
def test_never_raises_and_is_deterministic(evidence: RunEvidence, connected: bool) -> None:
    """Whatever the records say, there is a result, and the same one each time."""
    expect = Expectation(connected=connected, echoes=1, stopped=not connected)
    first = evaluate(evidence, expect=expect)
    assert first == evaluate(evidence, expect=expect)
    for association in evidence.associations:
        timeline(association, evidence.clock)
        eapol_timing(association, evidence.clock)


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_damaged_story_never_raises(data: st.DataObject) -> None:
    """A good story with lines lost, doubled or cut still has a result."""
    story = tell(associations=2)
    for _ in range(data.draw(st.integers(1, 6))):
        position = data.draw(st.integers(0, len(story.lines) - 1))
        match data.draw(st.sampled_from(["lose", "double", "cut", "garbage"])):
            case "lose":
                del story.lines[position]
            case "double":
                story.lines.insert(position, story.lines[position])
            case "cut":
                story.lines[position] = story.lines[position][:-9]
            case _:
                story.lines[position] = "\x00[[["
    evaluate(story.evidence())


def _request(s: Story) -> None:
    """A request of its own id, answered."""
    guid = f"{{{s.new_handle()}}}"
    s.api(names.SEND_UI_REQUEST, pIhvUIRequest={"guidUIRequest": guid, "dwSessionId": 1})
    pending(1, guid)(s)
    s.call(names.UI_RESPONSE, guidUIRequest=guid, dwByteCount=0, pvResponseBuffer=None)
    pending(0, guid)(s)


def _completed_early(s: Story) -> None:
    """A packet whose completion overtakes SendPacket's return, twice with the same handle."""
    handle = s.new_handle()
    shown = {"destination": AP, "ethertype_bytes": "888e", "data": "02030000"}
    for _ in range(2):
        number = s.enter(
            names.SEND_PACKET, SERVICE, hDot11SvcHandle=SVC, uPacketLen=12, pvPacket=shown,
            hSendCompletion=handle,
        )  # fmt: skip
        s.call(names.SEND_COMPLETION, hSendCompletion=handle, buffer="unchanged")
        s.leave(number, names.SEND_PACKET, SERVICE)


def _rekeyed(s: Story) -> None:
    """Another group key, then the first again, then both are deleted and one is set once more."""
    for index in (2, 1):
        key(uKeyIndex=index)(s)
        s.api(names.SET_DEFAULT_KEY_ID, uDefaultKeyId=index)
    key(uKeyIndex=1, bDelete=1)(s)
    key(uKeyIndex=2, bDelete=1)(s)
    key(uKeyIndex=2, MacAddr=AP)(s)
    s.api(names.SET_DEFAULT_KEY_ID, uDefaultKeyId=2)


def _result_meets_stop(s: Story) -> None:
    """The DLL's own StopOneX while the OS is telling the result."""
    number = s.enter(names.ONEX_RESULT, hIhvExtAdapter=IHV, msOneXResult=1)
    STOP_ONEX(s)
    s.leave(number, names.ONEX_RESULT)


NOTHING: list[Step] = [lambda s: None]
LEGAL: dict[str, list[Step]] = {
    "m1": [
        steps(START, packet(), onex(), result()),
        steps(START, packet(), onex(skip=1), STOP_ONEX),
        steps(START, eapol_start, packet(), onex(), result()),
        steps(START, eapol_start, eapol_start, eapol_start, result(1, NOBODY)),
        steps(START, packet(EAPOL_KEY), result(1)),
        steps(alloc("0xa000"), free("0xa000"), free("0x0")),
        steps(alloc("0xb000"), query("0xb000")),
        steps(indication(4), indication(9, 87), extension(4), extension(8, 50)),
        steps(notification(0x40), control(8), short_packet),
        _request,
        _completed_early,
        steps(START, _result_meets_stop),
        steps(START, packet(EAP + "0000"), onex(), result()),
        steps(START, packet("0100ffff00", 87), result()),
    ],
    "pre_associate": [registered(), steps(registered(pusRegistration=[], uNumOfRegistration=0))],
    "keys": [_rekeyed, key(), key(bDelete=1), reason_of(names.VALIDATE_PROFILE, 13, 0x80001)],
    "completion": [_request, steps(START, packet(), onex(), result())],
}
"""What may happen besides, by the step it may follow; no rule may find fault with it."""


@st.composite
def legal_stories(draw: Any) -> Story:
    """What the OS and a DLL may do: refusals, retransmissions, deauthentication, roaming."""
    story = Story()
    for step in PROLOGUE:
        step(story)
    known = {step.__name__: step for step in ASSOCIATION}
    up_to_post = ("connect", "pre_associate", "ethertypes", "ciphers", "pre_completion")
    one = ("associate", "post_associate", "m1", "m2", "m3", "m4", "keys", "completion")
    for _ in range(draw(st.integers(1, 4))):
        for name in up_to_post:
            known[name](story)
            for extra in draw(st.lists(st.sampled_from(LEGAL.get(name, NOTHING)), max_size=2)):
                extra(story)
        for roam in range(draw(st.integers(1, 3))):
            if roam:
                stop(story)
            ends_at = draw(st.integers(2, len(one)))
            for name in one[:ends_at]:
                known[name](story)
                for extra in draw(st.lists(st.sampled_from(LEGAL.get(name, NOTHING)), max_size=2)):
                    extra(story)
                if name == "m1" and draw(st.booleans()):
                    m1(story)
                    send(story)
            if ends_at == len(one):
                known["connected"](story)
                if draw(st.booleans()):
                    complete(story)
        if draw(st.booleans()):
            story.frame("deauth", "down")
        stop(story)
        if draw(st.booleans()):
            reset(story)
        reset(story)
    return story


@settings(max_examples=100, deadline=None)
@given(legal_stories())
def test_legal_story_yields_no_finding(story: Story) -> None:
    """Nothing to find; expectations aside, as these stories are about no scenario."""
    judged = evaluate(story.evidence())
    found = [(item.rule, item.message) for item in judged.findings if "EXPECT" not in item.rule]
    assert found == []


def test_cost_of_a_window_is_that_of_its_records() -> None:
    """A window costs the same after 60 associations as after 20; no wall-clock limit is set.

    Counted in records, which is what the rules walk over.
    """
    sizes = {}
    for count in (20, 60):
        evidence = tell(associations=count).evidence()
        sizes[count] = len(window(evidence, count).trace)
    assert sizes[20] == sizes[60]


class Walked(tuple[AssociationEvidence, ...]):
    """Associations that count how often they are gone through."""

    times = 0

    def __iter__(self) -> Iterator[AssociationEvidence]:
        """One more time."""
        self.times += 1
        return super().__iter__()


def test_cost_of_a_run_is_linear() -> None:
    """No rule goes through all associations once for each: a longer run takes no more passes."""
    passes = []
    for count in (5, 20):
        evidence = tell(associations=count).evidence()
        walked = Walked(evidence.associations)
        evaluate(replace(evidence, associations=walked))
        passes.append(walked.times)
    assert passes[0] == passes[1]
