# SPDX-License-Identifier: GPL-2.0-or-later
"""ADPT rules."""

from __future__ import annotations

import pytest

from harness.checks import Expectation
from harness.evidence import names
from tests.unit.checks.builder import ASSOCIATION, PROLOGUE, complete, init_adapter, tell
from tests.unit.checks.judging import clean, judge, only_finding, reasons
from tests.unit.checks.story import IHV, OS, SVC, WORKER, Story


def deinit(s: Story) -> None:
    """The adapter goes."""
    s.call(names.DEINIT_ADAPTER, result=None, hIhvExtAdapter=IHV)


def second_adapter(handle: str) -> Story:
    """A run with two adapters."""

    def both(s: Story) -> None:
        init_adapter(s)
        s.call(names.INIT_ADAPTER, hDot11SvcHandle="0x6000", out={"phIhvExtAdapter": handle})

    return tell(init_adapter=both)


def test_adpt_01_unique_handle() -> None:
    """Two live adapters need two handles; after DeinitAdapter one may come back."""
    clean(second_adapter("0x7f0020"), "ADPT-01")
    story = Story()
    for step in PROLOGUE:
        step(story)
    story.call(names.INIT_ADAPTER, hDot11SvcHandle="0x6000", out={"phIhvExtAdapter": IHV})
    only_finding(story, "ADPT-01", "FAIL", IHV)
    again = tell(after={"reset": deinit})
    init_adapter(again)
    clean(again, "ADPT-01")


def test_adpt_02_unknown_handle() -> None:
    """A service handle nobody gave is a finding."""
    clean(tell(), "ADPT-02")

    def wrong(s: Story) -> None:
        s.call("Dot11ExtSetExcludeUnencrypted", WORKER, hDot11SvcHandle="0xbad", bExclude=1)

    only_finding(tell(after={"ciphers": wrong}), "ADPT-02", "FAIL", "0xbad")


def test_adpt_02_mixed_up_adapters() -> None:
    """Inside a handler of one adapter the other one's service handle may be meant: a warning,
    unless that one has work to be done, which a DLL may do on any stack."""

    def inside(s: Story) -> None:
        s.call("Dot11ExtSetExcludeUnencrypted", hDot11SvcHandle="0x6000", bExclude=1)

    def pre(s: Story) -> None:
        call = s.enter(names.PRE_ASSOCIATE, hIhvExtAdapter=IHV, hConnectSession=s.connect_session)
        inside(s)
        s.leave(call, names.PRE_ASSOCIATE, pdwReasonCode=0)

    def both(s: Story) -> None:
        init_adapter(s)
        s.call(names.INIT_ADAPTER, hDot11SvcHandle="0x6000", out={"phIhvExtAdapter": "0x7f0020"})

    story = tell(init_adapter=both, pre_associate=pre)
    only_finding(story, "ADPT-02", "WARN", "inside a handler")

    def busy(s: Story) -> None:
        both(s)
        out = {"pdwReasonCode": 0}
        s.call(names.PRE_ASSOCIATE, out=out, hIhvExtAdapter="0x7f0020", hConnectSession="0x777")

    story = tell(init_adapter=busy, pre_associate=pre)
    assert "ADPT-02" not in {item.rule for item in judge(story).findings}


def test_adpt_03_dead_handle() -> None:
    """After DeinitAdapter the service handle is dead; of completions then ADPT-06 speaks."""
    clean(tell(after={"reset": deinit}), "ADPT-03")

    def late_call(s: Story) -> None:
        deinit(s)
        s.call("Dot11ExtSetDefaultKeyId", WORKER, hDot11SvcHandle=SVC, uDefaultKeyId=1)

    story = tell(after={"reset": late_call})
    only_finding(story, "ADPT-03", "FAIL", "SetDefaultKeyId")

    def completes(s: Story) -> None:
        number = s.enter(names.DEINIT_ADAPTER, hIhvExtAdapter=IHV)
        complete(s, error=1223, reason=0x10001)
        s.leave(number, names.DEINIT_ADAPTER, result=None)

    story = tell(
        without=("m1", "m2", "m3", "m4", "keys", "completion", "connected", "echo", "stop",
                 "reset"),
        after={"post_associate": completes},
    )  # fmt: skip
    assert {item for item in _findings(story) if "EXPECT" not in item[0]} == {
        ("ADPT-05", "MISS"), ("ADPT-06", "WARN"),
    }  # fmt: skip


def _findings(story: Story) -> list[tuple[str, str]]:
    return [(item.rule, item.severity) for item in judge(story).findings]


OTHER_SVC, OTHER_IHV = "0x6000", "0x7f0020"


