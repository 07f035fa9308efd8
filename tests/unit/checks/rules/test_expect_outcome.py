# SPDX-License-Identifier: GPL-2.0-or-later
"""EXPECT rules: whose move it was, and no consequence told twice."""

from __future__ import annotations

import dataclasses

import pytest

from harness.checks import Expectation, evaluate
from harness.evidence import Echo, PerformedOrder, names
from tests.unit.checks.builder import (
    ASSOCIATION,
    associate,
    begin_post,
    complete,
    complete_pre,
    connected,
    keys,
    m1,
    m2,
    m3,
    m4,
    send,
    stop,
    tell,
)
from tests.unit.checks.judging import clean, judge, only_finding, reasons
from tests.unit.checks.story import IHV, Step, Story
from tests.unit.checks.story_steps import START, packet, result

ECHO = Expectation(echoes=1)
END = ("connected", "echo")


def upto(last: str) -> tuple[str, ...]:
    """The steps after that one, up to the stop."""
    order = [step.__name__ for step in ASSOCIATION]
    return tuple(order[order.index(last) + 1 : order.index("stop")])


def test_expect_01_connected() -> None:
    """Connected as expected."""
    clean(tell(), "EXPECT-01", "EXPECT-02", "EXPECT-03", "EXPECT-04", expect=ECHO)


def test_expect_01_never_came_to_the_dll() -> None:
    """No pre-association, or none after it: the lab's fault."""
    story = tell(without=(*upto("connect"), "stop", "reset"))
    only_finding(story, "EXPECT-01", "MISS", "PerformPreAssociate was never called")
    story = tell(without=(*upto("pre_completion"), "stop", "reset"))
    only_finding(story, "EXPECT-01", "MISS", "PerformPostAssociate was never called")


@pytest.mark.parametrize("connected", [True, False, None])
def test_expect_01_a_network_that_was_not_found(connected: bool | None) -> None:
    """Whatever the scenario expects, the DLL was not called: nothing is known of it, and the link
    that lost the answers is named."""
    story = tell(without=(*upto("connect"), "stop", "reset"))
    story.frame("probe-resp", "down", delivered=False, rule="drop", rule_place=0)
    story.notify(names.SOURCE_ACM, names.ACM_ATTEMPT_FAIL, names.REASON_NETWORK_NOT_AVAILABLE)
    said = "a link of the scenario (on which probe-resp was lost)"
    expect = Expectation(connected=connected, messages=())
    found = only_finding(story, "EXPECT-01", "MISS", said, expect=expect)
    assert "the network was not found" in found.message


@pytest.mark.parametrize("connected", [True, False, None])
def test_expect_01_a_stray_record_is_no_attempt(connected: bool | None) -> None:
    """What the DLL does by itself, or of the association before, does not show that it was asked:
    a network that was not found is no connection that did not come about."""
    story = tell(without=(*upto("connect"), "stop", "reset"))
    story.api(names.SET_USER_DATA)
    story.notify(names.SOURCE_ACM, names.ACM_ATTEMPT_FAIL, names.REASON_NETWORK_NOT_AVAILABLE)
    expect = Expectation(connected=connected, messages=())
    only_finding(story, "EXPECT-01", "MISS", "the network was not found", expect=expect)


def test_expect_01_an_attempt_that_failed_before_the_dll_is_no_refusal() -> None:
    """The radio could not scan: nothing of what the scenario is for was tried. Where an order of
    the scenario ended it so early, that was what it is for."""
    story = tell(without=(*upto("connect"), "stop", "reset"))
    story.api(names.SET_USER_DATA)
    story.notify(names.SOURCE_ACM, names.ACM_ATTEMPT_FAIL, 0x2800C)
    refused = Expectation(connected=False, messages=())
    only_finding(story, "EXPECT-01", "MISS", "the DLL was not called", expect=refused)
    story.end(performed=(PerformedOrder(1, "connect", "disconnect"),))
    clean(story, "EXPECT-01", expect=refused)


