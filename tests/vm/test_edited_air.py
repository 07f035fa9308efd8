# SPDX-License-Identifier: GPL-2.0-or-later
"""A correct DLL where the air says something wrong: messages edited, corrupted, inserted, refused.

Every scenario ends as it says, and what it was to try was tried (EXPECT-07).
"""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from harness.evidence import names
from harness.lab.live_air import ask, runs_under_way
from harness.local.deadline import Deadline
from harness.scenarios import AirRule, find_scenario
from tests.vm.shell import GuestShell
from tests.vm.standing import ScenarioResult, StandingLab
from tests.vm.supplicant import forget_failures, running_supplicant, status

GOOD = {"M1": 1, "M2": 1, "M3": 1, "M4": 1}
GIVEN_UP = {"M1": 1, "M2": 1, "M3": 4}
REKEYED = {**GOOD, "G1": 2, "G2": 1}
CONNECTED = {
    "m3-wrong-mic": {**GOOD, "M3": 2},
    "m3-replayed": {**GOOD, "M3": 2},
    "m3-with-unknown-kdes": GOOD,
    "m3-transition-disable": GOOD,
    "m3-wrong-key-length": GOOD,
    "m1-broken-kde": GOOD,
    "m1-other-descriptor": {**GOOD, "M1": 2},
    "m1-foreign-pmkid": GOOD,
    "m2-corrupted": {**GOOD, "M1": 2, "M2": 2},
    "m4-corrupted": {**GOOD, "M3": 2, "M4": 2},
    "eapol-version-1": {**GOOD, "G1": 1, "G2": 1},
    "g1-wrong-mic": REKEYED,
    "g1-old-counter": REKEYED,
    "g1-without-gtk": REKEYED,
    "g1-replayed": REKEYED,
    "g1-gtk-too-long": REKEYED,
    "assoc-comeback-30": GOOD,
    "first-ap-refuses": GOOD,
}
"""The EAPOL messages of those that connect, and stay connected until the scenario ends it."""

SENT_AWAY = {"deauth-reason-6": ("deauth", 6), "disassoc-reason-8": ("disassoc", 8)}
"""Connected, and parted with by that frame and reason."""

REFUSED = {
    "m3-rsne-mismatch": {"M1": 1, "M2": 1, "M3": 1},
    "m3-without-rsne": {"M1": 1, "M2": 1, "M3": 1},
    "m3-without-gtk": GIVEN_UP,
    "m3-gtk-short": GIVEN_UP,
    "m3-anonce-changed": GIVEN_UP,
    "m3-not-encrypted": GIVEN_UP,
    "group-message-first": GIVEN_UP,
    "assoc-refused-17": {},
    "auth-refused": {},
}
"""The EAPOL messages of those in which a correct DLL gets no connection."""

STATUS = {"deauth": 0x10000, "disassoc": 0x20000}
"""DOT11_ASSOC_STATUS_PEER_DEAUTHENTICATED_START and …_DISASSOCIATED_START (windot11.h)."""

BY_CHANCE = ("random-loss", "late-at-random")
"""What of these acts is the seed's and the association's number."""

SCENARIOS = {
    *CONNECTED, *BY_CHANCE, *SENT_AWAY, *REFUSED, "eapol-spoofed", "assoc-refused-once",
}  # fmt: skip


@pytest.mark.parametrize("name", CONNECTED)
def test_it_connects_all_the_same(lab: StandingLab, name: str) -> None:
    """With just the messages that the disturbance calls for, and data afterwards."""
    outcome = lab.associate(name)
    assert [str(finding) for finding in outcome.findings] == []
    assert outcome.verdict == "PASS"
    (association,) = outcome.associations
    assert association.connected
    assert association.messages == CONNECTED[name]
    assert association.post_association.completions == 1


@pytest.mark.parametrize("name", BY_CHANCE)
def test_it_connects_whatever_chance_decides(lab: StandingLab, name: str) -> None:
    """And a rule that chance kept from acting is no MISS."""
    outcome = lab.associate(name)
    assert outcome.verdict == "PASS", outcome.findings
    assert outcome.associations[0].connected


