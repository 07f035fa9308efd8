# SPDX-License-Identifier: GPL-2.0-or-later
"""The whole service over TCP, with a process as IHV host and a double of the radio."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from autoconfig import codes

from tests.unit.autoconfig.doubles import AP, BSS
from tests.unit.autoconfig.serving import ACM, GUID, MSM, PROFILE, Client, Lab
from tests.unit.autoconfig.texts import eap_profile, eap_user


def test_connect_and_disconnect(lab: Lab) -> None:
    """From SetProfile to `connected` and back, over every part of the service but the kernel."""
    client = lab.client
    client.set_up()
    assert client.connect()["result"] == {}
    fields = client.until(ACM, 10)
    assert (fields["reason"], fields["profile"], fields["ssid"]) == (0, "lab", b"hil-lab".hex())
    assert client.call("query_interface", interface=GUID, opcode=6)["result"] == {"state": 1}
    current = client.call("query_interface", interface=GUID, opcode=7)["result"]
    assert (current["bssid"], current["auth"], current["cipher"]) == (AP.hex(":"), 7, 4)
    client.call("disconnect", interface=GUID)
    client.until(ACM, 21)
    assert [(e["source"], e["code"]) for e in client.events] == [
        (ACM, 9), (MSM, 1), (MSM, 2), (MSM, 3), (MSM, 4), (ACM, 10),
        (ACM, 20), (MSM, 9), (MSM, 10), (ACM, 21),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("lab", "reason"),
    [
        ("crash-in:post_associate", codes.REASON_IHV_NOT_AVAILABLE),
        ("hang-in:post_associate", codes.REASON_IHV_NOT_RESPONDING),
    ],
    indirect=["lab"],
)
def test_crash_and_hang_are_told_and_the_next_connect_is_served(lab: Lab, reason: int) -> None:
    """Twice: each connect reaches the DLL in a new process and is told its own failure."""
    client = lab.client
    client.set_up()
    for _ in range(2):
        client.events.clear()
        client.connect()
        assert client.until(ACM, 10)["reason"] == reason
        assert client.until(ACM, 11)["reason"] == reason
    assert lab.radio.names().count("connect") == 2


@pytest.mark.parametrize("lab", ["error-in:validate_profile"], indirect=True)
def test_profile_the_dll_refuses_is_not_stored(lab: Lab) -> None:
    """ValidateProfile's error fails WlanSetProfile, and a connect knows no such profile."""
    answer = lab.client.call("set_profile", interface=GUID, flags=0, xml=PROFILE, overwrite=True)
    assert answer["error"]["code"] == codes.ERROR_BAD_PROFILE
    assert lab.client.connect()["error"]["code"] == codes.ERROR_NOT_FOUND


@pytest.mark.parametrize("lab", ["fail-load"], indirect=True)
def test_dll_that_cannot_be_loaded(lab: Lab) -> None:
    """`service state` names stage and error; SetProfile says that there is no IHV service."""
    client = lab.client
    start = client.call("service", action="start")
    assert start["error"]["code"] == 126
    assert start["error"]["message"] == "load: error 126"
    state = client.call("service", action="state")["result"]
    assert state == {"state": "failed", "stage": "load", "error": 126}
    answer = client.call("set_profile", interface=GUID, flags=0, xml=PROFILE, overwrite=True)
    assert answer["error"]["reason"] == codes.REASON_IHV_SECURITY_NOT_SUPPORTED


