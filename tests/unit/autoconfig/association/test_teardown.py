# SPDX-License-Identifier: GPL-2.0-or-later
"""The way down from every state: order, statuses, completions of sends, loss of the host."""

from __future__ import annotations

import pytest
from autoconfig import codes
from autoconfig.association.attempt import Phase
from autoconfig.ihv_host.process import HostLoss

from tests.unit.autoconfig.doubles import AP, PROFILE, Rig

ACM, MSM = 8, 16
CRASH = HostLoss(hung=False, function="post_associate", text="process ended")
HANG = HostLoss(hung=True, function="post_associate", text="did not return")
M2 = AP + bytes.fromhex("888e") + b"\x02\x03"


def test_disconnect_goes_radio_stop_reset_and_tells_last(rig: Rig) -> None:
    """STOP-01, RST-01: the driver disassociates first; `disconnected` comes when all is idle."""
    rig.to_connected()
    rig.connection.disconnect()
    assert rig.codes()[-2:] == [(ACM, 20), (MSM, 9)]
    assert rig.host.pending() == ""
    rig.lost()
    arguments = rig.host.answer("stop_post_associate")
    assert arguments["peer"] == AP.hex(":")
    assert arguments["assoc_status"] == codes.ASSOC_STATUS_DISASSOCIATED_BY_OS
    assert (ACM, 21) not in rig.codes()
    rig.finish_down("adapter_reset")
    assert rig.codes()[-2:] == [(MSM, 10), (ACM, 21)]
    assert rig.connection.phase is Phase.IDLE


def test_ethertype_lists_are_cleared_before_reset(rig: Rig) -> None:
    """ETH-04: the radio has stopped listening when AdapterReset is called, not after it."""
    rig.to_connected()
    rig.connection.disconnect()
    rig.lost()
    rig.host.answer("stop_post_associate")
    assert rig.host.pending() == "adapter_reset"
    assert rig.radio.asked[-1] == ("listen", frozenset())


@pytest.mark.parametrize(("deauthenticated", "status"), [(True, 0x10003), (False, 0x20003)])
def test_peer_ends_in_mid_handshake(rig: Rig, deauthenticated: bool, status: int) -> None:
    """The AP's deauthentication reaches Stop with its reason; no disconnect is asked for."""
    rig.to_post_pending()
    rig.lost(by_peer=True, deauthenticated=deauthenticated)
    assert rig.host.answer("stop_post_associate")["assoc_status"] == status
    rig.finish_down("adapter_reset")
    assert "disconnect" not in rig.radio.names()
    assert rig.reason(ACM, 11) == codes.REASON_DRIVER_DISCONNECTED
    assert rig.codes()[-3:] == [(MSM, 10), (ACM, 11), (ACM, 10)]


def test_peer_ends_a_connection(rig: Rig) -> None:
    """An open connection that the AP ends is told as disconnected, without `disconnecting`."""
    rig.to_connected()
    rig.lost(by_peer=True)
    rig.finish_down("stop_post_associate", "adapter_reset")
    assert rig.codes()[6:] == [(MSM, 10), (ACM, 21)]


def test_lost_beacons_are_unreachable(rig: Rig) -> None:
    """A loss that neither side asked for reads as UNREACHABLE."""
    rig.to_connected()
    rig.lost(by_peer=False)
    status = rig.host.answer("stop_post_associate")["assoc_status"]
    assert status == codes.ASSOC_STATUS_UNREACHABLE


def test_peer_ends_while_the_handler_runs(rig: Rig) -> None:
    """Stop waits in the queue for PerformPostAssociate: one handler at a time."""
    rig.to_post_pending(returned=False)
    rig.lost(by_peer=True)
    assert rig.host.names()[1:] == ["pre_associate", "post_associate", "stop_post_associate"]
    rig.finish_down("post_associate", "stop_post_associate", "adapter_reset")
    assert rig.connection.phase is Phase.IDLE


def test_completion_after_stop_is_refused(rig: Rig) -> None:
    """STOP-04: the session is dead from Stop on; the port stays closed."""
    rig.to_post_pending()
    session = rig.connection.attempt.session  # type: ignore[union-attr]
    rig.lost(by_peer=True)
    assert rig.complete_post(session=session) == codes.ERROR_INVALID_STATE
    rig.host.answer("stop_post_associate")
    assert rig.complete_post(session=session) == codes.ERROR_INVALID_PARAMETER
    rig.finish_down("adapter_reset")
    assert rig.complete_post(session=session) == codes.ERROR_INVALID_PARAMETER
    assert "authorize" not in rig.radio.names()


def test_cancelled_pre_completion_inside_reset_is_taken(rig: Rig) -> None:
    """PRE-11: a pending pre-association is completed with ERROR_CANCELLED inside AdapterReset."""
    rig.to_pre_pending()
    rig.host.answer("pre_associate", reason=0)
    rig.connection.disconnect()
    assert rig.host.pending() == "adapter_reset"
    assert rig.complete_pre(reason=0x90001, error=codes.ERROR_CANCELLED) == codes.ERROR_SUCCESS
    rig.finish_down("adapter_reset")
    assert rig.connection.phase is Phase.IDLE
    assert "connect" not in rig.radio.names()


