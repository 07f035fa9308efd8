# SPDX-License-Identifier: GPL-2.0-or-later
"""The event loop, the JSON-lines channel on it, the log, and signals."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable, Iterator

import pytest
from autoconfig import jsonlines, log
from autoconfig.__main__ import on_signal
from autoconfig.jsonlines import Channel, Message
from autoconfig.loop import Loop


class Pipes:
    """A channel and the other side's ends."""

    def __init__(self) -> None:
        self.loop = Loop()
        self.to_us, self.from_us = os.pipe(), os.pipe()
        self.got: list[Message] = []
        self.closed: list[str] = []
        self.channel = Channel(
            self.loop, self.to_us[0], self.from_us[1], self.got.append, self.closed.append
        )

    def feed(self, data: bytes) -> None:
        """Bytes from the other side, served."""
        os.write(self.to_us[1], data)
        self.loop.run_once(1)

    def end(self) -> None:
        """Close all that is open."""
        self.channel.close()
        for fd in (*self.to_us, *self.from_us):
            os.close(fd)


@pytest.fixture
def pipes() -> Iterator[Pipes]:
    """A channel over pipes."""
    made = Pipes()
    yield made
    made.end()


def test_timers_run_in_their_order_and_not_when_cancelled() -> None:
    """Due order, not order of asking; cancelled ones never."""
    loop, ran = Loop(), []
    loop.call_later(0.002, lambda: ran.append("b"))
    loop.call_later(0.001, lambda: ran.append("a"))
    loop.call_later(0, lambda: ran.append("never")).cancel()
    loop.call_later(0.003, loop.stop)
    loop.run()
    assert ran == ["a", "b"]


def test_call_soon_runs_before_waiting_and_may_ask_again() -> None:
    """What is left for later in a round runs in the same round."""
    loop, ran = Loop(), []
    loop.call_soon(lambda: loop.call_soon(lambda: ran.append(2)) or ran.append(1))  # type: ignore[func-returns-value]
    loop.run_once(60)
    assert ran == [1, 2]


def test_writer_and_reader_of_one_descriptor() -> None:
    """Both are served; removing the writer leaves the reader."""
    loop, ran = Loop(), []
    ours, theirs = os.pipe()
    loop.add_writer(theirs, lambda: (ran.append("w"), loop.remove_writer(theirs)))
    loop.add_reader(ours, lambda: ran.append(os.read(ours, 9)))
    loop.run_once(1)
    os.write(theirs, b"x")
    loop.run_once(1)
    loop.remove(ours)
    loop.remove(ours)
    assert ran == ["w", b"x"]
    os.close(ours)
    os.close(theirs)


def test_lines_arrive_whole_however_they_are_cut(pipes: Pipes) -> None:
    """Parts of lines, several lines at once, empty lines."""
    pipes.feed(b'{"a":')
    assert pipes.got == []
    pipes.feed(b'1}\n\n{"b":2}\n{"c"')
    pipes.feed(b':"\xc3\xa4"}\n')
    assert pipes.got == [{"a": 1}, {"b": 2}, {"c": "ä"}]


@pytest.mark.parametrize("line", [b"[1]\n", b"nonsense\n", b"\xff\n", b"[" * 100_000 + b"\n"])
def test_what_is_no_object_closes(pipes: Pipes, line: bytes) -> None:
    """One wrong line ends the channel, once."""
    while line:
        pipes.feed(line[:60_000])
        line = line[60_000:]
    assert pipes.closed == ["not a JSON object"]


def test_endless_line_closes(pipes: Pipes, monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory is bounded."""
    monkeypatch.setattr(jsonlines, "MAX_LINE_BYTES", 100)
    pipes.feed(b"x" * 101)
    assert pipes.closed == ["line too long"]


def test_messages_larger_than_the_pipe_go_out_in_order(pipes: Pipes) -> None:
    """What the other side does not take at once follows later, whole."""
    for number in range(3):
        pipes.channel.send({"n": number, "x": "y" * 60_000})
    data = b""
    while data.count(b"\n") < 3:
        data += os.read(pipes.from_us[0], 65536)
        pipes.loop.run_once(0)
    assert [json.loads(line)["n"] for line in data.splitlines()] == [0, 1, 2]


def test_side_that_does_not_read_is_dropped(pipes: Pipes, monkeypatch: pytest.MonkeyPatch) -> None:
    """Unsent messages do not pile up for ever."""
    monkeypatch.setattr(jsonlines, "MAX_UNSENT_BYTES", 100_000)
    for _ in range(5):
        pipes.channel.send({"x": "y" * 60_000})
    assert pipes.closed == ["the other side does not read"]


def test_signal_reaches_the_loop() -> None:
    """A signal while the loop waits runs its callback at once."""
    loop = Loop()
    before = signal.getsignal(signal.SIGUSR1)
    on_signal(loop, signal.SIGUSR1, loop.stop)
    loop.call_soon(lambda: os.kill(os.getpid(), signal.SIGUSR1))
    loop.call_later(10, lambda: pytest.fail("the signal was not seen"))
    loop.run()
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGUSR1, before)


def test_log_lines_wait_for_a_quiet_moment(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Written at once before `defer`, together afterwards."""
    later: list[Callable[[], None]] = []
    monkeypatch.setattr(log, "_later", None)
    log.note("first")
    assert "first" in capsys.readouterr().err
    log.defer(lambda _delay_s, flush: later.append(flush))
    log.note("second")
    log.note("third")
    assert capsys.readouterr().err == ""
    (flush,) = later
    flush()
    lines = capsys.readouterr().err.splitlines()
    assert [line.rsplit(" ", 1)[1] for line in lines] == ["second", "third"]
