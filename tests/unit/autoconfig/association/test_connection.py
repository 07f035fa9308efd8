# SPDX-License-Identifier: GPL-2.0-or-later
"""The adapter's state machine on the way up: order, arguments, completions, failures, limits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from autoconfig import codes
from autoconfig.association.attempt import Phase
from autoconfig.association.connection import Connection
from autoconfig.radio.interface import ConnectRequest

from tests.unit.autoconfig.doubles import ADAPTER, AP, BSS, PROFILE, SSID, FakeRadio, Rig

ACM, MSM = 8, 16


def request_of(radio: FakeRadio) -> ConnectRequest:
    """The association the radio was asked for."""
    (request,) = [details[0] for name, *details in radio.asked if name == "connect"]
    assert isinstance(request, ConnectRequest)
    return request


def test_the_good_way_is_taken_in_the_documented_order(rig: Rig) -> None:
    """Handlers and notifications of a connection come in the order of the contract, section 4."""
    rig.to_connected()
    assert rig.host.names() == ["capability_match", "pre_associate", "post_associate"]
    assert rig.codes() == [(ACM, 9), (MSM, 1), (MSM, 2), (MSM, 3), (MSM, 4), (ACM, 10)]
    assert {n.fields["reason"] for n in rig.told} == {0}
    assert rig.radio.names() == ["connect", "authorize"]
    assert rig.connection.phase is Phase.AUTHORIZED


def test_pre_associate_is_given_the_profile_and_the_bss(rig: Rig) -> None:
    """PerformPreAssociate gets the bare fragment, the SSID and the BSS list."""
    rig.to_pre_pending()
    arguments = rig.host.answer("pre_associate", reason=0)
    assert arguments["ihv_handle"] == ADAPTER
    assert arguments["ssids"] == [SSID.hex()]
    assert arguments["security_xml"] == "<IhvSecurity/>"
    assert arguments["connectivity_xml"] is None
    (entry,) = arguments["bss_list"]
    assert entry["bssid"] == AP.hex(":")
    assert entry["rssi"] == -30
    assert entry["ies"] == BSS.ies.hex()


def test_no_connect_request_before_a_successful_pre_associate_completion(rig: Rig) -> None:
    """PRE-01: the radio is asked only after PreAssociateCompletion."""
    rig.to_pre_pending()
    rig.set_up_security()
    rig.host.answer("pre_associate", reason=0)
    assert rig.radio.names() == []
    rig.complete_pre()
    assert rig.radio.names() == ["connect"]
    request = request_of(rig.radio)
    assert (request.auth_algorithm, request.unicast_cipher, request.multicast_cipher) == (7, 4, 4)
    assert request.bss == BSS


def test_pre_completion_inside_the_handler_waits_for_its_return(rig: Rig) -> None:
    """A completion that overtakes the handler's return counts, but only after the return."""
    rig.to_pre_pending()
    rig.set_up_security()
    assert rig.complete_pre() == 0
    assert rig.radio.names() == []
    rig.host.answer("pre_associate", reason=0)
    assert rig.radio.names() == ["connect"]


def test_connect_session_dies_with_its_completion(rig: Rig) -> None:
    """PRE-07: a second PreAssociateCompletion with the same handle is refused."""
    rig.to_pre_pending()
    rig.set_up_security()
    rig.host.answer("pre_associate", reason=0)
    session = rig.connection.attempt.connect_session  # type: ignore[union-attr]
    assert rig.complete_pre() == codes.ERROR_SUCCESS
    assert rig.complete_pre(session=session) == codes.ERROR_INVALID_PARAMETER
    assert rig.radio.names() == ["connect"]


