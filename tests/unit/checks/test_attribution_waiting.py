# SPDX-License-Identifier: GPL-2.0-or-later
"""For whom a DLL waits that has not completed its operation: who has the move owes it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from harness.checks import Expectation
from harness.evidence import names
from tests.unit.checks.builder import (
    complete,
    complete_pre,
    m1,
    m3,
    message,
    stop,
)
from tests.unit.checks.judging import judge, only_finding, reasons
from tests.unit.checks.stories import steps
from tests.unit.checks.story import IHV, Step, Story
from tests.unit.checks.story_steps import START, answered, ask, result
from tests.unit.checks.test_attribution import NOT_RESPONDING, deauth, until


def given_up(s: Story) -> None:
    """The service's limit of 15 s runs out; the DLL completes inside the reset."""
    s.wait_ms(15_000)
    number = s.enter(names.ADAPTER_RESET, hIhvExtAdapter=IHV)
    complete_pre(s, 1223, 0x90002)
    s.leave(number, names.ADAPTER_RESET)
    s.notify(names.SOURCE_ACM, 11, NOT_RESPONDING)


def test_a_dll_that_waits_for_the_user_when_the_limit_runs_out() -> None:
    """The move is the user's, and nobody sits at this guest: no fault of the driver."""
    story = until("ciphers", ask(), given_up)
    said = "gave up after 15.0 s"
    found = only_finding(story, "EXPECT-01", "MISS", said)
    assert "while the DLL waited for the user" in found.message
    assert "the limit, [limits] pre_associate_s" in found.message


def test_a_handshake_that_waits_for_the_user() -> None:
    """A DLL that asks for its passphrase when it is needed cannot answer M1 before it has it."""
    given_up = steps(lambda s: s.wait_ms(3000), deauth(15))
    story = until("post_associate", ask(), m1, given_up)
    said = "the DLL was given M1, but waited for the user"
    only_finding(story, "EXPECT-01", "MISS", said)
    story = until("post_associate", ask(), m1, answered, given_up)
    only_finding(story, "EXPECT-01", "FAIL", "was given M1 and sent no M2")


def test_a_dll_that_waits_for_nobody_when_the_limit_runs_out() -> None:
    """Then the move was its own all the time."""
    story = until("ciphers", given_up)
    said = "the limit, [limits] pre_associate_s = 10, is this harness's"
    only_finding(story, "EXPECT-01", "FAIL", said)


def waiting(*steps_: Step, last: str = "m4") -> Story:
    """A session that is not completed in 20 s, after these steps."""
    return until(last, *steps_, lambda s: s.wait_ms(20_000), stop)


@pytest.mark.parametrize(
    ("story", "whom"),
    [
        (lambda: waiting(ask()), "the user"),
        (lambda: waiting(START, last="post_associate"), "the OS's own 802.1X"),
        (lambda: waiting(last="m2"), "M3 of the access point"),
        (lambda: waiting(last="post_associate"), "M1 of the access point"),
    ],
)
def test_who_waits_for_somebody_else_owes_no_completion(
    story: Callable[[], Story], whom: str
) -> None:
    """POST-05 leaves it open and says whose move it was; what was wanted is a MISS all the same."""
    assert f"the DLL waited for {whom}" in reasons(story(), "POST-05")
    assert {item.severity for item in judge(story()).findings} == {"MISS"}


@pytest.mark.parametrize(
    "story",
    [
        lambda: waiting(),
        lambda: waiting(ask(), answered),
        lambda: waiting(last="m3"),
        lambda: waiting(START, result(1), last="post_associate"),
    ],
)
def test_who_has_the_move_owes_it(story: Callable[[], Story]) -> None:
    """The user has answered, 802.1X has ended, M3 was given: the completion is the DLL's."""
    assert ("POST-05", "FAIL") in {(item.rule, item.severity) for item in judge(story()).findings}


@pytest.mark.parametrize(("left_ms", "severity"), [(400, "MISS"), (2500, "FAIL")])
def test_who_got_the_move_at_the_last_moment_has_had_no_time(left_ms: int, severity: str) -> None:
    """M3 came so late that the limit ran out at once: the time before was the access point's."""
    gives_up = steps(stop, lambda s: s.notify(names.SOURCE_ACM, 11, NOT_RESPONDING))
    late = steps(lambda s: s.wait_ms(10_000), m3, lambda s: s.wait_ms(left_ms))
    story = until("m2", late, gives_up)
    assert severity in {item.severity for item in judge(story).findings}
    assert ("FAIL" in {item.severity for item in judge(story).findings}) == (severity == "FAIL")
    if severity == "MISS":
        said = "the DLL waited for M3 of the access point, until less than 1.0 s before"
        assert said in reasons(story, "POST-05")


def test_a_pre_association_that_waits_for_the_user() -> None:
    """PRE-02 leaves it open, too."""
    story = until("ciphers", ask(), lambda s: s.wait_ms(20_000))
    assert "the DLL waited for the user" in reasons(story, "PRE-02")
    story = until("ciphers", lambda s: s.wait_ms(20_000))
    assert ("PRE-02", "FAIL") in {(item.rule, item.severity) for item in judge(story).findings}


def wpa_ciphers(s: Story) -> None:
    """The DLL chooses WPA with TKIP."""
    s.api(names.SET_AUTH, dwAuthAlgo=4)
    s.api(names.SET_UNICAST_CIPHER, dwUnicastCipherAlgo=2)
    s.api(names.SET_MULTICAST_CIPHER, dwMulticastCipherAlgo=2)
    s.api("Dot11ExtSetExcludeUnencrypted", bExcludeUnencrypted=1)


