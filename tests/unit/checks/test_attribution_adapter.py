# SPDX-License-Identifier: GPL-2.0-or-later
"""What the scenario does to the guest's adapter is its own doing; the contract's rules hold all the
same."""

from __future__ import annotations

import pytest

from harness.checks import Expectation
from harness.evidence import RunEvidence, UsbAct, names
from tests.unit.checks.builder import complete, tell
from tests.unit.checks.judging import clean, judge, only_finding, reasons
from tests.unit.checks.rules.test_host_handlers import hung
from tests.unit.checks.story import OFFSET_NS, Story
from tests.unit.checks.test_attribution import until

UNPLUGS = "unplug on M3 (number 1)"
STALLS = "stall bulk-in for 5000 ms on M1 (number 1)"
EXPECT = Expectation(usb=(UNPLUGS,))


def act(do: str, guest_ns: int, for_ms: int | None = None) -> UsbAct:
    """One of them, the scenario's first order."""
    air_ns = guest_ns - OFFSET_NS
    return UsbAct(1, do, (), air_ns, None if for_ms is None else air_ns + for_ms * 1_000_000)


def acted(story: Story, *acts: UsbAct) -> RunEvidence:
    """The evidence of a story in which the adapter did this."""
    story.end(usb_acts=acts)
    return story.evidence()


def gone(s: Story) -> None:
    """The service tells that the adapter is gone."""
    s.wait_ms(100)
    s.notify(names.SOURCE_ACM, names.ACM_DISCONNECTED, 0x3800B)


def test_a_connection_lost_with_its_adapter() -> None:
    """A scenario that wants it to last contradicts itself: MISS, and the order is named."""
    story = until("connected")
    at_ns = story.now
    gone(story)
    said = f"the scenario's order 1 ({UNPLUGS}) to the adapter was carried out"
    found = only_finding(acted(story, act("unplug", at_ns)), "EXPECT-08", "MISS", said,
                         expect=EXPECT)  # fmt: skip
    assert "connected = 'either'" in found.message


@pytest.mark.parametrize(("do", "order"), [("unplug", UNPLUGS), ("stall", STALLS)])
def test_a_handshake_without_its_adapter(do: str, order: str) -> None:
    """The DLL gives up, truthfully; before that its adapter went, or stood still."""
    story = until("m1")
    at_ns = story.now
    story.wait_ms(5000)
    complete(story, dwWin32Error=1460, dwReasonCode=0x90001)
    evidence = acted(story, act(do, at_ns, 5000))
    only_finding(evidence, "EXPECT-01", "MISS", f"order 1 ({order})",
                 expect=Expectation(usb=(order,)))  # fmt: skip


def test_what_comes_of_it_is_not_the_dlls_in_any_case() -> None:
    """Nor where the adapter was back long ago: a driver may still be busy with it."""
    story = until("connected")
    at_ns = story.now
    story.wait_ms(20_000)
    story.end(usb_acts=(act("stall", at_ns, 100),))
    expect = Expectation(echoes=1, usb=(STALLS,))
    found = {one.rule: one.severity for one in judge(story.evidence(), expect).findings}
    assert set(found.values()) == {"MISS"}


def test_a_completion_that_never_comes_without_an_adapter() -> None:
    """The move was not the DLL's; with one it was."""
    story = until("m4")
    at_ns = story.now
    story.wait_ms(20_000)
    told = acted(story, act("stall", at_ns, 30_000))
    assert "the DLL waited for the adapter: " in reasons(told, "POST-05", EXPECT)
    with_one = {one.rule for one in judge(acted(story), Expectation()).findings}
    assert "POST-05" in with_one


def test_the_contract_holds_all_the_same() -> None:
    """A completion with another session is wrong, whatever the adapter does."""
    story = until("m4")
    complete(story, hSecuritySessionID=story.new_handle())
    evidence = acted(story, act("unplug", story.now))
    found = {one.rule: one.severity for one in judge(evidence, EXPECT).findings}
    assert found["POST-07"] == "FAIL"


def test_an_order_that_was_not_carried_out_is_no_pass() -> None:
    """Its moment did not come; an adapter that is plugged in again was unplugged by it."""
    found = only_finding(acted(tell()), "EXPECT-07", "MISS", "adapter order 1", expect=EXPECT)
    assert UNPLUGS in found.message
    done = acted(tell(), act("unplug", 5 + OFFSET_NS, 10), act("plug", 9 + OFFSET_NS))
    clean(done, "EXPECT-07", expect=EXPECT)


def test_a_handler_that_waits_for_the_adapter_does_not_hang() -> None:
    """A framework call inside of it is stuck in a driver that the adapter does not answer."""
    story = hung(6000)
    story.end(usb_acts=(act("stall", story.now - 5_900_000_000, 5900),))
    result = judge(story.evidence(), Expectation(connected=None, usb=(STALLS,)))
    assert "HOST-02" not in {one.rule for one in result.findings}
    undecided = [one.reason for one in result.undecided if one.rule == "HOST-02"]
    assert any(reason.startswith("it waited for the adapter") for reason in undecided)
