# SPDX-License-Identifier: GPL-2.0-or-later
"""STOP and RST rules."""

from __future__ import annotations

from harness.checks import Expectation
from harness.evidence import names
from tests.unit.checks.builder import (
    ASSOCIATION,
    complete,
    reset,
    security_profile,
    send,
    stop,
    tell,
)
from tests.unit.checks.judging import NOTHING, clean, judge, only_finding, reasons
from tests.unit.checks.stories import api, steps
from tests.unit.checks.story import AP, IHV, OS, WORKER, Step, Story

NOT_CONNECTED = Expectation(connected=False, messages=(), stopped=True)
AFTER_M1 = ("m2", "m3", "m4", "keys", "completion", "connected", "echo")


def deauth(s: Story) -> None:
    """The access point ends it."""
    s.frame("deauth", "down", detail={"reason": 3})


def leave(s: Story) -> None:
    """The station says goodbye."""
    s.frame("deauth", "up", detail={"reason": 3})


def mid_handshake(*, stopped: bool = True, after_stop: bool = False) -> Story:
    """The access point deauthenticates after M1."""
    left_out = AFTER_M1 if stopped else (*AFTER_M1, "stop", "reset")
    after = {"m1": deauth}
    if after_stop:
        after["stop"] = complete
    return tell(without=left_out, after=after)


def test_deauthentication_is_a_good_end() -> None:
    """Stopped in mid-handshake, never completed: nothing to find."""
    clean(mid_handshake(), "STOP-01", "STOP-02", "STOP-04", "EXPECT-05", expect=NOT_CONNECTED)


def test_stop_01_missing_stop() -> None:
    """A deauthentication without a stop, and a successor without a stop, are the OS's fault."""
    early = mid_handshake(stopped=False)
    assert "before the stop was due" in reasons(early, "STOP-01", NOT_CONNECTED)
    story = mid_handshake(stopped=False)
    story.wait_ms(6_000)
    only_finding(story, "STOP-01", "MISS", "deauth", expect=NOT_CONNECTED)
    first = tell(without=("stop",), after={"echo": leave})
    only_finding(tell(story=first), "STOP-01", "MISS", "had not been stopped")


def test_stop_02_pending_session() -> None:
    """A session not completed needs its stop as well."""
    first = tell(without=(*AFTER_M1, "stop"), after={"m1": leave})
    story = tell(story=first)
    assert ("STOP-02", "MISS") in {(i.rule, i.severity) for i in judge(story).findings}


def test_a_reset_ends_a_session_without_a_stop() -> None:
    """The OS resets the adapter with the association standing: the session ends with the reset, be
    it pending or completed, and no stop is due any more."""
    story: Story | None = None
    for _ in range(2):
        story = tell(story=story, without=(*AFTER_M1, "stop"), reset=cancelling_reset)
    assert story is not None
    unstopped = Expectation(connected=False, messages=())
    clean(story, "STOP-01", "RST-01", "RST-02", "RST-03", "POST-13", expect=unstopped)
    clean(tell(story=tell(without=("stop",))), "STOP-01", "RST-01", "RST-02")


def cancelling_reset(s: Story) -> None:
    """AdapterReset inside which the pending operation is completed as cancelled."""
    call = s.enter(names.ADAPTER_RESET, hIhvExtAdapter=IHV)
    complete(s, error=1223, reason=0x90002)
    s.leave(call, names.ADAPTER_RESET)


def test_stop_04_completion_after_stop() -> None:
    """After the stop has returned no completion may come; nothing else is reported for it."""
    clean(tell(), "STOP-04")
    story = mid_handshake(after_stop=True)
    found = only_finding(story, "STOP-04", "FAIL", "after StopPostAssociate", expect=NOT_CONNECTED)
    assert found.association == 1
    only_finding(tell(after={"reset": complete}), "STOP-04", "FAIL", "after StopPostAssociate")


