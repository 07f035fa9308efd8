# SPDX-License-Identifier: GPL-2.0-or-later
"""ETH and RX rules: what was asked for and refused, lists too long to show, a port about to go."""

from __future__ import annotations

from typing import Any

import pytest

from harness.checks import Expectation, evaluate
from harness.evidence import names
from tests.unit.checks.builder import (
    associate,
    begin_post,
    ethertypes,
    pre_completion,
    reset,
    stop,
    tell,
)
from tests.unit.checks.judging import clean, judge, only_finding
from tests.unit.checks.stories import in_post, steps, until
from tests.unit.checks.story import AP, IHV, OS, SERVICE, WORKER, Step, Story
from tests.unit.checks.story_steps import START, key, key_id, registered, result

LONG: dict[str, Any] = {
    "uNumOfRegistration": 33, "pusRegistration": [f"88{number:02x}" for number in range(32)],
}  # fmt: skip
"""33 EtherTypes, of which the recorder shows the first 32; EAPOL (88 8e) is not among those."""


def test_eth_01_a_completion_the_os_refused() -> None:
    """It completes nothing: the pre-association is still open."""

    def twice(s: Story) -> None:
        args = {"hConnectSession": s.connect_session, "dwReasonCode": 0, "dwWin32Error": 0}
        s.api(names.PRE_COMPLETION, WORKER, 87, **args)
        ethertypes(s)
        pre_completion(s)

    found = evaluate(tell(pre_completion=twice).evidence()).findings
    assert "ETH-01" not in {item.rule for item in found}


def test_eth_01_beside_the_completion() -> None:
    """Two threads: what is entered before the completion has returned is not after it, unless the
    OS has taken it up by then and begun the post-association."""

    def aside(s: Story) -> None:
        exemption = {"ethertype_bytes": "888e", "action": 2, "packet_type": 3}
        s.api(
            names.SET_ETHERTYPES, SERVICE, uMaxBackLog=10, uNumOfExemption=1,
            pExemption=[exemption], uNumOfRegistration=1, pusRegistration=["888e"],
        )  # fmt: skip

    def side_by_side(s: Story) -> None:
        args = {"hConnectSession": s.connect_session, "dwReasonCode": 0, "dwWin32Error": 0}
        number = s.enter(names.PRE_COMPLETION, WORKER, hDot11SvcHandle="0x5000", **args)
        aside(s)
        s.leave(number, names.PRE_COMPLETION, WORKER)

    def taken_up(s: Story) -> None:
        args = {"hConnectSession": s.connect_session, "dwReasonCode": 0, "dwWin32Error": 0}
        number = s.enter(names.PRE_COMPLETION, WORKER, hDot11SvcHandle="0x5000", **args)
        associate(s)
        begin_post(s, inside=aside)
        s.leave(number, names.PRE_COMPLETION, WORKER)

    clean(tell(pre_completion=side_by_side), "ETH-01")
    early = tell(pre_completion=taken_up, without=("associate", "post_associate"))
    only_finding(early, "ETH-01", "FAIL", "was completed")
    only_finding(tell(after={"pre_completion": aside}), "ETH-01", "FAIL", "was completed")


def test_eth_05_a_registration_the_os_refused() -> None:
    """The DLL did register again; that the OS did not take it is not its neglect."""
    refused = lambda s: s.api(names.SET_ETHERTYPES, result=5023, uNumOfRegistration=1)  # noqa: E731
    none: Step = lambda s: None  # noqa: E731
    quiet = {"m1": none, "m2": none, "m3": none, "m4": none}
    again = tell(associations=2, ethertypes=refused, **quiet)
    assert "ETH-05" not in {item.rule for item in judge(again).findings}


def answers_nothing(s: Story) -> None:
    """Packets are delivered, but the DLL has no use for them."""
    s.call(names.RECEIVE_PACKET, hIhvExtAdapter=IHV, dwInBufferSize=121,
           pvInBuffer={"source": AP, "ethertype_bytes": "888e"})  # fmt: skip


