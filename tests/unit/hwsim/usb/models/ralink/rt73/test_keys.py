# SPDX-License-Identifier: GPL-2.0-or-later
"""The cipher engine, against the access point's ciphers."""

from __future__ import annotations

import pytest

from hwsim.ciphers.ccmp import CcmpKey
from hwsim.ciphers.data_key import DataKey
from hwsim.ciphers.tkip import TkipKey
from hwsim.ciphers.wep import WepKey
from hwsim.errors import WireError
from hwsim.frames import parse_header
from hwsim.usb.models.ralink.rt73.keys import KeyTables
from hwsim.usb.models.ralink.rt73.receive import ICV_WRONG, MIC_WRONG, Reception
from hwsim.usb.models.ralink.rt73.transmit import TransmitRequest, transmit_request
from tests.unit.hwsim.usb.models.ralink.driver import AP, MAC, data_frame
from tests.unit.hwsim.usb.models.ralink.rt73.driver import CCMP, Driver, transfer

TKIP = 3
KEY = bytes(range(32))
ALL = b"\xff" * 6
IV = bytes((7, 1, 0, 0x20, 2, 3, 4, 5))
"""A cipher's header with packet number 0x050403020107."""
TKIP_IV = bytes((1, 0x21, 7, 0x20, 2, 3, 4, 5))
DOWN = data_frame(b"", to=MAC, sender=AP, flags=0x42)


def swapped(key: bytes) -> bytes:
    """A TKIP key of the other side: what one transmits with, the other receives with."""
    return key[:16] + key[24:32] + key[16:24]


def request(frame: bytes, **descriptor: object) -> TransmitRequest:
    """A frame to be sent, encrypted by the first pairwise key."""
    usual = {"cipher": CCMP, "iv": IV, "michael": True}
    return transmit_request(transfer(frame, **{**usual, **descriptor}))  # type: ignore[arg-type]


def chip() -> tuple[Driver, KeyTables]:
    """A chip, and its engine."""
    driver = Driver()
    return driver, driver.chip._keys


def received(keys: KeyTables, frame: bytes) -> Reception:
    """What the engine makes of a frame on the air."""
    return keys.open(frame, parse_header(frame))


@pytest.mark.parametrize(
    ("cipher", "iv", "peer"),
    [(CCMP, IV, CcmpKey(KEY[:16])), (TKIP, TKIP_IV, TkipKey(swapped(KEY)))],
)
def test_pairwise_frames_both_ways(cipher: int, iv: bytes, peer: DataKey) -> None:
    """Each side opens what the other one sealed, under the packet number that the driver gave."""
    driver, keys = chip()
    driver.set_pairwise(0, cipher, KEY)
    sealed = keys.protect(request(data_frame(b"data up"), cipher=cipher, iv=iv))
    assert peer.packet_number(sealed, 26) == 0x050403020107
    assert peer.open(sealed, 26) == b"data up"
    down = peer.protect(DOWN, b"data down", 9)
    found = received(keys, down)
    assert (found.frame, found.cipher, found.error) == (DOWN + b"data down", cipher, 0)
    assert found.iv == down[26:34]
    assert down.endswith(found.icv)


def test_a_pairwise_key_is_found_by_its_station_wherever_it_is() -> None:
    """Among those that count alone: an entry that is not valid any more is none."""
    driver, keys = chip()
    driver.set_pairwise(0, CCMP, bytes(16))
    driver.set_pairwise(40, CCMP, KEY)
    driver.write_word(0x30A8, 0)
    found = received(keys, CcmpKey(KEY[:16]).protect(DOWN, b"x", 1))
    assert (found.frame, found.key_index) == (DOWN + b"x", 40)
    driver.write_word(0x30B0, 0)
    assert received(keys, CcmpKey(KEY[:16]).protect(DOWN, b"x", 1)).cipher == 0


