# SPDX-License-Identifier: GPL-2.0-or-later
"""What the air's event loop adds: idle work last, and knowing when it stood still."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from hwsim.loop import Loop, now_ns


@pytest.fixture
def loop() -> Iterator[Loop]:
    """A loop of its own."""
    made = Loop()
    yield made
    made.close()


def test_idle_work_waits_for_quiet(loop: Loop) -> None:
    """Idle work does not run in a turn in which something happened, but in the next quiet one."""
    seen: list[str] = []
    loop.when_idle(lambda: seen.append("idle"))
    loop.call_at(now_ns(), lambda: seen.append("timer"))
    loop.turn()
    assert seen == ["timer"]
    loop.turn()
    assert seen == ["timer", "idle"]


def test_a_loop_that_comes_late_knows_it(loop: Loop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stopped while it waited: between when it was due and when it went on it did nothing."""
    at = [now_ns()]
    monkeypatch.setattr(loop, "now_ns", lambda: at[0])
    due_ns = at[0]
    loop.call_at(due_ns, lambda: None)

    class Stopped:
        """The poll of a process that is stopped meanwhile."""

        def poll(self, _: float | None) -> list[object]:
            """Time goes by."""
            at[0] += 3_000_000_000
            return []

    loop._poll = Stopped()  # type: ignore[assignment]
    loop.turn()
    assert loop.last_stall == (due_ns, at[0])


def test_a_loop_at_its_usual_pace_is_not_late(loop: Loop) -> None:
    """A turn that was waited for as long as it was due."""
    loop.call_after(1_000_000, lambda: None)
    loop.turn()
    assert loop.last_stall == (0, 0)


def test_work_for_the_next_turn_waits_for_what_is_ready_then(loop: Loop) -> None:
    """It runs once, in the turn after, and does not let the loop sleep meanwhile."""
    seen: list[str] = []

    def put_off() -> None:
        seen.append("put off")
        loop.next_turn(lambda: seen.append("again"))

    loop.next_turn(put_off)
    loop.turn(10)
    assert seen == ["put off"]
    loop.call_at(now_ns(), lambda: seen.append("timer"))
    loop.turn(10)
    assert seen == ["put off", "timer", "again"]
    loop.turn()
    assert seen == ["put off", "timer", "again"]
