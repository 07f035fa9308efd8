# SPDX-License-Identifier: GPL-2.0-or-later
"""A correct DLL on a disturbed air: every shipped scenario passes, and did disturb."""

from __future__ import annotations

import json

import pytest

from harness.scenarios import Scenario, find_scenario, scenario_names
from tests.vm.standing import StandingLab
from tests.vm.test_edited_air import SCENARIOS as EDITED

MESSAGES = {
    "plain": {"M1": 1, "M2": 1, "M3": 1, "M4": 1},
    "ssid-bytes": {"M1": 1, "M2": 1, "M3": 1, "M4": 1},
    "m1-retransmitted": {"M1": 2, "M2": 1, "M3": 1, "M4": 1},
    "m2-lost": {"M1": 2, "M2": 2, "M3": 1, "M4": 1},
    "m3-retransmitted": {"M1": 1, "M2": 1, "M3": 2, "M4": 1},
    "m4-lost": {"M1": 1, "M2": 1, "M3": 2, "M4": 2},
    "group-rekey": {"M1": 1, "M2": 1, "M3": 1, "M4": 1, "G1": 1, "G2": 1},
    "pairwise-rekey": {"M1": 3, "M2": 3, "M3": 3, "M4": 3},
    "pairwise-rekey-m4-late": {"M1": 2, "M2": 2, "M3": 2, "M4": 2},
    "hidden-ssid": {"M1": 1, "M2": 1, "M3": 1, "M4": 1},
    "neighbours": {"M1": 1, "M2": 1, "M3": 1, "M4": 1},
    "link-out-of-reach": {"M1": 1, "M2": 1, "M3": 1, "M4": 1},
    "psk-in-hex": {"M1": 1, "M2": 1, "M3": 1, "M4": 1},
    "beacons-seldom": {"M1": 1, "M2": 1, "M3": 1, "M4": 1, "G1": 1, "G2": 1},
    "channel-5ghz": {"M1": 1, "M2": 1, "M3": 1, "M4": 1},
    "channel-radar": {"M1": 1, "M2": 1, "M3": 1, "M4": 1},
    "six-ghz-beside": {"M1": 1, "M2": 1, "M3": 1, "M4": 1},
    "ssid-longest": {"M1": 1, "M2": 1, "M3": 1, "M4": 1},
    "passphrase-longest": {"M1": 1, "M2": 1, "M3": 1, "M4": 1},
    "passphrase-shortest": {"M1": 1, "M2": 1, "M3": 1, "M4": 1},
    "auth-lost": {"M1": 1, "M2": 1, "M3": 1, "M4": 1},
    "assoc-resp-lost": {"M1": 1, "M2": 1, "M3": 1, "M4": 1},
    "m1-late": {"M1": 1, "M2": 1, "M3": 1, "M4": 1},
    "m3-storm": {"M1": 1, "M2": 1, "M3": 6, "M4": 1},
    "g1-lost": {"M1": 1, "M2": 1, "M3": 1, "M4": 1, "G1": 2, "G2": 1},
    "g2-lost": {"M1": 1, "M2": 1, "M3": 1, "M4": 1, "G1": 2, "G2": 2},
    "answers-twice": {"M1": 1, "M2": 2, "M3": 1, "M4": 2, "G1": 1, "G2": 2},
    "pmf-optional": {"M1": 1, "M2": 1, "M3": 1, "M4": 1},
    "pmf-required": {"M1": 1, "M2": 1, "M3": 1, "M4": 1, "G1": 1, "G2": 1},
    "wpa3-transition": {"M1": 1, "M2": 1, "M3": 1, "M4": 1, "G1": 1, "G2": 1},
    "wpa3-compatibility": {"M1": 1, "M2": 1, "M3": 1, "M4": 1, "G1": 1, "G2": 1},
    "ocv-offered": {"M1": 2, "M2": 2, "M3": 2, "M4": 2, "G1": 1, "G2": 1},
    "wmm": {"M1": 1, "M2": 1, "M3": 1, "M4": 1, "G1": 1, "G2": 1},
    "beacon-protection": {"M1": 1, "M2": 1, "M3": 1, "M4": 1, "G1": 1, "G2": 1},
    "gcmp-256": {"M1": 2, "M2": 2, "M3": 2, "M4": 2, "G1": 1, "G2": 1},
    "wpa-psk-tkip": {"M1": 1, "M2": 1, "M3": 2, "M4": 1, "G1": 3, "G2": 2},
    "wpa-wpa2-mixed": {"M1": 1, "M2": 1, "M3": 1, "M4": 1, "G1": 1, "G2": 1},
    "psk-sha256": {"M1": 1, "M2": 1, "M3": 2, "M4": 1, "G1": 1, "G2": 1},
}
"""The EAPOL messages each scenario must bring about, lost ones included."""

WITHOUT_EAPOL = {"open": False, "vendor-values": False, "wep-open": True, "wep-shared": True}
"""Whether the echo goes under a key there."""

CUT_SHORT = {
    "deauthentication": ({"M1": 1, "M2": 1}, 0),
    "deauth-after-assoc": ({}, 0),
    "wrong-passphrase": ({"M1": 4, "M2": 4}, 0),
    "m1-never": ({"M1": 4}, 0),
    "pairwise-rekey-m4-lost": ({"M1": 2, "M2": 2, "M3": 5, "M4": 2}, 1),
    "m4-never": ({"M1": 1, "M2": 1, "M3": 4, "M4": 4}, 1),
}
"""Those whose connection does not come about or does not last: the EAPOL messages, and how often
the DLL completes its post-association."""


