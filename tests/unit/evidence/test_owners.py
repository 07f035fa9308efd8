# SPDX-License-Identifier: GPL-2.0-or-later
"""Whose each event is, where two adapters associate at the same time."""

from __future__ import annotations

from harness.evidence import TimelineEvent, names, timelines
from harness.evidence.owners import Owner, Owners, owners
from tests.unit.checks.builder import begin_post, connect, tell
from tests.unit.checks.story import AP, IHV, OS, STA, SVC, Story
from tests.unit.checks.test_two_adapters import (
    OTHER_IHV,
    OTHER_STA,
    OTHER_SVC,
    connected,
    story,
    with_notes,
)

FIRST, SECOND = Owner(STA, 1), Owner(OTHER_STA, 2)


def drawn(told: Story, index: int = 1) -> tuple[TimelineEvent, ...]:
    """The timeline of an association."""
    return timelines(told.evidence())[index]


def own(events: tuple[TimelineEvent, ...], owner: Owner | None) -> set[str]:
    """The labels of an owner's events."""
    return {event.label for event in events if event.owner == owner}


def second_session(s: Story) -> None:
    """The second adapter's session, as far as it concerns the drawing."""
    begin_post(s, hIhvExtAdapter=OTHER_IHV)
    s.call(
        names.SEND_PACKET, OS, hDot11SvcHandle=OTHER_SVC, uPacketLen=9, hSendCompletion="0x77"
    )  # fmt: skip
    s.call(names.SEND_COMPLETION, hSendCompletion="0x77", buffer="unchanged")


def test_calls_frames_and_completions_have_their_adapter() -> None:
    """Handles, M1s and the completed packet tell; what concerns both has none."""
    events = drawn(story(second_session=second_session))
    assert own(events, SECOND) == {
        "assoc-req", "assoc-resp", "M1", "ReceivePacket", "PerformPostAssociate", "SendPacket",
        "SendPacketCompletion",
    }  # fmt: skip
    assert {"PerformPostAssociate", "PostAssociateCompletion", "M4", "icmp"} <= own(events, FIRST)
    assert "WlanConnect" in own(events, None)
    sent = [event for event in events if event.label == "SendPacketCompletion"]
    assert [event.owner for event in sent] == [FIRST] * 4 + [SECOND] * 2


def test_a_call_made_in_a_handler_is_of_its_adapter() -> None:
    """AllocateBuffer has no handle; the handler it was made in has."""

    def inside(s: Story) -> None:
        s.call(names.ALLOCATE_BUFFER, dwByteCount=9)

    events = drawn(
        story(second_session=lambda s: begin_post(s, inside=inside, hIhvExtAdapter=OTHER_IHV))
    )
    (allocated,) = {event.owner for event in events if event.label == "AllocateBuffer"}
    assert allocated == SECOND


def test_a_broadcast_is_nobodys_own() -> None:
    """What the access point sends to all belongs to no single station."""
    told = story()
    told.frame("arp", "down", receiver="ff:ff:ff:ff:ff:ff")
    (arp,) = [e for e in drawn(told) if e.label == "arp" and e.detail["number"] == len(told.frames)]
    assert arp.owner is None


def test_a_notification_is_of_its_interface() -> None:
    """The GUID given to InitAdapter is that of the notifications."""
    evidence = story().evidence()
    events = timelines(with_notes(evidence, connected(evidence)))[1]
    told = [event.owner for event in events if event.label == "MSM connected"]
    assert told == [FIRST, SECOND]


def test_an_adapter_that_is_left_over_has_the_station_left_over() -> None:
    """Its M1 never reached it: the other adapter's did, so it is known all the same."""
    told = story(adapter=IHV, second_session=second_session)
    for frame in told.frames:
        if frame.receiver == OTHER_STA:
            frame.detail.pop("digest", None)
    assert "PerformPostAssociate" in own(drawn(told), SECOND)


def test_one_adapter_owns_everything() -> None:
    """Neither a station alone nor an adapter that is idle makes several."""
    assert owners(tell().evidence()) == {}

    def idle(s: Story) -> None:
        s.call(names.INIT_ADAPTER, OS, 0, {"phIhvExtAdapter": OTHER_IHV},
               hDot11SvcHandle=OTHER_SVC)  # fmt: skip

    assert owners(tell(after={"init_adapter": idle}).evidence()) == {}


def test_an_adapter_that_comes_back_is_the_same() -> None:
    """Removed and added within one association, it has one pair of lanes."""

    def back(s: Story) -> None:
        s.call(names.DEINIT_ADAPTER, hIhvExtAdapter=IHV)
        described = {"gAdapterId": "{guid}"}
        s.call(
            names.INIT_ADAPTER, hDot11SvcHandle=OTHER_SVC, pDot11Adapter=described,
            out={"phIhvExtAdapter": OTHER_IHV},
        )  # fmt: skip
        s.call(names.ADAPTER_RESET, hIhvExtAdapter=OTHER_IHV)

    def init(s: Story) -> None:
        described = {"gAdapterId": "{guid}"}
        s.call(
            names.INIT_ADAPTER, hDot11SvcHandle=SVC, pDot11Adapter=described,
            out={"phIhvExtAdapter": IHV},
        )  # fmt: skip

    assert owners(tell(init_adapter=init, after={"echo": back}).evidence()) == {}


def test_a_second_association_without_the_second_adapter_is_drawn_as_ever() -> None:
    """Only where both are at work there are several."""
    told = story()
    connect(told)
    told.frame("assoc-resp", "down", transmitter=AP)
    assert set(owners(told.evidence())) == {1}
    assert {event.owner for event in drawn(told, 2)} == {None}
    assert Owners().of_call(0, 1) is None


def test_unknown_is_told_as_unknown() -> None:
    """A name for everything that can be drawn."""
    assert [str(one) for one in (FIRST, Owner(None, 2))] == [STA, "adapter 2"]
    assert [one.title for one in (SECOND, Owner(None, 2), Owner(STA, None))] == [
        f"Station {OTHER_STA}, adapter 2", "Station not known, adapter 2", f"Station {STA}",
    ]  # fmt: skip
    assert sorted([Owner(None, 1), SECOND, FIRST], key=lambda one: one.order) == [
        FIRST, SECOND, Owner(None, 1),
    ]  # fmt: skip
