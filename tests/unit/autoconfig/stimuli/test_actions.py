# SPDX-License-Identifier: GPL-2.0-or-later
"""Each action: what it calls in which state, and that the adapter comes back to idle."""

from __future__ import annotations

from typing import Any, cast, get_args

import pytest
from autoconfig import codes
from autoconfig.association.attempt import Phase
from autoconfig.ihv_host.lifecycle import State
from autoconfig.ihv_host.process import HostLoss, IhvHost
from autoconfig.stimuli.handler_actions import UNKNOWN_REQUEST, packet_of

from hil_common.stimuli import PacketForm, StaleHandler
from tests.unit.autoconfig.doubles import ADAPTER, AP, PROFILE, SERVICE, Rig

ACM, MSM = 8, 16
POST = "Dot11ExtIhvPerformPostAssociate"
SET_AUTH = "Dot11ExtSetAuthAlgorithm"
M2 = AP + bytes.fromhex("888e") + b"\x02\x03"
CRASH = HostLoss(hung=False, function="adapter_reset", text="process ended")


def connects_again(rig: Rig) -> None:
    """The next association is good."""
    rig.stimuli.give([])
    assert rig.connection.phase is Phase.IDLE
    rig.to_connected()
    assert rig.connection.phase is Phase.AUTHORIZED


def test_reset_with_pre_association_pending(rig: Rig) -> None:
    """PRE-11: AdapterReset while the worker is at it; the cancelled completion is taken inside."""
    rig.stimulus(SET_AUTH, "reset")
    rig.to_pre_pending()
    rig.host.answer("pre_associate", reason=0)
    assert rig.dll("SetAuthAlgorithm", dwAuthAlgo=7) == 0
    assert rig.host.pending() == "adapter_reset"
    assert rig.complete_pre(reason=0x90001, error=codes.ERROR_CANCELLED) == 0
    rig.finish_down("adapter_reset")
    assert rig.radio.names() == []
    assert rig.codes()[-2:] == [(ACM, 11), (ACM, 10)]
    connects_again(rig)


def test_reset_with_post_association_pending(rig: Rig) -> None:
    """POST-13: no StopPostAssociate; the cancelled completion is taken inside, the port stays
    closed, and the radio disconnects after it."""
    rig.stimulus(POST, "reset")
    rig.to_post_pending()
    assert rig.radio.asked[-1] == ("listen", frozenset())  # ETH-04
    assert rig.complete_post(reason=0x90001, error=codes.ERROR_CANCELLED) == 0
    assert rig.radio.names() == ["connect"]
    rig.finish_down("adapter_reset")
    assert rig.radio.names() == ["connect", "disconnect"]
    assert rig.connection.phase is Phase.DISCONNECTING
    assert rig.complete_post(session="0x1") == codes.ERROR_INVALID_PARAMETER
    rig.lost()
    assert "stop_post_associate" not in rig.host.names()
    assert rig.codes()[-3:] == [(MSM, 10), (ACM, 11), (ACM, 10)]
    connects_again(rig)


def test_reset_of_a_connection(rig: Rig) -> None:
    """The client is told that the connection is over."""
    rig.stimulus("connected", "reset")
    rig.to_connected()
    rig.finish_down("adapter_reset")
    rig.lost()
    assert rig.codes()[-2:] == [(MSM, 10), (ACM, 21)]
    connects_again(rig)


def test_reset_of_an_idle_adapter(rig: Rig) -> None:
    """RST-06: the association goes on after it."""
    rig.stimulus("idle", "reset")
    rig.connection.connect(PROFILE)
    rig.host.answer("adapter_reset")
    assert rig.host.pending() == "capability_match"
    assert rig.done() == [{"order": 1, "on": "idle", "do": "reset", "status": 0}]


def test_two_resets_in_a_row(rig: Rig) -> None:
    """RST-06: ordered for the ordinary AdapterReset's return, a second one follows."""
    rig.stimulus("Dot11ExtIhvAdapterReset", "reset")
    rig.to_connected()
    rig.connection.disconnect()
    rig.lost()
    rig.finish_down("stop_post_associate", "adapter_reset", "adapter_reset")
    connects_again(rig)


def test_station_lost_inside_an_ordered_reset(rig: Rig) -> None:
    """The access point gives up meanwhile: nothing is left to disconnect."""
    rig.stimulus(POST, "reset")
    rig.to_post_pending()
    rig.lost(by_peer=True)
    rig.finish_down("adapter_reset")
    rig.loop.advance(3)
    connects_again(rig)


