# SPDX-License-Identifier: GPL-2.0-or-later
"""The control protocol's client: answers find their calls, rubbish is counted, ends are told."""

from __future__ import annotations

import json
import queue
from collections.abc import Iterator
from typing import Any

import pytest

from harness.errors import PeerGone, TooSlow
from harness.local.jsonlines import MAX_LINE, CallFailed, JsonLinesClient


class Peer:
    """The other side: a test says what it answers."""

    def __init__(self) -> None:
        self.sent: queue.Queue[dict[str, Any]] = queue.Queue()
        self.events: list[dict[str, Any]] = []
        self._lines: queue.Queue[bytes | Exception | None] = queue.Queue()
        self.client = JsonLinesClient("peer", self.lines(), self.take, self.events.append)

    def lines(self) -> Iterator[bytes]:
        """The lines the client reads."""
        while (line := self._lines.get()) is not None:
            if isinstance(line, Exception):
                raise line
            yield line

    def take(self, data: bytes) -> None:
        """What the client writes."""
        self.sent.put(json.loads(data))

    def say(self, line: bytes | Exception | None) -> None:
        """Let the client read a line, an error, or the end."""
        self._lines.put(line)

    def answer(self, **answer: Any) -> None:
        """Answer the next call the client makes."""
        self.say(json.dumps(answer).encode() + b"\n")


@pytest.fixture
def peer() -> Iterator[Peer]:
    """A peer whose stream ends with the test."""
    peer = Peer()
    yield peer
    peer.say(None)
    peer.client.join(5)


def test_an_answer_reaches_its_call(peer: Peer) -> None:
    """The result of the call with the same id is returned, whatever comes in between."""
    peer.answer(event="other")
    peer.answer(id=77, result={"stray": True})
    peer.answer(id=1, result={"bssid": "02:00:00:00:00:01"})
    result = peer.client.call("configure", {"ssid": "hil"}, timeout_s=5)
    assert result == {"bssid": "02:00:00:00:00:01"}
    assert peer.sent.get(timeout=5) == {"id": 1, "call": "configure", "args": {"ssid": "hil"}}
    assert peer.events == [{"event": "other"}]


def test_an_error_names_call_and_code(peer: Peer) -> None:
    """The peer's own code and words come through."""
    peer.answer(id=1, error={"code": 1168, "message": "WlanConnect"})
    with pytest.raises(CallFailed, match="peer: connect failed: WlanConnect") as caught:
        peer.client.call("connect", timeout_s=5)
    assert caught.value.code == 1168


def test_no_answer_is_too_slow(peer: Peer) -> None:
    """A silent peer costs the bound and no more; the message says what was awaited."""
    with pytest.raises(TooSlow, match="answer of peer to hello"):
        peer.client.call("hello", timeout_s=0.01)


@pytest.mark.parametrize("end", [None, OSError("reset")])
def test_the_end_of_the_stream_ends_every_call(peer: Peer, end: Exception | None) -> None:
    """A waiting call and each later one fail at once when the peer is gone."""
    peer.say(end)
    with pytest.raises(PeerGone):
        peer.client.call("clock", timeout_s=60)
    with pytest.raises(PeerGone):
        peer.client.call("clock", timeout_s=60)
    assert not peer.client.alive


@pytest.mark.parametrize(
    "line",
    [
        *(b"{", b"[]\n", b"\xff\xfe\n", b"3\n", b"{}\n", b'{"id":"x"}\n'),
        *(b"[" * 100_000, b"9" * (MAX_LINE + 1)),
    ],
)
def test_rubbish_is_counted_and_skipped(peer: Peer, line: bytes) -> None:
    """No line of an untrusted peer breaks the client; the next good one still counts."""
    peer.say(line)
    peer.answer(id=1, result={"ok": True})
    assert peer.client.call("hello", timeout_s=5) == {"ok": True}
    assert peer.client.damaged_lines == 1
