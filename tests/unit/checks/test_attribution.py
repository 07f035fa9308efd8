# SPDX-License-Identifier: GPL-2.0-or-later
"""Who failed or refused first: no driver is blamed for what the scenario's own rules and orders,
the guest, the access point or an impatient limit did, and nothing that was
wanted is passed over."""

from __future__ import annotations

import dataclasses

import pytest

from harness.checks import Expectation
from harness.evidence import Echo, PerformedOrder, RunEvidence, names
from tests.unit.checks.builder import (
    ASSOCIATION,
    associate,
    begin_post,
    complete,
    complete_pre,
    connected,
    keys,
    m1,
    message,
    send,
    stop,
    tell,
)
from tests.unit.checks.judging import NOTHING, judge, only_finding
from tests.unit.checks.stories import steps
from tests.unit.checks.story import IHV, WORKER, Step, Story
from tests.unit.checks.story_steps import deinit

REKEY = Expectation(echoes=1, messages=("M1", "G1", "G2"), air=("drop G2 (every one)",))
REFUSED = dataclasses.replace(REKEY, orders=("refuse on Dot11ExtSendPacket (number 3, error 31)",))
SAW_TO_THAT = "the scenario's air rule 1 (drop G2 (every one))"
NOT_RESPONDING = names.REASON_IHV_NOT_RESPONDING


def upto(last: str) -> tuple[str, ...]:
    """The steps after that one."""
    order = [step.__name__ for step in ASSOCIATION]
    return tuple(order[order.index(last) + 1 :])


def until(last: str, *then: Step, **instead: Step) -> Story:
    """The good story up to that step, then these."""
    story = tell(without=upto(last), **instead)
    steps(*then)(story)
    return story


def performed(story: Story, *orders: PerformedOrder) -> RunEvidence:
    """The evidence of a story in which these orders were carried out."""
    story.end(performed=orders, orders=tuple({one.place for one in orders}))
    return story.evidence()


def deauth(reason: int) -> Step:
    """The access point sends the station away, and the client is told."""

    def run(s: Story) -> None:
        s.frame("deauth", "down", detail={"reason": reason})
        s.notify(names.SOURCE_ACM, names.ACM_DISCONNECTED, 0x3800B)

    return run


def no_echo(s: Story) -> None:
    """The second echo finds no station any more."""
    s.associations[-1]["echo"] = Echo(0, 0, arp=False, protected=False)


def rekey(*answer: Step) -> Step:
    """Four G1, each with what comes of it; then the access point gives up."""

    def run(s: Story) -> None:
        for _ in range(4):
            message(s, "G1", 3)
            steps(*answer)(s)
            s.wait_ms(1000)
        deauth(16)(s)
        no_echo(s)

    return run


def dropped_g2(s: Story) -> None:
    """The DLL answers, and a rule of the scenario drops it."""
    send(s)
    s.frame("G2", "up", delivered=False, acked=False, rule="drop", rule_place=1)


def refused_send(s: Story) -> None:
    """The DLL answers, and SendPacket returns 31."""
    send(s, result=31, complete=False)


def test_a_rekey_the_scenario_keeps_from_its_end_is_no_pass() -> None:
    """The connection the scenario wanted was lost: when, with which reason, and by whose doing."""
    found = only_finding(
        until("echo", rekey(dropped_g2)), "EXPECT-08", "MISS", SAW_TO_THAT, expect=REKEY
    )
    assert "was lost 4.0 s after the connect" in found.message
    assert "reason 16 GK_HANDSHAKE_TIMEOUT" in found.message


def test_a_rekey_the_dll_does_not_answer_is_its_own() -> None:
    """It was given G1 and sent nothing."""
    silent = dataclasses.replace(REKEY, messages=("M1",))
    story = until("echo", rekey())
    only_finding(story, "EXPECT-08", "FAIL", "was given G1 and sent no G2", expect=silent)


