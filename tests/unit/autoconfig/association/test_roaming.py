# SPDX-License-Identifier: GPL-2.0-or-later
"""Roaming and reassociation: the old session is stopped with status 8, a new one opened, and no
pre-association comes in between."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from autoconfig import codes
from autoconfig.association.attempt import Phase
from autoconfig.radio.interface import Associated, Bss, ConnectRequest

from tests.unit.autoconfig.doubles import ADAPTER, AP, BSS, REQUEST_BODY, RESPONSE_BODY, SSID, Rig

ACM, MSM = 8, 16
OTHER = bytes.fromhex("0248494c0002")
FARTHER = replace(BSS, bssid=OTHER, rssi_dbm=-50, age_ms=2_000)
STALE = replace(FARTHER, frequency_mhz=2412, age_ms=20_000)
STRANGER = replace(BSS, bssid=bytes(6), ies=b"\x00\x05other", rssi_dbm=-20)


@pytest.fixture
def rig(rig: Rig) -> Rig:
    """A connection whose network has two access points."""
    rig.radio.known = [BSS, FARTHER, STRANGER]
    return rig.to_connected()


def roam(rig: Rig, other_bss: bool = True) -> list[dict[str, Any]]:
    """Order it; what was reported of it goes to the list."""
    reported: list[dict[str, Any]] = []
    rig.radio.asked.clear()
    rig.told.clear()
    rig.connection.roam(other_bss, reported.append)
    if other_bss and rig.radio.names() == ["scan"] and FARTHER in rig.radio.known:
        scanned(rig)
    return reported


def scanned(rig: Rig) -> None:
    """The scan ends."""
    assert rig.radio.scan_done is not None
    rig.radio.scan_done(True)


def request_of(rig: Rig) -> ConnectRequest:
    """The association the radio was asked for."""
    (request,) = [details[0] for name, *details in rig.radio.asked if name == "connect"]
    assert isinstance(request, ConnectRequest)
    return request


def reassociated(rig: Rig, bssid: bytes = OTHER) -> None:
    """The kernel reports the new association."""
    rig.connection.on_associated(
        Associated(
            bssid, REQUEST_BODY, RESPONSE_BODY,
            reassociation_request=True, reassociation_response=True,
        )
    )  # fmt: skip


def session(rig: Rig) -> str:
    """The session in force."""
    assert rig.connection.attempt is not None
    return rig.connection.attempt.session


@pytest.mark.parametrize(("other_bss", "target"), [(True, FARTHER), (False, BSS)])
def test_the_documented_order(rig: Rig, other_bss: bool, target: Bss) -> None:
    """Radio first; Stop with status 8 for the old peer; then PerformPostAssociate, new session."""
    before = session(rig)
    reported = roam(rig, other_bss)
    request = request_of(rig)
    assert (request.bss, request.previous, request.ssid) == (target, AP, SSID)
    stop = rig.host.answer("stop_post_associate")
    assert stop == {"ihv_handle": ADAPTER, "peer": AP.hex(":"), "assoc_status": 8}
    reassociated(rig, target.bssid)
    rig.packet(b"M1")
    post = rig.host.answer("post_associate")
    assert post["session"] == session(rig) != before
    assert post["port_state"]["peer"] == target.bssid.hex(":")
    assert not post["port_state"]["authorized"]
    assert bytes.fromhex(post["assoc_params"])[16:18] == b"\1\1"  # bReAssocReq, bReAssocResp
    assert rig.host.answer("receive_packet")["data"].endswith(b"M1".hex())
    assert rig.complete_post() == codes.ERROR_SUCCESS
    assert ("authorize", target.bssid, True) in rig.radio.asked
    assert reported == [{"roamed": True, "bssid": target.bssid.hex(":")}]
    assert rig.codes() == [(MSM, 5), (MSM, 1), (MSM, 2), (MSM, 3), (MSM, 4), (MSM, 6)]
    assert rig.host.names().count("pre_associate") == 1
    assert "adapter_reset" not in rig.host.names()
    assert rig.connection.phase is Phase.AUTHORIZED


def test_a_stop_that_takes_its_time_does_not_reorder_the_handlers(rig: Rig) -> None:
    """The association may be there before StopPostAssociate has returned."""
    roam(rig)
    reassociated(rig)
    assert rig.host.pending() == "stop_post_associate"
    rig.host.answer("stop_post_associate")
    rig.host.answer("post_associate")


def test_the_old_session_is_dead_from_the_stop_on(rig: Rig) -> None:
    """STOP-04, STOP-09: no completion, packet or key of the port that is gone is taken."""
    old = session(rig)
    roam(rig)
    assert rig.complete_post(session=old) == codes.ERROR_INVALID_PARAMETER
    packet = {"uPacketLen": 9, "data": AP.hex() + "888e00", "hSendCompletion": "0x1"}
    assert rig.dll("SendPacket", **packet) == codes.ERROR_INVALID_STATE
    rig.host.answer("stop_post_associate")
    reassociated(rig)
    assert rig.complete_post(session=old) == codes.ERROR_INVALID_PARAMETER


def test_sends_of_the_old_port_are_completed_before_the_stop(rig: Rig) -> None:
    """TX-05: the DLL gets back what it sent; the packets that waited are not for the new port."""
    packet = {"uPacketLen": 9, "data": AP.hex() + "888e00", "hSendCompletion": "0x77"}
    assert rig.dll("SendPacket", **packet) == 0
    roam(rig)
    assert rig.host.answer("send_packet_completion") == {"handle": "0x77"}
    rig.host.answer("stop_post_associate")


def test_there_and_back_again(rig: Rig) -> None:
    """Two roams of one connection: three sessions, all different, one pre-association."""
    sessions = [session(rig)]
    for target in (OTHER, AP):
        roam(rig)
        rig.host.answer("stop_post_associate")
        reassociated(rig, target)
        rig.host.answer("post_associate")
        assert rig.complete_post() == 0
        sessions.append(session(rig))
    assert len(set(sessions)) == 3
    rig.connection.disconnect()
    rig.lost()
    stop = rig.host.answer("stop_post_associate")
    assert (stop["peer"], stop["assoc_status"]) == (AP.hex(":"), 7)
    rig.finish_down("adapter_reset")


def test_no_other_access_point(rig: Rig) -> None:
    """After all channels were searched the connection goes on as it was."""
    rig.radio.known = [BSS, STRANGER]
    reported = roam(rig)
    scanned(rig)
    scanned(rig)
    assert reported[0]["roamed"] is False
    assert "no other access point" in reported[0]["why"]
    assert rig.connection.phase is Phase.AUTHORIZED
    assert rig.host.pending() == ""


def test_another_one_is_scanned_for(rig: Rig) -> None:
    """One that was not heard lately is found by a scan, while the connection stands."""
    rig.radio.known = [BSS, STALE]
    roam(rig)
    assert rig.connection.phase is Phase.AUTHORIZED
    assert rig.radio.names() == ["scan"]
    rig.radio.known = [BSS, FARTHER]
    scanned(rig)
    assert request_of(rig).bss == FARTHER


def test_a_connection_that_ends_during_the_scan(rig: Rig) -> None:
    """The scan's late result is void, and the order is answered."""
    rig.radio.known = [BSS]
    reported = roam(rig)
    rig.connection.disconnect()
    rig.lost()
    rig.finish_down("stop_post_associate", "adapter_reset")
    assert reported == [{"roamed": False, "why": "the connection ended"}]
    rig.radio.known = [BSS, FARTHER]
    scanned(rig)
    assert "connect" not in rig.radio.names()


