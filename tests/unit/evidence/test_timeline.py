# SPDX-License-Identifier: GPL-2.0-or-later
"""One timeline out of frames, calls and notifications."""

from __future__ import annotations

from harness.evidence import ApAct, ClockModel, LiveRule, UsbAct, names, timeline
from tests.unit.checks.builder import tell
from tests.unit.checks.story import AP, OFFSET_NS, Story

CLOCK = ClockModel(OFFSET_NS, 40_000)


def test_good_association_in_order() -> None:
    """All lanes are there, in time order, from the connect to the reset."""
    (association,) = tell().evidence().associations
    events = timeline(association, CLOCK)
    assert [event.at_ns for event in events] == sorted(event.at_ns for event in events)
    assert {event.lane for event in events} == {"air", "handler", "framework", "wlan"}
    assert (events[0].label, events[-1].label) == ("WlanConnect", "AdapterReset")
    labels = [event.label for event in events if event.lane == "air"]
    assert labels == ["auth", "auth", "assoc-req", "assoc-resp", "M1", "M2", "M3", "M4",
                      "arp", "arp", "icmp", "icmp"]  # fmt: skip
    assert all(event.uncertainty_ns == 0 for event in events)
    assert "MSM connected" in {event.label for event in events}


def test_return_tells_result_and_duration() -> None:
    """A return carries the return value and how long the call took."""
    (association,) = tell().evidence().associations
    events = timeline(association, CLOCK)
    (back,) = [e for e in events if (e.label, e.direction) == ("PerformPostAssociate", "return")]
    assert (back.detail["result"], back.detail["duration_us"]) == (0, 10)


def test_undelivered_frame_carries_the_uncertainty() -> None:
    """A frame that never reached the guest is placed by the other clock."""

    def lost(s: Story) -> None:
        s.frame("M1", "down", guest_ns=None, delivered=False, rule="drop")

    (association,) = tell(m1=lost).evidence().associations
    (event,) = [e for e in timeline(association, CLOCK) if e.label == "M1"]
    assert event.uncertainty_ns == 40_000
    assert (event.detail["lost"], event.detail["rule"]) == (1, "drop")


def test_eap_tells_what_it_is() -> None:
    """Code and type of an EAP packet are in its event, and nothing else of it."""

    def eap(s: Story) -> None:
        detail = {"code": "Request", "eap_type": "Identity", "identifier": 7}
        s.frame("eap", "down", detail=detail)

    (association,) = tell(m1=eap).evidence().associations
    (event,) = [e for e in timeline(association, CLOCK) if e.label == "eap"]
    assert (event.detail["code"], event.detail["eap_type"]) == ("Request", "Identity")


def test_what_ends_or_refuses_tells_its_code() -> None:
    """A deauthentication its reason, an association response its status."""

    def sent_away(s: Story) -> None:
        s.frame("assoc-resp", "down", detail={"status": 53})
        s.frame("deauth", "down", detail={"reason": 16})

    (association,) = tell(m1=sent_away).evidence().associations
    told = [event.detail for event in timeline(association, CLOCK)]
    assert [one["dot11_status"] for one in told if "dot11_status" in one] == [53]
    assert [one["dot11_reason"] for one in told if "dot11_reason" in one] == [16]


def test_crash_is_an_event() -> None:
    """An exception shows in the handler lane with its module."""

    def crash(s: Story) -> None:
        s.enter(names.POST_ASSOCIATE)
        s.record("exception", code="0xc0000005", module="sample.dll")

    story = tell(post_associate=crash)
    (event,) = [e for e in timeline(story.evidence().associations[0], CLOCK)
                if e.label.startswith("exception")]  # fmt: skip
    assert event.lane == "handler"
    assert event.detail["module"] == "sample.dll"


def test_a_roaming_station_tells_whom_it_asks() -> None:
    """With several access points the request names its own; with one that goes without saying."""

    def roam(s: Story) -> None:
        s.frame("assoc-req", "up", receiver="02:00:00:00:01:01")
        s.frame("assoc-resp", "down", transmitter="02:00:00:00:01:01")

    for after, asked in (({}, [None]), ({"echo": roam}, [AP, "02:00:00:00:01:01"])):
        (association,) = tell(after=after).evidence().associations
        requests = [e for e in timeline(association, CLOCK) if e.label == "assoc-req"]
        assert [event.detail.get("to") for event in requests] == asked


def test_what_is_done_live_stands_among_the_frames() -> None:
    """An order to an access point, and a rule that somebody gives, each at its time."""
    story = tell()
    acts = (ApAct(0, "stop", AP, 6, 5),)
    given = (LiveRule("added", 2, 0, "drop M3 (number 1)", 7),)
    stalls = UsbAct(1, "stall", ("control", "bulk-in"), 6, 9)
    story.end(ap_acts=acts, live_rules=given, usb_acts=(stalls, UsbAct(1, "plug", (), 9)))
    clock = ClockModel(OFFSET_NS, 0)
    events = {event.label: event for event in timeline(story.evidence().associations[0], clock)}
    stopped, added = events["ordered: stop"], events["rule added"]
    assert (stopped.lane, stopped.at_ns) == ("air", OFFSET_NS + 5)
    assert (added.lane, added.at_ns, added.direction) == ("air", OFFSET_NS + 7, "")
    stalled = events["adapter: stall"]
    assert (stalled.at_ns, stalled.detail) == (OFFSET_NS + 6, {"transfers": "control, bulk-in"})
    assert events["adapter: plug"].detail == {}
    assert added.detail == {"rule": 2, "says": "drop M3 (number 1)"}
