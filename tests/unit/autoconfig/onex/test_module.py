# SPDX-License-Identifier: GPL-2.0-or-later
"""The OS's own 802.1X: EAPOL-Start, packets both ways, results, limits, its end with the port."""

from __future__ import annotations

from typing import Any

import pytest
from autoconfig import codes
from autoconfig.onex.module import frame_of
from autoconfig.radio.interface import ConnectRequest
from autoconfig.settings import ServiceLimits, Settings

from hil_common.security import WPA2_EAP
from tests.unit.autoconfig.doubles import ADAPTER, AP, EAPOL, PROFILE, Rig

START_FRAME = bytes.fromhex("02010000")
IDENTITY = bytes.fromhex("020000050101000501")
METHOD = bytes.fromhex("02000006010200061920")
ANSWER = bytes.fromhex("02000009020100090175736572")
KEY_FRAME = bytes.fromhex("02030002") + b"\x02\x00"
MSK = bytes(range(64))
LIMITS = ServiceLimits()


@pytest.fixture
def onex(rig: Rig) -> Rig:
    """StartOneX has been called in a post-association."""
    rig.to_onex()
    assert rig.dll("StartOneX", has_attributes=False) == 0
    return rig


def sent(rig: Rig) -> list[bytes]:
    """EAPOL sent to the access point."""
    return [details[2] for name, *details in rig.radio.asked if name == "send_control"]


def process(rig: Rig, packet: bytes) -> int:
    """ProcessSecurityPacket by the DLL."""
    return rig.dll("ProcessSecurityPacket", dwInPacketSize=len(packet), pvInPacket=packet.hex())


def result(rig: Rig) -> dict[str, Any]:
    """The result being indicated; the handler returns."""
    return rig.host.answer("onex_indicate_result")


def succeed(rig: Rig) -> dict[str, Any]:
    """The access point asks and the peer succeeds."""
    assert process(rig, IDENTITY) == 0
    rig.peers[-1].events.on_success(MSK)
    return result(rig)


def test_the_association_asks_for_802_1x(onex: Rig) -> None:
    """RSNA without a passphrase is AKM 00-0F-AC:1 in the association request."""
    (request,) = [details[0] for name, *details in onex.radio.asked if name == "connect"]
    assert isinstance(request, ConnectRequest)
    assert request.auth_algorithm == WPA2_EAP.auth_algorithm


def test_eapol_start_goes_out_at_once_and_is_answered_by_the_peer(onex: Rig) -> None:
    """Start, then each answer of the peer, to the access point, under the DLL's exemption."""
    assert onex.radio.asked[-1] == ("send_control", AP, EAPOL, START_FRAME, True)
    assert process(onex, IDENTITY) == 0
    assert onex.peers[-1].received == [IDENTITY]
    onex.peers[-1].events.on_eapol(ANSWER)
    assert sent(onex) == [START_FRAME, ANSWER]
    onex.loop.advance(LIMITS.onex_start_s * 2)
    assert sent(onex) == [START_FRAME, ANSWER]


def test_the_peers_own_start_and_logoff_stay_here(onex: Rig) -> None:
    """EAPOL-Start is this service's to send, and Logoff nobody asked for."""
    for frame in (START_FRAME, bytes.fromhex("02020000")):
        onex.peers[-1].events.on_eapol(frame)
    assert process(onex, IDENTITY) == 0
    onex.peers[-1].events.on_eapol(START_FRAME)
    assert sent(onex) == [START_FRAME]


def test_no_authenticator_is_a_failure_after_three_starts(onex: Rig) -> None:
    """ONEX-08: three EAPOL-Start, then NoAuthenticatorFound."""
    onex.loop.advance(LIMITS.onex_start_s * 3 - 0.1)
    assert (sent(onex), onex.host.pending()) == ([START_FRAME] * 3, "")
    onex.loop.advance(0.2)
    assert result(onex) == {
        "ihv_handle": ADAPTER,
        "result": codes.ONEX_FAILURE,
        "params": {"auth_status": 2, "reason": 0x50006},
    }


def test_success_hands_over_the_halves_of_the_msk(onex: Rig) -> None:
    """[MS-PEAP] 3.1.5.7: on the peer's side the first half is the send key."""
    told = succeed(onex)
    assert told["result"] == codes.ONEX_SUCCESS
    assert told["params"] == {
        "auth_status": 3, "reason": 0,
        "send_key": MSK[:32].hex(), "recv_key": MSK[32:].hex(),
    }  # fmt: skip


