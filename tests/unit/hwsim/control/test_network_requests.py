# SPDX-License-Identifier: GPL-2.0-or-later
"""Arguments of control calls: what is refused, and how."""

from __future__ import annotations

from typing import Any

import pytest

from hwsim.ap import templates
from hwsim.control import network_requests
from hwsim.errors import RequestError
from tests.unit.hwsim.ap.environment import mode_of
from tests.unit.hwsim.conftest import NETWORK

OPEN_NETWORK = {name: value for name, value in NETWORK.items() if name != "passphrase"}
SECRET = "secret\tsecret"


def test_network() -> None:
    """A network as the harness gives it, with the default BSSID."""
    (network,) = network_requests.networks(NETWORK)
    assert network.ssid == b"hil-net"
    assert network.freq_mhz == 2437
    assert network.bssid.hex(":") == network_requests.DEFAULT_BSSID
    assert NETWORK["passphrase"] not in repr(network)


def test_access_points_of_other_networks() -> None:
    """They have a name of their own."""
    own, other = network_requests.networks({**NETWORK, "more": [{"ssid_hex": "ff00"}]})
    assert (own.ssid, other.ssid) == (b"hil-net", b"\xff\0")
    with pytest.raises(RequestError, match=r"network.more\[0\].ssid_hex: not bytes in hex"):
        network_requests.networks({**NETWORK, "more": [{"ssid_hex": "f"}]})
    with pytest.raises(RequestError, match="0 bytes; 1 to 32"):
        network_requests.networks({**NETWORK, "more": [{"ssid_hex": ""}]})


def test_more_access_points() -> None:
    """Each has the network's name and key; its BSSID counts on, and it is heard more weakly."""
    (_, other) = network_requests.networks({**NETWORK, "more": [{"channel": 11}]})
    assert other.bssid.hex(":") == "02:48:49:4c:0b:02"
    more = [{}, {"channel": 11, "bssid": "02:00:00:00:00:0a", "signal_dbm": -70}]
    first, second, third = network_requests.networks({**NETWORK, "more": more})
    assert [one.bssid.hex(":") for one in (second, third)] == [
        "02:48:49:4c:00:02", "02:00:00:00:00:0a",
    ]  # fmt: skip
    assert (first.channel, second.channel, third.channel) == (6, 6, 11)
    assert [one.signal_dbm for one in (first, second, third)] == [-40, -50, -70]
    assert {one.ssid for one in (first, second, third)} == {b"hil-net"}


def test_in_6ghz() -> None:
    """An access point there has WMM, and in a network in transition SAE by hash to element."""
    given = {**NETWORK, "security": "wpa3-transition", "more": [{"channel": 5975}]}
    below, there = network_requests.networks(given)
    assert (below.security, below.pmf, below.wmm) == ("wpa3-transition", "optional", False)
    assert (there.security, there.pmf, there.wmm) == ("wpa3-sae", "required", True)
    assert (below.sae.ways, there.sae.ways) == ("both", "hash-to-element")
    assert there.freq_mhz == 5975
    assert there.bssid.hex(":") == "02:48:49:0c:05:02"


def test_an_ssid_is_bytes() -> None:
    """Those that are no text are given in hex, in place of the text."""
    named = {name: value for name, value in NETWORK.items() if name != "ssid"}
    (network,) = network_requests.networks({**named, "ssid_hex": "CED2B5C400"})
    assert network.ssid == b"\xce\xd2\xb5\xc4\x00"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"ssid": ""}, "network.ssid: 0 bytes"),
        ({"ssid": "ä" * 17}, "network.ssid: 34 bytes; 1 to 32"),
        ({"ssid": "\ud800"}, "network.ssid"),
        ({"ssid": 5}, "network.ssid: a string is needed, not 5"),
        ({"ssid_hex": "0g"}, "network.ssid_hex: not bytes in hex"),
        ({"ssid_hex": "00" * 33}, "network.ssid: 33 bytes"),
        ({"passphrase": "7 chars"}, "network.passphrase: 7 characters; 8 to 63"),
        ({"passphrase": "x" * 64}, "network.passphrase: 64 characters; 8 to 63"),
        ({"beacon_interval_tu": 10}, "beacon_interval_tu: a whole number from 15 to 1000"),
        ({"pmk_caching": "all"}, "pmk_caching: 'all' is none of own, opportunistic, none, refuse"),
        ({"dtim_period": 0}, "dtim_period: a whole number from 1 to 255"),
        ({"hidden": 1}, "hidden: true or false"),
        ({"passphrase": SECRET}, "network.passphrase: only printable ASCII"),
        ({"passphrase": None}, "network.passphrase: a string is needed"),
        ({"channel": 14}, "network.channel: 14 is none of 1 to 13"),
        ({"channel": "6"}, "network.channel: a whole number"),
        ({"uapsd": True}, "network.uapsd goes with wmm only"),
        ({"ocv": True}, "network.ocv goes with pmf = 'optional' or 'required' only"),
        ({"channel": 5975}, "network: 6 GHz has no security = 'wpa2-psk'"),
        ({"channel": 5976}, "network.channel: 5976 is none of 1"),
        ({"channel": True}, "network.channel: a whole number"),
        ({"bssid": "03:00:00:00:00:00"}, "no address of one station"),
        ({"bssid": "nonsense"}, "network.bssid: 'nonsense' is no MAC address"),
        ({"security": "wpa4"}, "network.security: 'wpa4' is none of wpa2-psk"),
        ({"pmf": "maybe"}, "network.pmf: 'maybe' is none of disabled, optional, required"),
        ({"sae": {"groups": [19, [20]]}}, "network.sae.groups: a list out of 19, 20, 21"),
        ({"sae": {"ways": "none"}}, "network.sae.ways: 'none' is none of both"),
        ({"sae": {"password_id": "a" * 255}}, "network.sae.password_id: up to 254 bytes"),
        ({"ap_ip": "10.77.0.300"}, "network.ap_ip"),
        ({"station_ip": "10.77.0.1"}, "network.station_ip: 10.77.0.1 is the access point's"),
        ({"more": {}}, "network.more: a list of at most 7"),
        ({"more": [{}] * 8}, "network.more: a list of at most 7"),
        ({"more": [{"channel": 14}]}, "network.more[0].channel: 14 is none of"),
        (
            {"more": [{}, {"bssid": network_requests.DEFAULT_BSSID}]},
            "network.more[1].bssid: 02:48:49",
        ),
        ({"more": [{"ssid": "x"}]}, "network.more[0].ssid is unknown"),
        ({"chanel": 6}, "network.chanel is unknown; known: ssid_hex, ssid, security, passphrase"),
    ],
)
def test_bad_network(change: dict[str, Any], message: str) -> None:
    """One line with field, value and what is needed; never the passphrase."""
    with pytest.raises(RequestError) as caught:
        network_requests.networks({**NETWORK, **change})
    assert message in str(caught.value)
    assert caught.value.code == "bad-argument"
    assert "secret" not in str(caught.value)
    assert "\n" not in str(caught.value)


