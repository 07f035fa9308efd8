# SPDX-License-Identifier: GPL-2.0-or-later
"""From timeline events to the rows of a ladder."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from harness.evidence.owners import Owner
from harness.evidence.timeline import TimelineEvent
from harness.report.steps import Step, described, slice_around, steps

US = 1_000


def event(at_us: int, lane: Any, label: str, way: Any = "", **detail: Any) -> TimelineEvent:
    """An event at so many microseconds."""
    return TimelineEvent(at_us * US, 0, lane, label, way, detail)


def owned(one: TimelineEvent, owner: Owner) -> TimelineEvent:
    """The event as that of an adapter among several."""
    return replace(one, owner=owner)


def told(made: tuple[Step, ...]) -> list[tuple[str, str]]:
    """Kind and label of each step."""
    return [(step.kind, step.label) for step in made]


def test_frames_say_what_became_of_them() -> None:
    """Retransmissions, rules, losses and protection are in the label and the flags."""
    made = steps([
        event(1, "air", "auth", "up"),
        event(2, "air", "M1", "down", retry=1),
        event(3, "air", "M2", "up", rule="drop", lost=1),
        event(4, "air", "M3", "down", rule="drop-ack"),
        event(5, "air", "M4", "up", mic="wrong", protected=1),
        event(6, "air", "data", "down", lost=1),
        event(7, "air", "probe-req", "up", lost=1, freq_mhz=2437),
        event(8, "air", "assoc-resp", "down", dot11_status=0),
        event(9, "air", "assoc-resp", "down", dot11_status=53, rule="edit"),
        event(10, "air", "deauth", "down", dot11_reason=16),
    ])  # fmt: skip
    assert told(made) == [
        ("frame", "authentication"), ("frame", "M1 · again"),
        ("frame", "M2 · dropped by rule"), ("frame", "M3 · ACK dropped by rule"),
        ("frame", "M4 · protected · MIC wrong"), ("frame", "data · lost"),
        ("frame", "probe request · 2437 MHz, not heard"), ("frame", "association response"),
        ("frame", "association response · status 53 · edit by rule"),
        ("frame", "deauthentication · reason 16"),
    ]  # fmt: skip
    assert [(step.up, step.lost, step.retry, step.ruled) for step in made[1:4]] == [
        (False, False, True, False), (True, True, False, True), (False, False, False, True),
    ]  # fmt: skip


def test_codes_of_the_air_have_their_names() -> None:
    """Those of IEEE 802.11, which are not the WLAN service's."""
    sent_away = event(1, "air", "deauth", "down", dot11_reason=16)
    assert described(sent_away) == "dot11_reason 16 GK_HANDSHAKE_TIMEOUT"
    refused = event(1, "air", "assoc-resp", "down", dot11_status=53)
    assert described(refused) == "dot11_status 53 STATUS_INVALID_PMKID"


def test_a_request_names_its_access_point_where_there_are_several() -> None:
    """A roaming station's request says where to."""
    (made,) = steps([event(1, "air", "assoc-req", "up", to="02:48:49:4c:00:02")])
    assert (made.label, made.to) == (
        "association request to 02:48:49:4c:00:02", "02:48:49:4c:00:02",
    )  # fmt: skip


def test_8021x_is_told_in_words() -> None:
    """EAP with its code and type, and what asks for it or ends it."""
    made = steps([
        event(1, "air", "eapol-start", "up"),
        event(2, "air", "eap", "down", code="Request", eap_type="Identity", retry=1),
        event(3, "air", "eap", "down", code="Success"),
        event(4, "air", "eapol-logoff", "up"),
    ])  # fmt: skip
    assert [step.label for step in made] == [
        "EAPOL-Start", "EAP Request Identity · again", "EAP Success", "EAPOL-Logoff",
    ]  # fmt: skip


def test_short_handler_is_one_row() -> None:
    """A handler that returned before anything else happened is one row with its outcome."""
    made = steps([
        event(10, "handler", "ReceivePacket", "enter", tid=1, seq=5),
        event(210, "handler", "ReceivePacket", "return", tid=1, result=0),
        event(300, "handler", "PerformPostAssociate", "enter", tid=1),
        event(400, "handler", "PerformPostAssociate", "return", tid=1, result=0),
        event(500, "handler", "PerformPreAssociate", "enter", tid=1),
        event(600, "handler", "PerformPreAssociate", "return", tid=1, result=87),
    ])  # fmt: skip
    assert told(made) == [
        ("handler", "ReceivePacket, 200 µs"),
        ("handler", "PerformPostAssociate → ERROR_SUCCESS, 100 µs"),
        ("handler", "PerformPreAssociate → ERROR_INVALID_PARAMETER, 100 µs"),
    ]  # fmt: skip
    assert (made[0].end_ns, made[0].seq) == (210 * US, 5)


