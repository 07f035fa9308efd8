# SPDX-License-Identifier: GPL-2.0-or-later
"""ETH-07: the OS keeps as many packets as the DLL asked for, and no more."""

from __future__ import annotations

import hashlib

from harness.checks import Expectation
from harness.evidence import names
from tests.unit.checks.builder import tell
from tests.unit.checks.judging import clean, judge, only_finding
from tests.unit.checks.story import AP, IHV, Story

PENDING = Expectation(connected=False, messages=())
OTHER_STA = "02:00:00:00:02:00"
AFTER_M1 = ("m2", "m3", "m4", "keys", "completion", "connected", "echo")


def given(s: Story, counter: int) -> None:
    """ReceivePacket with an M1 of this replay counter."""
    data = "0203005f02008a0010" + counter.to_bytes(8, "big").hex() + "00" * 78
    s.call(
        names.RECEIVE_PACKET, hIhvExtAdapter=IHV, dwInBufferSize=8 + len(data) // 2,
        pvInBuffer={"source": AP, "ethertype_bytes": "888e", "data": data},
    )  # fmt: skip


def burst(arrive: int, kept: int) -> Story:
    """So many M1 reach the station while nothing is delivered; the last `kept` are, later."""

    def m1(s: Story) -> None:
        for counter in range(1, arrive + 1):
            s.frame("M1", "down", replay_counter=counter)
        s.wait_ms(600)
        for counter in range(arrive - kept + 1, arrive + 1):
            given(s, counter)

    return tell(without=AFTER_M1, m1=m1)


def test_the_newest_ten_of_twenty_five() -> None:
    """Ten were asked for (uMaxBackLog)."""
    clean(burst(25, 10), "ETH-07", expect=PENDING)


def test_more_than_were_asked_for() -> None:
    """A queue that grows beyond the bound is the OS's fault, not the driver's."""
    only_finding(burst(25, 20), "ETH-07", "MISS", "20 packets were waiting", expect=PENDING)


def test_a_few_packets_put_nothing_to_the_test() -> None:
    """No overflow, nothing to hold."""
    assert "ETH-07" not in judge(burst(8, 8), PENDING).checked
    assert "ETH-07" not in judge(tell()).checked


def test_packets_that_never_were_on_the_air_do_not_count() -> None:
    """An order may hand the DLL packets of its own making."""

    def m1(s: Story) -> None:
        s.frame("M1", "down", replay_counter=1)
        for _ in range(30):
            given(s, 99)
        given(s, 1)

    assert "ETH-07" not in judge(tell(without=AFTER_M1, m1=m1), PENDING).checked


def test_another_stations_packets_are_not_in_this_queue() -> None:
    """Two adapters at once: what reaches the other's radio neither fills this queue nor excuses
    it."""

    def first(s: Story) -> None:
        data = "0203005f02008a0010" + (100).to_bytes(8, "big").hex() + "00" * 78
        digest = hashlib.sha256(bytes.fromhex(data)).hexdigest()[:16]
        s.frame("M1", "down", replay_counter=100, detail={"digest": digest})
        given(s, 100)

    def others(s: Story) -> None:
        ends = {"transmitter": AP, "receiver": OTHER_STA}
        s.frame("assoc-req", "up", transmitter=OTHER_STA, receiver=AP)
        s.frame("assoc-resp", "down", **ends)

    def m1(s: Story) -> None:
        others(s)
        first(s)
        for counter in range(1, 26):
            s.frame("M1", "down", replay_counter=counter)
        s.wait_ms(600)
        for counter in range(6, 26):
            s.frame("M1", "down", transmitter=AP, receiver=OTHER_STA, replay_counter=counter)
            given(s, counter)

    only_finding(
        tell(without=AFTER_M1, m1=m1), "ETH-07", "MISS", "packets were waiting", expect=PENDING
    )
