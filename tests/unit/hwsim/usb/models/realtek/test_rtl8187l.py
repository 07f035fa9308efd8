# SPDX-License-Identifier: GPL-2.0-or-later
"""RTL8187L as its driver sees it: registers, EEPROM and RF chip bit by bit, frames both ways."""

from __future__ import annotations

import struct
import zlib

import pytest

from hwsim.ciphers.ccmp import CcmpKey
from tests.unit.hwsim.usb.models.realtek.driver import (
    AP,
    MAC,
    Driver,
    data_frame,
    on_channel_6,
)

RX, TX = 0x81, 0x02
NO_ENCRYPTION = 1 << 15


def tx(frame: bytes, flags: int = NO_ENCRYPTION, rate: int = 4) -> bytes:
    """A frame behind its descriptor."""
    return struct.pack("<IHHI", len(frame) | flags | rate << 24, 0, 0, 6 << 8) + frame


@pytest.fixture
def driver() -> Driver:
    """A driver of a chip that is in operation, on channel 6."""
    driver = Driver("rtl8187l")
    driver.start()
    return driver


def received(driver: Driver) -> tuple[bytes, int, int, bool]:
    """The frame that came, its flags, the signal that Linux makes of its AGC, whether decrypted."""
    (answer,) = driver.taken()
    data = answer.body[10:]
    flags, _, _, agc, more, _ = struct.unpack("<IBBBBQ", data[-16:])
    whole = data[: flags & 0xFFF]
    assert len(whole) + 16 == len(data)
    frame, fcs = whole[:-4], whole[-4:]
    assert fcs == zlib.crc32(frame).to_bytes(4, "little")
    return frame, flags, -4 - (27 * agc >> 6), bool(more & 1)


def test_the_eeprom_is_read_bit_by_bit() -> None:
    """What Windows wants in word 0, and the address."""
    driver = Driver("rtl8187l")
    assert driver.read_eeprom(0) == 0x8187
    words = [driver.read_eeprom(place) for place in (7, 8, 9)]
    assert struct.pack("<3H", *words) == MAC


def test_the_rf_chip_is_read_bit_by_bit() -> None:
    """It is told to be the second revision while a register says so; others read as written."""
    driver = Driver("rtl8187l")
    driver.set_rf(0, 0x1B7)
    assert (driver.read_rf(8), driver.read_rf(9)) == (0x588, 0x700)
    driver.set_rf(0, 0x0B7)
    driver.set_rf(6, 0xAE6)
    assert driver.read_rf(6) == 0xAE6


def test_registers_that_are_more_than_memory() -> None:
    """Revision, width of the EEPROM, autoload, reset, the radio's switch, the ASIC's revision."""
    driver = Driver("rtl8187l")
    driver.set(0xFF40, 0xFFFFFFFF, 4)
    assert driver.read(0xFF40, 4) >> 25 & 7 == 5
    driver.set(0xFF44, 0xFFFFFFFF, 4)
    assert not driver.read(0xFF44, 4) & 1 << 6
    driver.set(0xFF50, 1 << 6)
    assert driver.read(0xFF50) >> 6 == 0
    driver.set(0xFF37, 0x1C)
    assert driver.read(0xFF37) == 0
    assert driver.read(0xFF92) & 2
    driver.set(0xFF5E, 1)
    assert driver.read(0xFFFE) & 3 == 1
    driver.set(0xFF7E, 0x5A, index=2)
    assert driver.read(0xFF7E, index=2) == 0x5A
    assert driver.read(0xFF7E, index=1) == 0
    assert driver.read(0xFF18, 4) >= 0


@pytest.mark.parametrize(("address", "count"), [(0x0000, 1), (0xFDFF, 1), (0xFFFE, 4)])
def test_there_are_no_other_registers(address: int, count: int) -> None:
    """Beyond them there is a stall, and so for other requests."""
    driver = Driver("rtl8187l")
    assert driver.control(0xC0, 5, address, 0, count)[0] == 4
    assert driver.control(0xC0, 6, 0xFF00, 0, 1)[0] == 4
    assert driver.control(0x40, 5, 0xFF00, 0, 8, bytes(8))[0] == 4


def test_it_is_a_radio_once_it_is_in_operation(driver: Driver) -> None:
    """And stays one while it is switched off for a moment, until the bus is reset."""
    assert driver.adapter.started
    driver.set(0xFF37, 0)
    assert driver.adapter.started
    driver.adapter.reset()
    assert not driver.adapter.started
    assert driver.user.started == 2


