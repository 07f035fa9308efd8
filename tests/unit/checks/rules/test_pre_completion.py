# SPDX-License-Identifier: GPL-2.0-or-later
"""PRE rules."""

from __future__ import annotations

from harness.checks import CheckLimits
from harness.evidence import names
from tests.unit.checks.builder import ASSOCIATION, complete_pre, ethertypes, pre_completion, tell
from tests.unit.checks.judging import clean, judge, only_finding, reasons
from tests.unit.checks.story import IHV, SERVICE, WORKER, Story

BEFORE_COMPLETION = ("connect", "pre_associate", "ethertypes", "ciphers")
AFTER_PRE = tuple(s.__name__ for s in ASSOCIATION if s.__name__ not in BEFORE_COMPLETION)


def pre(result: int = 0, reason: int | None = 0) -> Story:
    """A story that ends after PerformPreAssociate."""

    def step(s: Story) -> None:
        s.call(
            names.PRE_ASSOCIATE, result=result, out={"pdwReasonCode": reason},
            hIhvExtAdapter=IHV, hConnectSession=s.connect_session,
        )  # fmt: skip

    return tell(pre_associate=step, without=(*AFTER_PRE, "ethertypes", "ciphers"))


def never_mind(story: Story) -> set[tuple[str, str]]:
    """Findings apart from EXPECT."""
    return {
        (item.rule, item.severity)
        for item in judge(story).findings
        if not item.rule.startswith("EXPECT")
    }


def test_pre_02_missing_completion() -> None:
    """Missing beyond the limit is a finding that owns up to the limit; before it, undecided."""
    clean(tell(), "PRE-02")
    story = tell(without=AFTER_PRE)
    assert "before the limit" in reasons(story, "PRE-02")
    story.wait_ms(10_100)
    story.associations[-1]["end_ns"] = story.now
    found = only_finding(story, "PRE-02", "FAIL", "no document gives a number")
    assert found.association == 1


def test_pre_02_with_a_torn_last_line() -> None:
    """A trace that ends in the midst of a line goes on where nobody sees it."""
    story = tell(without=AFTER_PRE)
    story.wait_ms(20_000)
    assert "missing from the trace" in reasons(story.evidence(story.lines[-1][:-9]), "PRE-02")


def test_pre_02_limit_is_a_parameter() -> None:
    """A longer limit leaves the same evidence undecided."""
    story = tell(without=AFTER_PRE)
    story.wait_ms(10_100)
    result = judge(story, limits=CheckLimits(pre_associate_s=60))
    assert "PRE-02" not in result.checked


def test_pre_02_twice_and_after_error() -> None:
    """A second completion is a finding, and so is one after an error."""
    only_finding(tell(after={"pre_completion": pre_completion}), "PRE-02", "FAIL", "2 times")
    story = pre(result=5, reason=0x90001)
    complete_pre(story)
    assert never_mind(story) == {("PRE-02", "FAIL")}


def test_pre_02_said_again_after_a_refusal() -> None:
    """What the OS refused to take has completed nothing: the DLL says it again."""

    def refused_first(s: Story) -> None:
        complete_pre(s, result=5023)
        complete_pre(s)

    clean(tell(pre_completion=refused_first), "PRE-02")
    story = tell(pre_completion=refused_first, after={"pre_completion": pre_completion})
    only_finding(story, "PRE-02", "FAIL", "2 times")


def test_pre_03_inside_the_handler() -> None:
    """A completion on the handler's stack is a finding."""
    clean(tell(), "PRE-03")

    def inside(s: Story) -> None:
        args = {"hIhvExtAdapter": IHV, "hConnectSession": s.connect_session}
        call = s.enter(names.PRE_ASSOCIATE, **args)
        ethertypes(s)
        complete_pre(s, tid=8)
        s.leave(call, names.PRE_ASSOCIATE, pdwReasonCode=0)

    story = tell(pre_associate=inside, without=("ethertypes", "pre_completion"))
    only_finding(story, "PRE-03", "FAIL", "inside PerformPreAssociate")


def test_pre_04_reason() -> None:
    """Success allows 0 and IHV reasons, an error L2 and IHV reasons."""
    clean(tell(), "PRE-04")
    assert never_mind(pre(reason=0x90001)) == set()
    assert never_mind(pre(reason=0x38005)) == {("PRE-04", "FAIL")}
    assert never_mind(pre(result=5, reason=0x38005)) == set()
    assert never_mind(pre(result=5, reason=0)) == {("PRE-04", "FAIL")}
    assert "does not show" in reasons(pre(reason=None), "PRE-04")


def test_pre_06_pair() -> None:
    """Success with an L2 reason and an error without a reason are findings."""
    clean(tell(), "PRE-06")
    story = tell(pre_completion=lambda s: complete_pre(s, reason=0x38005))
    only_finding(story, "PRE-06", "FAIL", "0x38005")
    story = tell(without=AFTER_PRE)
    complete_pre(story, error=5)
    assert never_mind(story) == {("PRE-06", "FAIL")}


