# SPDX-License-Identifier: GPL-2.0-or-later
"""The hook points: what a stimulus meets, and what is told of it."""

from __future__ import annotations

import pytest
from autoconfig.association.attempt import Phase
from autoconfig.ihv_host.call_queue import Arguments
from autoconfig.ihv_host.exit_record import clock_ns
from autoconfig.stimuli.plan import StimulusError

from tests.unit.autoconfig.doubles import AP, PROFILE, Rig

PRE = "Dot11ExtIhvPerformPreAssociate"
POST = "Dot11ExtIhvPerformPostAssociate"
SEND = "Dot11ExtSendPacket"
M2 = AP + bytes.fromhex("888e") + b"\x02\x03"


def test_a_handler_s_event_comes_before_the_connection_hears_of_its_return(rig: Rig) -> None:
    """So that what is pending then is still pending: no packet was delivered yet."""
    rig.stimulus(POST, "reset")
    rig.to_post_pending(returned=False)
    rig.packet(b"M1")
    rig.host.answer("post_associate")
    assert rig.host.pending() == "adapter_reset"
    assert "receive_packet" not in rig.host.names()


def test_a_framework_function_s_event_comes_before_it_is_carried_out(rig: Rig) -> None:
    """A reset ordered for a send finds no packet of it on the air."""
    rig.stimulus(SEND, "reset")
    rig.to_post_pending()
    assert rig.dll("SendPacket", data=M2.hex(), hSendCompletion="0x501") == 5023
    assert "send_control" not in rig.radio.names()
    assert rig.host.pending() == "adapter_reset"


def test_on_return_a_stimulus_follows_the_function_s_answer(rig: Rig) -> None:
    """The packet is on the air by then."""
    rig.stimulus(SEND, "reset", when="return")
    rig.to_post_pending()
    assert rig.dll("SendPacket", data=M2.hex(), hSendCompletion="0x501") == 0
    assert rig.host.pending() == ""
    rig.loop.settle()
    assert "send_control" in rig.radio.names()
    rig.host.answer("send_packet_completion")
    assert rig.host.pending() == "adapter_reset"


def test_a_stimulus_that_is_put_off_is_waited_for(rig: Rig) -> None:
    """What came of the plan is told when its time has come too."""
    rig.stimulus("connected", "disconnect", after_ms=500)
    rig.to_connected()
    told: list[list[Arguments]] = []
    rig.stimuli.collect(told.append)
    rig.loop.advance(0.4)
    assert told == []
    assert rig.connection.phase is Phase.AUTHORIZED
    rig.loop.advance(0.2)
    assert [one["do"] for one in told[0]] == ["disconnect"]


def test_a_new_plan_or_a_lost_host_drops_what_was_put_off(rig: Rig) -> None:
    """It belongs to an association that is over."""
    for end in (lambda: rig.stimuli.give([]), rig.stimuli.host_lost):
        rig.stimulus("idle", "reset", after_ms=100)
        rig.stimuli.event("idle")
        end()
        rig.loop.advance(1)
        assert rig.done() == []


def test_pretending_success_is_a_refusal_with_error_0(rig: Rig) -> None:
    """The function answers as if it had been carried out."""
    rig.stimulus(SEND, "refuse", error=0)
    rig.to_post_pending()
    assert rig.dll("SendPacket", data=M2.hex(), hSendCompletion="0x501") == 0
    assert "send_control" not in rig.radio.names()


def test_a_function_is_refused_with_the_error_ordered(rig: Rig) -> None:
    """The refusal takes the place of the function, only the n-th time."""
    rig.stimulus(SEND, "refuse", error=1450)
    rig.to_post_pending()
    assert rig.dll("SendPacket", data=M2.hex(), hSendCompletion="0x501") == 1450
    assert "send_control" not in rig.radio.names()
    assert rig.dll("SendPacket", data=M2.hex(), hSendCompletion="0x502") == 0
    assert rig.done() == [{"order": 1, "on": SEND, "do": "refuse"}]


def test_what_was_done_is_told_with_its_time(rig: Rig) -> None:
    """On the clock of the trace, so that it can be told what came of it."""
    before_ns = clock_ns()
    rig.stimulus("idle", "disconnect")
    told: list[list[Arguments]] = []
    rig.stimuli.event("idle")
    rig.stimuli.collect(told.append)
    assert before_ns <= told[0][0]["t_ns"] <= clock_ns()


def test_the_moments_come_in_their_order(rig: Rig) -> None:
    """connect, idle, connected, disconnect: each once in an association."""
    moments: list[str] = []
    rig.stimuli.event = moments.append  # type: ignore[method-assign]
    rig.connection.on_moment = moments.append
    rig.to_connected()
    rig.connection.disconnect_by_client()
    rig.connection.disconnect_by_client()
    assert [one for one in moments if not one.startswith("Dot11")] == [
        "connect", "idle", "connected", "disconnect",
    ]  # fmt: skip


def test_a_bad_plan_leaves_the_old_one(rig: Rig) -> None:
    """Refused as a whole."""
    rig.stimulus(PRE, "disconnect")
    with pytest.raises(StimulusError):
        rig.stimuli.give([{"on": PRE, "do": "fly"}])
    rig.to_pre_pending()
    rig.host.answer("pre_associate", reason=0)
    rig.finish_down("adapter_reset")
    assert [one["do"] for one in rig.done()] == ["disconnect"]


def test_what_was_done_is_told_when_it_is_over(rig: Rig) -> None:
    """An action whose handler has not returned is waited for, and its result is told."""
    rig.stimulus("idle", "reset")
    rig.connection.connect(PROFILE)
    told: list[object] = []
    rig.stimuli.collect(told.append)
    assert told == []
    rig.host.answer("adapter_reset")
    assert told == [[{**told[0][0], "order": 1, "on": "idle", "do": "reset", "status": 0}]]


def test_a_lost_host_ends_the_waiting(rig: Rig) -> None:
    """What was asked of a host that is gone is marked, not waited for."""
    rig.stimulus("idle", "reset")
    rig.connection.connect(PROFILE)
    rig.host.drop()
    rig.stimuli.host_lost()
    assert rig.done()[0]["lost"] is True


def test_a_late_answer_does_not_get_into_the_next_plan(rig: Rig) -> None:
    """The result of an old stimulus is nobody's."""
    rig.stimulus("idle", "reset")
    rig.connection.connect(PROFILE)
    rig.stimulus(PRE, "disconnect")
    rig.host.answer("adapter_reset")
    assert rig.done() == []


def test_without_a_plan_nothing_is_different(rig: Rig) -> None:
    """The ordinary way."""
    rig.to_connected()
    assert rig.done() == []
    assert rig.connection.phase is Phase.AUTHORIZED