def test_a_frame_is_transmitted_and_acknowledged(driver: Driver) -> None:
    """Its transfer ends when the status has come; no retries were counted."""
    frame = data_frame(AP, MAC, b"body")
    number = driver.send(TX, tx(frame))
    ((sent, done),) = driver.user.sent
    assert sent == (frame, 2437, 6000)
    assert driver.taken() == []
    done(True)
    assert [one.number for one in driver.taken()] == [number]
    assert driver.read(0xFFFA, 2) == 0


def test_retries_tell_that_a_frame_was_not_acknowledged(driver: Driver) -> None:
    """Seven more, before its transfer ends; none for a frame to a group."""
    driver.send(TX, tx(data_frame(AP, MAC)))
    driver.send(TX, tx(data_frame(b"\xff" * 6, MAC)))
    for _, done in driver.user.sent:
        done(False)
    assert driver.read(0xFFFA, 2) == 7


def test_nothing_is_transmitted_in_a_loop_or_switched_off(driver: Driver) -> None:
    """The driver goes on all the same."""
    driver.set(0xFF40, 1 << 17, 4)
    driver.send(TX, tx(data_frame(AP, MAC)))
    driver.set(0xFF40, 0, 4)
    driver.set(0xFF37, 0x08)
    driver.send(TX, tx(data_frame(AP, MAC)))
    assert driver.user.sent == []
    assert len(driver.taken()) == 2


@pytest.mark.parametrize(
    "data", [b"x", bytes(12), tx(bytes(24))[:-1], tx(b"short"), tx(bytes(24)) + b"x"]
)
def test_what_is_no_frame_is_counted(driver: Driver, data: bytes) -> None:
    """And its transfer ends, or the driver would wait."""
    driver.send(TX, data)
    assert driver.user.malformed == 1
    assert len(driver.taken()) == 1


def test_an_empty_transfer_ends_one_that_fills_its_packets(driver: Driver) -> None:
    """It is no frame, and no fault."""
    frame = data_frame(AP, MAC, bytes(512 - 12 - 24))
    driver.send(TX, tx(frame))
    driver.send(TX, b"")
    assert len(driver.user.sent) == 1
    assert driver.user.malformed == 0


@pytest.mark.parametrize("signal_dbm", [-20, -40, -67, -90])
def test_a_frame_is_received(driver: Driver, signal_dbm: int) -> None:
    """With FCS and trailer, from which Linux reckons the signal."""
    driver.want(RX)
    frame = data_frame(MAC, AP, b"body")
    assert driver.adapter.receive(on_channel_6(frame, signal_dbm), 5)
    found, flags, signal, decrypted = received(driver)
    assert (found, flags >> 20 & 15, decrypted) == (frame, 4, False)
    assert flags & 1 << 17
    assert abs(signal - signal_dbm) <= 1


def test_what_the_filter_leaves_out(driver: Driver) -> None:
    """Other stations' frames, other channels, groups without a word of them, control frames."""
    other = data_frame(AP, AP)
    multicast = data_frame(bytes.fromhex("01005e000001"), AP)
    acknowledgement = bytes.fromhex("d4000000") + MAC
    wanted = data_frame(MAC, AP)
    receive = driver.adapter.receive
    assert not receive(on_channel_6(other), 0)
    assert not receive(on_channel_6(multicast), 0)
    assert not receive(on_channel_6(acknowledgement), 0)
    assert not receive(on_channel_6(wanted)._replace(freq_mhz=2412), 0)
    assert not receive(on_channel_6(wanted)._replace(rate_kbps=6500), 0)
    assert receive(on_channel_6(data_frame(b"\xff" * 6, AP)), 0)
    driver.set(0xFF44, 1 << 18 | 1, 4)
    assert receive(on_channel_6(other), 0)
    assert receive(on_channel_6(multicast), 0)
    driver.tune(0x0F72)
    assert not receive(on_channel_6(other), 0)
    assert receive(on_channel_6(other)._replace(freq_mhz=2484), 0)
    driver.set(0xFF37, 0x04)
    assert not receive(on_channel_6(other)._replace(freq_mhz=2484), 0)


def test_frames_of_every_size(driver: Driver) -> None:
    """From a header to the longest, both ways, across each border of a packet."""
    for size in range(24, 2305, 19):
        frame = data_frame(MAC, AP, bytes(size - 24))
        driver.want(RX)
        driver.adapter.receive(on_channel_6(frame), 0)
        assert received(driver)[0] == frame
        driver.send(TX, tx(frame))
        assert driver.user.sent.pop()[0].frame == frame