def test_a_forged_goodbye_that_was_passed_over_excuses_nothing_later() -> None:
    """Long before, a rule sent one, by which a station with protected management frames did not
    go. That the DLL leaves G1 unanswered is its own."""

    def forged(s: Story) -> None:
        s.frame("data", "up", protected=True, rule="deauthenticate", rule_place=1)
        s.frame("deauth", "down", rule="deauthenticate", rule_place=1,
                detail={"reason": 7, "forged": 1})  # fmt: skip
        s.frame("data", "up", protected=True)

    expect = dataclasses.replace(REKEY, messages=("M1",), air=("deauthenticate data, forged",))
    story = until("echo", forged, rekey())
    only_finding(story, "EXPECT-08", "FAIL", "was given G1 and sent no G2", expect=expect)


def test_a_refused_answer_is_no_answer_withheld() -> None:
    """Dot11ExtSendPacket returned 31: by order, or as the guest's own word, and not by the DLL."""
    story = until("echo", rekey(refused_send))
    calls = [call for call in story.lines if "SendPacket" in call and '"result": 31' in call]
    assert len(calls) == 4
    said = "the guest's WLAN service answered SendPacket with ERROR_GEN_FAILURE"
    only_finding(story, "EXPECT-08", "MISS", said, expect=REKEY)
    ordered = performed(story, PerformedOrder(1, names.SEND_PACKET, "refuse"))
    said = "the scenario's order 1 (refuse on Dot11ExtSendPacket (number 3, error 31)) answered"
    only_finding(ordered, "EXPECT-08", "MISS", said, expect=REFUSED)


def test_an_order_explains_only_the_call_it_met() -> None:
    """A refusal at another time is the guest's own."""
    story = until("echo", rekey(refused_send))
    evidence = performed(story, PerformedOrder(1, names.SEND_PACKET, "refuse", t_ns=5))
    said = "the guest's WLAN service answered SendPacket"
    only_finding(evidence, "EXPECT-08", "MISS", said, expect=REFUSED)


def test_a_group_message_refused_while_the_connection_stands() -> None:
    """EXPECT-03 asks the same question of a connection that was not lost."""
    g1 = steps(lambda s: message(s, "G1", 3), refused_send)
    said = "no G2 was seen: the DLL was given G1 and called SendPacket for its answer, but"
    only_finding(until("echo", g1), "EXPECT-03", "MISS", said, expect=REKEY)


def test_a_station_that_a_rule_sends_away() -> None:
    """The echo that the rule acted on is not the driver's to answer."""
    expect = Expectation(echoes=1, air=("deauthenticate data (number 3)",))

    def sent_away(s: Story) -> None:
        s.frame("icmp", "down", rule="deauthenticate", rule_place=1)
        deauth(3)(s)
        s.associations[-1]["echo"] = Echo(1, 0, arp=True, protected=False)

    story = until("connected", sent_away)
    found = only_finding(story, "EXPECT-08", "MISS", "air rule 1 (deauth", expect=expect)
    assert "reason 3" in found.message


def test_an_echo_that_a_station_slept_through() -> None:
    """The ARP request came behind a beacon; the echo request waited, and nobody asked for it."""

    def dozed(s: Story) -> None:
        s.frame("arp", "down")
        s.frame("icmp", "down", delivered=False, acked=False, detail={"delivery": "given up"})
        s.associations[-1]["echo"] = Echo(1, 0, arp=True, protected=False)

    only_finding(tell(echo=dozed), "EXPECT-02", "MISS", "the station dozed, and did not ask",
                 expect=Expectation(echoes=1))  # fmt: skip


@pytest.mark.parametrize("rule", ["drop", "drop-ack", "delay"])
def test_an_echo_that_a_rule_met(rule: str) -> None:
    """It is the scenario's, though the connection stands."""
    expect = Expectation(echoes=1, air=("x data",))

    def dropped(s: Story) -> None:
        s.frame("icmp", "down", rule=rule, rule_place=1)
        s.associations[-1]["echo"] = Echo(1, 0, arp=True, protected=False)

    story = tell(echo=dropped)
    only_finding(story, "EXPECT-02", "MISS", "air rule 1 (x data) acted on icmp", expect=expect)


