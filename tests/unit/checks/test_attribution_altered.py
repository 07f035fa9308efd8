# SPDX-License-Identifier: GPL-2.0-or-later
"""Messages that the scenario changed or inserted: what it did to a station is never the driver's
fault, and what a station must not take is no excuse for taking it."""

from __future__ import annotations

import pytest

from harness.checks import Expectation
from harness.evidence import Echo, names
from tests.unit.checks.builder import (
    associate,
    begin_post,
    complete,
    m1,
    m2,
    message,
    send,
    stop,
    tell,
)
from tests.unit.checks.judging import clean, judge, only_finding
from tests.unit.checks.stories import steps
from tests.unit.checks.story import AP, WORKER, Step, Story
from tests.unit.checks.test_attribution import deauth, until

EDIT = "edit M3: remove gtk (every one)"
WANTED = Expectation(air=(EDIT,))
UNWANTED = Expectation(connected=False, messages=(), air=(EDIT,))
GIVEN = f"the scenario's air rule 1 ({EDIT})"


def edited_m3(acceptable: str) -> Step:
    """An M3 that a rule changed reaches the DLL."""

    def run(s: Story) -> None:
        s.frame("M3", "down", replay_counter=2, rule="edit", rule_place=1,
                detail={"altered": "remove gtk", "acceptable": acceptable})  # fmt: skip
        s.call(
            names.RECEIVE_PACKET, hIhvExtAdapter=s.ihv, dwInBufferSize=121,
            pvInBuffer={"source": s.ap, "ethertype_bytes": "888e"},
        )  # fmt: skip

    return run


SENT_AWAY = steps(lambda s: s.wait_ms(3000), deauth(15))


@pytest.mark.parametrize("acceptable", ["refuse", "discard", "open"])
def test_silence_over_an_m3_that_need_not_be_answered_is_right(acceptable: str) -> None:
    """The scenario is named where it wanted a connection; where it wanted none, all is well."""
    story = until("m2", edited_m3(acceptable), SENT_AWAY)
    only_finding(story, "EXPECT-01", "MISS", GIVEN, expect=WANTED)
    clean(until("m2", edited_m3(acceptable), SENT_AWAY), "EXPECT-01", expect=UNWANTED)


def test_silence_over_what_is_to_be_passed_over_is_the_drivers() -> None:
    """An edit that leaves the message in order is no excuse."""
    story = until("m2", edited_m3("yes"), SENT_AWAY)
    only_finding(story, "EXPECT-01", "FAIL", "was given M3 and sent no M4", expect=WANTED)


@pytest.mark.parametrize(("acceptable", "severity"), [("discard", "FAIL"), ("refuse", "MISS")])
def test_a_good_m3_after_a_spoilt_one(acceptable: str, severity: str) -> None:
    """One that is passed over in silence does not end the handshake: the next is to be answered.
    One over which the handshake may end excuses all that follows."""
    again = steps(lambda s: message(s, "M3", 3), SENT_AWAY)
    story = until("m2", edited_m3(acceptable), again)
    found = judge(story, WANTED).findings
    assert [(one.rule, one.severity) for one in found] == [("EXPECT-01", severity)]


@pytest.mark.parametrize(("waited_ms", "severity"), [(0, "FAIL"), (4000, "MISS")])
def test_a_failure_reported_over_an_m3_that_is_to_be_passed_over(
    waited_ms: int, severity: str
) -> None:
    """Anybody may send a wrong MIC: to fail at once is the DLL's doing, to have waited for a better
    one is not."""
    failed = steps(edited_m3("discard"), lambda s: s.wait_ms(waited_ms),
                   lambda s: complete(s, 5, 0x90001, tid=WORKER))  # fmt: skip
    found = judge(until("m2", failed), WANTED).findings
    assert [(one.rule, one.severity) for one in found] == [("EXPECT-01", severity)]


def test_a_failure_reported_over_a_spoilt_m3_is_no_fault() -> None:
    """The DLL completed with an error, as it should."""
    failed = steps(edited_m3("refuse"), lambda s: complete(s, 5, 0x90001, tid=WORKER))
    only_finding(until("m2", failed), "EXPECT-01", "MISS", GIVEN, expect=WANTED)


def test_a_dll_that_waits_for_a_better_m3_waits_for_the_access_point() -> None:
    """The limit of its operation runs out: not by its doing."""
    story = until("m2", edited_m3("discard"), lambda s: s.wait_ms(20_000), stop)
    found = judge(story, WANTED).findings
    assert "FAIL" not in {one.severity for one in found}, [one.message for one in found]