def test_host_lost_inside_an_ordered_reset(rig: Rig) -> None:
    """A DLL that dies in it: the radio still disconnects."""
    rig.stimulus(POST, "reset")
    rig.to_post_pending()
    rig.host.drop()
    rig.connection.host_lost(CRASH)
    assert rig.radio.names() == ["connect", "disconnect"]
    rig.lost()
    assert rig.reason(ACM, 10) == codes.REASON_DRIVER_DISCONNECTED
    rig.initialise()
    connects_again(rig)


def test_disconnect_with_post_association_pending(rig: Rig) -> None:
    """STOP-02: as a client's disconnect, Stop comes though nothing was completed."""
    rig.stimulus(POST, "disconnect")
    rig.to_post_pending()
    rig.lost()
    rig.finish_down("stop_post_associate", "adapter_reset")
    assert (ACM, 11) in rig.codes()
    connects_again(rig)


def test_roam_and_reassociate(rig: Rig) -> None:
    """One stimulus after the other: what the second makes due begins before the first is over."""
    rig.stimulus("connected", "reassociate")
    rig.to_connected()
    told: list[list[dict[str, Any]]] = []
    rig.stimuli.collect(told.append)
    rig.host.answer("stop_post_associate")
    rig.associated()
    rig.host.answer("post_associate")
    assert told == []
    assert rig.complete_post() == 0
    ((done,),) = told
    assert done.pop("t_ns")
    assert done == {
        "order": 1, "on": "connected", "do": "reassociate", "roamed": True, "bssid": AP.hex(":"),
    }  # fmt: skip


def test_a_roam_that_makes_another_one_due(rig: Rig) -> None:
    """Nobody who waits for the stimuli is told before the last one is over."""
    stimuli = [{"on": on, "do": "reassociate"} for on in ("connected", "roamed")]
    rig.stimuli.give(stimuli)
    rig.to_connected()
    told: list[list[object]] = []
    rig.stimuli.collect(told.append)
    for _ in stimuli:
        assert told == []
        rig.host.answer("stop_post_associate")
        rig.associated()
        rig.host.answer("post_associate")
        assert rig.complete_post() == 0
    assert len(told[0]) == 2


def test_roam_without_another_access_point(rig: Rig) -> None:
    """The stimulus is answered, and the connection stays."""
    rig.stimulus("connected", "roam")
    rig.to_connected()
    for _ in range(2):
        assert rig.radio.scan_done is not None
        rig.radio.scan_done(True)
    told: list[list[dict[str, object]]] = []
    rig.stimuli.collect(told.append)
    assert told[0][0]["roamed"] is False
    assert rig.connection.phase is Phase.AUTHORIZED


def test_stop_after_reset(rig: Rig) -> None:
    """STOP-06: StopPostAssociate for the session comes when AdapterReset has returned."""
    rig.stimulus(POST, "reset-then-stop")
    rig.to_post_pending()
    assert rig.complete_post(reason=0x90001, error=codes.ERROR_CANCELLED) == 0
    rig.finish_down("adapter_reset", "stop_post_associate")
    rig.lost()
    connects_again(rig)


def test_disassociation_by_the_os_has_its_status(rig: Rig) -> None:
    """The status of the stimulus reaches StopPostAssociate, with the connection standing."""
    rig.stimulus("disconnect", "disassociate", status=0xA)
    rig.to_connected()
    rig.connection.disconnect_by_client()
    rig.lost()
    assert rig.host.answer("stop_post_associate")["assoc_status"] == 0xA
    rig.finish_down("adapter_reset")
    connects_again(rig)


class Replugged:
    """A rig whose service runs, so that its adapter can be taken away."""

    def __init__(self, rig: Rig) -> None:
        self.rig = rig
        rig.lifecycle.use(cast(IhvHost, rig.host))
        rig.lifecycle.state = State.RUNNING
        rig.lifecycle._ihv_handle = ADAPTER

    def come_back(self) -> None:
        """DeinitAdapter and InitAdapter return."""
        assert self.rig.host.answer("deinit_adapter") == {"ihv_handle": ADAPTER}
        assert self.rig.connection.phase is Phase.INITIALIZING
        self.rig.connection.svc_handle = SERVICE  # the doubles' DLL knows this one only
        self.rig.host.answer("init_adapter", ihv_handle="0x7002")
        assert self.rig.connection.ihv_handle == "0x7002"