def wep(s: Story) -> None:
    """Static keys and open authentication."""
    s.api(names.SET_AUTH, dwAuthAlgo=1)
    s.api(names.SET_UNICAST_CIPHER, dwUnicastCipherAlgo=0x101)
    s.api(names.SET_MULTICAST_CIPHER, dwMulticastCipherAlgo=0x101)
    s.api(names.SET_EXCLUDE_UNENCRYPTED, bExcludeUnencrypted=1)
    steps(key(AlgorithmId=5, usKeyLength=13, uKeyIndex=0, bStatic=1), key_id(0))(s)


@pytest.mark.parametrize("registration", ["888e", "8e88"])
def test_a_profile_without_packets(registration: str) -> None:
    """A WEP profile of a DLL that registers for the others in InitAdapter: it needs none of it
    after a reset (ETH-05), nor an exemption (KEY-11)."""

    def register(s: Story) -> None:
        number = s.enter(names.INIT_ADAPTER, hDot11SvcHandle=s.svc)
        registered(pusRegistration=[registration], pExemption=[], uNumOfExemption=0)(s)
        s.leave(number, names.INIT_ADAPTER, phIhvExtAdapter=IHV)

    rest = {"ethertypes": steps(), "ciphers": wep, "m1": answers_nothing}
    left_out = ("m2", "m3", "m4", "keys", *(("m1",) if registration == "8e88" else ()))
    story: Story | None = None
    for _ in range(3):
        story = tell(story=story, init_adapter=register, without=left_out, **rest)
        rest["m1"] = steps()  # registered no more
    assert story is not None
    found = judge(story, Expectation(messages=())).findings
    assert {item.rule for item in found} == ({"ETH-02"} if registration == "8e88" else set())


def test_onex_02_by_the_wrong_byte_order() -> None:
    """EAPOL registered in the processor's byte order is not registered."""
    wrong = registered(pusRegistration=["8e88"], pExemption=[], uNumOfExemption=0)
    found = judge(until("post_associate", START, result(), ethertypes=wrong)).findings
    assert {item.rule for item in found if item.severity == "FAIL"} == {"ONEX-02"}


def test_lists_longer_than_the_trace_shows() -> None:
    """An EtherType that is not among those shown may be registered."""
    clean(tell(ethertypes=registered(**LONG)))
    story = until("post_associate", START, result(), ethertypes=registered(**LONG))
    assert "ONEX-02" not in {item.rule for item in judge(story).findings}


def refused_answer(s: Story) -> None:
    """SendPacket inside ReceivePacket, refused as out of place."""
    number = s.enter(names.RECEIVE_PACKET, hIhvExtAdapter=IHV, dwInBufferSize=121)
    shown = {"destination": AP, "ethertype_bytes": "888e", "data": "00"}
    s.api(names.SEND_PACKET, OS, 5023, uPacketLen=9, hSendCompletion="0x77", pvPacket=shown)
    s.leave(number, names.RECEIVE_PACKET)


def test_rx_02_a_port_about_to_go() -> None:
    """The OS knows of a disconnect before it calls StopPostAssociate: a refusal right before that
    is no breach; with packets going on after it, it is."""
    story = until("m2", refused_answer, stop, reset)
    assert "RX-02" not in {item.rule for item in judge(story).findings}
    only_finding(in_post(refused_answer)(), "RX-02", "MISS", "refused (5023)")


def test_calls_after_the_adapter_are_told_once() -> None:
    """Of what comes after DeinitAdapter ADPT-03 speaks."""

    def gone(s: Story) -> None:
        s.call(names.DEINIT_ADAPTER, result=None, hIhvExtAdapter=IHV)

    only_finding(tell(after={"reset": steps(gone, ethertypes)}), "ADPT-03", "FAIL", "")


def test_eth_06_a_list_that_cannot_be_read() -> None:
    """A pointer to nothing is as good as none."""
    wild = {"address": "0xdead0000", "unreadable": True}
    story = tell(after={"ciphers": registered(pusRegistration=wild)})
    only_finding(story, "ETH-06", "WARN", "pusRegistration cannot be read")
