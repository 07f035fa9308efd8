# SPDX-License-Identifier: GPL-2.0-or-later
"""HOST rules: crash and hang explain what follows from them."""

from __future__ import annotations

from dataclasses import replace

from harness.evidence import names, parse_trace
from tests.unit.checks.builder import PROLOGUE, tell
from tests.unit.checks.judging import NOTHING, clean, judge, only_finding
from tests.unit.checks.story import ASSOC_PARAMS, IHV, WORKER, Step, Story, port_state

REST = ("m1", "m2", "m3", "m4", "keys", "completion", "connected", "echo", "stop", "reset")


def enter_post(s: Story) -> int:
    """Enter the handler; gives the number of the call."""
    s.session = s.new_handle()
    return s.enter(
        names.POST_ASSOCIATE, hIhvExtAdapter=IHV, hSecuritySessionID=s.session,
        pPortState=port_state(), uDot11AssocParamsBytes=276, pDot11AssocParams=ASSOC_PARAMS,
    )  # fmt: skip


def crash(s: Story, tid: int = 8, module: str = "sample.dll") -> None:
    """The handler faults."""
    call = enter_post(s)
    s.record(
        "exception", tid, code="0xc0000005", address="0x7ff0", module=module, offset="0x1234",
        function=names.POST_ASSOCIATE, call=call,
    )  # fmt: skip


def crashed(**changes: object) -> Story:
    """A run that ends in a crash."""
    return tell(post_associate=lambda s: crash(s, **changes), without=REST)  # type: ignore[arg-type]


def hung(wait_ms: float) -> Story:
    """A run whose handler never returns."""
    story = tell(post_associate=_enter_only, without=REST)
    story.wait_ms(wait_ms)
    return story


def _enter_only(s: Story) -> None:
    enter_post(s)


def test_crash_in_the_handler() -> None:
    """One finding, which names handler, code, module and offset."""
    clean(tell(), "HOST-01", "HOST-02")
    found = only_finding(crashed(), "HOST-01", "FAIL", "exception 0xc0000005 in sample.dll+0x1234")
    assert "PerformPostAssociate" in found.message
    assert found.association == 1


def test_run_goes_on_after_a_crash() -> None:
    """The next association, in a new process, is judged on its own."""
    story = crashed()
    story.wait_ms(500)
    story.restart()
    for step in PROLOGUE:
        step(story)
    only_finding(tell(story=story), "HOST-01", "FAIL", "crashed")


def test_crash_in_the_labs_own_module() -> None:
    """A fault of our host outside of any call of the DLL's is the lab's."""
    only_finding(crashed(module="ihvhost.exe"), "HOST-01", "MISS", "ihvhost.exe")


def test_bad_pointer_handed_to_the_framework() -> None:
    """A fault in the recorder inside a call the DLL made is the DLL's."""

    def bad_pointer(s: Story) -> None:
        s.enter(names.SEND_PACKET, WORKER, hDot11SvcHandle="0x5000", uPacketLen=100)
        s.record("exception", WORKER, code="0xc0000005", module="recorder.dll", offset="0x1")

    story = tell(m2=bad_pointer, without=REST[2:])
    assert ("HOST-01", "FAIL") in {(i.rule, i.severity) for i in judge(story).findings}


def test_process_gone_with_work_pending() -> None:
    """No exception, no return, a new process: the old one ended without notice."""
    story = hung(300)
    story.restart()
    story.load()
    only_finding(story, "HOST-03", "FAIL", "ended without notice in PerformPostAssociate")


def test_orderly_end_is_no_crash() -> None:
    """A stopped service unloads the DLL; nothing is pending, nothing is found."""
    story = tell()
    story.call(names.DEINIT_ADAPTER, result=None, hIhvExtAdapter=IHV)
    story.call(names.DEINIT_SERVICE, result=None)
    story.record("unload")
    story.restart()
    story.load()
    clean(story, "HOST-01", "HOST-03")