def test_an_access_point_that_sends_a_station_away_by_itself() -> None:
    """For a reason that no handshake of the DLL explains: nobody knows of the driver."""
    story = until("echo", deauth(5))
    only_finding(story, "EXPECT-08", "MISS", "the access point deauthenticated it (reason 5")


def test_a_loss_just_before_the_client_disconnects() -> None:
    """The guest had not told of it yet: the connection was lost all the same."""

    def late(s: Story) -> None:
        s.frame("deauth", "down", detail={"reason": 5})
        s.notify(names.SOURCE_ACM, names.ACM_DISCONNECTING)
        s.notify(names.SOURCE_ACM, names.ACM_DISCONNECTED)

    only_finding(until("echo", late), "EXPECT-08", "MISS", "the connection was lost")


def test_a_connection_that_the_client_ends_was_used_to_its_end() -> None:
    """Disconnecting, then disconnected; and an order on that moment is the scenario's own end."""

    def ends(s: Story) -> None:
        s.notify(names.SOURCE_ACM, names.ACM_DISCONNECTING)
        s.notify(names.SOURCE_ACM, names.ACM_DISCONNECTED)
        s.frame("deauth", "down", detail={"reason": 7})

    assert judge(until("echo", ends)).findings == ()
    story = until("echo", deauth(3))
    ordered = performed(story, PerformedOrder(1, "disconnect", "reset"))
    assert judge(ordered).findings == ()


def test_an_order_that_ends_the_connection_while_it_is_wanted() -> None:
    """That is the scenario's contradiction, not the driver's."""
    expect = Expectation(orders=("reset on connected (number 1)",))
    story = until(
        "connected", lambda s: s.notify(names.SOURCE_ACM, names.ACM_DISCONNECTED, 0x3800B)
    )
    evidence = performed(story, PerformedOrder(1, "connected", "reset", story.now - 1))
    only_finding(evidence, "EXPECT-08", "MISS", "order 1 (reset on connected", expect=expect)


def test_a_refused_cipher_that_the_dll_reports_truthfully() -> None:
    """The guest answered 50, so pre-association fails: the refusal is named, and is first."""

    def ciphers(s: Story) -> None:
        s.api(names.SET_AUTH, dwAuthAlgo=7)
        s.api(names.SET_UNICAST_CIPHER, result=50, dwUnicastCipherAlgo=2)

    story = until("pre_completion", ciphers=ciphers,
                  pre_completion=lambda s: complete_pre(s, 50, 0x90001))  # fmt: skip
    said = "before that the guest's WLAN service answered SetUnicastCipherAlgorithm with"
    found = only_finding(story, "EXPECT-01", "MISS", said)
    assert "ERROR_NOT_SUPPORTED" in found.message


def test_a_refused_call_that_was_made_good_explains_nothing() -> None:
    """The DLL tried again and was answered: what it fails by afterwards is its own."""

    def ciphers(s: Story) -> None:
        for code in (50, 0):
            s.api(names.SET_UNICAST_CIPHER, result=code, dwUnicastCipherAlgo=4)

    story = until("pre_completion", ciphers=ciphers,
                  pre_completion=lambda s: complete_pre(s, 5, 0x90001))  # fmt: skip
    found = {item.rule: item.severity for item in judge(story).findings}
    assert found["EXPECT-01"] == "FAIL"


def second_session(*keyed: Step) -> Story:
    """Stop, another association of the same pre-association, and success."""
    return until("connected", stop, associate, begin_post, *keyed, complete, connected)


