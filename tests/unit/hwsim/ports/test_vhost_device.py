# SPDX-License-Identifier: GPL-2.0-or-later
"""A vhost-user back-end: how QEMU sets queues up and takes them away, and what breaks off."""

from __future__ import annotations

import os
import socket
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hwsim.loop import Loop
from hwsim.ports.vhost_device import VhostDevice
from tests.unit.hwsim.ports.vhost_driver import GUEST, SIZE, USER, Driver


def open_descriptors() -> int:
    """How many this process has."""
    return len(list(Path("/proc/self/fd").iterdir()))


class Back:
    """The device, and what it tells."""

    def __init__(self, folder: Path) -> None:
        self.loop = Loop()
        self.kicked: list[int] = []
        self.changes = 0
        listener = socket.socket(socket.AF_UNIX)
        self.path = folder / "device"
        listener.bind(str(self.path))
        listener.listen(1)
        self.device = VhostDevice(self.loop, listener, 2, self.kicked.append, self._changed)
        self.device.start()

    def turn(self) -> None:
        """Let it act on all that has come."""
        for _ in range(4):
            self.loop.turn()

    def _changed(self) -> None:
        self.changes += 1


@pytest.fixture
def back(tmp_path: Path) -> Iterator[Back]:
    """A device that nobody has connected to."""
    back = Back(tmp_path)
    before = open_descriptors()
    yield back
    back.device.close()
    back.loop.close()
    assert open_descriptors() <= before  # no descriptor stays


@pytest.fixture
def driver(back: Back) -> Iterator[Driver]:
    """A front-end that has connected."""
    driver = Driver(back.path, back.turn)
    yield driver
    driver.close()
    back.turn()


def test_two_queues_are_set_up(back: Back, driver: Driver) -> None:
    """Features are told, and both queues run once all of each is known."""
    features = struct.unpack("<Q", driver.ask(1))[0]
    assert features == 1 << 32 | 1 << 30
    assert struct.unpack("<Q", driver.ask(17))[0] == 2
    assert not back.device.running
    driver.start()
    assert back.device.running
    assert back.changes == 2
    driver.queues[0].put(0, b"hello")
    driver.kick(0)
    assert back.kicked == [0, 1, 0]  # what was available before a queue ran is looked for
    queue = back.device.queue(0)
    assert queue is not None
    chain = queue.pop()
    assert chain is not None
    assert chain.read(5) == b"hello"
    queue.push(chain.head, 0)
    back.device.notify(0)
    assert driver.queues[0].taken() == [(0, 0)]
    assert driver.called(0)
    assert not driver.called(1)


def test_a_queue_is_taken_away_and_goes_on_where_it_was(back: Back, driver: Driver) -> None:
    """A guest that is reset, or one whose driver goes and comes."""
    driver.start()
    driver.queues[1].want(0)
    queue = back.device.queue(1)
    assert queue is not None
    assert queue.pop() is not None
    assert struct.unpack("<II", driver.ask(11, struct.pack("<II", 1, 0))) == (1, 1)
    assert not back.device.running
    driver.set_up(1, base=1)
    assert back.device.running


def test_an_acknowledgement(driver: Driver) -> None:
    """Of a request that has no answer of its own, where it is asked for."""
    assert struct.unpack("<Q", driver.ask(3, flags=9))[0] == 0


def test_memory_that_is_given_anew(back: Back, driver: Driver) -> None:
    """Queues that run go on in it."""
    driver.start()
    driver.give_memory((GUEST, SIZE, USER + SIZE, 0))
    assert driver.gone()  # their addresses are not in it: a front-end tells other ones first
    assert back.device.errors == 1


def test_another_front_end_takes_the_place_of_one(back: Back, driver: Driver) -> None:
    """QEMU that was started anew; nothing of the other is left."""
    driver.start()
    before = back.changes
    again = Driver(back.path, back.turn)
    back.turn()
    assert back.changes == before + 1  # the queues run no more: that is told
    again.start()
    assert back.device.running
    assert driver.gone()
    again.close()
    back.turn()
    assert not back.device.connected
    assert not back.device.running


def test_a_broken_queue_waits_to_be_set_up(back: Back, driver: Driver) -> None:
    """It stops, the other one and the front-end stay."""
    driver.start()
    back.device.broken(0)
    assert back.device.queue(0) is None
    assert back.device.queue(1) is not None
    driver.kick(0)
    driver.set_up(0)
    assert back.device.running
    assert back.device.errors == 1


BAD = {
    "a request that was not agreed on": (28, b""),
    "one queue too many": (8, struct.pack("<II", 2, 8)),
    "a payload of another size": (18, b"\0"),
    "a table without its file": (5, struct.pack("<II4Q", 1, 0, GUEST, SIZE, USER, 0)),
    "a kick without its descriptor": (12, struct.pack("<Q", 0)),
}


@pytest.mark.parametrize("name", BAD)
def test_a_front_end_that_breaks_the_protocol(back: Back, driver: Driver, name: str) -> None:
    """It is hung up on; the next one is served."""
    driver.start()
    driver.send(*BAD[name])
    assert driver.gone()
    assert back.device.errors == 1
    again = Driver(back.path, back.turn)
    again.start()
    assert back.device.running
    again.close()


def test_a_kick_that_comes_to_an_end(back: Back, driver: Driver) -> None:
    """No eventfd does; a pipe that is closed would be readable for ever."""
    driver.start()
    reader, writer = os.pipe()
    driver.send(12, struct.pack("<Q", 0), (reader,))
    os.close(reader)
    os.close(writer)
    back.turn()
    assert driver.gone()
    assert back.device.errors == 1


def test_a_file_that_is_too_short(back: Back, driver: Driver) -> None:
    """Memory that is not there is not mapped."""
    driver.give_memory((GUEST, 4 * SIZE, USER, 0))
    assert driver.gone()
    assert back.device.errors == 1


def test_descriptors_that_nobody_asked_for(back: Back, driver: Driver) -> None:
    """They are closed, which the fixture sees."""
    driver.send(3, b"", (driver.fd, driver.fd))
    driver.start()
    assert back.device.running


@settings(
    deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.tuples(st.integers(0, 40), st.binary(max_size=48)), max_size=8))
def test_whatever_a_front_end_sends(back: Back, requests: list[tuple[int, bytes]]) -> None:
    """The back-end stays, and serves the next one."""
    driver = Driver(back.path, back.turn)
    try:
        for number, payload in requests:
            driver.send(number, payload)
    except OSError:
        pass
    driver.close()
    back.turn()
    again = Driver(back.path, back.turn)
    again.start()
    assert back.device.running
    again.close()
    back.turn()