def test_failure_tells_the_eap_reason(onex: Rig) -> None:
    """EAP-Failure: status Failure, reason EAP_FAILURE_RECEIVED, and DOT11_EAP_RESULT's reason."""
    assert process(onex, IDENTITY) == 0
    onex.peers[-1].events.on_failure()
    told = result(onex)
    assert (told["result"], told["params"]["reason"]) == (codes.ONEX_FAILURE, 0x50005)
    assert told["params"]["eap_reason"] == codes.EAP_E_USER_NAME_PASSWORD_REJECTED
    assert onex.peers[-1].closed


def test_a_dead_peer_is_a_failure(onex: Rig) -> None:
    """wpa_supplicant ends by itself in the midst of it."""
    process(onex, IDENTITY)
    onex.peers[-1].events.on_gone()
    assert result(onex)["params"] == {"auth_status": 4, "reason": 0x50001}


@pytest.mark.parametrize("why", [OSError(2, "No such file"), LookupError("nobody told")])
def test_no_peer_is_a_failure(rig: Rig, why: Exception) -> None:
    """No program, no tap, no user or no certificate: told as a result, not inside StartOneX."""
    rig.no_peer = why
    rig.to_onex()
    assert rig.dll("StartOneX", has_attributes=False) == 0
    assert rig.host.pending() == ""
    rig.loop.settle()
    assert result(rig)["params"]["reason"] == 0x50001


def test_an_authentication_without_end_is_ended(onex: Rig) -> None:
    """The server answers no more: failure within the limit."""
    process(onex, IDENTITY)
    onex.loop.advance(LIMITS.onex_s + 0.1)
    told = result(onex)
    assert (told["result"], told["params"]["reason"]) == (codes.ONEX_FAILURE, 0x50007)


def test_the_limit_is_of_one_message() -> None:
    """A server that is slow, but answers, is waited for; one that goes amidst it is not there any
    more."""
    patient = ServiceLimits(post_associate_s=LIMITS.onex_s * 4)
    rig = Rig(Settings(limits=patient)).initialise()
    rig.to_onex()
    rig.dll("StartOneX", has_attributes=False)
    for packet in (IDENTITY, METHOD, METHOD):
        process(rig, packet)
        rig.loop.advance(LIMITS.onex_s - 0.1)
        assert rig.host.pending() == ""
    rig.loop.advance(0.2)
    told = result(rig)
    assert (told["result"], told["params"]["reason"]) == (codes.ONEX_FAILURE, 0x50006)


def test_a_new_round_is_told(onex: Rig) -> None:
    """ONEX-11: the access point asks again after a success; the same peer answers."""
    succeed(onex)
    assert process(onex, IDENTITY) == 0
    assert result(onex) == {
        "ihv_handle": ADAPTER, "result": codes.ONEX_IN_PROGRESS, "params": None,
    }  # fmt: skip
    onex.peers[-1].events.on_success(MSK[::-1])
    assert result(onex)["params"]["send_key"] == MSK[::-1][:32].hex()
    assert len(onex.peers) == 1


def test_started_again_it_waits_for_the_access_point(onex: Rig) -> None:
    """StartOneX after a success: mostly the access point has asked already, and its packet comes
    next; if not, EAPOL-Start goes out after a while."""
    succeed(onex)
    assert onex.dll("StartOneX", has_attributes=False) == 0
    assert process(onex, IDENTITY) == 0
    assert result(onex)["result"] == codes.ONEX_IN_PROGRESS
    onex.peers[-1].events.on_success(MSK)
    result(onex)
    assert sent(onex) == [START_FRAME]
    assert onex.dll("StartOneX", has_attributes=False) == 0
    onex.loop.advance(LIMITS.onex_start_s + 0.1)
    assert sent(onex) == [START_FRAME] * 2


def test_after_a_failure_the_next_round_gets_a_new_peer(onex: Rig) -> None:
    """The old one would hold its peace for a minute."""
    process(onex, IDENTITY)
    onex.peers[-1].events.on_failure()
    result(onex)
    assert onex.dll("StartOneX", has_attributes=False) == 0
    assert len(onex.peers) == 2
    assert succeed(onex)["result"] == codes.ONEX_SUCCESS


def test_stop_ends_it_without_a_result(onex: Rig) -> None:
    """ONEX-05, ONEX-06: nothing is indicated, packets and a second stop are refused."""
    assert onex.dll("StopOneX") == 0
    assert onex.peers[-1].closed
    assert process(onex, IDENTITY) == codes.ERROR_INVALID_STATE
    assert onex.dll("StopOneX") == codes.ERROR_INVALID_STATE
    onex.loop.advance(LIMITS.onex_s)
    assert onex.host.pending() == ""