def test_adapter_goes_with_pre_association_pending(rig: Rig) -> None:
    """ADPT-05: no Stop and no Reset, DeinitAdapter cancels it; then the adapter is back."""
    plug = Replugged(rig)
    rig.stimulus(SET_AUTH, "remove-adapter")
    rig.to_pre_pending()
    rig.host.answer("pre_associate", reason=0)
    # The adapter is away before the function is carried out: its handle is dead.
    assert rig.dll("SetAuthAlgorithm", dwAuthAlgo=7) == codes.ERROR_INVALID_HANDLE
    plug.come_back()
    assert rig.done() == [{"order": 1, "on": SET_AUTH, "do": "remove-adapter", "error": 0}]
    assert (ACM, 11) in rig.codes()
    connects_again(rig)


def test_adapter_goes_with_a_session(rig: Rig) -> None:
    """ADPT-05: StopPostAssociate first, then DeinitAdapter; a connect meanwhile waits."""
    plug = Replugged(rig)
    rig.stimulus(POST, "remove-adapter")
    rig.to_post_pending()
    rig.lost()
    rig.host.answer("stop_post_associate")
    rig.stimuli.give([])
    rig.connection.connect(PROFILE)
    plug.come_back()
    assert rig.host.pending() == "capability_match"


def test_idle_adapter_goes(rig: Rig) -> None:
    """Between two associations."""
    plug = Replugged(rig)
    rig.stimulus("Dot11ExtIhvAdapterReset", "remove-adapter")
    rig.to_connected()
    rig.connection.disconnect()
    rig.lost()
    rig.finish_down("stop_post_associate", "adapter_reset")
    assert rig.done()[0]["skipped"] == "the attempt is at its end already"
    rig.stimuli.give([{"on": "connect", "do": "remove-adapter"}])
    rig.connection.connect(PROFILE)
    plug.come_back()
    connects_again(rig)


def test_held_completion_comes_late(rig: Rig) -> None:
    """TX-03's time: the packet has left, its completion comes when the stimulus lets it."""
    rig.stimulus("Dot11ExtSendPacket", "hold-completion", delay_ms=300)
    rig.to_post_pending()
    assert rig.dll("SendPacket", data=M2.hex(), hSendCompletion="0x501") == 0
    rig.connection.on_transmit_status(100, True)
    rig.loop.advance(0.29)
    assert rig.host.pending() == ""
    rig.loop.advance(0.02)
    assert rig.host.answer("send_packet_completion") == {"handle": "0x501"}
    assert rig.dll("SendPacket", data=M2.hex(), hSendCompletion="0x502") == 0
    rig.connection.on_transmit_status(101, True)
    assert rig.host.answer("send_packet_completion") == {"handle": "0x502"}


def test_held_completion_is_given_before_stop(rig: Rig) -> None:
    """TX-05: it does not outlive the association."""
    rig.stimulus("Dot11ExtSendPacket", "hold-completion", delay_ms=9000)
    rig.to_post_pending()
    assert rig.dll("SendPacket", data=M2.hex(), hSendCompletion="0x501") == 0
    rig.connection.on_transmit_status(100, True)
    rig.lost(by_peer=True)
    rig.finish_down("send_packet_completion", "stop_post_associate", "adapter_reset")
    rig.loop.advance(10)
    assert rig.host.pending() == ""


def test_held_delivery_keeps_the_newest_of_the_backlog(rig: Rig) -> None:
    """ETH-07: three were asked to be kept, five came, the oldest two are gone."""
    rig.stimulus(POST, "hold-delivery", delay_ms=500)
    rig.to_post_pending()
    for number in range(5):
        rig.packet(bytes([number]))
    assert rig.host.pending() == ""
    rig.loop.advance(0.6)
    got = [rig.host.answer("receive_packet")["data"][-2:] for _ in range(3)]
    assert got == ["02", "03", "04"]
    assert rig.host.pending() == ""