def test_a_second_session_without_keys_of_its_own() -> None:
    """POST-11: those of the first are gone with its port."""
    said = "without a key having been set since the session before it ended"
    only_finding(second_session(), "POST-11", "WARN", said, expect=NOTHING)
    assert judge(second_session(keys), NOTHING).findings == ()


def test_a_static_key_serves_every_session() -> None:
    """Shared-key WEP: set once, in pre-association."""

    def wep(s: Story) -> None:
        s.api(names.SET_AUTH, dwAuthAlgo=2)
        s.api(names.SET_UNICAST_CIPHER, dwUnicastCipherAlgo=1)
        s.api(names.SET_MULTICAST_CIPHER, dwMulticastCipherAlgo=1)

    story = until("connected", stop, associate, begin_post, complete, connected, ciphers=wep)
    assert "POST-11" not in {item.rule for item in judge(story, NOTHING).findings}


def test_a_failed_attempt_without_a_reason_is_no_connection() -> None:
    """The ACM's connection complete ends it, too; it is not taken for success."""
    story = until("ciphers")
    deinit(story)
    for code in (names.ACM_ATTEMPT_FAIL, names.ACM_CONNECTION_COMPLETE):
        story.notify(names.SOURCE_ACM, code)
    only_finding(story, "EXPECT-01", "MISS", "still pending when")


def test_an_operation_cut_short_by_an_order() -> None:
    """The scenario that wants a connection ordered its end: told, and no PASS."""
    expect = Expectation(orders=("remove-adapter on Dot11ExtSetAuthAlgorithm (number 1)",))
    story = until("ciphers")
    at_ns = story.now
    deinit(story)
    order = PerformedOrder(1, names.SET_AUTH, "remove-adapter", at_ns)
    said = "still pending when the scenario's order 1 (remove-adapter on Dot11ExtSetAuthAlgorithm"
    only_finding(performed(story, order), "EXPECT-01", "MISS", said, expect=expect)


def test_a_completion_with_an_error_after_the_scenario_ended_it() -> None:
    """AdapterReset by order, in which the DLL completes as it must."""
    expect = Expectation(orders=("reset on Dot11ExtIhvPerformPreAssociate (number 1)",))
    story = until("ciphers")
    order = PerformedOrder(1, names.PRE_ASSOCIATE, "reset", story.now)
    number = story.enter(names.ADAPTER_RESET, hIhvExtAdapter=IHV)
    complete_pre(story, 1223, 0x90002)
    story.leave(number, names.ADAPTER_RESET)
    only_finding(performed(story, order), "EXPECT-01", "MISS", "before that the scenario's order 1",
                 expect=expect)  # fmt: skip


def test_a_message_that_a_rule_drops_is_named() -> None:
    """M1 that never came, M2 that was never heard: the rule did it."""
    expect = Expectation(air=("drop M2 (every one)",))

    def dropped(s: Story) -> None:
        send(s)
        s.frame("M2", "up", delivered=False, rule="drop", rule_place=1)

    story = until("m2", lambda s: s.wait_ms(1000), deauth(15), m2=dropped)
    only_finding(story, "EXPECT-01", "MISS", "M2 never got through on the air: the scenario's air "
                 "rule 1 (drop M2 (every one))", expect=expect)  # fmt: skip


def test_a_message_that_a_link_loses_is_the_scenarios() -> None:
    """[[network.links]] says so, which is none of the air rules: its place is 0."""

    def lost(s: Story) -> None:
        send(s)
        s.frame("M2", "up", delivered=False, rule="drop", rule_place=0)

    story = until("m2", lambda s: s.wait_ms(1000), deauth(15), m2=lost)
    said = "M2 never got through on the air: a link of the scenario (on which M2 was lost)"
    only_finding(story, "EXPECT-01", "MISS", said, expect=Expectation(air=("drop M1",)))


