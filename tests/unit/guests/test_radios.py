# SPDX-License-Identifier: GPL-2.0-or-later
"""What a scenario needs that a radio has not is told before anything starts."""

from __future__ import annotations

import pytest

from harness.guests.radios import unfit
from harness.scenarios import Scenario, find_scenario
from hwsim.usb.catalogue import AdapterKind


def scenario(**network: object) -> Scenario:
    """The plain scenario, with another network."""
    plain = find_scenario("plain")
    return Scenario.model_validate(
        {**plain.model_dump(exclude_unset=True), "network": network}
    )  # fmt: skip


def with_more(network: dict[str, object] | None = None, **more: object) -> Scenario:
    """The plain scenario with orders, rules or key renewals."""
    plain = scenario(**network or {})
    return Scenario.model_validate({**plain.model_dump(exclude_unset=True), **more})


def test_the_simulated_radio_has_everything() -> None:
    """No scenario is refused for it."""
    assert unfit(scenario(channel=36), None) == ""


def test_only_an_emulated_adapter_can_be_ordered_about() -> None:
    """The simulated radio has no plug."""
    ordered = with_more(usb=[{"on": "M3", "do": "unplug"}])
    assert unfit(ordered, None).startswith("unplug on M3 (number 1): only an emulated USB adapter")
    assert unfit(ordered, "rt3070") == ""


@pytest.mark.parametrize("adapter", ["rtl8187l", "rtl8187b"])
def test_what_realteks_chips_have_not(adapter: str) -> None:
    """The upper band, protected management frames; and there is one adapter."""
    assert unfit(find_scenario("plain"), adapter) == ""
    assert unfit(scenario(channel=36), adapter).startswith("channel 36: the chip has")
    assert unfit(scenario(pmf="optional"), adapter).startswith("management frame protection (opt")
    moves = {"on": "echoed", "do": "switch-channel", "channel": 40}
    assert unfit(with_more(ap=[moves]), adapter).startswith("channel 40: the chip has")
    two = find_scenario("plain").model_copy(update={"adapters": 2})
    assert unfit(two, adapter).startswith("2 adapters")


def test_an_adapter_for_two_bands_has_the_channels_that_its_driver_has() -> None:
    """Not those of 6 GHz, told by their centre, and not each one of 5 GHz."""
    for channel in (1, 13, 36, 64, 100, 140, 149, 165):
        assert unfit(scenario(channel=channel), "rt2573") == ""
    assert unfit(scenario(channel=144), "rt2573").endswith(
        "1 to 14, 36 to 64, 100 to 140, 149 to 165"
    )
    assert unfit(find_scenario("six-ghz-beside"), "rt2573").startswith("channel 5975")


def test_an_adapter_that_says_nothing_of_channels_has_them_all() -> None:
    """As a model of somebody else does, which has no row of ours."""
    kind = AdapterKind("", "", (), "", "", "", ("", ""))
    assert [kind.lacks_channel(channel) for channel in (1, 36, 144, 5975)] == ["", "", "", ""]


def test_wmm_wants_four_queues() -> None:
    """The driver of RTL8187L has one: its station would be one without WMM, which passes too."""
    assert unfit(find_scenario("wmm"), "rtl8187l").startswith("WMM: ")
    for adapter in ("rtl8187b", "rt2870", "rt3070", "rt2573", "rtl8192cu"):
        assert unfit(find_scenario("wmm"), adapter) == ""


REPLAYS: dict[str, dict[str, object]] = {
    "a packet number that is said": {
        "air": [{"message": "M3", "action": "edit", "fields": {"rsc": "00000000000000ff"}}],
    },
    "one that is said in a copy": {
        "air": [{"message": "M4", "action": "insert",
                 "insert": {"copy_of": "M3", "fields": {"rsc": "0000000000000000"}}}],
    },
    "a group message again": {
        "group_rekeys": 1, "air": [{"message": "G1", "action": "repeat"}],
    },
    "a copy of one": {
        "group_rekeys": 1,
        "air": [{"message": "G2", "action": "insert", "insert": {"copy_of": "G1#1"}}],
    },
    "M3 of a renewed key": {
        "pairwise_rekeys": 1, "air": [{"message": "M3", "nth": 2, "action": "repeat"}],
    },
    "data for the station": {
        "air": [{"message": "data", "direction": "down", "action": "repeat"}],
    },
}  # fmt: skip


@pytest.mark.parametrize("name", REPLAYS)
def test_a_replay_cannot_be_seen_behind_a_chip_that_checks_none(name: str) -> None:
    """It would pass there, whatever the driver makes of it."""
    found = with_more(**REPLAYS[name])  # type: ignore[arg-type]
    assert unfit(found, "rt3070").endswith("takes the packet number away, and checks none")
    for adapter in ("rtl8187l", "rt2573"):
        assert unfit(found, adapter) == ""
    assert unfit(found, None) == ""


def test_a_frame_in_the_clear_is_none_behind_a_chip_that_calls_it_decrypted() -> None:
    """The kernel would take it, and a driver that should not see it be blamed for nothing."""
    copied = {"copy_of": "M3", "plain": True}
    found = with_more(air=[{"message": "M4", "action": "insert", "insert": copied}])
    assert unfit(found, "rtl8192cu").endswith("takes them for protected")
    assert unfit(found, "rt2573") == ""


@pytest.mark.parametrize("cipher", ["gcmp-128", "gcmp-256", "ccmp-256"])
def test_a_cipher_whose_keys_go_nowhere_is_refused(cipher: str) -> None:
    """A station that nobody understands would be taken for the DLL's doing."""
    found = scenario(pairwise_ciphers=[cipher])
    assert unfit(found, "rtl8192cu").startswith(f"{cipher}: Linux' driver takes their keys")
    assert unfit(found, "rt2573") == ""


@pytest.mark.parametrize(
    "name", ["m3-replayed", "m3-storm", "g1-replayed", "answers-twice", "eapol-spoofed", "g2-lost"]
)
def test_what_comes_again_in_the_clear_or_is_made_anew_is_no_replay(name: str) -> None:
    """The driver, or the access point, is to see to that by itself."""
    assert unfit(find_scenario(name), "rt3070") == ""


def test_an_open_network_has_no_replays() -> None:
    """There is no packet number."""
    again = {"message": "data", "direction": "down", "action": "repeat"}
    assert unfit(with_more({"security": "open"}, air=[again]), "rt3070") == ""