def test_stop_04_while_stop_runs() -> None:
    """On the stop's own stack it is a failure. From another thread it may have been on its way;
    if that thread had gone on, or it answers the stop, a warning."""

    def stopping(tid: int, *before: Step, **codes: int) -> Story:
        def step(s: Story) -> None:
            call = s.enter(names.STOP_POST, hIhvExtAdapter=IHV, pPeer=AP, dot11AssocStatus=7)
            steps(*before)(s)
            complete(s, tid=tid, **codes)
            s.leave(call, names.STOP_POST)

        return tell(stop=step, without=("completion", "connected", "echo"))

    only_finding(stopping(OS), "STOP-04", "FAIL", "inside StopPostAssociate")
    assert "was about to complete" in reasons(stopping(WORKER), "STOP-04")
    goes_on = stopping(WORKER, api(names.SET_EXCLUDE_UNENCRYPTED, bExcludeUnencrypted=1))
    only_finding(goes_on, "STOP-04", "WARN", "another thread", expect=NOTHING)
    cancels = stopping(WORKER, error=1223, reason=0x90002)
    only_finding(cancels, "STOP-04", "WARN", "another thread", expect=NOTHING)


def test_roaming_opens_a_new_session() -> None:
    """Stop and a new PerformPostAssociate without a new pre-association are legal."""
    steps = {step.__name__: step for step in ASSOCIATION}
    story = tell(without=("reset",))
    for name in ("associate", "post_associate", "m1", "m2", "m3", "m4", "keys", "completion"):
        steps[name](story)
    stop(story)
    reset(story)
    clean(story, "POST-01", "STOP-01")


def test_rst_01_missing_reset() -> None:
    """Two connections without a reset between them are the OS's fault."""
    clean(tell(associations=2), "RST-01")
    story = tell(story=tell(without=("reset",)))
    only_finding(story, "RST-01", "MISS", "without an AdapterReset")


def test_rst_02_says_nothing_of_a_second_one_while_the_first_is_pending() -> None:
    """PRE-13: to refuse it is right, also after a reset and with a profile accepted before."""

    def refused(s: Story) -> None:
        s.call(
            names.PRE_ASSOCIATE, result=5023, out={"pdwReasonCode": 0x90008}, hIhvExtAdapter=IHV,
            hConnectSession=s.new_handle(),
            pIhvSecProfile={"length": 90, "hash": "8899aabbccddeeff"},
        )  # fmt: skip

    story = tell(associations=2, after={"pre_associate": refused})
    clean(story, "RST-02", "PRE-13")


def test_rst_02_reset_restores() -> None:
    """A profile accepted once and refused after the reset, and a failing reset, are findings."""
    clean(tell(associations=2), "RST-02")
    rest = tuple(s.__name__ for s in ASSOCIATION if s.__name__ not in ("connect", "pre_associate"))

    def refuse(s: Story) -> None:
        s.call(
            names.PRE_ASSOCIATE, result=5023, out={"pdwReasonCode": 0x90001}, hIhvExtAdapter=IHV,
            hConnectSession=s.connect_session, pIhvSecProfile=security_profile(s),
        )  # fmt: skip

    story = tell(associations=2, pre_associate=refuse, without=rest)
    only_finding(story, "RST-02", "FAIL", "returned ERROR_INVALID_STATE (5023, 0x139f)")
    failing = tell(reset=lambda s: s.call(names.ADAPTER_RESET, result=31, hIhvExtAdapter=IHV))
    only_finding(failing, "RST-02", "FAIL", "AdapterReset returned ERROR_GEN_FAILURE (31, 0x1f)")


def test_rst_02_other_profile() -> None:
    """A profile never accepted before proves nothing."""
    rest = tuple(s.__name__ for s in ASSOCIATION if s.__name__ not in ("connect", "pre_associate"))

    def refuse(s: Story) -> None:
        s.call(
            names.PRE_ASSOCIATE, result=13, out={"pdwReasonCode": 0x90001}, hIhvExtAdapter=IHV,
            hConnectSession=s.connect_session, pIhvSecProfile={"length": 3, "hash": "00"},
        )  # fmt: skip

    story = tell(associations=2, pre_associate=refuse, without=rest)
    assert "not accepted before" in reasons(story, "RST-02")


def test_stop_01_farewell_of_an_access_point_left_behind() -> None:
    """After a roam the old access point may deauthenticate: the session with the new one stays."""
    there = "02:00:00:00:01:99"

    def roams(s: Story) -> None:
        stop(s)
        s.ap = there
        steps["post_associate"](s)
        for name in ("m1", "m2", "m3", "m4", "keys", "completion"):
            steps[name](s)
        s.frame("deauth", "down", transmitter=AP)
        s.wait_ms(8_000)

    steps = {step.__name__: step for step in ASSOCIATION}
    story = tell(after={"echo": roams}, without=("stop",))
    assert {item.rule for item in judge(story).findings} <= {"POST-02", "POST-09"}
    story = tell(story=story)
    assert "STOP-01" not in {item.rule for item in judge(story).findings}