def g1(s: Story) -> None:
    """G1 reaches the DLL."""
    message(s, "G1", 3)


def test_with_wpa_the_group_key_is_waited_for() -> None:
    """Behind M4 the move is the access point's until G1 has come, then the DLL's."""
    story = until("m4", lambda s: s.wait_ms(20_000), stop, ciphers=wpa_ciphers)
    assert "the DLL waited for G1 of the access point" in reasons(story, "POST-05")
    assert {item.severity for item in judge(story).findings} == {"MISS"}
    story = until("m4", g1, lambda s: s.wait_ms(20_000), stop, ciphers=wpa_ciphers)
    assert ("POST-05", "FAIL") in {(item.rule, item.severity) for item in judge(story).findings}
    story = until("m3", lambda s: s.wait_ms(20_000), stop, ciphers=wpa_ciphers)
    assert ("POST-05", "FAIL") in {(item.rule, item.severity) for item in judge(story).findings}


def test_with_wpa_the_group_handshake_is_a_part_of_the_first() -> None:
    """A connection that fails for want of it is nobody's fault here, but of who did not answer."""
    failed = steps(lambda s: complete(s, 1460, 0x90001))
    story = until("m4", failed, ciphers=wpa_ciphers)
    only_finding(story, "EXPECT-01", "MISS", "the access point sent no G1")
    story = until("m4", g1, lambda s: s.wait_ms(3000), failed, ciphers=wpa_ciphers)
    only_finding(story, "EXPECT-01", "FAIL", "was given G1 and sent no G2")


DYNAMIC_WEP = Expectation(echoes=1, messages=("rc4-key",), air=("drop rc4-key (number 2)",))


def wep_keys(*second: Step) -> Story:
    """The broadcast key is handed out, then the second one; the DLL gives up."""

    def give_up(s: Story) -> None:
        s.wait_ms(3000)
        complete(s, error=1460, reason=0x80001)

    return until("post_associate", lambda s: message(s, "rc4-key", 1), *second, give_up)


def test_a_wep_key_that_is_lost_is_no_fault_of_the_driver() -> None:
    """It is sent once: a DLL that was not given it has nothing to set."""

    def dropped(s: Story) -> None:
        s.frame("rc4-key", "down", delivered=False, acked=False, rule="drop", rule_place=1)

    said = "rc4-key never got through on the air: the scenario's air rule 1"
    only_finding(wep_keys(dropped), "EXPECT-01", "MISS", said, expect=DYNAMIC_WEP)


def handed_out(*kinds: str, **changes: object) -> Step:
    """WEP keys of these kinds."""

    def all_of_them(s: Story) -> None:
        for kind in kinds:
            s.frame("rc4-key", "down", detail={"key": kind, **changes})

    return all_of_them


@pytest.mark.parametrize(
    "given",
    [
        handed_out(),
        handed_out("broadcast"),
        handed_out("broadcast", "unicast", acceptable="discard"),
    ],
)
def test_a_driver_that_waits_for_wep_keys_owes_no_completion(given: Step) -> None:
    """Nobody bounds its wait but the OS: the move is the access point's until both have come."""
    story = until("post_associate", START, result(), given, lambda s: s.wait_ms(20_000), stop)
    told = judge(story, expect=DYNAMIC_WEP)
    assert {item.severity for item in told.findings} == {"MISS"}
    said = "the DLL waited for the WEP keys of the access point"
    assert said in reasons(story, "POST-05", expect=DYNAMIC_WEP)


def test_a_driver_that_has_both_wep_keys_owes_the_completion() -> None:
    """The move is its own then; and without them, if it never came to 802.1X's success."""
    both = handed_out("broadcast", "unicast")
    for before in (steps(START, result(), both), steps(START, result(1))):
        story = until("post_associate", before, lambda s: s.wait_ms(20_000), stop)
        found = judge(story, expect=DYNAMIC_WEP).findings
        assert ("POST-05", "FAIL") in {(item.rule, item.severity) for item in found}


def test_a_driver_that_was_given_both_wep_keys_may_not_give_up() -> None:
    """The failure is its own."""
    given = wep_keys(lambda s: message(s, "rc4-key", 2))
    only_finding(given, "EXPECT-01", "FAIL", "not connected", expect=DYNAMIC_WEP)


@pytest.mark.parametrize("wrong", [False, True])
def test_a_protected_message_may_not_open_under_the_key_of_the_dll(wrong: bool) -> None:
    """With WPA G1 goes under the pairwise key. A DLL whose Michael keys have changed places does
    not get it; that it was so only the station's own frames show."""

    def kept(s: Story) -> None:
        s.frame("G1", "down", replay_counter=3, mic_ok=True, protected=True)
        if wrong:
            detail: dict[str, str | int] = {"decrypt": "failed", "michael": "wrong"}
            s.frame("data", "up", protected=True, detail=detail)

    failed = steps(lambda s: s.wait_ms(3000), lambda s: complete(s, 1460, 0x90001))
    story = until("m4", kept, failed, ciphers=wpa_ciphers)
    said = "the Michael MIC was wrong, too" if wrong else "the key that the DLL had set does not"
    only_finding(story, "EXPECT-01", "FAIL" if wrong else "MISS", said)