def test_every_send_is_completed_before_stop(rig: Rig) -> None:
    """TX-05: sends without a status yet are completed, then Stop is called."""
    rig.to_post_pending()
    assert rig.dll("SendPacket", data=M2.hex(), hSendCompletion="0x501") == 0
    rig.lost(by_peer=True)
    assert rig.host.names()[3:] == ["send_packet_completion", "stop_post_associate"]
    assert rig.host.calls[3][1] == {"handle": "0x501"}


def test_confirmation_that_never_comes_is_not_waited_for(rig: Rig) -> None:
    """A radio that does not confirm the disconnect delays Stop by its limit only."""
    rig.to_connected()
    rig.connection.disconnect()
    rig.loop.advance(1.9)
    assert rig.host.pending() == ""
    rig.loop.advance(0.2)
    rig.finish_down("stop_post_associate", "adapter_reset")
    rig.lost()
    assert rig.connection.phase is Phase.IDLE


def test_second_disconnect_changes_nothing(rig: Rig) -> None:
    """Two disconnects are one."""
    rig.to_connected()
    rig.connection.disconnect()
    rig.connection.disconnect()
    rig.lost()
    rig.finish_down("stop_post_associate", "adapter_reset")
    assert rig.codes().count((ACM, 21)) == 1


def test_disconnect_when_idle_is_nothing(rig: Rig) -> None:
    """Without a connection nothing is told and nothing asked."""
    rig.connection.disconnect()
    assert rig.told == []
    assert rig.host.calls == []


@pytest.mark.parametrize(
    ("loss", "reason"),
    [(CRASH, codes.REASON_IHV_NOT_AVAILABLE), (HANG, codes.REASON_IHV_NOT_RESPONDING)],
)
def test_lost_host_ends_the_attempt_without_handlers(rig: Rig, loss: HostLoss, reason: int) -> None:
    """Crash and hang: the radio disconnects, nobody is called, the client is told why."""
    rig.to_post_pending(returned=False)
    rig.host.drop()
    rig.connection.host_lost(loss)
    assert rig.radio.names() == ["connect", "disconnect"]
    rig.lost()
    assert rig.host.names()[1:] == ["pre_associate", "post_associate"]
    assert rig.reason(ACM, 11) == rig.reason(ACM, 10) == reason
    assert rig.connection.phase is Phase.ABSENT


@pytest.mark.parametrize("handler", ["stop_post_associate", "adapter_reset"])
def test_host_lost_inside_the_teardown_ends_it(rig: Rig, handler: str) -> None:
    """A DLL that dies in Stop or Reset does not keep the adapter from its end."""
    rig.to_connected()
    rig.connection.disconnect()
    rig.lost()
    if handler == "adapter_reset":
        rig.host.answer("stop_post_associate")
    assert rig.host.pending() == handler
    rig.host.drop()
    rig.connection.host_lost(CRASH)
    assert rig.codes()[-1] == (ACM, 21)
    assert rig.connection.phase is Phase.ABSENT


def test_peer_that_gave_up_on_a_hung_dll_is_not_the_reason(rig: Rig) -> None:
    """The AP deauthenticates a silent station before the handler's limit: the DLL is named."""
    rig.to_post_pending(returned=False)
    rig.lost(by_peer=True, reason=15)
    rig.host.drop()
    rig.connection.host_lost(HANG)
    assert rig.reason(ACM, 11) == codes.REASON_IHV_NOT_RESPONDING
    assert rig.connection.phase is Phase.ABSENT


def test_next_connect_works_after_a_crash(rig: Rig) -> None:
    """With a new host the adapter connects again, with the new handles."""
    rig.to_post_pending(returned=False)
    rig.host.drop()
    rig.connection.host_lost(CRASH)
    rig.lost()
    rig.initialise()
    rig.to_connected()
    assert rig.connection.phase is Phase.AUTHORIZED


def test_host_back_before_the_radio_is_done_gets_no_call_of_the_old_attempt(rig: Rig) -> None:
    """A quick restart during the disconnect: the new host is not told to stop the old session."""
    rig.to_post_pending(returned=False)
    rig.host.drop()
    rig.connection.host_lost(CRASH)
    rig.initialise()
    rig.lost()
    assert rig.host.names()[1:] == ["pre_associate", "post_associate"]
    assert rig.connection.phase is Phase.IDLE


def test_connect_during_a_restart_that_fails_is_told(rig: Rig) -> None:
    """A connect taken while the lost host's attempt ends is failed when no host comes back."""
    rig.to_post_pending(returned=False)
    rig.host.drop()
    rig.connection.host_lost(CRASH)
    rig.connection.connect(PROFILE)
    rig.connection.unavailable()
    rig.lost()
    assert rig.codes()[-3:] == [(ACM, 9), (ACM, 11), (ACM, 10)]
    assert rig.codes().count((ACM, 9)) == 2


def test_shut_down_waits_for_the_teardown(rig: Rig) -> None:
    """ADPT-05: the service stops only after StopPostAssociate and AdapterReset."""
    rig.to_connected()
    done: list[bool] = []
    rig.connection.shut_down(lambda: done.append(True))
    rig.lost()
    rig.host.answer("stop_post_associate")
    assert done == []
    rig.host.answer("adapter_reset")
    assert done == [True]


def test_shut_down_when_idle_is_done_at_once(rig: Rig) -> None:
    """Nothing to end."""
    done: list[bool] = []
    rig.connection.shut_down(lambda: done.append(True))
    assert done == [True]
