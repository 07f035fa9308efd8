# SPDX-License-Identifier: GPL-2.0-or-later
"""Pairing of entries and returns."""

from __future__ import annotations

from harness.evidence import Call, DamageKind, IhvRecord, names, pair


def record(seq: int, kind: str, call: int, function: str, tid: int = 1) -> IhvRecord:
    """An entry or a return."""
    return IhvRecord(seq, seq * 10, 1, tid, kind, call, function, result=0)


def calls(*records: IhvRecord) -> tuple[Call, ...]:
    """The calls of one process."""
    (process,), damage = pair(records)
    assert damage == ()
    return process.calls


def test_nesting_on_one_thread() -> None:
    """A call entered before the outer one returned is inside it, at any depth."""
    outer, inner, deepest, after = calls(
        record(1, "enter", 1, names.POST_ASSOCIATE),
        record(2, "enter", 2, names.SEND_PACKET),
        record(3, "enter", 3, names.SEND_COMPLETION),
        record(4, "return", 3, names.SEND_COMPLETION),
        record(5, "return", 2, names.SEND_PACKET),
        record(6, "return", 1, names.POST_ASSOCIATE),
        record(7, "enter", 4, names.POST_COMPLETION),
        record(8, "return", 4, names.POST_COMPLETION),
    )
    assert inner.parent == outer
    assert deepest.inside(names.POST_ASSOCIATE) == outer
    assert after.inside(names.POST_ASSOCIATE) is None
    assert after.entered_after_return_of(outer)
    assert not inner.entered_after_return_of(outer)
    assert (outer.start_ns, outer.end_ns, outer.seqs) == (10, 60, (1, 6))


def test_other_thread_is_not_inside() -> None:
    """At the same time on another thread is not nesting."""
    outer, other = calls(
        record(1, "enter", 1, names.POST_ASSOCIATE),
        record(2, "enter", 2, names.POST_COMPLETION, tid=2),
        record(3, "return", 2, names.POST_COMPLETION, tid=2),
        record(4, "return", 1, names.POST_ASSOCIATE),
    )
    assert other.parent is None
    assert not other.entered_after_return_of(outer)


def test_open_call() -> None:
    """A call that never returned is kept, with no result."""
    (call,) = calls(record(1, "enter", 1, names.POST_ASSOCIATE))
    assert call.returned is None
    assert call.result is None
    assert not call.succeeded


def test_lost_return_closes_with_the_outer_one() -> None:
    """A lost inner return leaves that call open and does not disturb the outer one."""
    outer, inner, after = calls(
        record(1, "enter", 1, names.POST_ASSOCIATE),
        record(2, "enter", 2, names.SEND_PACKET),
        record(4, "return", 1, names.POST_ASSOCIATE),
        record(5, "enter", 3, names.POST_COMPLETION),
    )
    assert outer.returned is not None
    assert inner.returned is None
    assert after.parent is None


def test_misfits_are_damage() -> None:
    """Returns of nothing, of another function or thread, and repeated entries are named."""
    (process,), damage = pair([
        record(1, "return", 9, names.SEND_PACKET),
        record(2, "enter", 1, names.SEND_PACKET),
        record(3, "return", 1, names.POST_COMPLETION),
        record(4, "return", 1, names.SEND_PACKET, tid=5),
        record(5, "enter", 1, names.SEND_PACKET),
        record(6, "return", 1, names.SEND_PACKET),
        record(7, "return", 1, names.SEND_PACKET),
    ])  # fmt: skip
    unmatched, twice = DamageKind.UNMATCHED_RETURN, DamageKind.CALL_DUPLICATE
    assert [item.kind for item in damage] == [unmatched] * 3 + [twice, unmatched]
    (call,) = process.calls
    assert call.seqs == (2, 6)


def test_exceptions_and_unload_belong_to_their_process() -> None:
    """What is no call is kept beside the calls."""
    fault = IhvRecord(2, 20, 1, 1, "exception", raw={"code": "0xc0000005"})
    end = IhvRecord(1, 90, 2, 1, "unload", process=1)
    (first, second), _ = pair([end, fault])
    assert first.exceptions == (fault,)
    assert second.unload == end
    assert (second.first_ns, second.last_ns) == (90, 90)