def test_every_shipped_scenario_is_tested_here() -> None:
    """A scenario of the air added to the catalogue needs its line above; those that edit, insert or
    refuse are in test_edited_air, those with orders to the WLAN service in test_stimuli, to access
    points in test_network_life, with 802.1X in test_onex, with several adapters in
    test_two_adapters."""
    all_ = [find_scenario(name) for name in scenario_names()]
    of_the_air = {
        one.name
        for one in all_
        if not (one.orders_the_guest or one.eap or one.ap) and one.adapters == 1
    }
    assert of_the_air == {*MESSAGES, *CUT_SHORT, *EDITED, *WITHOUT_EAPOL}


@pytest.mark.parametrize("name", MESSAGES)
def test_the_dll_copes(lab: StandingLab, name: str) -> None:
    """The association comes about, with just the messages the disturbance calls for."""
    outcome = lab.associate(name)
    assert [str(finding) for finding in outcome.findings] == []
    assert outcome.verdict == "PASS"
    (association,) = outcome.associations
    assert association.messages == MESSAGES[name]
    own = find_scenario(name).network.passphrase
    assert outcome.network.passphrase == own or own is None
    assert association.echo is not None
    assert association.echo.answered == 1


@pytest.mark.parametrize("name", WITHOUT_EAPOL)
def test_a_network_without_eapol(lab: StandingLab, name: str) -> None:
    """No handshake; the echo is answered, in the clear or under WEP, each time the port opens."""
    outcome = lab.associate(name, associations=3)
    assert [str(finding) for finding in outcome.findings] == []
    assert outcome.verdict == "PASS"
    for association in outcome.associations:
        assert association.messages == {}
        assert association.echo is not None
        assert (association.echo.answered, association.echo.protected) == (1, WITHOUT_EAPOL[name])
        assert association.post_association.completions == 1
        assert "handshake" not in association.timing_us
    assert lab.associate("plain").verdict == "PASS"


def test_management_frames_are_protected(lab: StandingLab) -> None:
    """The DLL hands over the IGTK of M3 and that of G1, and the guest leaves under its keys."""
    outcome = lab.associate("pmf-required")
    (association,) = outcome.evidence.associations
    given = [
        record.args["pKey"]
        for record in association.ihv
        if record.function == "Dot11ExtSetDefaultKey" and record.kind == "enter"
    ]
    assert [(key["AlgorithmId"], key["uKeyIndex"]) for key in given] == [
        (4, 1), (6, 4), (4, 2), (6, 5),
    ]  # fmt: skip
    left = [frame for frame in association.frames if frame.kind == "deauth"]
    assert [(frame.direction, frame.protected) for frame in left] == [("up", True)]


def test_a_second_m3_does_not_install_the_keys_again(lab: StandingLab) -> None:
    """After M4 was lost the second M3 is answered, and no packet number is ever used twice."""
    outcome = lab.associate("m4-lost")
    (association,) = outcome.evidence.associations
    sent = [frame.pn for frame in association.frames if frame.direction == "up" and frame.pn]
    assert len(sent) == len(set(sent)) > 0
    keys = [r for r in association.ihv if r.function == "Dot11ExtSetKeyMappingKey"]
    assert sum(record.kind == "enter" for record in keys) == 1


@pytest.mark.parametrize("name", CUT_SHORT)
def test_a_connection_cut_short(lab: StandingLab, name: str) -> None:
    """The OS stops the operation; what the DLL has not completed by then it completes no more."""
    outcome = lab.associate(name)
    assert outcome.verdict == "PASS", outcome.findings
    (association,) = outcome.associations
    messages, completions = CUT_SHORT[name]
    assert association.messages == messages
    assert not association.connected, "none lasts to the end"
    assert association.post_association.completions == completions


def test_each_pairwise_rekey_brings_a_new_key(lab: StandingLab) -> None:
    """M1 to M4 go under the key in use, with replay counters that go on; then the DLL sets another
    key, once each time, and data flows under it."""
    (association,) = lab.associate("pairwise-rekey").evidence.associations
    asked = [frame for frame in association.frames if frame.kind == "M1"]
    assert [frame.protected for frame in asked] == [False, True, True]
    assert [frame.replay_counter for frame in asked] == [1, 3, 5]
    keys = [r.args["pKey"] for r in association.ihv
            if r.function == "Dot11ExtSetKeyMappingKey" and r.kind == "enter"]  # fmt: skip
    assert len({json.dumps(key, sort_keys=True) for key in keys}) == len(keys) == 3


def test_a_lost_acknowledgement_is_no_lost_message(lab: StandingLab) -> None:
    """With only M1's ACK lost the access point sends M1 again, and both are answered."""
    rule = {"message": "M1", "nth": 1, "action": "drop-ack"}
    scenario = Scenario.model_validate({"name": "ack", "summary": "x", "air": [rule]})
    outcome = lab.associate(scenario)
    assert outcome.verdict == "PASS", outcome.findings
    (evidence,) = outcome.evidence.associations
    first = next(frame for frame in evidence.frames if frame.kind == "M1")
    assert (first.delivered, first.acked, first.rule) == (True, False, "drop-ack")


def test_a_delayed_and_a_repeated_message(lab: StandingLab) -> None:
    """M3 comes late and three times over; the handshake still ends in one completion."""
    rules = [
        {"message": "M1", "action": "delay", "delay_ms": 50},
        {"message": "M3", "action": "repeat", "copies": 2},
    ]
    scenario = Scenario.model_validate({"name": "late", "summary": "x", "air": rules})
    outcome = lab.associate(scenario)
    assert outcome.verdict == "PASS", outcome.findings
    (association,) = outcome.associations
    assert association.timing_us["assoc_to_m1"] > 50_000
    assert association.messages["M3"] == 3
    assert association.post_association.completions == 1