def test_hang_in_the_handler() -> None:
    """Beyond the limit it hangs; the finding says the limit is ours, and nothing else is found."""
    only_finding(hung(5_100), "HOST-02", "FAIL", "no document gives a number")
    assert "POST-05" not in judge(hung(30_000)).checked


def test_hang_is_told_from_a_short_wait() -> None:
    """Before the limit nothing is claimed."""
    assert judge(hung(1_000), NOTHING).findings == ()


def test_os_says_not_responding() -> None:
    """The OS's own verdict settles it before our limit does."""
    story = tell(post_associate=_enter_only, without=REST)
    story.wait_ms(2_000)
    story.notify(names.SOURCE_ACM, 11, names.REASON_IHV_NOT_RESPONDING)
    only_finding(story, "HOST-02", "FAIL", "PerformPostAssociate")


def test_slow_handler_is_a_warning() -> None:
    """A handler that returns, but late, did not hang."""

    def slow(s: Story) -> None:
        call = enter_post(s)
        s.wait_ms(6_000)
        s.leave(call, names.POST_ASSOCIATE, pPortState=port_state())

    only_finding(tell(post_associate=slow), "HOST-02", "WARN", "took 6.0 s")


def test_lab_fault_is_no_hang() -> None:
    """A handler that never returns because the VM was killed says nothing of the driver."""
    story = hung(60_000)
    story.end(lab_fault="QEMU ended")
    result = judge(story)
    assert result.findings == ()
    assert any(i.rule == "HOST-02" and "the lab broke" in i.reason for i in result.undecided)


def test_a_return_lost_from_the_trace_is_no_hang() -> None:
    """Where records are missing after its entry, the handler may well have returned."""
    story = tell()
    lost = next(
        number
        for number, line in enumerate(story.lines)
        if '"return"' in line and names.PRE_ASSOCIATE in line
    )
    del story.lines[lost]
    story.wait_ms(20_000)
    result = judge(story)
    assert "HOST-02" not in {item.rule for item in result.findings}
    assert any(item.rule == "HOST-02" and "records" in item.reason for item in result.undecided)


def test_a_trace_that_ends_within_a_line_is_no_hang() -> None:
    """What would have come behind the cut, the handler's return among it, is not known."""
    story = hung(20_000)
    story.end()
    records, damage = parse_trace(story.trace() + '{"seq":')
    result = judge(replace(story.evidence(), trace=records, damage=damage))
    assert "HOST-02" not in {item.rule for item in result.findings}
    assert any(item.rule == "HOST-02" and "records" in item.reason for item in result.undecided)


def test_an_end_lost_from_the_trace_is_no_crash() -> None:
    """DeinitService may be among the missing records."""
    story = tell(without=("stop", "reset"))
    story.call(names.DEINIT_ADAPTER, result=None, hIhvExtAdapter=IHV)
    story.call(names.DEINIT_SERVICE, result=None)
    del story.lines[-4:]
    story.record("unload")
    story.restart()
    story.load()
    assert "HOST-03" not in {item.rule for item in judge(story).findings}


def test_a_hang_inside_the_framework() -> None:
    """A handler cannot return before the framework function it called has: that is the OS's."""

    def inside(size: int) -> Step:
        def step(s: Story) -> None:
            s.enter(names.RECEIVE_PACKET, hIhvExtAdapter=IHV, dwInBufferSize=size)
            s.enter(names.SEND_PACKET, hDot11SvcHandle="0x5000", uPacketLen=100)

        return step

    for size in (121, 4):  # neither is it the odd packet's doing (RX-03)
        story = tell(m2=inside(size), without=REST[2:])
        story.wait_ms(20_000)
        only_finding(story, "HOST-02", "MISS", "ReceivePacket has not returned")
        assert "inside SendPacket" in judge(story).findings[0].message


def test_a_trace_that_begins_late_still_shows_the_end() -> None:
    """What is missing before the first record of a process explains nothing that comes after."""
    story = tell(without=("stop", "reset"))
    del story.lines[0]  # the load record
    story.record("unload")
    story.restart()
    story.load()
    found = {item.rule for item in judge(story).findings}
    assert "HOST-03" in found