@pytest.mark.parametrize("packet", [b"", b"\x02", KEY_FRAME, b"\x02\x00\x00\x09\x01", b"\xff" * 20])
def test_what_is_no_eap_is_refused(onex: Rig, packet: bytes) -> None:
    """ONEX-03: EAPOL-Key never; nor what is short, or no EAPOL at all."""
    assert process(onex, packet) == codes.ERROR_INVALID_PARAMETER
    assert onex.peers[-1].received == []


def test_both_beginnings_of_a_packet_are_taken() -> None:
    """ONEX-04: from the version byte on, or from the packet type on; padding is cut off."""
    assert (
        frame_of(IDENTITY) == frame_of(IDENTITY[1:]) == frame_of(IDENTITY + bytes(30)) == IDENTITY
    )
    assert frame_of(KEY_FRAME[1:]) == KEY_FRAME


def test_it_ends_with_the_port(onex: Rig) -> None:
    """STOP-07: the peer is gone before StopPostAssociate; no result comes, no packet is sent."""
    process(onex, IDENTITY)
    onex.lost(by_peer=True)
    assert onex.peers[-1].closed
    assert onex.host.pending() == "stop_post_associate"
    assert onex.dll("StopOneX") == 0  # a DLL may still stop what was running
    assert onex.dll("StartOneX", has_attributes=False) == codes.ERROR_INVALID_STATE
    before = sent(onex)
    onex.peers[-1].events.on_eapol(ANSWER)
    onex.loop.advance(LIMITS.onex_s)
    assert sent(onex) == before
    onex.finish_down("stop_post_associate", "adapter_reset")


def test_the_next_association_gets_a_peer_of_its_own(onex: Rig) -> None:
    """Nothing of the last association is left."""
    succeed(onex)
    onex.complete_post()
    onex.connection.disconnect()
    onex.lost()
    onex.finish_down("stop_post_associate", "adapter_reset")
    onex.to_onex()
    assert len(onex.peers) == 2
    assert onex.dll("StartOneX", has_attributes=False) == 0
    assert sent(onex) == [START_FRAME] * 2  # at once, as the first of a session


def test_start_needs_a_port_eapol_and_a_profile(rig: Rig) -> None:
    """ONEX-01, ONEX-02: before PerformPostAssociate, unregistered, or without <OneX>: refused."""
    assert rig.dll("StartOneX", has_attributes=False) == codes.ERROR_INVALID_STATE
    rig.to_post_pending()
    assert not PROFILE.use_ms_onex
    assert rig.dll("StartOneX", has_attributes=False) == codes.ERROR_INVALID_STATE


def test_start_without_registration_is_refused() -> None:
    """ONEX-02: the DLL has to hear EAPOL first."""
    rig = Rig(Settings()).initialise()
    rig.to_onex()
    rig.connection.packets.clear_handling()
    assert rig.dll("StartOneX", has_attributes=False) == codes.ERROR_INVALID_STATE


def test_starting_what_is_running_is_refused(onex: Rig) -> None:
    """One authentication at a time."""
    assert onex.dll("StartOneX", has_attributes=False) == codes.ERROR_INVALID_STATE


def test_a_lost_host_ends_it(onex: Rig) -> None:
    """The DLL crashed: no peer stays behind."""
    from autoconfig.ihv_host.process import HostLoss

    onex.host.drop()
    onex.connection.host_lost(HostLoss(False, "receive_packet", "process ended"))
    assert onex.peers[-1].closed


def test_secrets_are_not_shown(onex: Rig, capfd: pytest.CaptureFixture[str]) -> None:
    """Neither logs nor the result's repr hold the MSK."""
    from autoconfig.log import flush
    from autoconfig.onex.module import Result

    succeed(onex)
    flush()
    shown = "".join(capfd.readouterr()) + repr(Result(0, 3, msk=MSK))
    assert MSK.hex()[:16] not in shown
    assert repr(MSK)[2:20] not in shown


def test_a_roam_ends_it_and_the_new_session_begins_anew(onex: Rig) -> None:
    """STOP-07 for an implicit disassociation: the peer is gone, the next session has its own."""
    succeed(onex)
    onex.complete_post()
    onex.connection.roam(False, lambda _result: None)
    assert onex.peers[0].closed
    assert onex.dll("StartOneX", has_attributes=False) == codes.ERROR_INVALID_STATE
    onex.host.answer("stop_post_associate")
    onex.associated()
    onex.host.answer("post_associate")
    before = len(sent(onex))
    assert onex.dll("StartOneX", has_attributes=False) == 0
    assert sent(onex)[before:] == [START_FRAME]
    assert len(onex.peers) == 2
