# SPDX-License-Identifier: GPL-2.0-or-later
"""What evidence lacks, seen in the evidence itself."""

from __future__ import annotations

from dataclasses import replace

import pytest

from harness.evidence import (
    AssociationEvidence,
    DamageKind,
    FrameRecord,
    IhvRecord,
    Notification,
    TraceDamage,
    names,
    pair,
    unended,
)
from harness.evidence.losses import FOREVER_NS, association_losses, explained, in_time, losses
from tests.unit.checks.builder import reset, tell
from tests.unit.checks.story import Story

S = 1_000_000_000


def record(seq: int, t_s: float, tid: int = 8, kind: str = "enter", call: int = 1) -> IhvRecord:
    """A record of process 0."""
    return IhvRecord(seq, int(t_s * S), 100, tid, kind, call, "Dot11ExtIhvAdapterReset")


def frame(number: int) -> FrameRecord:
    """A frame of association 1."""
    story = Story()
    story.frame("data", "up", number=number, association=1)
    return story.frames[0]


def test_times_that_rise_are_kept() -> None:
    """Threads may overtake each other a little between taking the time and writing."""
    told = [record(1, 1.0), record(2, 1.5, tid=9), record(3, 1.2), record(4, 2.0, tid=9)]
    assert in_time(0, told) == (told, ())


@pytest.mark.parametrize("off_s", [-10, 10])
def test_a_time_out_of_order_is_left_out(off_s: int) -> None:
    """One record contradicts all others: it is lost, somewhere between its neighbours."""
    told = [record(number, number) for number in range(1, 7)]
    told[2] = record(3, 3 + off_s)
    kept, (damage,) = in_time(0, told)
    assert [one.seq for one in kept] == [1, 2, 4, 5, 6]
    assert damage.kind is DamageKind.OUT_OF_TIME
    assert (damage.process, damage.from_ns, damage.until_ns) == (0, 2 * S, 4 * S)


def test_a_thread_never_runs_back() -> None:
    """Not by a moment: within one thread the order of the records is that of the times."""
    told = [record(1, 1.0), record(2, 1.5), record(3, 1.4), record(4, 1.6)]
    kept, damage = in_time(0, told)
    assert len(kept) == 3
    assert [one.kind for one in damage] == [DamageKind.OUT_OF_TIME]


def test_a_shifted_record_blames_nobody_and_is_no_call() -> None:
    """Its partner finds itself alone, and the loss explains that."""
    story = tell()
    records = list(story.evidence().trace)
    place = next(at for at, one in enumerate(records) if one.function == "Dot11ExtSendPacket")
    records[place] = replace(records[place], t_ns=records[place].t_ns + 10 * S)
    (process,), damage = pair(records)
    assert [one.kind for one in damage] == [DamageKind.OUT_OF_TIME, DamageKind.UNMATCHED_RETURN]
    assert all(call.enter is not records[place] for call in process.calls)


def test_an_open_end_is_a_loss() -> None:
    """A finished trace ends with the end of its last process; who tells it depends on the guest."""
    unload = record(3, 3, kind="unload")
    host = record(4, 4, kind="host")
    assert unended([record(1, 1), unload]) == ()
    (damage,) = unended([record(1, 1), unload], service_tells=True)
    assert (damage.kind, damage.from_ns, damage.until_ns) == (DamageKind.NO_END, 3 * S, FOREVER_NS)
    assert unended([record(1, 1), unload, host], service_tells=True) == ()
    (damage,) = unended([])
    assert damage.message == "the trace is empty"


def test_a_process_that_vanished_is_no_loss() -> None:
    """Its trace goes on with the next process: what it did not write, it did not do."""
    other = [replace(record(1, 5), process=1), replace(record(2, 6, kind="unload"), process=1)]
    assert unended([record(1, 1), *other]) == ()


@pytest.mark.parametrize(
    ("seen", "due", "said"),
    [
        (range(4, 9), (), []),
        ([4, 5, 7, 8], (), ["records of frame 6 are missing"]),
        ([4, 5, 6], (), ["records of 2 frames (7 to 8) are missing"]),
        ([4, 5, 6, 8], (7,), []),
        ([], (), ["records of 5 frames (4 to 8) are missing"]),
    ],
)
def test_frames_have_numbers_without_gaps(
    seen: list[int], due: tuple[int, ...], said: list[str]
) -> None:
    """From the last one before the association to the last one in it, but for those held back."""
    frames = tuple(frame(number) for number in seen)
    one = AssociationEvidence(1, 5, 9, frames, (record(1, 1),), frame_span=(3, 8), frames_due=due)
    assert [item.message.partition(": ")[2] for item in association_losses(one)] == said


def test_an_association_without_a_record_is_a_loss() -> None:
    """Unless its lab broke, or it never came to its connect."""
    one = AssociationEvidence(1, 5, 9)
    assert [item.kind for item in association_losses(one)] == [DamageKind.NOT_SHOWN]
    assert association_losses(replace(one, lab_fault="x")) == ()
    assert association_losses(replace(one, connect_ns=0)) == ()


def test_a_network_that_was_not_found_leaves_no_record() -> None:
    """The DLL was not called, so none is missing."""
    told = Notification(7, names.SOURCE_ACM, 11, "{}", names.REASON_NETWORK_NOT_AVAILABLE)
    assert association_losses(AssociationEvidence(1, 5, 9, notifications=(told,))) == ()


def test_unread_lines_are_a_loss() -> None:
    """What they said nobody knows."""
    one = AssociationEvidence(1, 5, 9, ihv=(record(1, 1),), unread_lines=2)
    (damage,) = association_losses(one)
    assert (damage.kind, damage.association) == (DamageKind.UNREAD_LINE, 1)


def test_a_loss_is_missing_from_the_associations_it_touches() -> None:
    """By its time; one that touches none is missing from the run."""
    both = (AssociationEvidence(1, 10, 20), AssociationEvidence(2, 30, 40))
    touching = TraceDamage(DamageKind.SEQ_GAP, "gap", from_ns=15, until_ns=35)
    between = TraceDamage(DamageKind.SEQ_GAP, "between", from_ns=22, until_ns=28)
    named = TraceDamage(DamageKind.FRAME_GAP, "frames", association=2)
    told = TraceDamage(DamageKind.SEQ_DUPLICATE, "twice")
    assert losses(both, [touching, between, named, told]) == {
        1: ("gap",), 2: ("gap", "frames"), None: ("between",),
    }  # fmt: skip


def test_a_cut_behind_an_associations_end_takes_nothing_from_it() -> None:
    """The association shows its end: missing is what came after it."""
    story = tell()
    reset(story)
    whole = story.evidence()
    end = unended(whole.trace)
    assert losses(whole.associations, end) == {None: (end[0].message,)}
    cut = replace(whole.associations[0], ihv=whole.associations[0].ihv[:-1])
    assert losses((cut,), end) == {1: (end[0].message,)}


def test_a_return_whose_entry_is_known_to_be_lost_loses_no_more() -> None:
    """Alone it might have been entered at any time before; with a gap before it, in that gap."""
    alone = TraceDamage(DamageKind.UNMATCHED_RETURN, "alone", process=0, until_ns=9)
    gap = TraceDamage(DamageKind.SEQ_GAP, "gap", process=0, from_ns=3, until_ns=4)
    assert explained([], [alone]) == (alone,)
    assert explained([gap], [alone]) == (gap, replace(alone, until_ns=None))
    later = replace(gap, from_ns=10, until_ns=11)
    assert explained([later], [alone]) == (later, alone)
