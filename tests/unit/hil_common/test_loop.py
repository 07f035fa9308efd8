# SPDX-License-Identifier: GPL-2.0-or-later
"""The event loop: the order of a turn, timers, descriptors."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator

import pytest

from hil_common.loop import Loop, now_ns


@pytest.fixture
def loop() -> Iterator[Loop]:
    """A loop of its own."""
    made = Loop()
    yield made
    made.close()


def test_order_of_one_turn(loop: Loop) -> None:
    """Descriptors, then timers, then what they put off, in the order it was put off."""
    seen: list[str] = []
    near, far = socket.socketpair()

    def readable() -> None:
        far.recv(1)
        loop.later(lambda: seen.append("put off"))
        loop.later(lambda: loop.later(lambda: seen.append("put off twice")))
        seen.append("readable")

    loop.watch(far.fileno(), readable)
    loop.call_at(now_ns(), lambda: seen.append("timer"))
    near.send(b"x")
    loop.turn()
    assert seen == ["readable", "timer", "put off", "put off twice"]
    near.close()
    far.close()


def test_timers_run_in_order_of_time(loop: Loop) -> None:
    """The earlier one runs first, equal ones in the order they were made; none too early."""
    seen: list[tuple[str, int]] = []
    base = now_ns() + 3_000_000
    for name, at in (("c", 2), ("a", 1), ("b", 1)):
        loop.call_at(base + at * 1_000_000, lambda name=name: seen.append((name, now_ns())))
    while len(seen) < 3:
        loop.turn()
    assert [name for name, _ in seen] == ["a", "b", "c"]
    assert seen[0][1] >= base + 1_000_000
    assert seen[2][1] >= base + 2_000_000


def test_cancelled_timer(loop: Loop) -> None:
    """A cancelled timer does not run, and cancelling one that ran is harmless."""
    seen: list[str] = []
    gone = loop.call_at(now_ns(), lambda: seen.append("gone"))
    kept = loop.call_at(now_ns(), lambda: seen.append("kept"))
    gone.cancel()
    loop.turn()
    kept.cancel()
    assert seen == ["kept"]
    assert not gone.pending
    assert not kept.pending


def test_stop(loop: Loop) -> None:
    """run returns after the turn in which stop was called, what was put off included."""
    seen: list[str] = []

    def end() -> None:
        loop.later(lambda: seen.append("put off"))
        loop.stop()

    loop.call_at(now_ns(), end)
    loop.run()
    assert seen == ["put off"]


def test_writer_and_reader_of_one_descriptor(loop: Loop) -> None:
    """Both are served; without the writer the reader stays; one forgotten by the other is quiet."""
    seen: list[str] = []
    near, far = socket.socketpair()
    fd = near.fileno()
    loop.watch(fd, lambda: seen.append("r"), lambda: seen.append("w"))
    far.send(b"x")
    loop.turn(1)
    loop.watch(fd, lambda: seen.append("r"))
    loop.turn(1)
    loop.watch(fd, lambda: seen.append("r"), lambda: (seen.append("w"), loop.unwatch(fd)))  # type: ignore[arg-type, return-value]
    loop.turn(1)
    loop.unwatch(fd)
    loop.turn()
    assert seen == ["w", "r", "r", "w"]
    near.close()
    far.close()


def test_a_hung_up_descriptor_calls_whoever_watches_it(loop: Loop) -> None:
    """The reader, and a writer that is alone, so that each finds the end by itself."""
    seen: list[str] = []
    ours, theirs = os.pipe()
    back_ours, back_theirs = os.pipe()
    loop.watch(theirs, None, lambda: (seen.append("w"), loop.unwatch(theirs)))  # type: ignore[arg-type, return-value]
    loop.watch(back_ours, lambda: seen.append("r"))
    os.close(ours)
    os.close(back_theirs)
    loop.turn(1)
    assert sorted(seen) == ["r", "w"]
    loop.unwatch(back_ours)
    os.close(theirs)
    os.close(back_ours)


def test_a_turn_waits_for_its_limit_or_the_next_timer(loop: Loop) -> None:
    """Whichever comes first; without a limit it does not wait."""
    seen: list[str] = []
    loop.call_after_s(30, lambda: seen.append("late"))
    loop.turn()
    loop.turn(0.001)
    loop.call_after_s(0.001, lambda: seen.append("soon"))
    loop.turn(30)
    assert seen == ["soon"]
