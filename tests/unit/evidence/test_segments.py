# SPDX-License-Identifier: GPL-2.0-or-later
"""Cutting a run into adapters, operations, sessions and sends."""

from __future__ import annotations

import pytest

from harness.evidence import (
    AdapterState,
    DamageKind,
    adapter_states,
    names,
    segment,
    split,
    window,
)
from tests.unit.checks.builder import PROLOGUE, begin_post, complete, reset, stop, tell
from tests.unit.checks.story import IHV, SVC, Story


def adapter_arrives(story: Story, stored: object) -> None:
    """InitAdapter succeeds, and where its handle should be, this is seen."""
    story.call(names.INIT_ADAPTER, hDot11SvcHandle=SVC, out={"phIhvExtAdapter": stored})


def test_good_run() -> None:
    """One adapter; per association one operation, one session, two sends, all tied up."""
    cut = segment(tell(associations=2).evidence())
    (adapter,) = cut.adapters
    assert (adapter.svc_handle, adapter.ihv_handle) == (int(SVC, 16), int(IHV, 16))
    assert [item.association for item in cut.pre] == [1, 2]
    assert [item.association for item in cut.sessions] == [1, 2]
    for session in cut.sessions:
        assert session.adapter is adapter
        assert len(session.completions) == 1
        assert session.stop is not None
        assert session.ended_by is session.stop
    assert len(cut.sends) == 4
    assert all(send.completion is not None for send in cut.sends)
    assert not cut.stray_post
    assert not cut.stray_pre
    assert not cut.stray_stops


@pytest.mark.parametrize("stored", [None, {"address": IHV, "unreadable": True}])
def test_an_adapter_whose_handle_was_not_stored(stored: object) -> None:
    """Its handle is not known, neither 0 nor the place; what belongs to it is lost to the rules."""
    cut = segment(tell(init_adapter=lambda s: adapter_arrives(s, stored)).evidence())
    (adapter,) = cut.adapters
    assert (adapter.svc_handle, adapter.ihv_handle) == (int(SVC, 16), None)
    assert cut.sessions[0].adapter is None
    (loss,) = cut.damage
    assert adapter.init.returned is not None
    assert (loss.kind, loss.from_ns) == (DamageKind.NO_HANDLE, adapter.init.returned.t_ns)
    assert loss.missing


def test_an_adapter_whose_handle_is_null() -> None:
    """0 is a handle as any other: the DLL chooses its values."""
    cut = segment(tell(init_adapter=lambda s: adapter_arrives(s, "0x0")).evidence())
    assert (cut.adapters[0].ihv_handle, cut.damage) == (0, ())


def test_stop_finds_its_session_by_peer() -> None:
    """The stop carries no session: adapter and peer tell which one it ends."""
    story = Story()
    for step in PROLOGUE:
        step(story)
    story.begin()
    begin_post(story)
    other = "02:00:00:00:02:00"
    begin_post(story, pPortState={"PeerMacAddress": other})
    story.call(names.STOP_POST, hIhvExtAdapter=IHV, pPeer=other, dot11AssocStatus=8)
    stop(story)
    stop(story)
    cut = segment(story.evidence())
    first, second = cut.sessions
    assert first.stop is not None
    assert second.stop is not None
    assert second.stop.key < first.stop.key
    assert len(cut.stray_stops) == 1


def test_stop_of_a_session_whose_peer_was_not_shown() -> None:
    """Where the port state could not be read, the adapter's open session is the one."""
    story = Story()
    for step in PROLOGUE:
        step(story)
    story.begin()
    begin_post(story, pPortState={"address": "0x10", "unreadable": True})
    stop(story)
    cut = segment(story.evidence())
    assert cut.sessions[0].stop is not None
    assert not cut.stray_stops


def test_late_completion_belongs_to_its_own_session() -> None:
    """A completion that comes in the next association is tied to the session it names."""
    story = tell()
    old = story.session
    tell(story=story)
    complete(story, hSecuritySessionID=old)
    first, second = segment(story.evidence()).sessions
    assert [len(first.completions), len(second.completions)] == [2, 1]


def test_reset_ends_what_was_not_stopped() -> None:
    """Without a stop, the reset ends the session."""
    story = tell(without=("stop",))
    (session,) = segment(story.evidence()).sessions
    assert session.stop is None
    assert session.ended_by is session.reset is not None


def test_new_process_is_apart() -> None:
    """Handles of one process mean nothing in the next."""
    story = tell()
    session = story.session
    story.restart()
    for step in PROLOGUE:
        step(story)
    complete(story, hSecuritySessionID=session)
    cut = segment(story.evidence())
    assert len(cut.adapters) == 2
    assert len(cut.stray_post) == 1


def test_states_follow_the_machine() -> None:
    """The states of a good association, in order, and back to the beginning."""
    cut = segment(tell().evidence())
    track = adapter_states(cut.adapters[0])
    assert track.states == (
        AdapterState.INIT, AdapterState.PRE_PENDING, AdapterState.PRE_DONE,
        AdapterState.POST_PENDING, AdapterState.AUTHORIZED, AdapterState.PRE_DONE,
        AdapterState.INIT,
    )  # fmt: skip
    assert track.before(cut.sessions[0].handler) is AdapterState.PRE_DONE
    assert track.before(cut.adapters[0].init) is AdapterState.ABSENT


def test_failed_calls_change_no_state() -> None:
    """An error from a handler leaves the adapter where it was."""
    story = tell(post_associate=lambda s: begin_post(s, result=5), without=("completion",))
    track = adapter_states(segment(story.evidence()).adapters[0])
    assert AdapterState.POST_PENDING not in track.states


def test_window_keeps_the_prologue() -> None:
    """A window has the service calls and the last two associations, and nothing between."""
    evidence = tell(associations=6).evidence()
    near = window(evidence, 6)
    functions = [record.function for record in near.trace]
    assert functions.count(names.INIT_ADAPTER) == 2
    assert functions.count(names.POST_ASSOCIATE) == 4
    assert near.trace[0].kind == "load"
    assert [item.index for item in near.associations] == [5, 6]


def test_association_that_never_began_owns_nothing() -> None:
    """A connect that was never made (time 0) does not claim the time before the first."""
    story = tell()
    story.end()
    story.associations.append({"index": 2, "connect_ns": 0, "end_ns": 0, "lab_fault": "gone"})
    evidence = story.evidence()
    assert [item.association for item in segment(evidence).sessions] == [1]


def test_split_at_connects() -> None:
    """Records fall into the part of the association they were made in."""
    evidence = tell(associations=2).evidence()
    connects = [item.connect_ns for item in evidence.associations]
    prologue, first, second = split(evidence.trace, connects)
    assert len(prologue) == 7
    assert (first, second) == tuple(item.ihv for item in evidence.associations)


def test_reset_without_adapter_is_harmless() -> None:
    """Calls with handles nobody gave are kept as calls and tied to nothing."""
    story = Story()
    reset(story)
    stop(story)
    complete(story)
    cut = segment(story.evidence())
    assert len(cut.calls) == 3
    assert not cut.sessions
