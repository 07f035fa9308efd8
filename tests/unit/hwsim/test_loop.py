# SPDX-License-Identifier: GPL-2.0-or-later
"""The event loop's order: answers first, records after, idle work last."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from hwsim import loop as loop_module
from hwsim.loop import Loop, now_ns


@pytest.fixture
def loop() -> Iterator[Loop]:
    """A loop of its own."""
    loop = Loop()
    yield loop
    loop.close()


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


def test_idle_work_waits_for_quiet(loop: Loop) -> None:
    """Idle work does not run in a turn in which something happened, but in the next quiet one."""
    seen: list[str] = []
    loop.when_idle(lambda: seen.append("idle"))
    loop.call_at(now_ns(), lambda: seen.append("timer"))
    loop.turn()
    assert seen == ["timer"]
    loop.turn()
    assert seen == ["timer", "idle"]


def test_stop(loop: Loop) -> None:
    """run returns after the turn in which stop was called, what was put off included."""
    seen: list[str] = []

    def end() -> None:
        loop.later(lambda: seen.append("put off"))
        loop.stop()

    loop.call_at(now_ns(), end)
    loop.run()
    assert seen == ["put off"]


def test_a_loop_that_comes_late_knows_it(loop: Loop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stopped while it waited: between when it was due and when it went on it did nothing."""
    at = [now_ns()]
    monkeypatch.setattr(loop_module, "now_ns", lambda: at[0])
    due_ns = at[0]
    loop.call_at(due_ns, lambda: None)

    class Stopped:
        """A selector of a process that is stopped meanwhile."""

        def select(self, _: float | None) -> list[object]:
            """Time goes by."""
            at[0] += 3_000_000_000
            return []

    real, loop._selector = loop._selector, Stopped()  # type: ignore[assignment]
    loop.turn()
    loop._selector = real
    assert loop.late_ns == (due_ns, at[0])


def test_a_loop_at_its_usual_pace_is_not_late(loop: Loop) -> None:
    """A turn that was waited for as long as it was due."""
    loop.call_after(1_000_000, lambda: None)
    loop.turn()
    assert loop.late_ns == (0, 0)