def test_a_stop_of_the_session_before_comes_late() -> None:
    """STOP-05, STOP-09: the next session lives by then, so it has its 802.1X and its packets."""

    def late(s: Story) -> None:
        s.ap = "02:00:00:00:01:99"
        steps["post_associate"](s)
        stop(s, AP)
        s.api(names.START_ONEX, pEapAttributes="0x0")
        send(s)

    steps = {step.__name__: step for step in ASSOCIATION}
    found = {item.rule for item in judge(tell(after={"m1": late})).findings}
    assert not found & {"STOP-05", "STOP-09"}


def test_a_stop_after_a_reset_changes_nothing() -> None:
    """RST-05: what a reset forbids stays forbidden when the stop of STOP-06 has come after it."""

    def stops_onex(s: Story) -> None:
        stop(s)
        s.api(names.STOP_ONEX)

    only_finding(tell(after={"reset": stops_onex}), "RST-05", "FAIL", "StopOneX")


def test_rst_01_after_a_refusal() -> None:
    """Where PerformPreAssociate was refused nothing was begun, and no reset is due."""

    def refused(s: Story) -> None:
        s.call(
            names.PRE_ASSOCIATE, result=13, out={"pdwReasonCode": 0x90001}, hIhvExtAdapter=IHV,
            hConnectSession=s.new_handle(),
        )  # fmt: skip

    clean(tell(after={"connect": refused}))


def test_rst_02_looks_at_the_whole_profile() -> None:
    """The same security fragment with another connectivity fragment is another profile."""
    rest = tuple(s.__name__ for s in ASSOCIATION if s.__name__ not in ("connect", "pre_associate"))

    def refuse(s: Story) -> None:
        s.call(
            names.PRE_ASSOCIATE, result=13, out={"pdwReasonCode": 0x90001}, hIhvExtAdapter=IHV,
            hConnectSession=s.connect_session, pIhvSecProfile=security_profile(s),
            pIhvConnProfile={"pszXmlFragmentIhvConnectivity": {"length": 3, "hash": "00"}},
        )  # fmt: skip

    story = tell(associations=2, pre_associate=refuse, without=rest)
    assert "not accepted before" in reasons(story, "RST-02")


def test_rst_03_success_on_its_way() -> None:
    """Another thread may report success as the reset comes; from the reset's own stack, much later
    or after other work it is no answer to the reset."""

    def resetting(tid: int, *before: Step) -> Story:
        def step(s: Story) -> None:
            call = s.enter(names.ADAPTER_RESET, hIhvExtAdapter=IHV)
            steps(*before)(s)
            complete(s, tid=tid)
            s.leave(call, names.ADAPTER_RESET)

        return tell(reset=step, without=("completion", "connected", "echo", "stop"))

    assert "another thread as the reset came" in reasons(resetting(WORKER), "RST-03")
    only_finding(resetting(OS), "RST-03", "WARN", "carries ERROR_SUCCESS", expect=NOTHING)
    late = resetting(WORKER, lambda s: s.wait_ms(900))
    only_finding(late, "RST-03", "WARN", "carries ERROR_SUCCESS", expect=NOTHING)
    goes_on = resetting(WORKER, api(names.SET_EXCLUDE_UNENCRYPTED, bExcludeUnencrypted=1))
    only_finding(goes_on, "RST-03", "WARN", "carries ERROR_SUCCESS", expect=NOTHING)


def test_rst_02_of_another_user() -> None:
    """A DLL that has its key from the user may refuse once the user has logged off."""

    def refuse(s: Story) -> None:
        s.call(names.SESSION_CHANGE, uEventType=6, dwSessionId=1)
        s.call(
            names.PRE_ASSOCIATE, result=1245, out={"pdwReasonCode": 0x90001}, hIhvExtAdapter=IHV,
            hConnectSession=s.connect_session, pIhvSecProfile=security_profile(s),
        )  # fmt: skip

    rest = tuple(step.__name__ for step in ASSOCIATION[2:-1])
    story = tell(associations=2, pre_associate=refuse, without=rest)
    assert not [item for item in judge(story).findings if item.rule == "RST-02"]


def test_rst_05_completed_again() -> None:
    """A session completed before the reset that ended it is not completed again after it."""
    story = tell(without=("stop",), after={"reset": complete})
    only_finding(story, "RST-05", "FAIL", "PostAssociateCompletion")