@pytest.mark.parametrize(
    ("status", "told", "expected"),
    [(87, 0x90001, 0x90001), (87, 0, codes.REASON_PRE_SECURITY_FAILURE)],
)
def test_refused_pre_association_fails_with_its_reason(
    rig: Rig, status: int, told: int, expected: int
) -> None:
    """An error of PerformPreAssociate fails the attempt, resets the adapter and tells why."""
    rig.to_pre_pending()
    rig.host.answer("pre_associate", status, reason=told)
    rig.finish_down("adapter_reset")
    assert rig.codes() == [(ACM, 9), (ACM, 11), (ACM, 10)]
    assert rig.reason(ACM, 11) == rig.reason(ACM, 10) == expected
    assert rig.connection.phase is Phase.IDLE


def test_failed_pre_completion_fails_with_the_dlls_reason(rig: Rig) -> None:
    """dwWin32Error other than 0 in PreAssociateCompletion ends the attempt before any radio."""
    rig.to_pre_pending()
    rig.host.answer("pre_associate", reason=0)
    assert rig.complete_pre(reason=0x90010, error=5) == 0
    rig.finish_down("adapter_reset")
    assert rig.reason(ACM, 11) == 0x90010
    assert rig.radio.names() == []


def test_post_associate_gets_the_port_closed_and_a_new_session(rig: Rig) -> None:
    """POST-01, POST-02: unauthorized controlled port naming the AP; parameters name it as well."""
    rig.to_post_pending(returned=False)
    arguments = rig.host.answer("post_associate")
    state = arguments["port_state"]
    assert state["peer"] == AP.hex(":")
    assert (state["controlled"], state["authorized"]) == (True, False)
    assert bytes.fromhex(arguments["assoc_params"])[4:10] == AP
    assert int(arguments["session"], 16) & 0xFFFFFFFF == state["session_id"]


def test_handles_are_never_reused(rig: Rig) -> None:
    """Connect and security sessions of three connections are six different handles."""
    seen = []
    for _ in range(3):
        rig.to_connected()
        rig.connection.disconnect()
        rig.lost()
        rig.finish_down("stop_post_associate", "adapter_reset")
        seen += [a["connect_session"] for name, a in rig.host.calls if name == "pre_associate"][-1:]
        seen += [a["session"] for name, a in rig.host.calls if name == "post_associate"][-1:]
    assert len(set(seen)) == 6


def test_post_completion_inside_the_handler_opens_the_port_after_its_return(rig: Rig) -> None:
    """POST-06 broken by the DLL: the completion is taken, the port opens after the return."""
    rig.to_post_pending(returned=False)
    assert rig.complete_post() == codes.ERROR_SUCCESS
    assert "authorize" not in rig.radio.names()
    rig.host.answer("post_associate")
    assert rig.radio.asked[-1] == ("authorize", AP, True)
    assert rig.connection.phase is Phase.AUTHORIZED


def test_handler_that_fails_and_completes_leaves_the_port_closed(rig: Rig) -> None:
    """POST-17: a completion does not heal an error returned by PerformPostAssociate."""
    rig.to_post_pending(returned=False)
    rig.complete_post()
    rig.host.answer("post_associate", 31)
    rig.lost()
    rig.finish_down("stop_post_associate", "adapter_reset")
    assert "authorize" not in rig.radio.names()
    assert rig.reason(ACM, 11) == codes.REASON_START_SECURITY_FAILURE


def test_wrong_session_is_refused_and_changes_nothing(rig: Rig) -> None:
    """POST-07: a handle never handed out gets an error; the right one still works."""
    rig.to_post_pending()
    assert rig.complete_post(session="0xdead") == codes.ERROR_INVALID_PARAMETER
    assert rig.connection.phase is Phase.POST_PENDING
    assert rig.complete_post() == codes.ERROR_SUCCESS


def test_success_with_a_reason_out_of_range_still_opens_the_port(rig: Rig) -> None:
    """POST-09: dwWin32Error alone decides; the reason (POST-08) is for the rules to judge."""
    rig.to_post_pending()
    rig.complete_post(reason=0x38005)
    assert rig.connection.phase is Phase.AUTHORIZED