@pytest.mark.parametrize(
    ("acceptable", "severity"),
    [("refuse", "FAIL"), ("discard", "FAIL"), ("open", "MISS"), ("yes", "MISS")],
)
def test_a_connection_over_an_m3(acceptable: str, severity: str) -> None:
    """Success over what a station must not take is the driver's fault; over what the standard
    leaves open it proves nothing."""
    found = judge(tell(m3=edited_m3(acceptable)), UNWANTED).findings
    assert [(one.rule, one.severity) for one in found] == [("EXPECT-01", severity)]
    if severity == "FAIL":
        assert "over an M3 that a station must not take" in found[0].message
        assert f"air rule 1 ({EDIT})" in found[0].message


def test_a_mic_that_the_air_spoilt_is_not_the_drivers() -> None:
    """M2 was right when the station sent it."""
    corrupt = "corrupt M2: mic wrong (every one)"

    def spoilt_m2(s: Story) -> None:
        send(s)
        s.frame("M2", "up", replay_counter=1, mic_ok=False, rule="corrupt", rule_place=1,
                detail={"altered": "mic wrong", "ignored": "MIC"})  # fmt: skip

    story = until("m2", SENT_AWAY, m2=spoilt_m2)
    said = f"the scenario's air rule 1 ({corrupt}) changed M2 on its way"
    only_finding(story, "EXPECT-01", "MISS", said, expect=Expectation(air=(corrupt,)))


def test_an_m1_that_was_changed_excuses_what_is_wrong_with_m2() -> None:
    """Over another nonce the station derives another key: the MIC of M2 cannot fit."""
    edit = "edit M1: nonce changed (every one)"

    def changed(s: Story) -> None:
        m1(s)
        before = s.frames.pop()
        s.frame("M1", "down", replay_counter=before.replay_counter, rule="edit", rule_place=1,
                detail={"altered": "nonce changed", "acceptable": "open"})  # fmt: skip

    def spoilt_m2(s: Story) -> None:
        send(s)
        s.frame("M2", "up", replay_counter=1, mic_ok=False, detail={"ignored": "MIC"})

    story = until("m2", SENT_AWAY, m1=changed, m2=spoilt_m2)
    only_finding(story, "EXPECT-01", "MISS", "air rule 1", expect=Expectation(air=(edit,)))


@pytest.mark.parametrize("receiver", [None, "ff:ff:ff:ff:ff:ff"])
def test_a_disassociation_by_a_rule(receiver: str | None) -> None:
    """It is named, whether it was for the station alone or for all."""
    rule = "disassociate M4, reason 8, 300 ms later (number 1)"

    def goodbye(s: Story) -> None:
        s.frames[-1] = s.frames[-1].__class__.from_json(
            {**s.frames[-1].to_json(), "rule": "disassociate", "rule_place": 1}
        )
        s.wait_ms(300)
        s.frame("disassoc", "down", receiver=receiver or s.sta, detail={"reason": 8})

    story = until("m4", goodbye, stop)
    said = f"air rule 1 ({rule}) made the access point send the station away"
    only_finding(story, "EXPECT-01", "MISS", said, expect=Expectation(air=(rule,)))


@pytest.mark.parametrize(("wait_ms", "said"), [(0, "air rule 1"), (900, "the DLL was not given")])
def test_a_goodbye_right_behind_m3(wait_ms: int, said: str) -> None:
    """The guest had no time to hand M3 on: the rule is named. Where it had, it is the guest."""
    rule = "deauthenticate M3, forged (number 1)"

    def goodbye(s: Story) -> None:
        s.frame("M3", "down", replay_counter=2, rule="deauthenticate", rule_place=1)
        s.wait_ms(wait_ms)
        deauth(3)(s)

    story = until("m2", goodbye, stop)
    only_finding(story, "EXPECT-01", "MISS", said, expect=Expectation(air=(rule,)))


def test_a_goodbye_that_a_rule_inserts() -> None:
    """No access point sent it."""
    rule = "insert M2: a frame of 26 bytes (number 1)"

    def goodbye(s: Story) -> None:
        s.frame("deauth", "down", transmitter=AP, rule="insert", rule_place=1, detail={"reason": 7})

    story = until("m2", goodbye, stop)
    said = f"air rule 1 ({rule}) sent the station away"
    only_finding(story, "EXPECT-01", "MISS", said, expect=Expectation(air=(rule,)))


def test_a_rule_that_chance_kept_from_acting() -> None:
    """It tried, and that is all it can do."""
    rules = ("drop M4 (every one, probability 0.5)",)
    clean(tell(), "EXPECT-07", expect=Expectation(air=rules, air_by_chance=(1,)))
    only_finding(tell(), "EXPECT-07", "MISS", rules[0], expect=Expectation(air=rules))


@pytest.mark.parametrize(("acceptable", "severity"), [("open", "MISS"), ("yes", "FAIL")])
def test_an_echo_after_a_group_key_that_was_changed(acceptable: str, severity: str) -> None:
    """With another packet number or key from the scenario, no broadcast reaches the host."""

    def silent(s: Story) -> None:
        s.associations[-1]["echo"] = Echo(1, 0, arp=False, protected=False)

    story = tell(m3=edited_m3(acceptable), echo=silent)
    expect = Expectation(echoes=1, air=(EDIT,))
    found = only_finding(story, "EXPECT-02", severity, "0 of 1 echo requests", expect=expect)
    assert (f"air rule 1 ({EDIT}) acted on M3" in found.message) == (severity == "MISS")