@pytest.mark.parametrize("name", REFUSED)
def test_it_does_not_connect(lab: StandingLab, name: str) -> None:
    """No port is opened over what a station must not take."""
    outcome = lab.associate(name, impatient=REFUSED[name] == GIVEN_UP)
    assert [str(finding) for finding in outcome.findings] == []
    assert outcome.verdict == "PASS"
    (association,) = outcome.associations
    assert not association.connected
    assert association.messages == REFUSED[name]


@pytest.mark.parametrize("name", SENT_AWAY)
def test_it_is_sent_away(lab: StandingLab, name: str) -> None:
    """With the reason of the scenario's choice, once the connection stood."""
    kind, reason = SENT_AWAY[name]
    outcome = lab.associate(name)
    assert outcome.verdict == "PASS", outcome.findings
    (evidence,) = outcome.evidence.associations
    goodbyes = [one for one in evidence.frames if one.kind == kind and one.rule_place == 1]
    assert [one.detail["reason"] for one in goodbyes] == [reason]
    assert outcome.associations[0].post_association.completions == 1
    told = [
        one.args["dot11AssocStatus"]
        for one in evidence.ihv
        if one.kind == "enter" and one.function == names.STOP_POST
    ]
    assert told == [STATUS[kind] | reason]


def test_refused_once_it_connects_the_next_time(lab: StandingLab) -> None:
    """The DLL sees an association that fails for status 53; the next is as any."""
    outcome = lab.associate("assoc-refused-once", associations=2)
    assert [str(finding) for finding in outcome.findings] == []
    assert outcome.verdict == "PASS"
    assert [one.connected for one in outcome.associations] == [False, True]
    assert [one.messages for one in outcome.associations] == [{}, GOOD]
    by_rule = [
        {(frame.rule, frame.rule_place) for frame in one.frames if frame.rule is not None}
        for one in outcome.evidence.associations[-2:]
    ]
    assert by_rule == [{("refuse", 1)}, set()]


def test_a_rule_taken_back_while_the_association_lasts(lab: StandingLab) -> None:
    """`hil air` of another process: M3 is lost until its rule goes; then it comes through, and the
    evidence says who did what."""
    losing = AirRule(message="M3", nth="every", action="drop")
    scenario = find_scenario("plain").model_copy(update={"air": (losing,)})
    outcomes: list[ScenarioResult] = []
    run = threading.Thread(target=lambda: outcomes.append(lab.associate(scenario)))
    run.start()
    try:
        place = runs_under_way()[lab.session.air.pid]

        def acted() -> bool:
            return any(rule["acted"] for rule in ask(place, "list")["rules"])

        Deadline("M3, which the rule drops", 30).poll(lambda: acted() or None)
        ask(place, "remove", place=1)
    finally:
        run.join(60)
    (outcome,) = outcomes
    assert [str(finding) for finding in outcome.findings] == []
    assert (outcome.verdict, [one.connected for one in outcome.associations]) == ("PASS", [True])
    evidence = outcome.evidence.associations[-1]
    assert [(one.change, one.place) for one in evidence.live_rules] == [("removed", 1)]
    m3 = [frame.rule for frame in evidence.frames if frame.kind == "M3"]
    assert (m3[0], m3[-1]) == ("drop", None)


def test_a_message_from_a_third_address(lab: StandingLab) -> None:
    """It arrives with that source, and is not answered."""
    outcome = lab.associate("eapol-spoofed")
    assert outcome.verdict == "PASS", outcome.findings
    assert outcome.associations[0].messages == {**GOOD, "M1": 2}
    (evidence,) = outcome.evidence.associations
    spoofed = [frame for frame in evidence.frames if frame.rule == "insert"]
    assert [frame.detail["source"] for frame in spoofed] == ["02:de:ad:be:ef:01"]
    assert spoofed[0].delivered


def test_a_scenario_that_wants_the_impossible_blames_nobody(lab: StandingLab) -> None:
    """A connection wanted over an M3 without a group key: MISS, and the rule is named."""
    scenario = find_scenario("m3-without-gtk")
    wanting = scenario.model_copy(
        update={"expect": scenario.expect.model_copy(update={"connected": True})}
    )
    outcome = lab.associate(wanting, impatient=True)
    assert outcome.verdict == "MISS"
    (finding,) = outcome.findings
    assert "the scenario's air rule 1 (edit M3: remove gtk (every one))" in str(finding)


