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
from tests.unit.hwsim.usb.models.realtek.rtl8192c.driver import AES, Driver, transfer

BEACON = b"\x80\0\0\0" + b"\xff" * 6 + AP + AP + bytes(2) + b"body"


def started() -> Driver:
    """A chip in operation on channel 6."""
    driver = Driver()
    driver.start()
    return driver


def test_what_it_is() -> None:
    """By its ids, its two chains, and an endpoint for each of two queues."""
    driver = Driver()
    assert (driver.chip.usb.vendor, driver.chip.usb.product) == (0x0BDA, 0x8178)
    assert [one.address for one in driver.chip.usb.endpoints] == [0x81, 2, 3]
    assert driver.read_word(0xF0) == 1 << 27
    assert driver.read(0xFE66, 2) == b"\1\1"
    assert driver.read(0x0A)[0] & 0x30 == 0x20


def test_it_is_switched_on() -> None:
    """Fuses are loaded, the power sequence and the list of pages are done at once."""
    driver = Driver()
    assert driver.read(0x04)[0] & 2
    driver.write(0x04, b"\x12\x01")
    assert not driver.read(0x05)[0] & 1
    driver.write_word(0x1E0, 1 << 30 | 5 << 8 | 6)
    assert driver.read_word(0x1E0) >> 30 == 0


def test_the_firmware_runs_when_it_was_downloaded() -> None:
    """What is written does not matter; a driver that writes 0 takes it back."""
    driver = Driver()
    driver.write_word(0x80, 1 << 1)
    assert not driver.read_word(0x80) & (1 << 6 | 1 << 2)
    driver.run_firmware()
    assert driver.read_word(0x80) & (1 << 6 | 1 << 2) == 1 << 6 | 1 << 2
    driver.write(0x80, b"\0")
    assert not driver.read_word(0x80) & 1 << 6


def test_a_message_is_taken_at_once_and_one_resets_the_processor() -> None:
    """Its bit among the functions goes."""
    driver = Driver()
    driver.write(0x03, b"\x54")
    driver.write(0x1CF, b"\x20")
    assert driver.read_word(0x1CC) == 0
    assert not driver.read(0x03)[0] & 4


@pytest.mark.parametrize(
    "setup", [Setup(0x40, 6, 0, 0, 0), Setup(0x21, 5, 0, 0, 0), Setup(0xC0, 5, 0xFFFE, 0, 4)]
)
def test_what_it_does_not_know_is_stalled(setup: Setup) -> None:
    """Nothing else comes of it."""
    with pytest.raises(Stall):
        Driver().chip.control(setup, b"")


def test_the_clock_counts() -> None:
    """Microseconds, in two words."""
    driver = Driver()
    driver.user.time_ns = (1 << 32) * 1000 + 5000
    assert (driver.read_word(0x560), driver.read_word(0x564)) == (5, 1)


def test_the_radio_is_there_from_the_first_start_until_a_reset() -> None:
    """With firmware and receiver."""
    driver = Driver()
    driver.write(0x100, b"\xff\x02")
    assert not driver.chip.started
    driver.start()
    driver.write(0x100, b"\0\0")
    assert driver.chip.started
    driver.chip.reset()
    assert not driver.chip.started


def test_a_frame_is_sent_and_its_transfer_ends_when_it_is_done() -> None:
    """The driver is told nothing else of it."""
    driver = started()
    driver.user.acks = None
    frame = data_frame(b"hello", flags=1)
    driver.send(frame, rate=8)
    assert driver.user.sent == [(frame, 2437, 24000)]
    assert not driver.completed
    driver.user.dones[0](False)
    assert driver.completed == 1


def test_the_chip_encrypts() -> None:
    """As the descriptor says."""
    driver = started()
    driver.set_key(4, AP, 4, 0, bytes(16))
    iv = bytes((1, 0, 0, 0x20, 0, 0, 0, 0))
    driver.send(data_frame(iv + b"secret"), cipher=AES)
    (sent,) = driver.user.sent
    assert CcmpKey(bytes(16)).open(sent.frame, 26) == b"secret"


def test_nothing_is_sent_or_received_while_it_is_off() -> None:
    """The transfer ends all the same."""
    driver = Driver()
    driver.send(data_frame(b"x", flags=1))
    assert (driver.user.sent, driver.completed) == ([], 1)
    assert driver.receive(BEACON) is None


def test_a_frame_on_its_channel_is_received() -> None:
    """One that is none is nobody's."""
    driver = started()
    assert driver.receive(BEACON, freq_mhz=2412) is None
    data = driver.receive(BEACON)
    assert data is not None
    assert BEACON in data
    assert driver.receive(b"\x80") is None


REGISTERS = (0x03, 0x04, 0x30, 0x33, 0x80, 0x100, 0x1CC, 0x1E0, 0x608, 0x670, 0x674, 0x680, 0x840,
             0x844, 0x824, 0x8A0)  # fmt: skip
REQUESTS = st.builds(
    Setup,
    st.sampled_from((0x40, 0xC0, 0x21)), st.sampled_from((5, 5, 5, 1)),
    st.one_of(st.integers(0, 0xFFFF), st.sampled_from(REGISTERS)), st.integers(0, 0xFFFF),
    st.integers(0, 0xFFFF),
)  # fmt: skip


@given(
    st.lists(st.tuples(REQUESTS, st.binary(max_size=64)), max_size=20),
    st.binary(max_size=120), st.integers(0, 7), st.integers(0, 3), st.integers(0, 63),
)  # fmt: skip
def test_no_request_and_no_transfer_does_harm(
    requests: list[tuple[Setup, bytes]], body: bytes, key: int, cipher: int, rate: int
) -> None:
    """Whatever a driver does, the chip answers, stalls or says that it was no frame."""
    driver = started()
    for entry, address in enumerate((AP, MAC, b"\xff" * 6, bytes(6))):
        driver.set_key(entry, address, key, entry, body[:16])
    for setup, data in requests:
        with contextlib.suppress(Stall):
            answer = driver.chip.control(setup, data)
            assert len(answer) <= setup.length
    for frame in (body, data_frame(body), b"\xb4\x40" + body):
        for one in (frame, transfer(frame, cipher=cipher, rate=rate)):
            with contextlib.suppress(WireError):
                driver.chip.bulk_out(2, one, lambda: None)
    for frame in (body, data_frame(body, to=MAC, sender=AP, flags=0x42)):
        driver.chip.receive(AirFrame(frame, 2437, 6000, -40))
