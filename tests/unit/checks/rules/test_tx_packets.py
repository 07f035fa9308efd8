# SPDX-License-Identifier: GPL-2.0-or-later
"""ETH and TX rules."""

from __future__ import annotations

import pytest

from harness.evidence import names
from tests.unit.checks.builder import ASSOCIATION, ethertypes, init_adapter, send, tell
from tests.unit.checks.judging import clean, judge, only_finding, reasons
from tests.unit.checks.story import IHV, Story


def test_eth_01_moment() -> None:
    """Allowed from InitAdapter to the completion; after that not; after a reset contradicted."""
    clean(tell(), "ETH-01")
    clean(tell(after={"init_adapter": ethertypes}), "ETH-01")
    only_finding(tell(after={"pre_completion": ethertypes}), "ETH-01", "FAIL", "completed")
    only_finding(tell(after={"reset": ethertypes}), "ETH-01", "WARN", "after AdapterReset")
    clean(tell(associations=2, after={"pre_associate": ethertypes}), "ETH-01")


def lists(registration: str = "888e", exemption: str = "888e") -> Story:
    """A run with these EtherTypes."""

    def step(s: Story) -> None:
        exempt = {"ethertype_bytes": exemption, "action": 2, "packet_type": 3}
        s.api(names.SET_ETHERTYPES, pExemption=[exempt], pusRegistration=["888e", registration])

    return tell(ethertypes=step)


def test_eth_02_byte_order() -> None:
    """Swapped bytes of a known EtherType, and lengths, are found; vendors' own types pass."""
    clean(lists(), "ETH-02")
    clean(lists(registration="8333"), "ETH-02")
    only_finding(lists(registration="8e88"), "ETH-02", "WARN", "0x888e in the wrong byte order")
    only_finding(lists(exemption="8E88"), "ETH-02", "WARN", "pExemption")
    only_finding(lists(registration="0010"), "ETH-02", "WARN", "too small")


def extra(**changes: object) -> Story:
    """A run with one more packet."""
    return tell(after={"m1": lambda s: _send(s, **changes)})


def _send(s: Story, **changes: object) -> None:
    send(s, **changes)  # type: ignore[arg-type]


def test_tx_01_header() -> None:
    """Swapped EtherTypes and packets shorter than their header are findings."""
    clean(tell(), "TX-01")
    only_finding(extra(ethertype_bytes="8e88"), "TX-01", "FAIL", "8e88")
    only_finding(extra(length=7), "TX-01", "FAIL", "7 bytes")


@pytest.mark.parametrize("lost", [12, -3])
def test_tx_01_beside_a_gap(lost: int) -> None:
    """Records missing before or after a breach take nothing away from what was recorded."""
    story = extra(length=7)
    del story.lines[lost]
    assert ("TX-01", "FAIL") in {(item.rule, item.severity) for item in judge(story).findings}


def test_tx_02_unicast() -> None:
    """A group destination is a finding."""
    clean(tell(), "TX-02")
    only_finding(extra(destination="01:80:c2:00:00:03"), "TX-02", "FAIL", "01:80:c2:00:00:03")


@pytest.mark.parametrize("state", ["changed", "unreadable"])
def test_tx_03_buffer(state: str) -> None:
    """A buffer changed or freed before its completion is a finding."""
    clean(tell(), "TX-03")
    only_finding(extra(buffer=state), "TX-03", "FAIL", state)


def test_tx_03_unknown() -> None:
    """Where the recorder could not look, nothing is claimed."""
    result = judge(extra(buffer="unknown"))
    assert result.findings == ()
    assert any(item.rule == "TX-03" for item in result.undecided)


def test_tx_04_unique_handle() -> None:
    """A handle used again while outstanding is a finding; once completed or refused it is free."""

    def twice(s: Story) -> None:
        handle = send(s, complete=False)
        send(s, handle=handle)
        s.call(names.SEND_COMPLETION, hSendCompletion=handle, buffer="unchanged")

    def free(s: Story) -> None:
        handle = send(s)
        send(s, handle=handle, result=5, complete=False)
        send(s, handle=handle)

    only_finding(tell(after={"m1": twice}), "TX-04", "FAIL", "outstanding")
    clean(tell(after={"m1": free}), "TX-04")


def test_tx_05_os_side() -> None:
    """A completion that is missing, or for nothing, is the OS's fault."""
    clean(tell(), "TX-05")

    def never(s: Story) -> None:
        send(s, complete=False)
        s.wait_ms(6_000)

    def for_nothing(s: Story) -> None:
        s.call(names.SEND_COMPLETION, hSendCompletion="0xbad", buffer="unknown")

    only_finding(tell(after={"m1": never}), "TX-05", "MISS", "no SendPacketCompletion")
    only_finding(tell(after={"m1": for_nothing}), "TX-05", "MISS", "0xbad")


def test_tx_05_too_early_to_say() -> None:
    """When the evidence ends too soon, a missing completion is undecided."""
    story = tell(m2=lambda s: None, m4=lambda s: _send(s, complete=False))
    assert "before the completion was due" in reasons(story, "TX-05")


def returned(s: Story) -> None:
    """The adapter goes and comes back, as when it is disabled and enabled."""
    s.call(names.DEINIT_ADAPTER, result=None, hIhvExtAdapter=IHV)
    init_adapter(s)


def again(s: Story, *, complete: bool = True) -> None:
    """A second connection."""
    for step in ASSOCIATION:
        if step.__name__ != "m2":
            step(s)
        else:
            send(s, handle="0x77", complete=complete)
            s.frame("M2", "up", replay_counter=1, mic_ok=True)


def test_tx_a_handle_of_an_adapter_that_is_gone() -> None:
    """What was under way when the adapter went is not outstanding for the one that came after."""

    def left_open(s: Story) -> None:
        send(s, handle="0x77", complete=False)

    story = tell(after={"m1": left_open, "reset": returned})
    again(story)
    story.wait_ms(10_000)
    result = judge(story)
    assert [(item.rule, item.message) for item in result.findings] == []
    assert "the adapter was gone" in "; ".join(
        item.reason for item in result.undecided if item.rule == "TX-05"
    )


def test_tx_04_a_handle_the_os_never_gave_back() -> None:
    """A reset lets go of what the OS did not complete: using the handle again proves nothing."""
    story = tell(after={"m1": lambda s: _send(s, handle="0x77", complete=False)})
    again(story, complete=False)
    assert {item.rule for item in judge(story).findings} <= {"TX-05"}
    told = [item.reason for item in judge(story).undecided if item.rule == "TX-04"]
    assert any("AdapterReset" in reason for reason in told)


def test_tx_without_a_completion_handle() -> None:
    """hSendCompletion is optional; a packet without one cannot be told from another."""
    clean(extra(handle="0x0", buffer="changed"))


def test_tx_05_a_send_lost_from_the_trace() -> None:
    """A completion whose SendPacket may have been among lost records is not for nothing."""

    def for_nothing(s: Story) -> None:
        s.call(names.SEND_COMPLETION, hSendCompletion="0xbad", buffer="unknown")

    story = tell(after={"m4": for_nothing})
    lost = next(i for i, line in enumerate(story.lines) if names.SEND_PACKET in line)
    del story.lines[lost]
    assert "TX-05" not in {item.rule for item in judge(story).findings}