@pytest.mark.parametrize(("cipher", "length"), [(1, 5), (2, 13)])
def test_wep_frames_both_ways_under_a_shared_key(cipher: int, length: int) -> None:
    """A WEP key is a shared one, for frames to one station too; its header has four bytes."""
    driver, keys = chip()
    driver.set_shared(2, cipher, KEY[:length])
    peer = WepKey(KEY[:length], 2)
    iv = bytes((1, 2, 3, 2 << 6, 0, 0, 0, 0))
    up = request(data_frame(b"up"), cipher=cipher, pairwise=False, key_index=2, iv=iv)
    assert peer.open(keys.protect(up), 26) == b"up"
    found = received(keys, peer.protect(DOWN, b"down", 7))
    assert (found.frame, found.iv) == (DOWN + b"down", b"\0\0\7\x80")


def test_group_frames_are_opened_by_their_key_id() -> None:
    """Under another identifier there is no key: the frame passes sealed."""
    driver, keys = chip()
    driver.set_shared(1, CCMP, KEY[:16])
    down = data_frame(b"", to=ALL, sender=AP, flags=0x42)
    opened = received(keys, CcmpKey(KEY[:16], 1).protect(down, b"to all", 5))
    assert (opened.frame, opened.cipher) == (down + b"to all", CCMP)
    sealed = CcmpKey(KEY[:16], 2).protect(down, b"to all", 5)
    assert received(keys, sealed) == Reception(sealed)


def test_a_shared_key_that_does_not_fit_leaves_the_frame_to_the_driver() -> None:
    """Linux' driver has them under other numbers than frames name, and decrypts itself then."""
    driver, keys = chip()
    driver.set_shared(1, CCMP, bytes(16))
    down = data_frame(b"", to=ALL, sender=AP, flags=0x42)
    sealed = CcmpKey(KEY[:16], 1).protect(down, b"to all", 5)
    assert received(keys, sealed) == Reception(sealed)


def test_what_a_pairwise_key_does_not_open_is_told() -> None:
    """As an ICV error: a MIC error would have drivers take countermeasures for TKIP."""
    driver, keys = chip()
    driver.set_pairwise(0, CCMP, KEY)
    found = received(keys, CcmpKey(bytes(16)).protect(DOWN, b"another key", 1))
    assert (found.cipher, found.error, len(found.frame)) == (CCMP, ICV_WRONG, len(DOWN) + 11)


def test_a_wrong_michael_code_is_told_apart() -> None:
    """It is the one that drivers must report."""
    driver, keys = chip()
    driver.set_pairwise(0, TKIP, KEY)
    sealed = TkipKey(KEY[:16] + bytes(16)).protect(DOWN, b"12345", 1)
    assert received(keys, sealed).error == MIC_WRONG


@pytest.mark.parametrize(
    "descriptor",
    [{"cipher": 5}, {"pairwise": False, "key_index": 16}, {"cipher": TKIP, "michael": False}],
)
def test_what_is_not_modelled_is_not_sent_in_the_clear(descriptor: dict[str, object]) -> None:
    """A model's gap must not look like a driver's plaintext."""
    with pytest.raises(WireError, match="not modelled"):
        chip()[1].protect(request(data_frame(b"x"), **descriptor))


def test_without_a_cipher_a_frame_goes_as_it_is() -> None:
    """EAPOL in the clear, and what the driver encrypted by itself."""
    for flags in (1, 0x41):
        frame = data_frame(b"some bytes", flags=flags)
        assert chip()[1].protect(request(frame, cipher=0)) == frame


def test_a_control_frame_is_never_encrypted() -> None:
    """It has no address and sequence number to make a nonce of."""
    power_save_poll = bytes((0xA4, 0x40, 1, 0xC0)) + AP + MAC
    assert chip()[1].protect(request(power_save_poll, header_length=16)) == power_save_poll


def test_a_frame_too_short_for_a_cipher_header_is_left_alone() -> None:
    """And so is one that is not protected."""
    driver, keys = chip()
    driver.set_pairwise(0, CCMP, KEY)
    for frame in (DOWN + b"x", data_frame(b"clear as day", to=MAC, sender=AP, flags=2)):
        assert received(keys, frame) == Reception(frame)
    assert received(keys, DOWN + b"1234567").error == ICV_WRONG