def test_long_handler_is_two_rows_with_what_lies_between() -> None:
    """Calls of other threads and the same one stand between entry and return."""
    made = steps([
        event(10, "handler", "PerformPostAssociate", "enter", tid=1),
        event(20, "framework", "PostAssociateCompletion", "enter", tid=1,
              dwWin32Error=0, dwReasonCode=0x38005),
        event(30, "framework", "PostAssociateCompletion", "return", tid=1, result=87),
        event(40, "handler", "PerformPostAssociate", "return", tid=1, result=0),
    ])  # fmt: skip
    assert told(made) == [
        ("handler", "PerformPostAssociate"),
        ("completion", "PostAssociateCompletion(0, 0x38005) → ERROR_INVALID_P…"),
        ("return", "PerformPostAssociate → ERROR_SUCCESS, 30 µs"),
    ]  # fmt: skip
    assert all(step.main for step in made)


def test_handler_that_never_returned() -> None:
    """It has no end, and says so."""
    (made,) = steps([event(10, "handler", "PerformPostAssociate", "enter", tid=1)])
    assert (made.label, made.end_ns, made.open_end) == (
        "PerformPostAssociate never returned", None, True,
    )  # fmt: skip


def test_handler_ends_with_its_process() -> None:
    """A crash, or the DLL loaded again after a hang, is the end of what never returned."""
    entered = event(10, "handler", "PerformPostAssociate", "enter", tid=1)
    for label in ("exception 0xc0000005", "DLL load"):
        made = steps([entered, event(20, "air", "M1", "down"), event(30, "handler", label)])
        assert (made[0].end_ns, made[0].open_end) == (30 * US, True)


def test_calls_pair_by_thread() -> None:
    """The return of another thread's call of the same name is not taken."""
    made = steps([
        event(10, "framework", "SendPacket", "enter", tid=1),
        event(11, "framework", "SendPacket", "enter", tid=2),
        event(20, "framework", "SendPacket", "return", tid=1, result=5),
        event(30, "framework", "SendPacket", "return", tid=2, result=0),
    ])  # fmt: skip
    assert told(made) == [
        ("framework", "SendPacket → ERROR_ACCESS_DENIED"),
        ("framework", "SendPacket"),
    ]
    assert [step.end_ns for step in made] == [20 * US, 30 * US]


def test_return_without_its_entry_is_passed_over() -> None:
    """A trace cut at its start draws nothing it cannot know."""
    assert steps([event(1, "handler", "AdapterReset", "return", tid=1, result=0)]) == ()


def test_crash_and_notes() -> None:
    """An exception is a crash; notifications and DLL loads are notes."""
    made = steps([
        event(1, "wlan", "WlanConnect", "enter"),
        event(2, "handler", "exception 0xc0000005", seq=9, module="sample.dll"),
    ])  # fmt: skip
    assert told(made) == [("note", "WlanConnect"), ("crash", "exception 0xc0000005")]
    assert made[1].detail == "seq 9, module sample.dll"


def test_labels_are_cleaned_and_bounded() -> None:
    """A hostile function name can neither break out nor fill the drawing."""
    (made,) = steps([event(1, "framework", "\x1b<svg>" + "A" * 500, "enter", tid=1)])
    assert made.label.startswith("\ufffd<svg>AAA")
    assert len(made.label) == 54


def test_slice_shows_the_named_records_and_their_neighbours() -> None:
    """Evidence named by number, plus the nearest before and after the finding's time."""
    events = [event(n, "framework", f"F{n}", "enter", seq=n) for n in range(20)]
    chosen = slice_around(events, 10 * US, (2,))
    assert [one.label for one in chosen] == ["F2", "F8", "F9", "F10", "F11", "F12"]
    assert slice_around(events, None, ()) == ()
    assert described(events[3]) == "seq 3"


def test_a_slice_shows_what_handed_out_a_value() -> None:
    """A session that was never handed out stands beside the one that was, however long ago."""
    calls = [event(10, "handler", "PerformPostAssociate", "enter", seq=1, hSecuritySessionID="0x7")]
    calls += [event(20 + n, "framework", "SendPacket", "enter", seq=2 + n) for n in range(30)]
    calls += [
        event(90, "framework", "PostAssociateCompletion", "enter", seq=90, hSecuritySessionID="0x8")
    ]
    shown = slice_around(calls, 90, [90])
    assert shown[0].detail["hSecuritySessionID"] == "0x7"
    assert shown[-1].detail["hSecuritySessionID"] == "0x8"


def test_codes_are_told_by_name() -> None:
    """In the details of a call as in its label."""
    call = event(1, "framework", "PostAssociateCompletion", "enter", dwWin32Error=87,
                 dwReasonCode=0x38005, seq=4)  # fmt: skip
    assert described(call, without=("seq",)) == (
        "dwWin32Error ERROR_INVALID_PARAMETER (87, 0x57), "
        "dwReasonCode WLAN_REASON_CODE_START_SECURITY_FAILURE (229381, 0x38005)"
    )
