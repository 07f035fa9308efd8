# SPDX-License-Identifier: GPL-2.0-or-later
"""POST rules, the DLL's side."""

from __future__ import annotations

import dataclasses

import pytest

from harness.checks import CheckLimits
from harness.evidence import DamageKind, TraceDamage, names
from tests.unit.checks.builder import begin_post, complete, completion, m1, m2, m3, stop, tell
from tests.unit.checks.judging import NOTHING, clean, judge, only_finding, reasons
from tests.unit.checks.story import ASSOC_PARAMS, OS, WORKER, Story, port_state

LATER = ("connected", "echo", "stop", "reset")


def pending(wait_ms: float = 12_000, ends: bool = True) -> Story:
    """The handshake is done, the completion never comes, the OS stops after a while."""

    def wait(s: Story) -> None:
        s.wait_ms(wait_ms)

    left_out = ("completion", "connected", "echo") if ends else ("completion", *LATER)
    return tell(without=left_out, after={"keys": wait})


def test_post_03_port_state() -> None:
    """A member that reads differently at the return is named."""
    clean(tell(), "POST-03")
    changed = {"pPortState": port_state(bPortAuthorized=1)}
    story = tell(post_associate=lambda s: begin_post(s, out=changed))
    only_finding(story, "POST-03", "FAIL", "bPortAuthorized 0→1")


def test_post_03_not_shown() -> None:
    """Without the second reading nothing is claimed."""
    unreadable = {"pPortState": {"address": "0x10", "unreadable": True}}
    for out in ({}, unreadable):
        story = tell(post_associate=lambda s, out=out: begin_post(s, out=out))
        assert "both times" in reasons(story, "POST-03")


@pytest.mark.parametrize(
    ("code", "legal"),
    [(0, True), (5023, True), (0x80070057, True), (0xC000000D, False), (-1, False)],
)
def test_post_04_return_code(code: int, legal: bool) -> None:
    """Win32 errors and failure HRESULTs are in winerror.h, NTSTATUS values are not."""
    left_out = ("m1", "m2", "m3", "m4", "keys", "completion", *LATER)
    story = tell(post_associate=lambda s: begin_post(s, result=code), without=left_out)
    rules = {item.rule for item in judge(story).findings if not item.rule.startswith("EXPECT")}
    assert rules == (set() if legal else {"POST-04"})


def test_post_05_missing_completion() -> None:
    """Beyond the limit it is a finding, one only, and says whose limit it was."""
    clean(tell(), "POST-05")
    found = only_finding(pending(), "POST-05", "FAIL", "no document gives a number")
    assert found.association == 1
    assert found.evidence


def test_post_05_before_the_limit() -> None:
    """A session that ends, or evidence that ends, before the limit decides nothing."""
    assert "before the limit" in reasons(pending(2_000), "POST-05")
    assert "before the limit" in reasons(pending(2_000, ends=False), "POST-05")
    result = judge(pending(), limits=CheckLimits(post_associate_s=30))
    assert "POST-05" not in result.checked


def test_post_05_os_gave_up() -> None:
    """When the OS itself reports its security time-out, that is enough."""

    def timeout(s: Story) -> None:
        s.wait_ms(4_000)
        s.notify(names.SOURCE_ACM, 11, names.REASON_SECURITY_TIMEOUT)

    story = tell(without=("completion", "connected", "echo"), after={"keys": timeout})
    only_finding(story, "POST-05", "FAIL", "the OS gave up")


def test_post_05_security_left_to_the_os() -> None:
    """Microsoft's sample never completes for such a profile: a warning."""

    def begin(s: Story) -> None:
        s.call(
            names.PRE_ASSOCIATE, hIhvExtAdapter=s.ihv, hConnectSession=s.connect_session,
            pIhvSecProfile=None, out={"pdwReasonCode": 0},
        )  # fmt: skip

    without = ("completion", "connected", "echo")
    story = tell(without=without, pre_associate=begin, after={"keys": lambda s: s.wait_ms(12_000)})
    only_finding(story, "POST-05", "WARN", "no document gives a number", expect=NOTHING)


def test_post_05_broken_lab_or_trace() -> None:
    """A lab fault or lost records explain the absence: undecided, no finding of the driver."""
    story = pending()
    story.end(lab_fault="the air process ended")
    assert "the lab broke" in reasons(story, "POST-05")
    evidence = pending().evidence()
    lost = TraceDamage(DamageKind.SEQ_GAP, "x", 0, 0, evidence.trace[40].t_ns, 1 << 60)
    damaged = dataclasses.replace(evidence, damage=(lost,))
    assert "missing from the trace" in reasons(damaged, "POST-05")


