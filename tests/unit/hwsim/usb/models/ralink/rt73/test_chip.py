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
from tests.unit.hwsim.usb.models.ralink.driver import AP, MAC, data_frame
from tests.unit.hwsim.usb.models.ralink.rt73.driver import CCMP, Driver, transfer

BEACON = b"\x80\0\0\0" + b"\xff" * 6 + AP + AP + bytes(2) + b"body"


def started(channel: int = 6) -> Driver:
    """A chip in operation."""
    driver = Driver()
    driver.start(channel)
    return driver


def test_ids_revision_and_address() -> None:
    """Drivers find the chip by its ids, what it is by its revision, who it is by its EEPROM."""
    driver = Driver()
    assert (driver.chip.usb.vendor, driver.chip.usb.product) == (0x148F, 0x2573)
    assert [one.address for one in driver.chip.usb.endpoints] == [0x81, 1, 2, 3, 4]
    assert driver.read_word(0x3000) == 0x2573A
    assert driver.chip.control(Setup(0xC0, 9, 0, 4, 6), b"") == MAC


def test_it_wakes_up_and_goes_to_sleep_when_it_is_told_to() -> None:
    """Of MAC and baseband; waking up goes before."""
    driver = Driver()
    for written, awake in ((1 << 2, 9), (1 << 1, 0), (3 << 1, 9)):
        driver.write_word(0x3030, written)
        assert driver.read_word(0x3030) & 9 == awake


def test_the_baseband_is_read_and_written_through_a_word() -> None:
    """Done at once; its version is neither 0 nor 255."""
    driver = Driver()
    driver.write_word(0x308C, 1 << 16 | 17 << 8 | 0x20)
    driver.write_word(0x308C, 3 << 15 | 17 << 8)
    assert driver.read_word(0x308C) == 1 << 15 | 17 << 8 | 0x20
    driver.write_word(0x308C, 3 << 15)
    assert driver.read_word(0x308C) & 0xFF not in (0, 0xFF)


def test_the_clock_counts_and_the_radio_switch_is_on() -> None:
    """Microseconds, in two words."""
    driver = Driver()
    driver.user.time_ns = (1 << 32) * 1000 + 5000
    assert (driver.read_word(0x3070), driver.read_word(0x3074)) == (5, 1)
    assert driver.read_word(0x3034) & 1 << 7


def test_the_radio_is_there_from_the_first_start_until_a_reset() -> None:
    """A receiver that is switched off for a while stays one; a chip in reset is not ready."""
    driver = Driver()
    driver.write_word(0x3004, 7)
    assert not driver.chip.started
    driver.start()
    driver.write_word(0x3040, 1 << 16)
    assert driver.chip.started
    driver.chip.reset()
    assert not driver.chip.started


def test_a_frame_is_sent_on_the_channel_and_counted() -> None:
    """One that wants no acknowledgement cannot fail."""
    driver = started()
    frame = data_frame(b"hello", flags=1)
    driver.send(frame, signal=0x9)
    assert driver.user.sent == [(frame, 2437, 24000)]
    driver.user.acks = False
    driver.send(frame)
    driver.send(frame, ack=False)
    assert driver.completed == 3
    assert (driver.read_word(0x30D0), driver.read_word(0x30D4)) == (2, 1 << 16)


def test_a_transfer_ends_when_its_frame_is_done() -> None:
    """What becomes of it after a reset is counted by nobody."""
    driver = started()
    driver.user.acks = None
    driver.send(data_frame(b"x", flags=1))
    assert not driver.completed
    driver.chip.reset()
    driver.user.dones[0](False)
    assert driver.completed == 1
    assert driver.read_word(0x30D4) == 0


def test_the_chip_encrypts_and_numbers_what_it_is_asked_to() -> None:
    """The fragment's number stays the driver's."""
    driver = started()
    driver.set_pairwise(0, CCMP, bytes(16))
    iv = bytes((1, 0, 0, 0x20, 0, 0, 0, 0))
    driver.send(data_frame(b"secret", sequence=3), cipher=CCMP, iv=iv, assign_sequence=True)
    (sent,) = driver.user.sent
    assert sent.frame[22:24] == (1 << 4 | 3).to_bytes(2, "little")
    assert CcmpKey(bytes(16)).open(sent.frame, 26) == b"secret"


def test_nothing_is_sent_before_the_driver_is_ready_nor_in_sleep() -> None:
    """The transfer ends all the same."""
    driver = Driver()
    driver.send(data_frame(b"x", flags=1))
    driver.start()
    driver.write_word(0x3030, 1 << 1)
    driver.send(data_frame(b"x", flags=1))
    assert (driver.user.sent, driver.completed) == ([], 2)
    assert driver.receive(BEACON) is None


@pytest.mark.parametrize(("channel", "freq_mhz"), [(6, 2437), (36, 5180)])
def test_a_frame_on_its_channel_is_received(channel: int, freq_mhz: int) -> None:
    """In both bands; a frame that is none is nobody's."""
    driver = started(channel)
    assert driver.receive(BEACON, freq_mhz=freq_mhz + 5) is None
    data = driver.receive(BEACON, freq_mhz=freq_mhz)
    assert data is not None
    assert data[24 : 24 + len(BEACON)] == BEACON
    assert driver.receive(b"\x80", freq_mhz=freq_mhz) is None


REGISTERS = (0x1000, 0x1200, 0x1A00, 0x3004, 0x3030, 0x3040, 0x308C, 0x3090, 0x30A0, 0x30A4,
             0x30A8, 0x30B0, 0x30D0)  # fmt: skip
REQUESTS = st.builds(
    Setup,
    st.sampled_from((0x40, 0xC0, 0x21)), st.sampled_from((1, 2, 6, 7, 9, 13)),
    st.integers(0, 0xFFFF), st.one_of(st.integers(0, 0xFFFF), st.sampled_from(REGISTERS)),
    st.integers(0, 0xFFFF),
)  # fmt: skip


@given(
    st.lists(st.tuples(REQUESTS, st.binary(max_size=64)), max_size=20),
    st.binary(max_size=120),
    st.integers(0, 7), st.booleans(), st.integers(0, 63), st.binary(min_size=8, max_size=8),
)  # fmt: skip
def test_no_request_and_no_transfer_does_harm(
    requests: list[tuple[Setup, bytes]], body: bytes, cipher: int, pairwise: bool, index: int,
    iv: bytes,
) -> None:  # fmt: skip
    """Whatever a driver does, the chip answers, stalls or says that it was no frame."""
    driver = started()
    driver.set_pairwise(0, cipher, bytes(16))
    driver.set_shared(0, cipher, bytes(16))
    for setup, data in requests:
        with contextlib.suppress(Stall):
            answer = driver.chip.control(setup, data)
            assert len(answer) <= setup.length
    named = {"cipher": cipher, "pairwise": pairwise, "key_index": index, "iv": iv}
    for frame in (data_frame(body), b"\xb4\x40" + body):
        header_length = 26 if frame[0] == 0x88 else min(len(frame), 16)
        sent = transfer(frame, header_length=header_length, **named)  # type: ignore[arg-type]
        for one in (body, sent):
            with contextlib.suppress(WireError):
                driver.chip.bulk_out(1, one, lambda: None)
    for frame in (body, data_frame(body, to=MAC, sender=AP, flags=0x42)):
        driver.chip.receive(AirFrame(frame, 2437, 6000, -40))