def test_a_retransmission_that_the_dll_leaves_unanswered_is_its_own() -> None:
    """The rule dropped the first M2; asked again, the DLL kept silent."""

    def dropped(s: Story) -> None:
        send(s)
        s.frame("M2", "up", delivered=False, rule="drop", rule_place=1)

    again = steps(m1, lambda s: s.wait_ms(3000), deauth(15))
    story = until("m2", again, m2=dropped)
    only_finding(story, "EXPECT-01", "FAIL", "was given M1 again and sent no M2")


def test_a_station_sent_away_in_the_midst_of_its_handshake() -> None:
    """The deauthentication came first, whatever was still owed."""

    def sent_away(s: Story) -> None:
        send(s)
        s.frame("M2", "up", mic_ok=None, rule="deauthenticate", rule_place=1)
        deauth(3)(s)

    expect = Expectation(air=("deauthenticate M2 (number 1)",))
    story = until("m1", sent_away)
    only_finding(story, "EXPECT-01", "MISS", "made the access point send the station away",
                 expect=expect)  # fmt: skip
    only_finding(until("m1", deauth(5)), "EXPECT-01", "MISS", "the access point deauthenticated it")


def test_a_station_sent_away_before_a_lost_message_came_again() -> None:
    """M3 was lost once and would have come again: the rule that sent the station away is named."""

    def sent_away(s: Story) -> None:
        s.frame("M3", "down", delivered=False, replay_counter=2, rule="drop", rule_place=1)
        s.wait_ms(20)
        s.frame("deauth", "down", rule="deauthenticate", rule_place=2, detail={"reason": 3})
        s.notify(names.SOURCE_ACM, names.ACM_DISCONNECTED, 0x3800B)

    expect = Expectation(air=("drop M3 (number 1)", "deauthenticate M2"))
    only_finding(until("m2", sent_away), "EXPECT-01", "MISS", "air rule 2", expect=expect)


@pytest.mark.parametrize(("frames", "severity"), [(2, "FAIL"), (1, "FAIL"), (0, "MISS")])
def test_countermeasures_are_the_doing_of_who_sent_wrong_mics(frames: int, severity: str) -> None:
    """The kernel makes a Michael MIC by the key that the DLL set; the other wrong one may be of the
    association before. Without any the access point had it from a report of the station's."""

    def sends_wrong(s: Story) -> None:
        for _ in range(frames):
            s.frame("data", "up", protected=True, detail={"decrypt": "failed", "michael": "wrong"})

    story = tell(echo=steps(sends_wrong, deauth(14), no_echo))
    found = only_finding(story, "EXPECT-08", severity, "reason 14", expect=Expectation(echoes=1))
    assert ("the Michael MIC" in found.message) == bool(frames)


def test_countermeasures_over_a_frame_that_a_rule_changed_are_the_scenarios() -> None:
    """Of two wrong MICs one was made on the way: without it nobody would have been sent away."""

    def sends_wrong(s: Story) -> None:
        detail: dict[str, str | int] = {"decrypt": "failed", "michael": "wrong"}
        s.frame("data", "up", protected=True, detail=detail)
        s.frame("data", "up", protected=True, detail=detail, rule="corrupt", rule_place=1)

    expect = Expectation(echoes=1, air=("corrupt data (number 2)",))
    story = tell(echo=steps(sends_wrong, deauth(14), no_echo))
    found = only_finding(story, "EXPECT-08", "MISS", "air rule 1 (corrupt data", expect=expect)
    assert "the Michael MIC of 2 of its frames" in found.message


@pytest.mark.parametrize(("answers", "severity"), [(True, "MISS"), (False, "FAIL")])
def test_a_station_that_never_heard_that_it_was_sent_away(answers: bool, severity: str) -> None:
    """M4 was lost on a link, and so was the deauthentication in the end: the connection stands for
    the station, and no echo is sent. Whose doing that was is said; a DLL that sent no M4 broke it.
    """

    def m4_lost(s: Story) -> None:
        if answers:
            send(s)
            s.frame("M4", "up", delivered=False, rule="drop", rule_place=0)

    def unheard(s: Story) -> None:
        s.wait_ms(4000)
        s.frame("deauth", "down", delivered=False, rule="drop", rule_place=0, detail={"reason": 15})
        no_echo(s)

    story = tell(m4=m4_lost, echo=unheard)
    found = judge(story, Expectation(echoes=1, messages=("M1", "G1"))).findings
    assert [(one.rule, one.severity) for one in found] == [("EXPECT-02", severity)]
    assert "its deauth was lost by a link of the scenario" in found[0].message