def test_expect_01_driver_refused() -> None:
    """An error from the DLL is the DLL's own word."""

    def refuse(s: Story) -> None:
        out = {"pdwReasonCode": 0x90001}
        s.call(names.PRE_ASSOCIATE, 8, 13, out, hIhvExtAdapter=IHV, hConnectSession="0x1")

    story = tell(pre_associate=refuse, without=(*upto("pre_associate"), "stop", "reset"))
    only_finding(
        story, "EXPECT-01", "FAIL", "PerformPreAssociate returned error ERROR_INVALID_DATA"
    )
    story = tell(
        pre_completion=lambda s: complete_pre(s, 5, 0x90001),
        without=(*upto("pre_completion"), "stop", "reset"),
    )
    only_finding(story, "EXPECT-01", "FAIL", "failed with error ERROR_ACCESS_DENIED")
    story = tell(completion=lambda s: complete(s, 5, 0x90001), without=END)
    only_finding(story, "EXPECT-01", "FAIL", "completed with error ERROR_ACCESS_DENIED")


def test_expect_01_the_network_did_not_match() -> None:
    """The DLL refused it before pre-association: that is its own word, not the lab's fault."""

    def refuse(s: Story) -> None:
        s.call(
            names.CAPABILITY_MATCH, result=50, out={"pdwReasonCode": 0x90003}, hIhvExtAdapter=IHV
        )

    names_ = [step.__name__ for step in ASSOCIATION if step.__name__ not in ("connect", "reset")]
    story = tell(without=tuple(names_), after={"connect": refuse})
    only_finding(story, "EXPECT-01", "FAIL", "returned error ERROR_NOT_SUPPORTED")


def test_expect_01_handshake_stalls() -> None:
    """Where the handshake stopped tells whose fault it is."""
    only_finding(tell(without=upto("post_associate")), "EXPECT-01", "MISS", "sent no M1")
    only_finding(tell(without=upto("m1")), "EXPECT-01", "FAIL", "was given M1 and sent no M2")
    only_finding(tell(without=upto("m2")), "EXPECT-01", "MISS", "sent no M3")
    only_finding(tell(without=upto("m3")), "EXPECT-01", "FAIL", "was given M3 and sent no M4")


def test_expect_01_message_lost_on_the_way() -> None:
    """M1 that did not reach the station, or not the DLL, is no fault of the DLL."""

    def lost(s: Story) -> None:
        s.frame("M1", "down", delivered=False, guest_ns=None)

    def not_handed_on(s: Story) -> None:
        s.frame("M1", "down")

    rest = upto("m1")
    only_finding(tell(m1=lost, without=rest), "EXPECT-01", "MISS", "M1 never got through")
    story = tell(m1=not_handed_on, without=rest)
    only_finding(story, "EXPECT-01", "MISS", "the DLL was not given it")


@pytest.mark.parametrize(
    ("indicated", "said"),
    [
        (result(1, {"Dot11OnexAuthStatus": 4, "Dot11OneXReasonCode": 0x50005}), "0x50005"),
        (lambda _s: None, "no result"),
        (lambda s: complete(s, 1460, 0x90001), "before the DLL completed with error ERROR_TIMEOUT"),
    ],
)
def test_expect_01_failed_authentication(indicated: Step, said: str) -> None:
    """802.1X is the OS's: that it fails, or never ends, is no fault of the DLL by itself."""

    def failing(s: Story) -> None:
        START(s)
        s.frame("M1", "down")
        indicated(s)

    only_finding(tell(m1=failing, without=upto("m1")), "EXPECT-01", "MISS", said)


def test_expect_01_an_authentication_that_lost_a_message() -> None:
    """The rule, or the link, of the scenario is named."""

    def failing(s: Story) -> None:
        START(s)
        s.frame("eap", "up", delivered=False, rule="drop", rule_place=0)
        s.frame("M1", "down")

    only_finding(tell(m1=failing, without=upto("m1")), "EXPECT-01", "MISS", "eap was lost")