@pytest.mark.parametrize(("acceptable", "severity"), [("refuse", "MISS"), ("discard", "FAIL")])
def test_a_second_session_that_fails_over_a_changed_message(acceptable: str, severity: str) -> None:
    """A roam: what the scenario did to the handshake there comes before the DLL's failure. What is
    to be passed over is no reason to fail."""
    failed = steps(
        stop, associate, begin_post, m1, m2, edited_m3(acceptable),
        lambda s: complete(s, 5, 0x90001, tid=WORKER),
    )  # fmt: skip
    expect = Expectation(sessions=2, air=(EDIT,))
    found = judge(until("connected", failed), expect).findings
    assert [(one.rule, one.severity) for one in found] == [("EXPECT-06", severity)]


def test_a_connection_over_an_m3_that_repeats_an_edited_beacon() -> None:
    """Both were given the same other element, perhaps: M3 says what the beacon said."""

    def beacon_before(s: Story) -> None:
        detail = {"altered": "replace rsne", "acceptable": "open"}
        s.frame("beacon", "down", rule="edit", rule_place=1, detail=detail)
        m1(s)

    found = judge(tell(m1=beacon_before, m3=edited_m3("refuse")), UNWANTED).findings
    assert [(one.rule, one.severity) for one in found] == [("EXPECT-01", "MISS")]


@pytest.mark.parametrize(("acceptable", "severity"), [("open", "MISS"), (None, "FAIL")])
@pytest.mark.parametrize("reports", [True, False])
def test_an_m3_that_does_not_fit_an_edited_beacon(
    acceptable: str | None, severity: str, reports: bool
) -> None:
    """M3 says what the access point has, the beacon said something else: the station may end the
    handshake over that. What M3 does not repeat is no reason."""
    edit = "edit beacon: replace rsne (every one)"

    def beacon_before(s: Story) -> None:
        detail = {"altered": "replace rsne"} | ({"acceptable": acceptable} if acceptable else {})
        s.frame("beacon", "down", rule="edit", rule_place=1, detail=detail)
        m1(s)

    failed = lambda s: complete(s, 5, 0x90001, tid=WORKER)  # noqa: E731
    end = steps(lambda s: give_m3(s), failed if reports else SENT_AWAY)
    found = judge(until("m2", end, m1=beacon_before), Expectation(air=(edit,))).findings
    assert [(one.rule, one.severity) for one in found] == [("EXPECT-01", severity)]
    assert ("air rule 1" in found[0].message) == (severity == "MISS")


def give_m3(s: Story) -> None:
    """M3 as the access point meant it reaches the DLL."""
    message(s, "M3", 2)


TRUE_RSNE = "30140100000fac040100000fac040100000fac020000"
OTHER_RSNE = "30140100000fac020100000fac040100000fac020000"


def handed_beacon(rsne: str) -> Step:
    """PerformPostAssociate with a beacon of that RSNE."""
    body = bytes(12).hex() + "000668696c2d6e65" + rsne
    return lambda s: begin_post(s, pDot11AssocParams={"MacAddr": s.ap, "bodies": {"Beacon": body}})


def edited_beacon(s: Story) -> None:
    """A rule has beacons offer TKIP for group frames, before M1."""
    detail = {
        "altered": "replace rsne", "acceptable": "open",
        "rsne": OTHER_RSNE, "meant_rsne": TRUE_RSNE,
    }  # fmt: skip
    s.frame("beacon", "down", rule="edit", rule_place=1, detail=detail)
    m1(s)


@pytest.mark.parametrize(("handed", "severity"), [(OTHER_RSNE, "FAIL"), (TRUE_RSNE, "MISS")])
def test_a_connection_over_an_rsne_that_was_not_offered(handed: str, severity: str) -> None:
    """The DLL was handed another RSNE than M3 has, and completes: a downgrade it must not take.
    One that was handed the true one all the same has taken nothing wrong."""
    story = tell(m1=edited_beacon, post_associate=handed_beacon(handed))
    found = judge(story, UNWANTED).findings
    assert [(one.rule, one.severity) for one in found] == [("EXPECT-01", severity)]
    assert ("RSNE in M3 is not that of the beacon" in found[0].message) == (severity == "FAIL")


def test_an_edited_m3_may_fit_what_was_offered() -> None:
    """What it says then is the scenario's, and proves nothing."""
    story = tell(m1=edited_beacon, post_associate=handed_beacon(OTHER_RSNE), m3=edited_m3("yes"))
    found = judge(story, UNWANTED).findings
    assert [(one.rule, one.severity) for one in found] == [("EXPECT-01", "MISS")]
