# SPDX-License-Identifier: GPL-2.0-or-later
"""The faults of the sample DLL, told as they look on the reference guest: the right rule, no other.

Each is followed by a good association (in a new process after a crash or hang), which must stay
clean, and each ends FAIL.
"""

from __future__ import annotations

import pytest

from harness.checks import Evaluation, Expectation
from harness.evidence import names, window
from harness.faults import FAULTS
from tests.unit.checks.builder import PROLOGUE, begin_post, complete, send, tell
from tests.unit.checks.judging import judge
from tests.unit.checks.rules.test_host_handlers import crash, enter_post
from tests.unit.checks.story import OS, WORKER, Story, port_state

NO_HANDSHAKE = ("m1", "m2", "m3", "m4", "keys", "completion", "connected", "echo")
NO_END = ("connected", "echo")


def _fail(s: Story, reason: int) -> None:
    s.notify(names.SOURCE_ACM, 11, reason)
    s.notify(names.SOURCE_ACM, names.ACM_CONNECTION_COMPLETE, reason)


def never_completes() -> Story:
    """The service gives up after 15 s, stops and resets."""

    def gives_up(s: Story) -> None:
        s.wait_ms(15_000)

    def told(s: Story) -> None:
        _fail(s, names.REASON_IHV_NOT_RESPONDING)

    return tell(without=("completion", *NO_END), after={"keys": gives_up, "reset": told})


def completes_inside_handler() -> Story:
    """The port opens before the handshake: no echo is answered."""

    def inside(s: Story) -> None:
        begin_post(s, inside=lambda s: complete(s, tid=OS))

    return tell(post_associate=inside, without=("completion", "echo"))


def wrong_session() -> Story:
    """First a handle nobody gave, then the right one."""

    def both(s: Story) -> None:
        complete(s, hSecuritySessionID=hex(int(s.session, 16) ^ 0x10000), result=87)
        complete(s)

    return tell(completion=both)


def error_and_completes() -> Story:
    """The late completion falls after the reset, into the time of the next association."""
    story = tell(
        post_associate=lambda s: begin_post(s, result=31),
        without=NO_HANDSHAKE,
        after={"reset": lambda s: _fail(s, 0x38005)},
    )
    session, story.session = story.session, "0x0"
    story.begin()
    complete(story, 31, 0x90001, hSecuritySessionID=session, result=5023, tid=WORKER)
    story.associations.pop()
    return story


def reason_out_of_range() -> Story:
    """The service takes it for a success."""
    return tell(completion=lambda s: complete(s, 0, 0x38005))


def completes_after_stop() -> Story:
    """Deauthenticated after M1; the completion comes between stop and reset."""

    def deauth(s: Story) -> None:
        s.frame("deauth", "down")

    def late(s: Story) -> None:
        complete(s, 1223, 0x90002, result=5023, tid=WORKER)

    left_out = ("m2", "m3", "m4", "keys", "completion", *NO_END)
    return tell(without=left_out, after={"m1": deauth, "stop": late})


def writes_port_state() -> Story:
    """bPortAuthorized reads TRUE at the return."""
    written = {"pPortState": port_state(bPortAuthorized=1)}
    return tell(post_associate=lambda s: begin_post(s, out=written))


def broken_ethertype() -> Story:
    """An extra packet before M2; the service sends and completes it."""

    def extra(s: Story) -> None:
        send(s, ethertype_bytes="8e88")

    return tell(after={"m1": extra})


def crashes() -> Story:
    """The host is restarted."""
    story = tell(post_associate=crash, without=(*NO_HANDSHAKE, "stop", "reset"))
    _fail(story, names.REASON_IHV_NOT_AVAILABLE)
    return _restarted(story)


def hangs() -> Story:
    """The host is killed after 5 s and restarted."""
    story = tell(
        post_associate=lambda s: _enter(s), without=(*NO_HANDSHAKE, "stop", "reset")
    )  # fmt: skip
    story.wait_ms(5_000)
    _fail(story, names.REASON_IHV_NOT_RESPONDING)
    return _restarted(story)


def _enter(s: Story) -> None:
    enter_post(s)


def _restarted(story: Story) -> Story:
    story.wait_ms(700)
    story.restart()
    for step in PROLOGUE:
        step(story)
    return story


TOLD = {
    told.__name__.replace("_", "-"): told
    for told in (
        never_completes, completes_inside_handler, wrong_session, error_and_completes,
        reason_out_of_range, completes_after_stop, writes_port_state, broken_ethertype, crashes,
        hangs,
    )
}  # fmt: skip


def _expect(fault: str) -> Expectation:
    if FAULTS[fault].scenario == "deauthentication":
        return Expectation(connected=False, messages=(), stopped=True)
    return Expectation(echoes=1)


def _rules(result: Evaluation) -> set[tuple[str, str, int | None]]:
    return {(item.rule, item.severity, item.association) for item in result.findings}


def test_the_faults_told_exist() -> None:
    """These are the ones whose consequences are worth telling; pairs.py breaks every rule."""
    assert set(TOLD) <= set(FAULTS)


@pytest.mark.parametrize("fault", sorted(TOLD))
def test_fault_is_found_and_nothing_else(fault: str) -> None:
    """Exactly the expected rule, as a failure, in the association at fault."""
    expected = {(rule, "FAIL", 1) for rule in FAULTS[fault].rules}
    assert _rules(judge(TOLD[fault](), _expect(fault))) == expected


@pytest.mark.parametrize("fault", sorted(set(TOLD) - {"completes-after-stop"}))
def test_next_association_stays_clean(fault: str) -> None:
    """A good association after it adds nothing, judged whole or by a window."""
    evidence = tell(story=TOLD[fault]()).evidence()
    expected = {(rule, "FAIL", 1) for rule in FAULTS[fault].rules}
    assert _rules(judge(evidence, _expect(fault))) == expected
    assert _rules(judge(window(evidence, 2), _expect(fault))) == expected


@pytest.mark.parametrize("fault", sorted(TOLD))
def test_broken_lab_adds_no_driver_finding(fault: str) -> None:
    """With a lab fault only what was positively shown stays; what was merely absent does not."""
    shown_by_absence = {"never-completes", "hangs"}
    story = TOLD[fault]()
    story.end(lab_fault="QEMU ended")
    rules = set() if fault in shown_by_absence else set(FAULTS[fault].rules)
    assert {item.rule for item in judge(story, _expect(fault)).findings} == rules