def test_the_cipher_engine_encrypts_with_the_receivers_key(driver: Driver) -> None:
    """The driver has put the cipher's header in; what follows is encrypted, and the MIC added."""
    key = bytes(range(16))
    driver.set_key(0, AP, 0, key)
    driver.set(0xFFB0, 2 | 4)
    header = data_frame(AP, MAC, protected=True)
    driver.send(TX, tx(header + bytes.fromhex("0100002000000000") + b"secret", flags=0))
    ((sent, _),) = driver.user.sent
    assert sent.frame == CcmpKey(key).protect(header, b"secret", 1)
    driver.send(TX, tx(header + bytes.fromhex("0100002000000000") + b"plain"))
    assert driver.user.sent[-1][0].frame.endswith(b"plain")


def test_the_cipher_engine_decrypts_in_place(driver: Driver) -> None:
    """Header and MIC stay, which the driver cuts; what is altered is marked."""
    key, group = bytes(range(16)), bytes(range(16, 32))
    driver.set_key(0, AP, 0, key)
    driver.set_key(1, b"\xff" * 6, 2, group)
    driver.set(0xFFB0, 2 | 4)
    header = data_frame(MAC, AP, protected=True)
    sealed = CcmpKey(key).protect(header, b"secret", 7)
    driver.want(RX)
    driver.adapter.receive(on_channel_6(sealed), 0)
    found, flags, _, decrypted = received(driver)
    assert found == sealed[:32] + b"secret" + sealed[-8:]
    assert decrypted
    assert not flags & 1 << 12
    driver.want(RX)
    driver.adapter.receive(on_channel_6(sealed[:-1] + bytes((sealed[-1] ^ 1,))), 0)
    assert received(driver)[1] & 1 << 12
    header = data_frame(b"\xff" * 6, AP, protected=True)
    driver.want(RX)
    driver.adapter.receive(on_channel_6(CcmpKey(group, 2).protect(header, b"all", 1)), 0)
    assert received(driver)[0][32:-8] == b"all"


def test_of_two_group_keys_the_one_that_is_named_decrypts(driver: Driver) -> None:
    """While a group key is renewed the memory has both, under one address."""
    keys = {key_id: bytes((key_id,)) * 16 for key_id in (1, 2)}
    for key_id, key in keys.items():
        driver.set_key(key_id, b"\xff" * 6, key_id, key)
    driver.set(0xFFB0, 4)
    header = data_frame(b"\xff" * 6, AP, protected=True)
    for key_id, key in keys.items():
        driver.want(RX)
        driver.adapter.receive(on_channel_6(CcmpKey(key, key_id).protect(header, b"all", 1)), 0)
        found, flags, _, decrypted = received(driver)
        assert (found[32:-8], flags & 1 << 12, decrypted) == (b"all", 0, True)


@pytest.mark.parametrize(
    ("mode", "address", "kind"), [(4, MAC, 4), (4, AP, 2), (2, AP, 4)],
    ids=["another's key", "another cipher", "not to decrypt"],
)  # fmt: skip
def test_without_a_key_a_frame_is_left_as_it_is(
    driver: Driver, mode: int, address: bytes, kind: int
) -> None:
    """And is not called decrypted."""
    sealed = CcmpKey(bytes(16)).protect(data_frame(MAC, AP, protected=True), b"x", 1)
    driver.set_key(0, address, 0, bytes(16), kind)
    driver.set(0xFFB0, mode)
    driver.want(RX)
    driver.adapter.receive(on_channel_6(sealed), 0)
    found, _, _, decrypted = received(driver)
    assert (found, decrypted) == (sealed, False)


def test_a_frame_too_short_for_its_cipher_is_none(driver: Driver) -> None:
    """It is not received, and not transmitted."""
    header = data_frame(MAC, AP, protected=True)
    driver.set_key(0, AP, 0, bytes(16))
    driver.set(0xFFB0, 6)
    assert not driver.adapter.receive(on_channel_6(header + bytes(4)), 0)
    driver.send(TX, tx(data_frame(AP, MAC, b"abc", protected=True), flags=0))
    assert driver.user.malformed == 1


def test_keys_are_read_back(driver: Driver) -> None:
    """By the same register, which shows that the chip is done."""
    driver.set_key(3, AP, 1, bytes(range(16)))
    driver.set(0xFFA0, 1 << 31 | 3 * 6 + 2, 4)
    assert driver.read(0xFFA0, 4) >> 31 == 0
    assert driver.read(0xFFA8, 4) == 0x03020100