def test_service_stop_and_start(lab: Lab) -> None:
    """Stop ends the connection first; stopped refuses; start answers with a ready adapter."""
    client = lab.client
    client.set_up()
    client.connect()
    client.until(ACM, 10)
    assert client.call("service", action="stop")["result"] == {"state": "stopped"}
    client.until(ACM, 21)
    assert client.connect()["error"]["code"] == codes.ERROR_SERVICE_NOT_ACTIVE
    answer = client.call("set_profile", interface=GUID, flags=0, xml=PROFILE, overwrite=True)
    assert answer["error"]["code"] == codes.ERROR_SERVICE_NOT_ACTIVE
    assert client.call("service", action="prepare")["result"] == {"state": "stopped"}
    assert client.call("service", action="start")["result"] == {"state": "running"}
    interface = client.call("enum_interfaces")["result"]["interfaces"][0]
    assert (interface["guid"], interface["state"]) == (GUID, codes.INTERFACE_DISCONNECTED)
    client.events.clear()
    client.connect()
    assert client.until(ACM, 10)["reason"] == 0


def test_profiles_are_listed_overwritten_and_deleted(lab: Lab) -> None:
    """The profile store, with the errors of the API."""
    client = lab.client
    client.set_up()
    again = client.call("set_profile", interface=GUID, flags=0, xml=PROFILE, overwrite=False)
    assert again["error"]["code"] == codes.ERROR_ALREADY_EXISTS
    listed = client.call("get_profile_list", interface=GUID)["result"]["profiles"]
    assert listed == [{"name": "lab", "flags": 0}]
    assert "result" in client.call("delete_profile", interface=GUID, name="lab")
    gone = client.call("delete_profile", interface=GUID, name="lab")
    assert gone["error"]["code"] == codes.ERROR_NOT_FOUND


def test_eap_user_data_is_for_a_profile_with_that_method(lab: Lab) -> None:
    """WlanSetProfileEapXmlUserData: no such profile, another method, no 802.1X at all, no such
    text; and the right one. No answer quotes the text."""
    client = lab.client
    client.set_up()
    tls = client.call("set_profile", interface=GUID, flags=0, xml=eap_profile(), overwrite=True)
    assert tls["result"] == {"reason": 0}

    def tell(profile: str, xml: str) -> dict[str, Any]:
        return client.call("set_profile_eap_user_data", interface=GUID, profile=profile, xml=xml)

    peap = eap_user(25, "<Username>me</Username><Password>s3cret</Password>")
    right = eap_user(13, f"<Username>me</Username><UserCert>{'ab' * 20}</UserCert>")
    refused = [tell("none", right), tell("p", peap), tell("lab", right), tell("p", "s3cret")]
    assert [answer["error"]["code"] for answer in refused] == [
        codes.ERROR_NOT_FOUND, codes.ERROR_BAD_PROFILE, codes.ERROR_BAD_PROFILE,
        codes.ERROR_INVALID_PARAMETER,
    ]  # fmt: skip
    assert "s3cret" not in json.dumps(refused)
    assert tell("p", right)["result"] == {}


@pytest.mark.parametrize(
    ("name", "arguments", "code"),
    [
        ("nonsense", {}, codes.ERROR_INVALID_PARAMETER),
        ("connect", {"interface": "{0}", "mode": 0, "profile": "x"}, codes.ERROR_NOT_FOUND),
        ("connect", {"interface": GUID}, codes.ERROR_INVALID_PARAMETER),
        ("query_interface", {"interface": GUID, "opcode": 99}, codes.ERROR_NOT_SUPPORTED),
        ("query_interface", {"interface": GUID, "opcode": 7}, codes.ERROR_INVALID_STATE),
        ("set_profile", {"interface": GUID, "xml": 5, "overwrite": True},
         codes.ERROR_INVALID_PARAMETER),
        ("service", {"action": "dance"}, codes.ERROR_INVALID_PARAMETER),
        ("register", {"sources": "many"}, codes.ERROR_INVALID_PARAMETER),
    ],
)  # fmt: skip
def test_bad_calls_get_an_error_and_the_service_lives(
    lab: Lab, name: str, arguments: dict[str, Any], code: int
) -> None:
    """Whatever a client sends, it gets an error and others are served."""
    assert lab.client.call(name, **arguments)["error"]["code"] == code
    assert "result" in lab.client.call("open", client_version=2)