def test_failed_post_completion_disconnects_with_its_reason(rig: Rig) -> None:
    """A first completion with an error ends the attempt: disconnect, Stop, Reset, in this order."""
    rig.to_post_pending()
    rig.complete_post(reason=0x90020, error=5)
    assert rig.radio.names() == ["connect", "disconnect"]
    assert rig.host.pending() == ""
    rig.lost()
    rig.finish_down("stop_post_associate", "adapter_reset")
    assert rig.codes()[3:] == [(MSM, 3), (MSM, 9), (MSM, 10), (ACM, 11), (ACM, 10)]
    assert rig.reason(ACM, 11) == 0x90020


def test_later_completions_change_the_port(rig: Rig) -> None:
    """POST-10: after the first completion an error closes the port and a success opens it."""
    rig.to_connected()
    assert rig.complete_post(reason=0x90001, error=5) == 0
    assert rig.radio.asked[-1] == ("authorize", AP, False)
    assert rig.connection.phase is Phase.UNAUTHORIZED
    assert rig.complete_post() == 0
    assert rig.radio.asked[-1] == ("authorize", AP, True)
    assert rig.codes().count((ACM, 10)) == 1


@pytest.mark.parametrize(
    ("timed_out", "reason"),
    [(False, codes.REASON_ASSOCIATION_FAILURE), (True, codes.REASON_ASSOCIATION_TIMEOUT)],
)
def test_failed_association_resets_without_stop(rig: Rig, timed_out: bool, reason: int) -> None:
    """Without PerformPostAssociate there is no Stop, but pre-association was: Reset."""
    rig.to_associating()
    rig.connection.on_association_failed(17, timed_out)
    assert rig.host.pending() == ""  # another access point is looked for first
    assert rig.radio.scan_done is not None
    rig.radio.scan_done(True)
    rig.finish_down("adapter_reset")
    assert rig.reason(ACM, 11) == reason
    assert rig.connection.phase is Phase.IDLE


def test_the_next_access_point_where_one_refuses(rig: Rig) -> None:
    """Each is asked once, the stronger first; the DLL hears of the one that admitted only."""
    farther = replace(BSS, bssid=b"\x02\0\0\0\0\x99", rssi_dbm=-60)
    long_ago = replace(BSS, bssid=b"\x02\0\0\0\0\x98", age_ms=20_000)
    rig.to_associating()
    rig.radio.known = [BSS, farther, long_ago]
    rig.connection.on_association_failed(17, False)
    requests = [asked[1] for asked in rig.radio.asked if asked[0] == "connect"]
    assert [request.bss.bssid for request in requests] == [AP, farther.bssid]
    assert rig.connection.phase is Phase.ASSOCIATING
    assert rig.host.pending() == ""
    rig.connection.on_association_failed(17, False)
    rig.finish_down("adapter_reset")
    assert rig.reason(ACM, 11) == codes.REASON_ASSOCIATION_FAILURE


def test_a_scan_finds_the_next_access_point(rig: Rig) -> None:
    """The first search went by what was known; who gave up meanwhile is asked no more."""
    other = replace(BSS, bssid=b"\x02\0\0\0\0\x99")
    rig.to_associating()
    rig.connection.on_association_failed(17, False)
    rig.radio.known = [BSS, other]
    assert rig.radio.scan_done is not None
    rig.radio.scan_done(True)
    requests = [asked[1] for asked in rig.radio.asked if asked[0] == "connect"]
    assert [request.bss.bssid for request in requests] == [AP, other.bssid]


def test_a_user_who_disconnects_while_another_is_looked_for(rig: Rig) -> None:
    """The scan's result comes too late."""
    rig.to_associating()
    rig.connection.on_association_failed(17, False)
    rig.connection.disconnect()
    rig.finish_down("adapter_reset")
    rig.radio.known = [replace(BSS, bssid=b"\x02\0\0\0\0\x99")]
    assert rig.radio.scan_done is not None
    rig.radio.scan_done(True)
    assert rig.radio.names().count("connect") == 1


