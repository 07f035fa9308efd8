# SPDX-License-Identifier: GPL-2.0-or-later
"""ADPT rules."""

from __future__ import annotations

from harness.evidence import names
from tests.unit.checks.builder import (
    IHV,
    PROLOGUE,
    SVC,
    WORKER,
    Story,
    complete,
    init_adapter,
    tell,
)
from tests.unit.checks.judging import clean, judge, only_finding


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
    """Inside a handler of one adapter the other one's service handle is a finding."""

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
    only_finding(story, "ADPT-02", "FAIL", "inside a handler")


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