@pytest.mark.parametrize(("waited_ms", "named"), [(9_600, True), (2_000, False)])
def test_expect_01_a_limit_of_the_os_is_named(waited_ms: int, named: bool) -> None:
    """Where its 802.1X gave up for want of a message it is said how long it waits for one."""

    def failing(s: Story) -> None:
        START(s)
        s.frame("M1", "down")
        s.wait_ms(waited_ms)
        result(1, {"Dot11OnexAuthStatus": 4, "Dot11OneXReasonCode": 0x50006})(s)

    story = tell(m1=failing, without=upto("m1"))
    found = only_finding(story, "EXPECT-01", "MISS", "802.1X failed")
    assert ("9.6 s without a message" in found.message) == named
    assert ("[limits] onex_s = 9.5" in found.message) == named


def test_expect_01_wrong_mic() -> None:
    """An M2 with a wrong MIC is the DLL's."""

    def bad(s: Story) -> None:
        send(s)
        s.frame("M2", "up", replay_counter=1, mic_ok=False)

    only_finding(tell(m2=bad, without=upto("m2")), "EXPECT-01", "FAIL", "MIC of M2 is wrong")


def test_expect_01_connected_against_expectation() -> None:
    """A connection the scenario rules out is a finding."""
    none = Expectation(connected=False, messages=())
    without_m3 = ("m3", "m4", "keys", "echo")
    keyed = tell(without=("m3", "m4", "echo"))
    only_finding(keyed, "EXPECT-01", "FAIL", "expected no", expect=none)
    silent = tell(without=(*without_m3, "completion"))
    only_finding(silent, "EXPECT-01", "MISS", "the DLL reported no success", expect=none)


def test_expect_01_race_with_the_deauthentication() -> None:
    """A station that was given M3 may finish before it is sent away: not its doing, and no PASS."""
    sent_away = Expectation(connected=False, messages=(), air=("deauthenticate M4 (number 1)",))
    found = evaluate(tell(without=("echo",)).evidence(), expect=sent_away).findings
    (one,) = (item for item in found if item.rule == "EXPECT-01")
    assert one.severity == "MISS"
    assert "was given M3, so it could finish first" in one.message


def test_expect_01_in_a_scenario_that_disturbs_nothing() -> None:
    """There is no race then, and none is spoken of: the scenario wants what it does not bring."""
    none = Expectation(connected=False, messages=())
    only_finding(
        tell(without=("echo",)), "EXPECT-01", "MISS", "has no [[air]] or [[os]]", expect=none
    )


@pytest.mark.parametrize(("answered", "severity"), [(0, "FAIL"), (1, "WARN")])
def test_expect_02_echo(answered: int, severity: str) -> None:
    """No answer fails, a lost one warns."""

    def echo(s: Story) -> None:
        s.associations[-1]["echo"] = Echo(2, answered, arp=bool(answered), protected=True)

    only_finding(tell(echo=echo), "EXPECT-02", severity, f"{answered} of 2", expect=ECHO)


def group_silent(s: Story) -> None:
    """Echo requests are answered, the ARP request is not."""
    s.frame("arp", "down", protected=True, pn=1)
    for direction in ("down", "up"):
        s.frame("icmp", direction, protected=True, pn=1)
    s.associations[-1]["echo"] = Echo(1, 1, arp=False, protected=True)


def test_expect_02_broadcast() -> None:
    """A group key that does not fit keeps the ARP request from the station; so does a loss."""
    only_finding(tell(echo=group_silent), "EXPECT-02", "FAIL", "no ARP request", expect=ECHO)

    def lost(s: Story) -> None:
        group_silent(s)
        s.frames[-3] = dataclasses.replace(s.frames[-3], delivered=False, guest_ns=None)

    only_finding(tell(echo=lost), "EXPECT-02", "MISS", "got through on the air", expect=ECHO)