def test_a_radio_that_cannot_scan_after_a_refusal(rig: Rig) -> None:
    """The refusal ends the attempt."""
    rig.to_associating()
    rig.radio.refuse.add("scan")
    rig.connection.on_association_failed(17, False)
    rig.finish_down("adapter_reset")
    assert rig.reason(ACM, 11) == codes.REASON_ASSOCIATION_FAILURE


def test_radio_that_refuses_to_connect_fails_the_attempt(rig: Rig) -> None:
    """A refused CMD_CONNECT is a failed attempt, not an exception."""
    rig.radio.refuse.add("connect")
    rig.to_associating()
    rig.finish_down("adapter_reset")
    assert rig.reason(ACM, 11) == codes.REASON_DRIVER_OPERATION_FAILURE


def test_inconsistent_algorithms_fail_the_attempt(rig: Rig) -> None:
    """WPA2-PSK without ciphers cannot be asked of the radio."""
    rig.to_pre_pending()
    rig.dll("SetAuthAlgorithm", dwAuthAlgo=7)
    rig.host.answer("pre_associate", reason=0)
    rig.complete_pre()
    rig.finish_down("adapter_reset")
    assert "connect" not in rig.radio.names()
    assert rig.reason(ACM, 11) == codes.REASON_DRIVER_OPERATION_FAILURE


def test_pre_association_without_completion_ends_by_its_limit(rig: Rig) -> None:
    """PRE-02 broken by the DLL: our limit ends the attempt with IHV_NOT_RESPONDING."""
    rig.to_pre_pending()
    rig.host.answer("pre_associate", reason=0)
    rig.loop.advance(10.1)
    assert rig.connection.phase is Phase.PRE_PENDING
    rig.loop.advance(0.2)
    rig.finish_down("adapter_reset")
    assert rig.reason(ACM, 11) == codes.REASON_IHV_NOT_RESPONDING


@pytest.mark.parametrize(
    ("end", "reason"),
    [
        (lambda it: it.disconnect_by_client(), codes.REASON_USER_CANCELLED),
        (lambda it: it.shut_down(lambda: None), codes.REASON_IHV_NOT_AVAILABLE),
    ],
)
def test_an_attempt_that_is_ended_from_outside_tells_why(
    rig: Rig, end: Callable[[Connection], None], reason: int
) -> None:
    """A client that gives it up, a service that stops: a failed attempt never has reason 0."""
    rig.to_pre_pending()
    rig.host.answer("pre_associate", reason=0)
    end(rig.connection)
    rig.finish_down("adapter_reset")
    assert rig.reason(ACM, 11) == rig.reason(ACM, 10) == reason


def test_association_without_answer_ends_by_its_limit(rig: Rig) -> None:
    """A radio that never answers CMD_CONNECT ends the attempt after the association's limit."""
    rig.to_associating()
    rig.loop.advance(10.1)
    rig.finish_down("adapter_reset")
    assert rig.reason(ACM, 11) == codes.REASON_ASSOCIATION_TIMEOUT
    assert rig.radio.names() == ["connect", "disconnect"]


def test_post_association_without_completion_ends_by_its_limit(rig: Rig) -> None:
    """POST-05 broken by the DLL: our watchdog disconnects, then Stop and Reset follow."""
    rig.to_post_pending()
    rig.loop.advance(15.1)
    assert rig.radio.names() == ["connect", "disconnect"]
    rig.lost()
    rig.finish_down("stop_post_associate", "adapter_reset")
    assert rig.reason(ACM, 11) == codes.REASON_IHV_NOT_RESPONDING
    assert rig.connection.phase is Phase.IDLE


def test_limit_does_not_outlive_the_completion(rig: Rig) -> None:
    """The watchdog is off once the port is open."""
    rig.to_connected()
    rig.loop.advance(3600)
    assert rig.connection.phase is Phase.AUTHORIZED


def test_connect_while_connected_replaces_the_connection(rig: Rig) -> None:
    """A second WlanConnect ends the first connection in order, then begins anew."""
    rig.to_connected()
    rig.connection.connect(PROFILE)
    rig.lost()
    rig.host.answer("stop_post_associate")
    rig.host.answer("adapter_reset")
    assert rig.host.pending() == "capability_match"
    assert rig.codes()[-3:] == [(MSM, 10), (ACM, 21), (ACM, 9)]


