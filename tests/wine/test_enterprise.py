# SPDX-License-Identifier: GPL-2.0-or-later
"""sample.dll with 802.1X through the OS, in ihvhost.exe: what it asks for and hands on, and what it
makes of each result."""

from __future__ import annotations

import os
from typing import Any

import pytest

from tests.wine.peer import ENTERPRISE_FRAGMENT, ENTERPRISE_RSNE, HostPeer, assoc_params, fragment

SUCCESS, FAILURE, IN_PROGRESS = 0, 1, 2
START, PROCESS, STOP = "Dot11ExtStartOneX", "Dot11ExtProcessSecurityPacket", "Dot11ExtStopOneX"
IDENTITY = bytes.fromhex("020000050101000501")
"""EAPOL with an EAP-Request/Identity."""
FRAGMENT_OF_TLS = bytes.fromhex("02000580" + "010205800dc0") + bytes(0x580 - 6)
ERROR_INVALID_PARAMETER, ERROR_ACCESS_DENIED, ERROR_INVALID_DATA = 87, 5, 13
REASON_FAILED, REASON_NO_KEYS, REASON_NO_AUTHENTICATOR = 0x9000B, 0x9000C, 0x9000D


@pytest.fixture
def onex(host: HostPeer) -> HostPeer:
    """A host whose DLL has asked for 802.1X in a post-association."""
    host.connect(enterprise=True)
    params = assoc_params(request_rsne=ENTERPRISE_RSNE, beacon_rsne=ENTERPRISE_RSNE)
    host.ap.m3_rsne = ENTERPRISE_RSNE
    assert host.result(host.post_associate(params))["result"] == {"status": 0}
    host.wait_for(lambda: START in host.names(), "StartOneX")
    return host


def indicate(host: HostPeer, result: int, **params: Any) -> int:
    """OneXIndicateResult; its status."""
    told = {"auth_status": {0: 3, 1: 4, 2: 1}[result], "reason": 0, **params}
    answer = host.call(
        "onex_indicate_result", ihv_handle=host.adapter, result=result, params=told
    )  # fmt: skip
    status = answer["status"]
    assert isinstance(status, int)
    return status


def succeed(host: HostPeer) -> bytes:
    """An authentication that gives a new MSK, whose first half is the PMK."""
    msk = os.urandom(64)
    host.ap.pmk = msk[:32]
    keys = {"send_key": msk[:32].hex(), "recv_key": msk[32:].hex()}
    assert indicate(host, SUCCESS, **keys) == 0
    return msk


def connected(host: HostPeer) -> None:
    """An association authenticated and complete."""
    succeed(host)
    host.deliver(host.ap.m1())
    done = host.wait_completion()
    assert (done["dwReasonCode"], done["dwWin32Error"]) == (0, 0)


def handed_over(host: HostPeer) -> list[bytes]:
    """Packets given to ProcessSecurityPacket."""
    return [bytes.fromhex(args["pvInPacket"]) for args in host.of(PROCESS)]


def test_it_associates_with_rsna_and_no_handshake_before_the_result(onex: HostPeer) -> None:
    """The algorithm is RSNA (6), StartOneX comes after PerformPostAssociate; no M2 yet."""
    assert onex.of("Dot11ExtSetAuthAlgorithm")[0]["dwAuthAlgo"] == 6
    assert onex.of(START) == [{"hDot11SvcHandle": onex.service, "has_attributes": True}]
    assert onex.heard == []


def test_the_first_half_of_the_msk_is_the_pmk(onex: HostPeer) -> None:
    """The keys arrive encrypted and are decrypted: the handshake under them completes."""
    connected(onex)
    assert onex.heard == ["M2", "M4"]
    assert onex.ap.ptk is not None
    pairwise = onex.of("Dot11ExtSetKeyMappingKey")[0]["pKey"]
    assert pairwise["ucKey"].endswith(onex.ap.ptk[32:48].hex())
    assert onex.shut_down() == 0


def test_packets_go_to_the_os_whole(onex: HostPeer) -> None:
    """Any EAPOL but EAPOL-Key is handed on from its version byte on, also one of 1412 bytes."""
    for packet in (IDENTITY, FRAGMENT_OF_TLS):
        assert onex.result(onex.deliver(packet))["result"] == {"status": 0}
    onex.wait_for(lambda: len(onex.of(PROCESS)) == 2, "packets")
    assert handed_over(onex) == [IDENTITY, FRAGMENT_OF_TLS]


def test_key_frames_before_the_result_are_kept(onex: HostPeer) -> None:
    """ONEX-12: M1 that overtakes the success is answered after it, and is never handed on."""
    assert onex.result(onex.deliver(onex.ap.m1()))["result"] == {"status": 0}
    assert onex.heard == []
    succeed(onex)
    assert onex.wait_completion()["dwWin32Error"] == 0
    assert onex.heard == ["M2", "M4"]
    assert handed_over(onex) == []


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ({"eap_reason": 0x80420112, "reason": 0x50005}, REASON_FAILED),
        ({"auth_status": 2, "reason": 0x50006}, REASON_NO_AUTHENTICATOR),
    ],
)
def test_failure_completes_with_an_error(onex: HostPeer, told: dict[str, Any], reason: int) -> None:
    """The session ends with an error and an IHV reason; StopOneX has nothing to stop (ONEX-05)."""
    assert indicate(onex, FAILURE, **told) == 0
    done = onex.wait_completion()
    assert (done["dwReasonCode"], done["dwWin32Error"]) == (reason, ERROR_ACCESS_DENIED)
    onex.stop()
    assert STOP not in onex.names()