@pytest.mark.parametrize(("lost", "severity"), [("G1", "MISS"), ("G2", "MISS"), (None, "FAIL")])
def test_expect_02_a_group_key_handshake_that_is_not_through(
    lost: str | None, severity: str
) -> None:
    """The access point may use a key that the station has not; one that is through changes
    nothing."""

    def rekeyed(s: Story) -> None:
        for kind, direction in (("G1", "down"), ("G2", "up")):
            rule = "drop" if kind == lost else None
            s.frame(kind, direction, protected=True, delivered=kind != lost, rule=rule, mic_ok=True)
            if kind == lost:
                break
        group_silent(s)

    said = f"{lost} was lost" if lost else "no ARP request"
    found = judge(tell(echo=rekeyed), ECHO).findings
    (one,) = [finding for finding in found if finding.rule == "EXPECT-02"]
    assert (one.severity, said in one.message) == (severity, True)


@pytest.mark.parametrize(
    ("kind", "again", "severity"),
    [
        ("unicast", False, "MISS"), ("broadcast", False, "MISS"), ("unicast", True, "FAIL"),
        (None, False, "FAIL"),
    ],
)  # fmt: skip
def test_expect_02_a_wep_key_that_was_lost(kind: str | None, again: bool, severity: str) -> None:
    """The access point uses it once it is sent, and nothing is sent again but by a renewal."""

    def renewed(s: Story) -> None:
        for one in ("broadcast", "unicast"):
            rule = "drop" if one == kind else None
            s.frame("rc4-key", "down", delivered=not rule, rule=rule, detail={"key": one})
        if again:
            s.frame("rc4-key", "down", detail={"key": kind})
        s.frame("icmp", "down", protected=True, pn=1)
        s.associations[-1]["echo"] = Echo(1, 0, arp=False, protected=True)

    found = judge(tell(echo=renewed), Expectation(echoes=1, messages=("rc4-key",))).findings
    (one,) = [finding for finding in found if finding.rule == "EXPECT-02"]
    said = f"the {kind} key was lost by" if severity == "MISS" else "0 of 1 echo requests"
    assert (one.severity, said in one.message) == (severity, True)


@pytest.mark.parametrize(("wait_ms", "rules"), [(3000, ["EXPECT-02"]), (300, ["EXPECT-08"])])
def test_expect_02_silence_before_the_connection_was_lost(wait_ms: int, rules: list[str]) -> None:
    """A wrong key: nothing is answered, then a rekey comes to nothing and the station is sent away.
    The silence is the DLL's; one who is sent away at once had no time to answer."""

    def silent(s: Story) -> None:
        s.frame("arp", "down", protected=True, pn=1)
        s.frame("icmp", "down", protected=True, pn=1)
        s.associations[-1]["echo"] = Echo(1, 0, arp=False, protected=False)
        s.wait_ms(wait_ms)
        s.frame("G1", "down", protected=True)
        s.frame("deauth", "down", detail={"reason": 16})
        s.notify(names.SOURCE_ACM, names.ACM_DISCONNECTED)

    found = judge(tell(echo=silent), ECHO).findings
    assert [one.rule for one in found] == rules
    assert found[0].severity == ("FAIL" if rules == ["EXPECT-02"] else "MISS")


@pytest.mark.parametrize("stays", [True, False])
def test_expect_08_a_forged_deauthentication(stays: bool) -> None:
    """A station whose management frames are protected passes it over, and goes on under its keys;
    without protection it is gone."""

    def forged(s: Story) -> None:
        detail = {"reason": 3, "forged": "unprotected"}
        s.frame("deauth", "down", rule="deauthenticate", detail=detail)
        if stays:
            s.frame("arp", "up", protected=True)
        s.frame("auth", "up")
        s.frame("assoc-req", "up")
        s.frame("data", "up", protected=True)  # under other keys

    told = tell(after={"echo": forged})
    if stays:
        assert judge(told, ECHO).findings == ()
    else:
        only_finding(told, "EXPECT-08", "MISS", "sent the station away", expect=ECHO)


def test_expect_02_no_echo_made() -> None:
    """An echo that the scenario wants and nobody sent is no PASS, and no fault of the driver."""
    only_finding(tell(without=("echo",)), "EXPECT-02", "MISS", "sent no echo request", expect=ECHO)