def test_connect_waits_for_a_host_that_is_starting() -> None:
    """A connect before InitAdapter is taken up when the adapter is ready."""
    rig = Rig()
    rig.connection.connect(PROFILE)
    assert rig.told == []
    rig.initialise()
    assert rig.host.pending() == "capability_match"


def test_the_dll_is_asked_whether_the_network_matches(rig: Rig) -> None:
    """PerformCapabilityMatch comes before pre-association, with the profile and the BSS found."""
    rig.connection.connect(PROFILE)
    arguments = rig.host.answer("capability_match", reason=0)
    assert arguments["security_xml"] == "<IhvSecurity/>"
    assert [entry["bssid"] for entry in arguments["bss_list"]] == [AP.hex(":")]
    assert rig.host.pending() == "pre_associate"


def test_a_network_that_does_not_match_is_not_tried(rig: Rig) -> None:
    """A DLL that refuses the network: no other handler, NETWORK_NOT_COMPATIBLE, idle again."""
    rig.connection.connect(PROFILE)
    rig.host.answer("capability_match", status=50, reason=0x90003)
    scan_ends(rig)
    rig.host.answer("capability_match", status=50, reason=0x90003)
    assert rig.host.pending() == ""
    assert rig.reason(ACM, 11) == codes.REASON_NETWORK_NOT_COMPATIBLE
    assert rig.connection.phase is Phase.IDLE


def test_a_network_that_has_changed_is_looked_at_again(rig: Rig) -> None:
    """A BSS known without a scan may be out of date: the DLL is asked about what is there now."""
    rig.connection.connect(PROFILE)
    rig.host.answer("capability_match", status=50, reason=0x90003)
    assert rig.connection.phase is Phase.SCANNING
    changed = replace(BSS, ies=BSS.ies + b"\x30\0")
    rig.radio.known = [changed]
    scan_ends(rig)
    arguments = rig.host.answer("capability_match", reason=0)
    assert [entry["ies"] for entry in arguments["bss_list"]] == [changed.ies.hex()]
    assert rig.host.pending() == "pre_associate"


def scan_ends(rig: Rig) -> None:
    """The radio reports the end of a scan."""
    done, rig.radio.scan_done = rig.radio.scan_done, None
    assert done is not None
    done(True)


def test_connect_fails_when_the_host_cannot_start() -> None:
    """A connect that waits for a host is told IHV_NOT_AVAILABLE when there will be none."""
    rig = Rig()
    rig.connection.connect(PROFILE)
    rig.connection.unavailable()
    assert rig.codes() == [(ACM, 9), (ACM, 11), (ACM, 10)]
    assert rig.reason(ACM, 10) == codes.REASON_IHV_NOT_AVAILABLE


def test_refused_port_state_fails_the_attempt(rig: Rig) -> None:
    """A port the kernel will not open is no connection."""
    rig.to_post_pending()
    rig.radio.refuse.add("authorize")
    rig.complete_post()
    rig.loop.advance(0.1)
    rig.lost()
    rig.finish_down("stop_post_associate", "adapter_reset")
    assert rig.reason(ACM, 11) == codes.REASON_DRIVER_OPERATION_FAILURE


def test_unknown_network_fails_without_the_dll(rig: Rig) -> None:
    """No such network: no handler is called, and NETWORK_NOT_AVAILABLE is told."""
    rig.radio.known = []
    rig.connection.connect(PROFILE)
    assert rig.connection.phase is Phase.SCANNING
    while rig.radio.scan_done is not None:
        done, rig.radio.scan_done = rig.radio.scan_done, None
        done(True)
    assert rig.host.names() == []
    assert rig.reason(ACM, 11) == codes.REASON_NETWORK_NOT_AVAILABLE
    assert rig.connection.phase is Phase.IDLE