def test_post_06_inside_the_handler() -> None:
    """On the handler's stack it is a failure."""
    clean(tell(), "POST-06")

    def inside(s: Story) -> None:
        begin_post(s, inside=lambda s: complete(s, tid=OS))

    story = tell(post_associate=inside, without=("completion",))
    only_finding(story, "POST-06", "FAIL", "inside PerformPostAssociate")


def test_post_06_other_thread_too_early() -> None:
    """From another thread and over before the return is not discussed anywhere: a warning."""

    def early(s: Story) -> None:
        begin_post(s, inside=lambda s: complete(s, tid=WORKER))

    story = tell(post_associate=early, without=("completion",))
    only_finding(story, "POST-06", "WARN", "another thread")


def test_post_06_other_thread_that_overlaps_the_return() -> None:
    """What a handler queues may run before it is left: a completion under way then is right."""

    def overlapping(s: Story) -> None:
        args = {
            "hDot11SvcHandle": s.svc, "pPeer": None, "dwReasonCode": 0, "dwWin32Error": 0,
        }  # fmt: skip
        calls: list[int] = []

        def enter(s: Story) -> None:
            args["hSecuritySessionID"] = s.session
            calls.append(s.enter(names.POST_COMPLETION, WORKER, **args))

        begin_post(s, inside=enter)
        s.leave(calls[0], names.POST_COMPLETION, WORKER)

    clean(tell(post_associate=overlapping, without=("completion",)), "POST-06")


def test_post_07_wrong_session() -> None:
    """A handle nobody gave is a finding; the right completion after it is not held against it."""
    clean(tell(), "POST-07")

    def wrong_then_right(s: Story) -> None:
        complete(s, hSecuritySessionID="0xbad", result=87)
        complete(s)

    only_finding(tell(completion=wrong_then_right), "POST-07", "FAIL", "0xbad")


def test_post_07_wrong_session_only() -> None:
    """With the wrong handle alone, the missing completion is not reported on top."""
    story = tell(
        completion=lambda s: complete(s, hSecuritySessionID="0xbad"),
        without=("connected", "echo"),
        after={"completion": lambda s: s.wait_ms(20_000)},
    )
    only_finding(story, "POST-07", "FAIL", "0xbad")


def test_post_07_other_adapters_handle() -> None:
    """The right session under another adapter's service handle is a finding."""

    def second(s: Story) -> None:
        s.call(names.INIT_ADAPTER, hDot11SvcHandle="0x6000", out={"phIhvExtAdapter": "0x77"})

    story = tell(after={"init_adapter": second}, completion=lambda s: complete(s, svc="0x6000"))
    assert "POST-07" in {item.rule for item in judge(story).findings}


@pytest.mark.parametrize(
    ("error", "reason", "severity"),
    [
        (0, 0, None), (0, 0x90000, None), (0, 0x9FFFF, None), (0, 0x38005, "FAIL"),
        (0, 0xA0000, "FAIL"), (5, 0x38005, None), (5, 0x90001, None), (1, 0, "WARN"),
        (0xC0000001, 0x90001, "WARN"),
    ],
)  # fmt: skip
def test_post_08_pair(error: int, reason: int, severity: str | None) -> None:
    """A success with a foreign reason fails; what Microsoft's sample does too only warns."""
    story = tell(completion=lambda s: complete(s, error, reason), without=LATER)
    found = {i.rule: i.severity for i in judge(story).findings if i.rule.startswith("POST")}
    assert found == ({} if severity is None else {"POST-08": severity})


def test_post_12_peer() -> None:
    """NULL, zero and the access point pass; another station does not."""
    for peer in ("02:00:00:00:01:00", "00:00:00:00:00:00", None):
        clean(tell(completion=lambda s, peer=peer: complete(s, pPeer=peer)))
    clean(tell(completion=lambda s: complete(s, pPeer="02:00:00:00:01:00")), "POST-12")
    story = tell(completion=lambda s: complete(s, pPeer="02:00:00:00:09:09"))
    only_finding(story, "POST-12", "WARN", "02:00:00:00:09:09")


def test_post_15_hostile_parameters() -> None:
    """A handler that survives them passes; one that does not is told, beside the crash."""
    hostile = ASSOC_PARAMS | {"uBeaconOffset": 0xFFFFFFF0, "uBeaconSize": 0x20}
    clean(tell(post_associate=lambda s: begin_post(s, pDot11AssocParams=hostile)), "POST-15")
    short = {"uDot11AssocParamsBytes": 88, "pDot11AssocParams": {"MacAddr": "02:00:00:00:01:00"}}
    clean(tell(post_associate=lambda s: begin_post(s, **short)), "POST-15")

    vista = ASSOC_PARAMS | {"Header": {"Type": 128, "Revision": 1, "Size": 88}}
    clean(tell(post_associate=lambda s: begin_post(s, pDot11AssocParams=vista)), "POST-15")

    def dies(s: Story) -> None:
        args = {"hIhvExtAdapter": "0x7f0010", "hSecuritySessionID": "0x9", "pPortState": None}
        params = {"uDot11AssocParamsBytes": 276, "pDot11AssocParams": hostile}
        call = s.enter(names.POST_ASSOCIATE, **args, **params)
        s.record("exception", call=call, code="0xc0000005", module="sample.dll", offset="0x1")

    rest = ("m1", "m2", "m3", "m4", "keys", "completion", *LATER)
    found = judge(tell(post_associate=dies, without=rest)).findings
    assert {(item.rule, item.severity) for item in found} == {
        ("POST-15", "WARN"), ("HOST-01", "FAIL"),
    }  # fmt: skip