def test_a_lost_goodbye_after_the_echo_hides_no_missing_message() -> None:
    """The echo was answered: a G1 that never came is told."""

    def unheard(s: Story) -> None:
        s.frame("deauth", "down", delivered=False, rule="drop", rule_place=0, detail={"reason": 16})

    story = until("echo", unheard)
    expect = Expectation(echoes=1, messages=("M1", "G1"))
    only_finding(story, "EXPECT-03", "MISS", "no G1 was seen", expect=expect)


def test_a_dll_that_fails_after_all_went_well_is_its_own() -> None:
    """Nobody did anything before: it completed a good handshake with an error."""
    story = until("keys", lambda s: complete(s, 5, 0x90001, tid=WORKER))
    only_finding(story, "EXPECT-01", "FAIL", "completed with error ERROR_ACCESS_DENIED")


def test_a_handler_that_refuses_after_a_changed_profile() -> None:
    """PRE-05: the scenario took the fragment away that the DLL had matched."""
    expect = Expectation(orders=("change-profile on x (number 1)",))

    def refuse(s: Story) -> None:
        out = {"pdwReasonCode": 0x90001}
        s.call(names.PRE_ASSOCIATE, 8, 13, out, hIhvExtAdapter=IHV, hConnectSession="0x1")

    story = until("pre_associate", pre_associate=refuse)
    order = PerformedOrder(1, names.CAPABILITY_MATCH, "change-profile", story.now - 90_000)
    only_finding(performed(story, order), "EXPECT-01", "MISS", "order 1 (change-profile",
                 expect=expect)  # fmt: skip


def test_the_second_session_cut_short_by_a_refusal() -> None:
    """A handler that fails as a framework function failed in it tells the truth."""

    def refused_inside(s: Story) -> None:
        begin_post(s, 5023, inside=lambda s: s.api(names.SET_EXCLUDE_UNENCRYPTED, result=50))

    story = until("post_associate", post_associate=refused_inside)
    only_finding(story, "EXPECT-01", "MISS", "answered SetExcludeUnencrypted with")


def test_a_second_session_to_which_no_m1_comes() -> None:
    """The access point never heard that its association response arrived, by a rule: it waits, and
    the DLL gives up in the end, which is not its doing."""

    def unheard(s: Story) -> None:
        s.frame("assoc-resp", "down", acked=False, rule="drop-ack", rule_place=1)

    failed = steps(stop, unheard, begin_post, lambda s: s.wait_ms(8000),
                   lambda s: complete(s, 1460, 0x90001, tid=WORKER))  # fmt: skip
    expect = Expectation(sessions=2, air=("drop-ack assoc-resp (number 2)",))
    only_finding(until("connected", failed), "EXPECT-06", "MISS", "sent no M1", expect=expect)


def test_m2_is_still_due_when_the_scenario_ends_it_at_once() -> None:
    """A DLL that was given M1 a moment ago owes nothing yet."""
    expect = Expectation(orders=("disconnect on Dot11ExtIhvReceivePacket (number 1)",))
    story = until("m1")
    order = PerformedOrder(1, names.RECEIVE_PACKET, "disconnect", story.now)
    story.call(names.STOP_POST, hIhvExtAdapter=IHV, pPeer=story.ap, dot11AssocStatus=7)
    only_finding(performed(story, order), "EXPECT-01", "MISS", "order 1 (disconnect", expect=expect)
