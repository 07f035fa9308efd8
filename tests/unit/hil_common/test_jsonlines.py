# SPDX-License-Identifier: GPL-2.0-or-later
"""The JSON-lines protocol: messages and lines, and the channel on the event loop."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from typing import Any

import pytest

from hil_common import jsonlines
from hil_common.jsonlines import Channel, Damage, Message, decode, encode
from hil_common.loop import Loop


class Pipes:
    """A channel and the other side's ends."""

    def __init__(self) -> None:
        self.loop = Loop()
        self.to_us, self.from_us = os.pipe(), os.pipe()
        self.got: list[Message] = []
        self.closed: list[str] = []
        self.channel = self._channel()

    def _channel(self, **options: Any) -> Channel:
        return Channel(
            self.loop,
            self.to_us[0],
            self.from_us[1],
            self.got.append,
            self.closed.append,
            **options,
        )

    def with_options(self, **options: Any) -> None:
        """Another channel in the place of the first."""
        self.channel.close()
        self.channel = self._channel(**options)

    def feed(self, data: bytes) -> None:
        """Bytes from the other side, served."""
        os.write(self.to_us[1], data)
        self.loop.turn(1)

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
        pipes.loop.turn()
    assert [json.loads(line)["n"] for line in data.splitlines()] == [0, 1, 2]


@pytest.mark.parametrize("deferred", [False, True])
def test_side_that_does_not_read_is_dropped(pipes: Pipes, deferred: bool) -> None:
    """Unsent messages do not pile up for ever."""
    pipes.with_options(max_unsent=100_000, deferred=deferred)
    for _ in range(5):
        pipes.channel.send({"x": "y" * 60_000})
    pipes.loop.turn()
    assert pipes.closed == ["the other side does not read"]


def test_damage_is_told_where_it_is_wanted_and_the_rest_goes_on(
    pipes: Pipes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each damaged line once, a line too long when it is that long; the next line is taken."""
    monkeypatch.setattr(jsonlines, "MAX_LINE_BYTES", 100)
    damaged: list[Damage] = []
    pipes.with_options(on_damaged=damaged.append)
    pipes.feed(b"x" * 101)
    pipes.feed(b"x" * 101)
    pipes.feed(b'x\n{"a":1}\n[1]\n{\n{"b":2}\n')
    assert damaged == [Damage.TOO_LONG, Damage.NO_OBJECT, Damage.NO_JSON]
    assert pipes.got == [{"a": 1}, {"b": 2}]
    assert pipes.closed == []


def test_a_deferred_channel_writes_once_a_turn(pipes: Pipes) -> None:
    """Nothing within the callback; then all of it, in one go."""
    pipes.with_options(deferred=True)
    os.set_blocking(pipes.from_us[0], False)
    pipes.channel.send({"n": 1})
    pipes.channel.send({"n": 2})
    with pytest.raises(BlockingIOError):
        os.read(pipes.from_us[0], 99)
    pipes.loop.turn()
    assert os.read(pipes.from_us[0], 99) == b'{"n":1}\n{"n":2}\n'


def test_a_peer_that_is_gone_closes_at_the_end_of_the_turn(pipes: Pipes) -> None:
    """Not within `send`, whose caller would not expect it; and once."""
    os.close(pipes.from_us[0])
    pipes.channel.send({"n": 1})
    pipes.channel.send({"n": 2})
    assert pipes.closed == []
    pipes.loop.turn()
    assert pipes.closed == ["write failed: Broken pipe"]
    pipes.from_us = (os.dup(pipes.to_us[0]), pipes.from_us[1])


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b'{"a": "\xc3\xa4"}\n', {"a": "ä"}),
        (b'{"a": "\xed\xa0\x80"}', {"a": "\ud800"}),  # a lone surrogate, as C programs write it
        (b"[]", Damage.NO_OBJECT),
        (b"\xff", Damage.NO_JSON),
        (b"[" * 100_000, Damage.NO_JSON),
    ],
)
def test_a_line_is_a_message_or_damaged(line: bytes, said: object) -> None:
    """With the reason."""
    assert decode(line) == said


def test_a_message_is_one_line_of_ascii() -> None:
    """Whatever is in it."""
    assert encode({"a": "ä\n"}) == b'{"a":"\\u00e4\\n"}\n'
