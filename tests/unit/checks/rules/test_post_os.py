# SPDX-License-Identifier: GPL-2.0-or-later
"""POST rules, the OS side: breaches are the lab's (MISS)."""

from __future__ import annotations

from harness.evidence import names
from tests.unit.checks.builder import (
    associate,
    begin_post,
    complete,
    ethertypes,
    init_adapter,
    tell,
)
from tests.unit.checks.judging import clean, judge, only_finding, reasons
from tests.unit.checks.story import ASSOC_PARAMS, Story, port_state


def test_post_01_moment() -> None:
    """Too early, after a failure, or with an open port: each is named."""
    clean(tell(), "POST-01")
    open_port = port_state(bPortAuthorized=1)
    story = tell(
        post_associate=lambda s: begin_post(s, pPortState=open_port, out={"pPortState": open_port})
    )
    only_finding(story, "POST-01", "MISS", "authorized already")
    failed = ASSOC_PARAMS | {"uStatus": 0x30011}
    story = tell(post_associate=lambda s: begin_post(s, pDot11AssocParams=failed))
    only_finding(story, "POST-01", "MISS", "0x30011")
    story = tell(without=("associate",), after={"post_associate": associate})
    only_finding(story, "POST-01", "MISS", "before an association response")


def _registers_at_once(s: Story) -> None:
    init_adapter(s)
    ethertypes(s)


def test_post_01_without_pre_association() -> None:
    """A call in the initialized state is the OS's breach of the state machine."""
    story = tell(
        without=("pre_associate", "pre_completion", "ciphers"),
        ethertypes=lambda s: None,
        init_adapter=_registers_at_once,
    )
    only_finding(story, "POST-01", "MISS", "without a successful pre-association")


def test_post_02_addresses() -> None:
    """Peer, MAC address and the access point on the air agree."""
    clean(tell(), "POST-02")
    other = ASSOC_PARAMS | {"MacAddr": "02:00:00:00:02:00"}
    story = tell(post_associate=lambda s: begin_post(s, pDot11AssocParams=other))
    only_finding(story, "POST-02", "MISS", "MacAddr is 02:00:00:00:02:00")
    story = tell(post_associate=lambda s: begin_post(s, hIhvExtAdapter="0x1"))
    assert ("POST-02", "MISS") in {(i.rule, i.severity) for i in judge(story).findings}


def test_post_09_port_opens() -> None:
    """No report of connected after a success is the OS's fault, if there was time for one."""
    clean(tell(), "POST-09")

    def wait(s: Story) -> None:
        s.wait_ms(6_000)

    story = tell(without=("connected", "echo"), after={"completion": wait})
    only_finding(story, "POST-09", "MISS", "did not report connected")
    assert "before the port" in reasons(tell(without=("connected", "echo")), "POST-09")


def test_post_09_port_stays_shut() -> None:
    """A report of connected after a failure is the OS's fault."""
    story = tell(completion=lambda s: complete(s, 5, 0x90001), without=("echo",))
    only_finding(story, "POST-09", "MISS", "reported a failure")
    story = tell(completion=lambda s: complete(s, 5, 0x90001), without=("connected", "echo"))
    assert "POST-09" in judge(story).checked


def test_post_10_repeated_completion() -> None:
    """A second completion of a live session is the DLL's right; the OS must take it."""
    clean(tell(after={"echo": complete}), "POST-10")
    story = tell(after={"echo": lambda s: complete(s, result=5023)})
    only_finding(story, "POST-10", "MISS", "5023")
    wrong = tell(after={"echo": lambda s: complete(s, result=87)})
    assert "INVALID_PARAMETER" in reasons(wrong, "POST-10")
    assert names.POST_COMPLETION in story.trace()


def test_post_09_an_adapter_the_trace_does_not_show() -> None:
    """Whose interface was reported connected is not known where InitAdapter's return is lost."""
    story = tell(after={"echo": lambda s: s.wait_ms(10_000)})
    lost = next(i for i, line in enumerate(story.lines) if "phIhvExtAdapter" in line)
    del story.lines[lost]
    assert "POST-09" not in {item.rule for item in judge(story).findings}
