# SPDX-License-Identifier: GPL-2.0-or-later
"""A connection to QEMU: what cannot be sent at once waits, and not without bound."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from hwsim.connection import BACKLOG_LIMIT, Connection
from hwsim.loop import Loop

PIECE = bytes(1 << 16)


class Bench:
    """A connection, and its far end."""

    def __init__(self) -> None:
        self.loop = Loop()
        near, self.far = socket.socketpair()
        self.taken: list[bytes] = []
        self.ends = 0
        self.link = Connection(self.loop, near, self.taken.append, self._gone)

    def _gone(self) -> None:
        self.ends += 1

    def close(self) -> None:
        """Both ends."""
        self.link.close()
        self.far.close()
        self.loop.close()


@pytest.fixture
def bench() -> Iterator[Bench]:
    """One whose far end reads nothing by itself."""
    bench = Bench()
    yield bench
    bench.close()


def test_what_has_no_room_is_sent_later(bench: Bench) -> None:
    """In its order, when the far end reads."""
    sent = b""
    while not bench.link.backlog:
        bench.link.write(PIECE)
        sent += PIECE
    bench.link.write(b"end")
    got = b""
    while len(got) < len(sent) + 3:
        got += bench.far.recv(1 << 20)
        bench.loop.turn()
    assert got == sent + b"end"
    assert bench.link.backlog == 0


def test_a_peer_that_does_not_read_costs_no_more_than_the_bound(bench: Bench) -> None:
    """Nor within one turn, in which a hostile one can ask for more than any memory holds."""
    for _ in range(4 * BACKLOG_LIMIT // len(PIECE)):
        bench.link.write(PIECE)
    assert bench.link.backlog <= BACKLOG_LIMIT + len(PIECE)
    bench.loop.turn()
    assert bench.ends == 1
    assert bench.link.backlog == 0
    bench.link.write(b"to nobody")
    bench.loop.turn()
    assert bench.ends == 1


def test_the_end_of_the_peer_is_told_once(bench: Bench) -> None:
    """After what it had sent."""
    bench.far.sendall(b"last")
    bench.far.close()
    bench.loop.turn()
    bench.loop.turn()
    assert (bench.taken, bench.ends) == ([b"last"], 1)
