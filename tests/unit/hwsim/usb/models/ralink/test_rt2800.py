# SPDX-License-Identifier: GPL-2.0-or-later
"""The chip as a driver has it."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hwsim.ciphers.ccmp import CcmpKey
from hwsim.errors import WireError
from hwsim.usb.device import AirFrame, Setup, Stall
from tests.unit.hwsim.usb.models.ralink.driver import (
    AP,
    CCMP,
    MAC,
    Driver,
    block,
    data_frame,
)

STATUS = 0x1718
BEACON = b"\x80\0\0\0" + b"\xff" * 6 + AP + AP + bytes(2) + b"body"


def started() -> Driver:
    """A chip in operation on channel 6."""
    driver = Driver()
    driver.start()
    return driver


def test_firmware_is_ready_once_it_was_started() -> None:
    """Writing it is not enough, and what is written does not matter."""
    driver = Driver()
    driver.write(0x3000, bytes(64))
    assert not driver.read_word(0x0400) & 0x80
    driver.chip.control(Setup(0x40, 1, 8, 0, 0), b"")
    assert driver.read_word(0x0400) & 0x80


def test_no_firmware_of_its_own_runs() -> None:
    """So the driver loads one."""
    assert Driver().chip.control(Setup(0xC0, 1, 17, 0, 4), b"") == bytes(4)


def test_a_mailbox_command_is_done_and_leaves_its_token() -> None:
    """In the first free place, with its result in the same one."""
    driver = Driver()
    driver.write_word(0x7014, 0xFFFFFF00)
    driver.write_word(0x7010, 0x01072211)
    driver.write_word(0x0404, 0x31)
    assert driver.read_word(0x7010) == 0x00072211
    assert driver.read(0x7014) == b"\x00\x07\xff\xff"
    assert driver.read(0x701C)[1] == 1


def test_the_baseband_is_reached_through_the_mailbox_too() -> None:
    """As drivers of the family do whose firmware shares it."""
    driver = Driver()
    driver.write_word(0x101C, 1 << 17 | 66 << 8 | 0x38)
    driver.write_word(0x7028, 3 << 16 | 66 << 8)
    driver.write_word(0x7010, 0x01FF0000)
    driver.write_word(0x0404, 0x80)
    assert driver.read_word(0x7028) == 1 << 16 | 66 << 8 | 0x38


def test_a_word_can_be_written_in_halves() -> None:
    """By single writes, whose value is in the request."""
    driver = Driver()
    driver.chip.control(Setup(0x40, 2, 66 << 8 | 0x38, 0x101C, 0), b"")
    driver.chip.control(Setup(0x40, 2, 2, 0x101E, 0), b"")
    driver.write_word(0x101C, 3 << 16 | 66 << 8)
    assert driver.read(0x101C, 1) == b"\x38"


def test_the_eeprom_is_read_at_once() -> None:
    """All of it, or a piece."""
    assert Driver().chip.control(Setup(0xC0, 9, 0, 4, 6), b"") == MAC
    assert len(Driver().chip.control(Setup(0xC0, 9, 0, 0, 512), b"")) == 512


def test_dma_is_never_busy_and_the_clock_counts() -> None:
    """Microseconds, in two words."""
    driver = Driver()
    driver.write_word(0x0208, 0x0000004F)
    driver.write_word(0x02A0, 0xC0C00080)
    assert driver.read_word(0x0208) == 0x45
    assert driver.read_word(0x02A0) == 0x00C00080
    driver.user.time_ns = (1 << 32) * 1000 + 5000
    assert (driver.read_word(0x111C), driver.read_word(0x1120)) == (5, 1)


@pytest.mark.parametrize(
    "setup", [Setup(0x40, 99, 0, 0, 0), Setup(0xC0, 99, 0, 0, 4), Setup(0x21, 7, 0, 0, 0),
              Setup(0xC0, 9, 0, 600, 4), Setup(0xC0, 7, 0, 0xFFFE, 4)]
)  # fmt: skip
def test_what_it_does_not_know_is_stalled(setup: Setup) -> None:
    """Nothing else comes of it."""
    with pytest.raises(Stall):
        Driver().chip.control(setup, b"")


def test_the_radio_is_there_from_the_first_start_until_a_reset() -> None:
    """Switched off for a while it stays."""
    driver = Driver()
    assert not driver.chip.started
    driver.start()
    driver.write_word(0x1004, 0)
    assert driver.chip.started
    driver.chip.reset()
    assert not driver.chip.started
    assert not driver.read_word(0x0400) & 0x80


def test_a_frame_is_sent_on_the_channel_and_its_status_told() -> None:
    """Once."""
    driver = started()
    frame = data_frame(b"hello", flags=1)
    driver.send(block(frame, 26, packet_id=5, rate=0x4004))
    assert driver.user.sent == [(frame, 2437, 24000)]
    assert driver.completed == 1
    assert driver.read_word(STATUS) & 0x3F == 1 | 5 << 1 | 1 << 5
    assert driver.read_word(STATUS) == 0


def test_one_that_nobody_acknowledged_failed() -> None:
    """Which is how a driver learns of it."""
    driver = started()
    driver.user.acks = False
    driver.send(block(data_frame(b"M2", flags=1), 26))
    assert not driver.read_word(STATUS) & 1 << 5


def test_a_transfer_of_several_frames_ends_with_the_last_of_them() -> None:
    """And they go on the air in order."""
    driver = started()
    driver.user.acks = None
    driver.send(*(block(data_frame(bytes(size), flags=1), 26) for size in (1, 2, 3)))
    assert [len(one.frame) for one in driver.user.sent] == [27, 28, 29]
    for done in driver.user.dones:
        assert not driver.completed
        done(True)
    assert driver.completed == 1


def test_a_status_of_before_a_reset_is_nobodys() -> None:
    """The new FIFO stays empty."""
    driver = started()
    driver.user.acks = None
    driver.send(block(data_frame(b"x", flags=1), 26))
    driver.chip.reset()
    driver.user.dones[0](True)
    assert driver.read_word(STATUS) == 0


def test_the_chip_encrypts_and_numbers_what_it_is_asked_to() -> None:
    """The fragment's number stays the driver's."""
    driver = started()
    driver.add_station(33, AP)
    driver.set_pairwise(33, CCMP, bytes(16))
    driver.send(block(data_frame(b"secret", sequence=3), 26, flags=3))
    (sent,) = driver.user.sent
    assert sent.frame[22:24] == (1 << 4 | 3).to_bytes(2, "little")
    assert CcmpKey(bytes(16)).open(sent.frame, 26) == b"secret"


def test_nothing_is_sent_while_the_transmitter_is_off() -> None:
    """The transfer ends all the same."""
    driver = Driver()
    driver.send(block(data_frame(b"x", flags=1), 26))
    assert (driver.user.sent, driver.completed) == ([], 1)


def test_a_frame_on_its_channel_is_received() -> None:
    """While the receiver is on."""
    driver = started()
    assert driver.receive(BEACON, freq_mhz=2412) is None
    data = driver.receive(BEACON)
    assert data is not None
    assert data[20 : 20 + len(BEACON)] == BEACON
    assert driver.receive(b"\x80") is None
    driver.write_word(0x1004, 4)
    assert driver.receive(BEACON) is None


REQUESTS = st.builds(
    Setup,
    st.sampled_from((0x40, 0xC0, 0x21)), st.integers(0, 13), st.integers(0, 0xFFFF),
    st.one_of(
        st.integers(0, 0xFFFF),
        st.sampled_from((0x0404, 0x0500, 0x0580, 0x1004, 0x101C, 0x1020, 0x1718, 0x6800, 0x7000)),
    ),
    st.integers(0, 0xFFFF),
)  # fmt: skip


@given(st.lists(st.tuples(REQUESTS, st.binary(max_size=64)), max_size=20), st.binary(max_size=120))
def test_no_request_and_no_transfer_does_harm(
    requests: list[tuple[Setup, bytes]], transfer: bytes
) -> None:
    """Whatever a driver does, the chip answers, stalls or says that it was no frame."""
    driver = started()
    for setup, data in requests:
        with contextlib.suppress(Stall):
            answer = driver.chip.control(setup, data)
            assert len(answer) <= setup.length
    for one in (transfer, block(data_frame(transfer), 26)):
        with contextlib.suppress(WireError):
            driver.chip.bulk_out(1, one, lambda: None)
    driver.chip.receive(AirFrame(transfer, 2437, 6000, -40))
    driver.chip.receive(AirFrame(data_frame(transfer, to=MAC, sender=AP), 2437, 6000, -40))