def test_expect_03_messages() -> None:
    """A message missing from a connection that came about all the same."""
    story = tell(m1=lambda s: None, m2=lambda s: None)
    only_finding(story, "EXPECT-03", "MISS", "no M1 was seen")
    rekey = Expectation(messages=("M1", "G1", "G2"))

    def g1(s: Story) -> None:
        s.frame("G1", "down", replay_counter=3)
        s.call(names.RECEIVE_PACKET, hIhvExtAdapter=IHV, dwInBufferSize=121)

    only_finding(tell(after={"echo": g1}), "EXPECT-03", "FAIL", "sent no G2", expect=rekey)


def test_expect_04_protection() -> None:
    """Data of the station in the clear is a finding."""
    story = tell(after={"echo": lambda s: s.frame("icmp", "up", protected=False)})
    only_finding(story, "EXPECT-04", "FAIL", "not protected")


def test_expect_05_stop() -> None:
    """A stop the scenario calls for and that did not come is the OS's fault."""
    expect = Expectation(connected=False, messages=(), stopped=True)
    story = tell(without=(*upto("m1"), "stop", "reset"))
    only_finding(story, "EXPECT-05", "MISS", "was not called", expect=expect)


ROAM = Expectation(echoes=1, sessions=2)


def roams(error: int = 0, reason: int = 0) -> Step:
    """Another association of the same connection, completed with this error."""

    def run(s: Story) -> None:
        for step in (stop, associate, begin_post, m1, m2, m3, m4, keys):
            step(s)
        complete(s, error, reason)
        if not error:
            connected(s)

    return run


def test_expect_06_roaming() -> None:
    """A second session that is completed and used is what the scenario orders."""
    clean(tell(after={"connected": roams()}), "EXPECT-06", "EXPECT-02", expect=ROAM)


def test_expect_06_no_second_session() -> None:
    """A guest that does not roam is the lab's fault; that no echo was answered is no other one."""

    def silent(s: Story) -> None:
        s.associations[-1]["echo"] = Echo(1, 0, arp=False, protected=False)

    only_finding(tell(echo=silent), "EXPECT-06", "MISS", "2 sessions were expected", expect=ROAM)


def test_expect_06_the_dll_fails_the_second() -> None:
    """A DLL that gives up the session after roaming has failed the scenario."""
    story = tell(after={"connected": roams(5, 0x90001)}, without=("echo",))
    only_finding(
        story, "EXPECT-06", "FAIL", "after roaming with error ERROR_ACCESS_DENIED", expect=ROAM
    )


def test_expect_06_the_second_is_still_pending() -> None:
    """A session that is ended before the DLL completed it: wanted and not had; nobody is blamed."""

    def begun(s: Story) -> None:
        for step in (stop, associate, begin_post, m1, m2, m3, m4, keys):
            step(s)

    story = tell(after={"connected": begun}, without=("echo",))
    plain = dataclasses.replace(ROAM, echoes=0)
    said = "the session after roaming was still pending when the guest's WLAN service ended it"
    only_finding(story, "EXPECT-06", "MISS", said, expect=plain)


def test_expect_06_the_dll_refuses_the_second() -> None:
    """So has one whose PerformPostAssociate returns an error; the lost connection is its own."""

    def refuses(s: Story) -> None:
        stop(s)
        associate(s)
        begin_post(s, 50)
        s.notify(names.SOURCE_ACM, names.ACM_DISCONNECTED, 0x38005)

    story = tell(after={"connected": refuses}, without=("echo", "stop"))
    found = {(item.rule, item.severity) for item in judge(story, ROAM).findings}
    assert found == {("POST-14", "WARN"), ("EXPECT-06", "FAIL")}


def test_consequences_are_not_reported() -> None:
    """Where a rule fails, no expectation is added, for that association only."""
    first = tell(
        without=("completion", *END), after={"keys": lambda s: s.wait_ms(12_000)}
    )  # fmt: skip
    both = tell(story=first, post_associate=lambda s: begin_post(s, 5023),
                without=(*upto("post_associate"),))  # fmt: skip
    found = [(item.rule, item.association) for item in judge(both).findings]
    assert found == [("POST-05", 1), ("EXPECT-01", 2)]