@pytest.mark.parametrize(
    ("stimulus", "call", "arguments"),
    [
        ({"do": "session-change", "event": 7}, "process_session_change", {"event_type": 7}),
        ({"do": "query-ui", "phase": 2}, "query_ui_request", {"phase": 2}),
        ({"do": "indicate", "type": 3}, "receive_indication", {"type": 3, "data": None}),
        ({"do": "control", "data": "01", "out_size": 4}, "control", {"data": "01", "out_size": 4}),
        ({"do": "packet", "data": "0102"}, "receive_packet", {"data": "0102"}),
        (
            {"do": "packet", "form": "header-only"},
            "receive_packet",
            {"data": AP.hex() + "888e"},
        ),
        ({"do": "capability-match"}, "capability_match", {"security_xml": "<IhvSecurity/>"}),
        ({"do": "validate", "fragment": "none"}, "validate_profile", {"security_xml": None}),
        ({"do": "validate", "fragment": "empty"}, "validate_profile", {"security_xml": ""}),
        ({"do": "discovery", "insecure": True}, "create_discovery_profiles", {"insecure": True}),
        ({"do": "ask-ui"}, "is_ui_request_pending", {"guid": UNKNOWN_REQUEST}),
    ],
)
def test_handlers_beside_the_connection(
    rig: Rig, stimulus: dict[str, Any], call: str, arguments: dict[str, Any]
) -> None:
    """Each handler is called with its arguments, and the connection stays as it is."""
    rig.stimulus("connected", **stimulus)
    rig.to_connected()
    given = rig.host.answer(call)
    assert arguments.items() <= given.items()
    assert rig.connection.phase is Phase.AUTHORIZED
    rig.done()


@pytest.mark.parametrize("form", get_args(PacketForm))
def test_every_packet_form_is_what_its_name_says(form: str) -> None:
    """From a part of the header to a key frame that lies about its length."""
    packet = bytes.fromhex(packet_of(AP, form))
    sizes = {"below-header": 7, "header-only": 8, "one-byte": 9, "noise": 208}
    if form in sizes:
        assert len(packet) == sizes[form]
    else:
        said = int.from_bytes(packet[10:12], "big")
        assert packet[:8] == AP + b"\x88\x8e"
        key_data = int.from_bytes(packet[-2:], "big") if form == "lying-length" else 0
        assert said > len(packet) - 12 or key_data > len(packet)


@pytest.mark.parametrize("handler", get_args(StaleHandler))
def test_every_stale_handler_is_called_with_the_stale_handle(rig: Rig, handler: str) -> None:
    """ADPT-10: by the adapter's own thread, but for another handle."""
    rig.stimulus("idle", "stale-handle", handler=handler)
    rig.connection.connect(PROFILE)
    call = rig.host.pending()
    given = rig.host.answer(call, status=1168)
    assert (given["ihv_handle"], given["pass_handle"]) == (ADAPTER, "0xdead0")
    rig.host.answer("capability_match", reason=0)
    assert rig.host.pending() == "pre_associate"


def test_second_pre_associate_has_a_session_of_its_own(rig: Rig) -> None:
    """PRE-13: the first one stays the one whose completion counts."""
    rig.stimulus(SET_AUTH, "second-pre-associate")
    rig.to_pre_pending()
    first = rig.host.answer("pre_associate", reason=0)["connect_session"]
    rig.set_up_security()
    second = rig.host.answer("pre_associate", status=5023, reason=0x90001)["connect_session"]
    assert first != second
    assert rig.complete_pre(session=second) == codes.ERROR_INVALID_PARAMETER
    assert rig.complete_pre() == 0
    assert rig.radio.names() == ["connect"]


REQUEST = "{11111111-2222-4333-8444-555555555555}"


def send_request(rig: Rig) -> None:
    """SendUIRequest."""
    assert rig.dll("SendUIRequest", pIhvUIRequest={"guidUIRequest": REQUEST}) == 0


def test_a_request_to_the_user_is_answered(rig: Rig) -> None:
    """UI-05: asked for before and after; answered once only."""
    rig.stimulus("disconnect", "answer-ui", data="0102")
    rig.to_connected()
    send_request(rig)
    rig.connection.disconnect_by_client()
    assert rig.host.answer("is_ui_request_pending", pending=1)["guid"] == REQUEST
    assert rig.host.answer("process_ui_response") == {"guid": REQUEST, "data": "0102"}
    rig.host.answer("is_ui_request_pending", pending=0)
    pending = [one.get("pending") for one in rig.done()[0]["results"]]
    assert pending == [1, None, 0]
    assert rig.framework.take_ui_requests() == []


def test_an_answer_without_a_request_is_not_carried_out(rig: Rig) -> None:
    """Nothing was asked, or all of it was answered: the DLL is left alone, and it is told."""
    rig.stimulus("connected", "answer-ui", data="01")
    rig.to_connected()
    assert rig.host.pending() == ""
    assert rig.done()[0]["skipped"] == "no request is pending"