def test_pre_07_wrong_session() -> None:
    """A completion with a handle nobody gave is a finding, and not also a missing completion."""
    clean(tell(), "PRE-07")
    story = tell(without=AFTER_PRE)
    complete_pre(story, hConnectSession="0xbad")
    story.wait_ms(20_000)
    assert never_mind(story) == {("PRE-07", "FAIL")}


def test_pre_07_use_after_completion() -> None:
    """The sample itself uses the dead handle, so that is a warning (and POST-16's as well)."""

    def profile(s: Story) -> None:
        s.api(names.SET_USER_DATA, WORKER, hConnectSession=s.connect_session, dwSessionID=1)

    only_finding(tell(after={"keys": profile}), "PRE-07", "WARN", "SetProfileCustomUserData")
    clean(tell(after={"ciphers": profile}), "PRE-07")


def test_pre_03_with_the_return_lost() -> None:
    """A thread that enters another handler has left the one whose return is missing."""

    def never_seen_to_return(s: Story) -> None:
        call = s.enter(
            names.PRE_ASSOCIATE, hIhvExtAdapter=IHV, hConnectSession=s.connect_session,
            pIhvSecProfile=None,
        )  # fmt: skip
        s.leave(call, names.PRE_ASSOCIATE, pdwReasonCode=0)
        del s.lines[-1]
        inside = s.enter(names.ADAPTER_RESET, hIhvExtAdapter=IHV)
        complete_pre(s, 1223, 0x10001, tid=8)
        s.leave(inside, names.ADAPTER_RESET)

    story = tell(pre_associate=never_seen_to_return, without=AFTER_PRE)
    assert "PRE-03" not in {item.rule for item in judge(story).findings}


def test_pre_03_of_another_operation() -> None:
    """Inside PerformPreAssociate the pre-association of another adapter may be completed."""

    def arrives(s: Story) -> None:
        s.call(names.INIT_ADAPTER, hDot11SvcHandle="0x6000", out={"phIhvExtAdapter": "0x77"})

    def begins(s: Story) -> None:
        number = s.enter(
            names.PRE_ASSOCIATE, 9, hIhvExtAdapter="0x77", hConnectSession="0x99",
            pIhvSecProfile=None,
        )  # fmt: skip
        complete_pre(s, tid=9)
        s.leave(number, names.PRE_ASSOCIATE, 9, 5, pdwReasonCode=0x90001)

    story = tell(after={"init_adapter": arrives}, pre_completion=begins)
    assert "PRE-03" not in {item.rule for item in judge(story).findings}


def test_pre_10_security_left_to_the_os() -> None:
    """A profile without a fragment of the vendor gives the DLL nothing to set."""
    for profile in (None, {"address": "0x1000", "size": 16, "pszXmlFragmentIhvSecurity": None}):

        def begin(s: Story, profile: object = profile) -> None:
            s.call(
                names.PRE_ASSOCIATE, hIhvExtAdapter=IHV, hConnectSession=s.connect_session,
                pIhvSecProfile=profile, out={"pdwReasonCode": 0},
            )  # fmt: skip

        clean(tell(pre_associate=begin, ciphers=lambda s: None), "PRE-02")


def test_pre_10_beside_a_reset() -> None:
    """A success that crosses AdapterReset was prepared before it."""

    def crossing(s: Story) -> None:
        number = s.enter(names.ADAPTER_RESET, hIhvExtAdapter=IHV)
        complete_pre(s)
        s.leave(number, names.ADAPTER_RESET)

    story = tell(pre_completion=crossing, without=AFTER_PRE[1:])
    assert {rule for rule, _ in never_mind(story)} == set()
    assert "PRE-10" in judge(story).checked


def test_pre_07_beside_the_completion() -> None:
    """Another thread does not know of a completion that has not returned; one that the OS refused
    completes nothing."""

    def beside(s: Story) -> None:
        args = {"hConnectSession": s.connect_session, "dwReasonCode": 0, "dwWin32Error": 0}
        number = s.enter(names.PRE_COMPLETION, WORKER, hDot11SvcHandle=s.svc, **args)
        s.api(names.GET_USER_DATA, SERVICE, hConnectSession=s.connect_session, dwSessionID=1)
        s.leave(number, names.PRE_COMPLETION, WORKER)

    def again(s: Story) -> None:
        args = {"hConnectSession": s.connect_session, "dwReasonCode": 0, "dwWin32Error": 0}
        s.api(names.PRE_COMPLETION, WORKER, 87, **args)
        s.api(names.GET_USER_DATA, hConnectSession=s.connect_session, dwSessionID=1)
        s.api(names.PRE_COMPLETION, **args)

    clean(tell(pre_completion=beside), "PRE-07")
    clean(tell(pre_completion=again), "PRE-07")