def test_adpt_01_handle_of_an_adapter_that_goes_meanwhile() -> None:
    """InitAdapter may give the handle of an adapter that was taken down while it ran; from its
    return on the handle is the new adapter's."""
    story = Story()
    for step in PROLOGUE:
        step(story)
    number = story.enter(names.INIT_ADAPTER, 9, hDot11SvcHandle=OTHER_SVC)
    deinit(story)
    story.leave(number, names.INIT_ADAPTER, 9, phIhvExtAdapter=IHV)
    story.call(names.SET_EXCLUDE_UNENCRYPTED, WORKER, hDot11SvcHandle=OTHER_SVC, bExclude=1)
    clean(story, "ADPT-01", "ADPT-02", "ADPT-03")


def test_adpt_02_handlers_without_an_adapter() -> None:
    """An adapter the DLL refused has no part in handlers that name no adapter at all."""

    def refused(s: Story) -> None:
        s.call(names.INIT_ADAPTER, result=50, hDot11SvcHandle=OTHER_SVC)

    def inside_a_response(s: Story) -> None:
        number = s.enter(names.SESSION_CHANGE, uEventType=7, dwSessionId=1)
        s.api("Dot11ExtSetExcludeUnencrypted", OS, bExcludeUnencrypted=1)
        s.leave(number, names.SESSION_CHANGE)

    clean(tell(after={"init_adapter": refused, "ciphers": inside_a_response}), "ADPT-02")


def test_adpt_02_connect_session_of_another_adapter() -> None:
    """The right connect session with another adapter's service handle is a finding."""

    def arrives(s: Story) -> None:
        s.call(names.INIT_ADAPTER, hDot11SvcHandle=OTHER_SVC, out={"phIhvExtAdapter": OTHER_IHV})

    mixed_up = tell(
        after={"init_adapter": arrives},
        pre_completion=lambda s: s.call(
            names.PRE_COMPLETION, WORKER, hDot11SvcHandle=OTHER_SVC,
            hConnectSession=s.connect_session, dwReasonCode=0, dwWin32Error=0,
        ),
        without=tuple(step.__name__ for step in ASSOCIATION[5:]),
    )  # fmt: skip
    only_finding(mixed_up, "ADPT-02", "FAIL", "of the adapter with service handle 0x5000",
                 expect=Expectation(connected=None, messages=()))  # fmt: skip


def in_deinit(tid: int, calls: int = 1, after_ms: int = 0) -> Story:
    """A thread makes calls while DeinitAdapter runs."""

    def step(s: Story) -> None:
        number = s.enter(names.DEINIT_ADAPTER, hIhvExtAdapter=IHV)
        s.wait_ms(after_ms)
        for _ in range(calls):
            s.call(names.SET_EXCLUDE_UNENCRYPTED, tid, hDot11SvcHandle=SVC, bExclude=1)
        s.leave(number, names.DEINIT_ADAPTER, result=None)

    return tell(after={"reset": step})


def test_adpt_03_while_deinit_runs() -> None:
    """Another thread that goes on is warned of; on DeinitAdapter's own stack it fails."""
    again = in_deinit(WORKER, calls=2)
    only_finding(again, "ADPT-03", "WARN", "by another thread while DeinitAdapter ran")
    late = in_deinit(WORKER, after_ms=900)
    only_finding(late, "ADPT-03", "WARN", "by another thread while DeinitAdapter ran")
    only_finding(in_deinit(OS), "ADPT-03", "FAIL", "inside DeinitAdapter")


def test_adpt_03_a_call_on_its_way() -> None:
    """Who checks and then calls cannot help it that DeinitAdapter comes in between."""
    assert "was about to call" in reasons(in_deinit(WORKER), "ADPT-03")


def test_adpt_10_between_two_lives() -> None:
    """A handle is stale from DeinitAdapter until InitAdapter gives it again."""

    def again(s: Story) -> None:
        deinit(s)
        s.call(names.ADAPTER_RESET, hIhvExtAdapter=IHV)
        init_adapter(s)

    only_finding(tell(after={"reset": again}), "ADPT-10", "WARN", "AdapterReset succeeded")


@pytest.mark.parametrize(
    "function", [names.CONTROL, names.VALIDATE_PROFILE, names.QUERY_UI, names.STOP_POST,
                 names.RECEIVE_INDICATION, names.ONEX_RESULT],
)  # fmt: skip
def test_adpt_10_where_the_adapter_does_not_matter(function: str) -> None:
    """Whoever needs no adapter to answer, or passes over what is said of one, may succeed."""
    out = {"pdwReasonCode": 0, "pdwBytesReturned": 0}
    asked = lambda s: s.call(function, out=out, hIhvExtAdapter="0xdead", dwOutBufferSize=0)  # noqa: E731
    clean(tell(after={"reset": asked}), "ADPT-10")