# an independent client: what wpa_supplicant makes of the same rules

TAKEN = (
    "m3-wrong-mic", "m3-with-unknown-kdes", "m1-foreign-pmkid", "eapol-version-1", "m2-corrupted",
    "eapol-spoofed", "assoc-comeback-30",
)  # fmt: skip
"""Those with which it connects, as a DLL should."""

LEFT = {
    "m3-rsne-mismatch": 17, "m3-without-rsne": 17, "m1-broken-kde": 1, "m3-gtk-short": None,
    "m3-not-encrypted": None, "m3-anonce-changed": None, "group-message-first": None,
    "m3-wrong-key-length": None,
}  # fmt: skip
"""Those over which it leaves, with that reason if it is known."""

FREQ_MHZ = 2412
"""The channel of the network: wpa_supplicant would scan all there are."""
NUMBER = 950_000
"""Association numbers of these tests, away from those of the fixture."""


@pytest.fixture(scope="module")
def supplicant(lab: StandingLab, shell: GuestShell) -> Iterator[GuestShell]:
    """A shell in which wpa_supplicant drives the radio in the WLAN service's place."""
    lab.associate("plain")  # its network is on the air
    network = f'ssid="hil"\npsk="{lab.passphrase}"\nkey_mgmt=WPA-PSK\nscan_freq={FREQ_MHZ}'
    with running_supplicant(lab, shell, network):
        yield shell


def reconnect(lab: StandingLab, shell: GuestShell, name: str) -> int:
    """Have wpa_supplicant begin an association with the scenario's rules; its number."""
    number = NUMBER + sorted(SCENARIOS).index(name)
    shell.run("wpa_cli -i wlan0 disconnect")
    lab.session.air.begin(number, find_scenario(name).air)
    forget_failures(shell)
    shell.run("wpa_cli -i wlan0 reconnect")
    return number


@pytest.mark.parametrize("name", TAKEN)
def test_wpa_supplicant_connects(lab: StandingLab, supplicant: GuestShell, name: str) -> None:
    """What our scenarios ask of a DLL is no more than it does; the rule acted."""
    number = reconnect(lab, supplicant, name)
    deadline = Deadline("wpa_supplicant's association", 30)

    def completed() -> bool | None:
        deadline.state = status(supplicant).get("wpa_state", "unknown")
        return deadline.state == "COMPLETED" or None

    deadline.poll(completed, every_s=0.2)
    assert any(frame.rule for frame in lab.session.recording.frames(number))


@pytest.mark.parametrize("name", LEFT)
def test_wpa_supplicant_leaves(lab: StandingLab, supplicant: GuestShell, name: str) -> None:
    """It sends a deauthentication of its own, and never says that it is connected."""
    number = reconnect(lab, supplicant, name)
    deadline = Deadline("wpa_supplicant's deauthentication", 30)

    def left() -> int | None:
        deadline.state = status(supplicant).get("wpa_state", "unknown")
        assert deadline.state != "COMPLETED"
        frames = lab.session.recording.frames(number)
        reasons = [
            int(one.detail["reason"])
            for one in frames
            if one.kind == "deauth" and one.direction == "up"
        ]
        return reasons[0] if reasons else None

    reason = deadline.poll(left, every_s=0.2)
    assert reason == (reason if LEFT[name] is None else LEFT[name])


def test_wpa_supplicant_without_a_group_key(lab: StandingLab, supplicant: GuestShell) -> None:
    """After an M3 without one it answers, and opens no port."""
    number = reconnect(lab, supplicant, "m3-without-gtk")
    deadline = Deadline("M4 of wpa_supplicant", 30)

    def answered() -> bool | None:
        deadline.state = status(supplicant).get("wpa_state", "unknown")
        return any(one.kind == "M4" for one in lab.session.recording.frames(number)) or None

    deadline.poll(answered, every_s=0.2)
    assert status(supplicant)["wpa_state"] != "COMPLETED"