def test_lab_fault_silences_expectations() -> None:
    """A broken lab leaves every expectation undecided, and keeps what was shown before."""
    story = tell(without=(*upto("m1"), "stop", "reset"))
    story.end(lab_fault="the agent was killed")
    assert "the lab broke" in reasons(story, "EXPECT-01")
    wrong = tell(after={"m1": lambda s: send(s, destination="ff:ff:ff:ff:ff:ff")},
                 without=(*upto("m1"), "stop", "reset"))  # fmt: skip
    wrong.end(lab_fault="the agent was killed")
    only_finding(wrong, "TX-02", "FAIL", "group address")


def test_retransmitted_messages_are_no_fault() -> None:
    """M1 and M3 twice, M4 twice: a good association still."""

    def again(s: Story) -> None:
        m1(s)

    def m3_again(s: Story) -> None:
        m3(s)
        send(s)
        s.frame("M4", "up", replay_counter=2, mic_ok=True, retry=True)

    clean(tell(after={"m1": again, "m4": m3_again}), "EXPECT-01", expect=ECHO)


def test_what_the_dll_left_out_is_its_own_doing() -> None:
    """A connection that does not come about for want of an algorithm is no fault of the lab."""

    def without_auth(s: Story) -> None:
        s.api(names.SET_UNICAST_CIPHER, dwUnicastCipherAlgo=4)
        s.api(names.SET_MULTICAST_CIPHER, dwMulticastCipherAlgo=4)

    left_out = ("post_associate", "m1", "m2", "m3", "m4", "keys", "completion", "connected",
                "echo", "stop")  # fmt: skip
    told = {
        item.rule: item for item in judge(tell(ciphers=without_auth, without=left_out)).findings
    }
    assert {rule: item.severity for rule, item in told.items()} == {
        "PRE-10": "WARN",
        "EXPECT-01": "FAIL",
    }
    assert "see the warning" in told["EXPECT-01"].message


def test_what_the_dll_sent_and_the_air_never_saw() -> None:
    """A packet SendPacket took and that no radio sent is the lab's loss; one refused is not."""

    def in_vain(s: Story) -> None:
        send(s)

    story = tell(m2=in_vain, without=upto("m2"))
    only_finding(story, "EXPECT-01", "MISS", "sent a packet after M1, but no M2 was seen")

    def refused(s: Story) -> None:
        send(s, result=5, complete=False)

    story = tell(m2=refused, without=upto("m2"))
    found = only_finding(story, "EXPECT-01", "MISS", "was given M1 and called SendPacket")
    assert "the guest's WLAN service answered SendPacket with ERROR_ACCESS_DENIED" in found.message

    def something_else(s: Story) -> None:
        send(s)
        s.frame("eapol", "up")

    story = tell(m2=something_else, without=upto("m2"))
    only_finding(story, "EXPECT-01", "FAIL", "was given M1 and sent no M2")


def test_an_eap_packet_is_no_key_packet() -> None:
    """The station got M1, the DLL a packet of EAP only."""

    def not_handed_on(s: Story) -> None:
        s.frame("M1", "down")
        packet()(s)

    story = tell(m1=not_handed_on, without=upto("m1"))
    only_finding(story, "EXPECT-01", "MISS", "the DLL was not given it")


def test_expect_04_packets_of_the_vendors_own_kind() -> None:
    """A DLL may send EtherTypes of its own, exempted: such frames in the clear are no leak; what
    the system sends is."""

    def own(s: Story) -> None:
        send(s, ethertype_bytes="8333")
        s.frame("data", "up", protected=False)

    clean(tell(after={"echo": own}), "EXPECT-04")
    story = tell(after={"echo": lambda s: s.frame("data", "up", protected=False)})
    only_finding(story, "EXPECT-04", "FAIL", "not protected")

    def leak(s: Story) -> None:
        own(s)
        s.frame("arp", "up", protected=False)

    only_finding(tell(after={"echo": leak}), "EXPECT-04", "FAIL", "1 data frames")