def test_post_16_pre_association_work() -> None:
    """Algorithm functions during post-association are a warning."""
    clean(tell(), "POST-16")
    story = tell(after={"keys": lambda s: s.api(names.SET_AUTH, dwAuthAlgo=7)})
    only_finding(story, "POST-16", "WARN", "SetAuthAlgorithm")


def test_post_17_error_and_completion() -> None:
    """A completion of a refused session is this finding only, with or without a stop before."""
    handshake = ("m1", "m2", "m3", "m4", "keys", "connected", "echo")
    for left_out in ((), ("stop",), ("stop", "reset"), ("completion",)):
        story = tell(
            post_associate=lambda s: begin_post(s, result=5023),
            without=(*handshake, *left_out),
            after={"reset": completion} if left_out == ("completion",) else None,
        )
        only_finding(story, "POST-17", "FAIL", "returned ERROR_INVALID_STATE (5023, 0x139f)")


def test_post_17_refusal_alone() -> None:
    """A refusal that is not completed keeps the rule; the expectation then names the refusal."""
    handshake = ("m1", "m2", "m3", "m4", "keys", "completion", "connected", "echo")
    story = tell(post_associate=lambda s: begin_post(s, result=5023), without=handshake)
    assert "POST-17" in judge(story).checked
    only_finding(story, "EXPECT-01", "FAIL", "returned error ERROR_INVALID_STATE")


def test_post_05_os_gave_up_on_a_later_session() -> None:
    """The time-out of a session is not that of one before it, which was stopped in time."""

    def roams(s: Story) -> None:
        stop(s)
        for step in (begin_post, m1, m2, m3):
            step(s)
        s.wait_ms(4_000)
        s.notify(names.SOURCE_ACM, 11, names.REASON_SECURITY_TIMEOUT)

    story = tell(without=("completion", "connected", "echo"), after={"m1": roams})
    found = [item for item in judge(story).findings if item.rule == "POST-05"]
    assert len(found) == 1
    assert story.session in found[0].message


def test_post_06_of_another_session() -> None:
    """Inside PerformPostAssociate the port of another adapter may change its state."""

    def arrives(s: Story) -> None:
        s.call(names.INIT_ADAPTER, hDot11SvcHandle="0x6000", out={"phIhvExtAdapter": "0x77"})

    def begins(s: Story) -> None:
        session = s.session
        inside = lambda s: complete(s, hSecuritySessionID=session, tid=OS)  # noqa: E731
        begin_post(s, inside=inside, hIhvExtAdapter="0x77", hSecuritySessionID="0x99")

    story = tell(after={"init_adapter": arrives, "echo": begins}, without=("stop", "reset"))
    assert "POST-06" not in {item.rule for item in judge(story).findings}


def test_post_11_keys_of_a_private_request() -> None:
    """A DLL may set keys by a request only its driver knows: nothing is claimed then."""
    private = lambda s: s.api(names.NIC_EXTENSION, pdwOutBufferSize=0)  # noqa: E731
    assert "private request" in reasons(tell(keys=private), "POST-11")


def test_post_11_algorithms_of_the_vendors_own() -> None:
    """Whether one of the IHV range needs a key is known to the vendor alone."""

    def own(s: Story) -> None:
        s.api(names.SET_AUTH, dwAuthAlgo=0x80000001)
        s.api(names.SET_UNICAST_CIPHER, dwUnicastCipherAlgo=0x80000002)
        s.api(names.SET_MULTICAST_CIPHER, dwMulticastCipherAlgo=0x80000002)

    assert "may need no key" in reasons(tell(ciphers=own, without=("keys",)), "POST-11")


def test_post_14_hostile_parameters_may_be_refused() -> None:
    """A second association with parameters that point out of themselves proves nothing."""
    hostile = ASSOC_PARAMS | {"uBeaconOffset": 0xFFFFFFF0, "uBeaconSize": 0x20}

    def roams(s: Story) -> None:
        stop(s)
        begin_post(s, 87, pDot11AssocParams=hostile)

    clean(tell(after={"echo": roams}), "POST-15")