ENTERPRISE: dict[str, Any] = {
    **{key: value for key, value in NETWORK.items() if key != "passphrase"},
    "security": "wpa2-eap",
    "radius": {"port": 1812, "secret": "clandestine"},
}


def test_network_with_8021x() -> None:
    """Its server is on loopback unless told otherwise; without one it is silent."""
    (network,) = network_requests.networks(ENTERPRISE)
    assert network.security == "wpa2-eap"
    assert network.radius is not None
    assert (str(network.radius.address), network.radius.port) == ("127.0.0.1", 1812)
    assert network.radius.secret == b"clandestine"
    assert "clandestine" not in repr(network)
    (silent,) = network_requests.networks({**ENTERPRISE, "radius": None})
    assert silent.radius is None


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"radius": "localhost"}, "network.radius: an object is needed"),
        ({"radius": {"secret": "clandestine"}}, "network.radius.port is missing"),
        ({"radius": {"port": 0, "secret": "clandestine"}}, "network.radius.port: a whole number"),
        ({"radius": {"port": 1}}, "network.radius.secret is missing"),
        ({"radius": {"port": 1, "secret": ""}}, "network.radius.secret: 1 to 128 ASCII"),
        ({"radius": {"port": 1, "secret": "clandestine" * 30}}, "network.radius.secret: 1 to 128"),
        ({"radius": {"port": 1, "secret": "s", "x": 1}}, "network.radius.x is unknown"),
        ({"passphrase": "clandestine"}, "network.passphrase is unknown"),
        ({"security": "wpa2-psk", "passphrase": "clandestine"}, "network.radius is unknown"),
    ],
)
def test_bad_network_with_8021x(change: dict[str, Any], message: str) -> None:
    """One line with field, value and what is needed; never the secret."""
    with pytest.raises(RequestError) as caught:
        network_requests.networks({**ENTERPRISE, **change})
    assert message in str(caught.value)
    assert "clandestine" not in str(caught.value)


@pytest.mark.parametrize("name", ["ssid", "passphrase", "channel", "security", "ap_ip"])
def test_missing(name: str) -> None:
    """What is missing is named."""
    with pytest.raises(RequestError, match=f"network.{name} is missing"):
        network_requests.networks({key: value for key, value in NETWORK.items() if key != name})


def test_timers() -> None:
    """hostapd's timers unless told otherwise."""
    timers = network_requests.timers({"first_ms": 250})
    assert (timers.first_ms, timers.next_ms, timers.group_first_ms, timers.tries) == (
        250,
        1000,
        500,
        4,
    )
    assert (timers.eap_ms, timers.radius_ms, timers.eap_failure_to_deauth_ms) == (3000, 2000, 1000)


def test_owe_in_transition() -> None:
    """Behind the open access points stand hidden ones with OWE; the beacons of each pair name each
    other's BSSID and SSID."""
    asked = {"security": "open", "owe_transition_ssid_hex": b"hil-owe".hex(), "more": [{}]}
    first, second, owe, other = network_requests.networks(OPEN_NETWORK | asked)
    assert (first.security, owe.security, owe.hidden, owe.pmf) == ("open", "owe", True, "required")
    assert len({one.bssid for one in (first, second, owe, other)}) == 4
    for one, companion in ((first, owe), (owe, first), (second, other), (other, second)):
        assert one.owe_companion == (companion.bssid, companion.ssid)
    whole = bytes.fromhex("dd12506f9a1c") + owe.bssid + b"\x07hil-owe"
    assert first.owe_companion is not None
    assert first.owe_companion.element() == whole
    assert templates.probe_response(first, mode_of(first)).endswith(whole)


def test_a_network_with_keys_is_in_no_owe_transition() -> None:
    """Its stations have keys already."""
    asked = OPEN_NETWORK | {"security": "owe", "owe_transition_ssid_hex": "61"}
    with pytest.raises(RequestError, match="goes with security = 'open' only"):
        network_requests.networks(asked)