@pytest.mark.parametrize(
    ("which", "guid"),
    [("zero", "{00000000-0000-0000-0000-000000000000}"), ("unknown", UNKNOWN_REQUEST)],
)
def test_an_answer_to_a_request_never_sent(rig: Rig, which: str, guid: str) -> None:
    """Without data its buffer is NULL; what was asked stays pending."""
    rig.stimulus("disconnect", "answer-ui", request=which)
    rig.to_connected()
    send_request(rig)
    rig.connection.disconnect_by_client()
    rig.host.answer("is_ui_request_pending", pending=0)
    assert rig.host.answer("process_ui_response", status=1168) == {"guid": guid, "data": None}
    rig.host.answer("is_ui_request_pending", pending=0)
    assert rig.framework.take_ui_requests() == [REQUEST]


@pytest.mark.parametrize("on", ["Dot11ExtSendUIRequest", "waits-for-user"])
def test_the_user_answers_once_the_request_is_known(rig: Rig, on: str) -> None:
    """Not inside SendUIRequest, whose answer the DLL has by then; and not before it."""
    rig.stimulus(on, "answer-ui", data="01")
    rig.to_pre_pending()
    rig.host.answer("pre_associate", reason=0)
    send_request(rig)
    assert rig.host.pending() == ""
    rig.loop.settle()
    assert rig.host.answer("is_ui_request_pending", pending=1)["guid"] == REQUEST
    assert rig.host.answer("process_ui_response")["guid"] == REQUEST
    rig.host.answer("is_ui_request_pending", pending=0)
    assert "skipped" not in rig.done()[0]


def test_a_request_that_is_refused_waits_for_nobody(rig: Rig) -> None:
    """The moment does not come for a request the service did not take."""
    rig.stimuli.give(
        [
            {"on": "Dot11ExtSendUIRequest", "do": "refuse", "error": 50},
            {"on": "waits-for-user", "do": "ui-timeout"},
        ]
    )
    rig.to_pre_pending()
    assert rig.dll("SendUIRequest", pIhvUIRequest={"guidUIRequest": REQUEST}) == 50
    rig.loop.settle()
    assert [one["do"] for one in rig.done()] == ["refuse"]


def test_a_user_who_never_answers_ends_the_attempt(rig: Rig) -> None:
    """WLAN_REASON_CODE_UI_REQUEST_TIMEOUT, some time after the request."""
    rig.stimulus("waits-for-user", "ui-timeout", after_ms=2000)
    rig.to_pre_pending()
    rig.host.answer("pre_associate", reason=0)
    send_request(rig)
    rig.loop.advance(1.9)
    assert rig.host.pending() == ""
    rig.loop.advance(0.2)
    rig.finish_down("adapter_reset")
    assert rig.reason(ACM, 10) == codes.REASON_UI_REQUEST_TIMEOUT
    connects_again(rig)


@pytest.mark.parametrize("end", ["logoff", "reset"])
def test_requests_end_with_the_user_s_logoff_and_a_reset(rig: Rig, end: str) -> None:
    """UI-06, RST-04: nothing is left to answer, but it can still be asked for."""
    rig.stimulus("disconnect", "session-change", event=6)
    rig.to_connected()
    send_request(rig)
    if end == "logoff":
        rig.connection.disconnect_by_client()
        rig.host.answer("process_session_change")
    else:
        rig.connection.disconnect()
        rig.lost()
        rig.finish_down("stop_post_associate", "adapter_reset")
    assert rig.framework.take_ui_requests() == []
    assert rig.framework.ui_requests_known() == [REQUEST]


def test_a_reset_of_the_idle_adapter_cancels_requests_too(rig: Rig) -> None:
    """RST-04: whenever AdapterReset has returned, nobody is asked any more."""
    send_request(rig)
    rig.stimulus("idle", "reset")
    rig.connection.connect(PROFILE)
    rig.host.answer("adapter_reset")
    assert rig.framework.take_ui_requests() == []


def test_the_rest_of_an_attempt_goes_with_another_profile(rig: Rig) -> None:
    """PRE-05: what the DLL matched is not what it is to begin with; the next attempt has the
    profile that is stored."""
    rig.stimulus("Dot11ExtIhvPerformCapabilityMatch", "change-profile", fragment="garbage")
    rig.connection.connect(PROFILE)
    assert rig.host.answer("capability_match")["security_xml"] == PROFILE.security_xml
    assert "<<" in rig.host.answer("pre_associate", status=87, reason=0x90001)["security_xml"]
    assert rig.done() == [
        {"order": 1, "on": "Dot11ExtIhvPerformCapabilityMatch", "do": "change-profile"}
    ]
    rig.finish_down("adapter_reset")
    rig.stimuli.give([])
    rig.connection.connect(PROFILE)
    rig.host.answer("capability_match")
    assert rig.host.answer("pre_associate")["security_xml"] == PROFILE.security_xml