def test_a_refused_reassociation_ends_the_connection(rig: Rig) -> None:
    """No second StopPostAssociate comes for a session that is stopped already."""
    reported = roam(rig)
    rig.host.answer("stop_post_associate")
    rig.connection.on_association_failed(17, False)
    rig.finish_down("adapter_reset")
    assert reported[0]["roamed"] is False
    assert rig.reason(ACM, 21) == codes.REASON_ASSOCIATION_FAILURE


def test_a_radio_that_refuses_to_start(rig: Rig) -> None:
    """The session was still alive, so it is stopped the ordinary way."""
    rig.radio.refuse.add("connect")
    reported = roam(rig)
    stop = rig.host.answer("stop_post_associate")
    assert stop["assoc_status"] == codes.ASSOC_STATUS_DISASSOCIATED_BY_OS
    rig.finish_down("adapter_reset")
    assert reported[0]["roamed"] is False


def test_the_dll_fails_the_new_session(rig: Rig) -> None:
    """An error completion of the new session ends the connection as roaming's."""
    reported = roam(rig)
    rig.host.answer("stop_post_associate")
    reassociated(rig)
    rig.host.answer("post_associate")
    assert rig.complete_post(reason=0, error=5) == 0
    rig.lost()
    rig.finish_down("stop_post_associate", "adapter_reset")
    assert rig.reason(ACM, 21) == codes.REASON_ROAMING_SECURITY_FAILURE
    assert reported[0]["roamed"] is False


def test_disconnect_in_mid_roam(rig: Rig) -> None:
    """A client's disconnect while the radio associates: down without a session to stop."""
    reported = roam(rig)
    rig.host.answer("stop_post_associate")
    rig.connection.disconnect()
    rig.finish_down("adapter_reset")
    assert rig.connection.phase is Phase.IDLE
    assert reported[0]["roamed"] is False


def test_only_what_is_associated_can_roam(rig: Rig) -> None:
    """An idle adapter, and one that is roaming already, say why not."""
    first = roam(rig)
    assert roam(rig) == [{"roamed": False, "why": "no association, or one that is roaming"}]
    assert first == []