def test_client_that_breaks_the_protocol_is_dropped_alone(lab: Lab) -> None:
    """A line that is no JSON object closes that client; the others stay."""
    other = Client(lab.app.address)
    other.send([1, 2])
    assert other._socket.recv(10) == b""
    other.close()
    assert "result" in lab.client.call("open", client_version=1)


def test_notifications_go_to_those_who_registered(lab: Lab) -> None:
    """A client that asked for MSM only hears no ACM."""
    other = Client(lab.app.address)
    other.call("register", sources=MSM)
    lab.client.set_up()
    lab.client.connect()
    lab.client.until(ACM, 10)
    other.until(MSM, 4)
    assert {event["source"] for event in other.events} == {MSM}
    other.close()


def test_limits_are_told_from_outside(lab: Lab) -> None:
    """All who keep to one keep to the new value at once; what is no limit changes nothing."""
    client = lab.client
    answer = client.call("limits", handler_s=7.5, threads=200)["result"]
    assert (answer["handler_s"], answer["threads"], answer["load_s"]) == (7.5, 200, 30.0)
    for wrong in ({"handler_s": 0}, {"patience_s": 5}, {"load_s": "long"}):
        error = client.call("limits", **wrong)["error"]
        assert error["code"] == codes.ERROR_INVALID_PARAMETER
        assert next(iter(wrong)) in error["message"]
    assert client.call("limits")["result"] == answer


def test_channels_are_told_from_outside(lab: Lab) -> None:
    """Where access points are to be looked for first; a service that forgets knows none."""
    client = lab.client
    assert client.call("channels", mhz=[2457, 5180])["result"] == {}
    assert lab.settings.likely_mhz()[:2] == (2457, 5180)
    for wrong in ({}, {"mhz": 2457}, {"mhz": ["2457"]}, {"mhz": [2412] * 17}):
        assert client.call("channels", **wrong)["error"]["code"] == codes.ERROR_INVALID_PARAMETER
    client.call("service", action="stop")
    client.call("forget")
    assert lab.settings.first_mhz == []


@pytest.mark.parametrize("lab", ["hang-in:pre_associate"], indirect=True)
def test_a_hang_is_ended_by_the_limit_that_was_told(lab: Lab) -> None:
    """Here after 0.2 s, where this service was started with a second."""
    client = lab.client
    client.set_up()
    client.call("limits", handler_s=0.2)
    began_s = time.monotonic()
    client.connect()
    assert client.until(ACM, 11)["reason"] == codes.REASON_IHV_NOT_RESPONDING
    assert 0.2 <= time.monotonic() - began_s < 1.0


def test_a_service_that_forgets_is_as_at_the_start_of_the_guest(lab: Lab) -> None:
    """What one run did to it must not reach the next: profiles, limits, orders, and what the radio
    has heard are gone; a connection comes about as the first one did."""
    client = lab.client
    client.set_up()
    client.call("limits", handler_s=2)
    order = {"on": "Dot11ExtIhvPerformPostAssociate", "do": "reset"}
    assert client.call("orders", orders=[order])["result"] == {}
    client.call("service", action="stop")
    assert client.call("forget")["result"] == {}
    assert client.call("get_profile_list")["result"] == {"profiles": []}
    assert client.call("limits")["result"]["handler_s"] == 5.0
    assert lab.radio.known == []
    lab.radio.known = [BSS]
    client.call("service", action="start")
    client.set_up()
    client.connect()
    assert client.until(ACM, 10)["reason"] == 0
    assert client.call("orders_done")["result"] == {"done": []}


def test_a_service_that_runs_forgets_nothing(lab: Lab) -> None:
    """Nor one that was given adapters: none of them is ever taken away."""
    lab.client.set_up()
    assert "not stopped" in lab.client.call("forget")["error"]["message"]
    assert lab.client.call("get_profile_list")["result"]["profiles"]
    lab.client.call("adapters", count=2)
    lab.client.call("service", action="stop")
    assert "plugged in" in lab.client.call("forget")["error"]["message"]
