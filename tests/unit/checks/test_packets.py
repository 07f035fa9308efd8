# SPDX-License-Identifier: GPL-2.0-or-later
"""ETH and TX rules."""

from __future__ import annotations

import pytest

from harness.evidence import names
from tests.unit.checks.builder import Story, ethertypes, send, tell
from tests.unit.checks.judging import clean, judge, only_finding, reasons


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