@pytest.mark.parametrize(
    "params", [None, {"auth_status": 3, "reason": 0}, {"auth_status": 3, "reason": 0,
                                                      "send_key": "00", "recv_key": "00"}]
)  # fmt: skip
def test_success_without_usable_keys_is_a_failure(
    onex: HostPeer, params: dict[str, Any] | None
) -> None:
    """ONEX-10: NULL parameters, no keys or a short one do no harm."""
    arguments = {"ihv_handle": onex.adapter, "result": SUCCESS, "params": params}
    assert onex.call("onex_indicate_result", **arguments) == {"status": 0}
    done = onex.wait_completion()
    assert (done["dwReasonCode"], done["dwWin32Error"]) == (REASON_NO_KEYS, ERROR_INVALID_DATA)


def test_reauthentication_starts_anew_and_ends_in_new_keys(onex: HostPeer) -> None:
    """ONEX-07, ONEX-11, POST-10: a request after the result is not just handed on, 802.1X is
    started again; the new handshake brings new keys and a second completion."""
    connected(onex)
    onex.deliver(IDENTITY)
    onex.wait_for(lambda: PROCESS in onex.names(), "packet")
    assert onex.names()[-2:] == [START, PROCESS]
    assert indicate(onex, IN_PROGRESS) == 0
    onex.deliver(onex.ap.m1())
    onex.ap.anonce = os.urandom(32)
    onex.deliver(onex.ap.m1())
    succeed(onex)
    done = onex.wait_completion(2)
    assert (done["dwReasonCode"], done["dwWin32Error"]) == (0, 0)
    keys = [args["pKey"]["ucKey"] for args in onex.of("Dot11ExtSetKeyMappingKey")]
    assert len(keys) == 2
    assert onex.ap.ptk is not None
    assert keys[1].endswith(onex.ap.ptk[32:48].hex())


def test_failed_reauthentication_closes_the_port(onex: HostPeer) -> None:
    """POST-10: the same session is completed again, with an error."""
    connected(onex)
    onex.deliver(IDENTITY)
    onex.wait_for(lambda: PROCESS in onex.names(), "packet")
    assert indicate(onex, FAILURE, reason=0x50005) == 0
    done = onex.wait_completion(2)
    assert (done["dwReasonCode"], done["dwWin32Error"]) == (REASON_FAILED, ERROR_ACCESS_DENIED)
    assert done["hSecuritySessionID"] == onex.session


def test_stop_while_authenticating_stops_onex_and_does_not_complete(onex: HostPeer) -> None:
    """STOP-04, ONEX-05: StopOneX once, no completion; later packets are refused."""
    onex.stop()
    assert onex.names().count(STOP) == 1
    assert onex.completions() == []
    assert onex.result(onex.deliver(IDENTITY))["result"]["status"] != 0
    assert PROCESS not in onex.names()


def test_reset_while_authenticating_cancels(onex: HostPeer) -> None:
    """POST-13: AdapterReset ends the pending session with ERROR_CANCELLED."""
    onex.reset()
    assert onex.wait_completion()["dwWin32Error"] == 1223


def test_refused_start_fails_the_session(host: HostPeer) -> None:
    """An error of StartOneX is an error of the session."""
    host.answers[START] = lambda _args: {"status": 50}
    host.connect(enterprise=True)
    params = assoc_params(request_rsne=ENTERPRISE_RSNE, beacon_rsne=ENTERPRISE_RSNE)
    host.post_associate(params)
    done = host.wait_completion()
    assert done["dwWin32Error"] == 50
    assert done["dwReasonCode"] in range(0x90000, 0xA0000)


@pytest.mark.parametrize(
    ("xml", "enterprise"),
    [
        (ENTERPRISE_FRAGMENT, False),
        (fragment("correct horse"), True),
        ("<IhvSecurity><Enterprise/><Passphrase>correct horse</Passphrase></IhvSecurity>", True),
        ("<IhvSecurity><Enterprise/><Enterprise/></IhvSecurity>", True),
        ("<IhvSecurity><Passphrase/></IhvSecurity>", False),
    ],
)
def test_enterprise_and_use_ms_onex_go_together(host: HostPeer, xml: str, enterprise: bool) -> None:
    """A fragment that does not fit bUseMSOnex, or has both, is refused."""
    result = host.pre_associate(xml=xml, enterprise=enterprise)
    assert result["status"] == ERROR_INVALID_PARAMETER


def test_a_result_nobody_waits_for_is_refused(host: HostPeer) -> None:
    """OneXIndicateResult without a port does no harm."""
    assert indicate(host, FAILURE) != 0
    assert host.shut_down() == 0
