# SPDX-License-Identifier: GPL-2.0-or-later
"""RTL8187B: what it does otherwise than RTL8187L."""

from __future__ import annotations

import struct

import pytest

from hwsim.usb.models.realtek.rtl8187b import STATUS_NS
from tests.unit.hwsim.usb.models.realtek.driver import (
    AP,
    MAC,
    Driver,
    data_frame,
    on_channel_6,
)

RX, STATUS, TX = 0x83, 0x89, 0x05
STATUS_MS = STATUS_NS // 1_000_000


@pytest.fixture
def driver() -> Driver:
    """A driver of a chip that is in operation, on channel 6."""
    driver = Driver("rtl8187b")
    driver.start()
    return driver


def tx(frame: bytes) -> bytes:
    """A frame behind its descriptor of 32 bytes."""
    return struct.pack("<I28x", len(frame) | 1 << 15) + frame


def test_it_tells_its_revision(driver: Driver) -> None:
    """By a register, after each load from the EEPROM as well."""
    assert driver.read(0xFFE1) == 2


@pytest.mark.parametrize(("acked", "told"), [(True, 1 << 15), (False, 7)])
def test_the_status_of_a_frame_comes_by_itself(driver: Driver, acked: bool, told: int) -> None:
    """By twelve bits of its sequence control, the fragment's number among them; and so much later
    than the end of its transfer that a driver has dealt with that."""
    driver.want(STATUS)
    driver.send(TX, tx(data_frame(AP, MAC, b"body")))
    driver.user.sent[0][1](acked)
    (ended,) = driver.taken()
    assert ended.body[0] == TX
    driver.clock.go_on(0)
    assert driver.taken() == []
    driver.clock.go_on(STATUS_MS)
    (status,) = driver.taken()
    word = int.from_bytes(status.body[10:], "little")
    assert len(status.body) == 10 + 8
    assert word == 1 << 30 | 0x210 << 16 | told


def test_a_status_waits_for_the_driver(driver: Driver) -> None:
    """There is one for each frame, in their order."""
    for _ in range(2):
        driver.send(TX, tx(data_frame(AP, MAC)))
    driver.user.sent[0][1](True)
    driver.user.sent[1][1](False)
    driver.clock.go_on(STATUS_MS)
    driver.taken()
    driver.want(STATUS)
    driver.want(STATUS)
    words = [int.from_bytes(one.body[10:], "little") for one in driver.taken()]
    assert [word >> 15 & 1 for word in words] == [1, 0]


def test_as_many_transfers_end_before_their_status_as_a_driver_keeps(driver: Driver) -> None:
    """Linux' keeps five frames that wait for one, and takes the rest for not acknowledged."""
    for _ in range(6):
        driver.want(STATUS)
        driver.send(TX, tx(data_frame(AP, MAC)))
    for _, done in driver.user.sent:
        done(True)
    assert [one.body[0] for one in driver.taken()] == [TX] * 4
    driver.clock.go_on(STATUS_MS)
    assert sorted(one.body[0] for one in driver.taken()) == [TX] * 2 + [STATUS] * 4


def test_a_reset_ends_what_is_on_its_way(driver: Driver) -> None:
    """Transfers end, and no status comes of a frame before it."""
    for _ in range(5):
        driver.want(STATUS)
        driver.send(TX, tx(data_frame(AP, MAC)))
    for _, done in driver.user.sent:
        done(True)
    driver.taken()
    driver.adapter.reset()
    assert [one.body[0] for one in driver.taken()] == [TX]
    driver.clock.go_on(STATUS_MS)
    assert driver.taken() == []


def test_a_frame_is_received(driver: Driver) -> None:
    """Behind it a trailer of 20 bytes, from which Linux reckons the signal."""
    driver.want(RX)
    frame = data_frame(MAC, AP, b"body")
    driver.adapter.receive(on_channel_6(frame, -47), 0)
    (answer,) = driver.taken()
    data = answer.body[10:]
    flags, _, _, _, agc = struct.unpack_from("<IQBBB", data, len(data) - 20)
    assert data[: (flags & 0xFFF) - 4] == frame
    assert 14 - agc // 2 == -47
