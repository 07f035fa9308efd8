# SPDX-License-Identifier: GPL-2.0-or-later
"""The cipher engine, against the access point's ciphers."""

from __future__ import annotations

import pytest

from hwsim.ciphers.ccmp import CcmpKey
from hwsim.ciphers.michael import covered_header, michael
from hwsim.ciphers.tkip import TkipKey
from hwsim.ciphers.wep import WepKey
from hwsim.errors import WireError
from hwsim.frames import parse_header
from hwsim.usb.models.realtek.rtl8192c.cam import CCMP, TKIP, WEP40, WEP104, Cam
from hwsim.usb.models.realtek.rtl8192c.receive import Reception
from hwsim.usb.models.realtek.rtl8192c.transmit import TransmitRequest, transmit_request
from tests.unit.hwsim.usb.models.ralink.driver import AP, MAC, data_frame
from tests.unit.hwsim.usb.models.realtek.rtl8192c.driver import AES, Driver, transfer

KEY = bytes(range(32))
ALL = b"\xff" * 6
IV = bytes((7, 1, 0, 0x20, 2, 3, 4, 5))
"""A cipher's header with packet number 0x050403020107."""
TKIP_IV = bytes((1, 0x21, 7, 0x20, 2, 3, 4, 5))
DOWN = data_frame(b"", to=MAC, sender=AP, flags=0x42)
UP = data_frame(b"")


def request(frame: bytes, cipher: int = AES) -> TransmitRequest:
    """A frame to be sent, with its cipher's header."""
    return transmit_request(transfer(frame, cipher=cipher))


def chip() -> tuple[Driver, Cam]:
    """A chip in operation, and its engine."""
    driver = Driver()
    driver.start()
    return driver, driver.chip._cam


def received(cam: Cam, frame: bytes) -> Reception:
    """What the engine makes of a frame on the air."""
    return cam.open(frame, parse_header(frame))


def test_pairwise_ccmp_both_ways() -> None:
    """Header and MIC of a frame that was decrypted stay where they are."""
    driver, cam = chip()
    driver.set_key(4, AP, CCMP, 0, KEY[:16])
    peer = CcmpKey(KEY[:16])
    sealed = cam.protect(request(UP + IV + b"data up"))
    assert peer.packet_number(sealed, 26) == 0x050403020107
    assert peer.open(sealed, 26) == b"data up"
    down = peer.protect(DOWN, b"data down", 9)
    found = received(cam, down)
    assert found == Reception(down[:34] + b"data down" + down[-8:], CCMP)


def test_pairwise_tkip_both_ways() -> None:
    """Michael's code is the driver's: the engine takes it for data."""
    driver, cam = chip()
    driver.set_key(4, AP, TKIP, 0, KEY[:16])
    peer = TkipKey(KEY)
    code = michael(KEY[24:], covered_header(UP) + b"data up")
    sealed = cam.protect(request(UP + TKIP_IV + b"data up" + code, cipher=1))
    assert peer.open(sealed, 26) == b"data up"
    down = peer.protect(DOWN, b"data down", 9)
    found = received(cam, down)
    assert found.decrypted
    assert found.frame[34:43] == b"data down"
    assert found.frame[43:51] == michael(KEY[16:24], covered_header(DOWN) + b"data down")


@pytest.mark.parametrize(("cipher", "length"), [(WEP40, 5), (WEP104, 13)])
def test_wep_both_ways(cipher: int, length: int) -> None:
    """Its entries have the key's number in the place of an address."""
    driver, cam = chip()
    driver.set_key(2, bytes((0, 0, 0, 0, 0, 2)), cipher, 2, KEY[:length])
    peer = WepKey(KEY[:length], 2)
    sealed = cam.protect(request(UP + bytes((1, 2, 3, 2 << 6)) + b"up", cipher=1))
    assert peer.open(sealed, 26) == b"up"
    down = peer.protect(DOWN, b"down", 7)
    assert received(cam, down).frame == down[:30] + b"down" + down[-4:]


def test_group_frames_are_opened_by_their_key_id() -> None:
    """Under another identifier there is no key: the driver is told that it is not decrypted."""
    driver, cam = chip()
    driver.set_key(1, ALL, CCMP, 1, KEY[:16])
    down = data_frame(b"", to=ALL, sender=AP, flags=0x42)
    for key_id, decrypted in ((1, True), (2, False)):
        sealed = CcmpKey(KEY[:16], key_id).protect(down, b"to all", 5)
        found = received(cam, sealed)
        assert found.decrypted is decrypted
        assert not found.error


def test_what_does_not_verify_is_told_and_stays() -> None:
    """With an error; too short a frame has none."""
    driver, cam = chip()
    driver.set_key(4, AP, CCMP, 0, KEY[:16])
    sealed = CcmpKey(bytes(16)).protect(DOWN, b"another key", 1)
    assert received(cam, sealed) == Reception(sealed, CCMP, decrypted=False, error=True)
    short = DOWN + b"x"
    assert received(cam, short) == Reception(short, CCMP, decrypted=False)


def test_a_frame_without_its_key_is_not_sent_in_the_clear() -> None:
    """A model's gap must not look like a driver's plaintext."""
    driver, cam = chip()
    with pytest.raises(WireError, match="no key"):
        cam.protect(request(UP + IV + b"x"))
    driver.set_key(4, AP, CCMP, 0, KEY[:16])
    with pytest.raises(WireError, match="no cipher's header"):
        cam.protect(request(UP + IV[:4]))


def test_what_is_in_the_clear_passes() -> None:
    """EAPOL, what a driver encrypted by itself, and all frames of an engine that is off."""
    driver, cam = chip()
    driver.set_key(4, AP, CCMP, 0, KEY[:16])
    assert cam.protect(request(UP + b"its own", cipher=0)) == UP + b"its own"
    clear = data_frame(b"clear", to=MAC, sender=AP, flags=2)
    assert received(cam, clear) == Reception(clear)
    driver.write(0x680, b"\0")
    assert cam.protect(request(UP + IV + b"x")) == UP + IV + b"x"
    sealed = CcmpKey(KEY[:16]).protect(DOWN, b"x", 1)
    assert received(cam, sealed) == Reception(sealed, decrypted=False)


def test_entries_are_read_and_cleared() -> None:
    """Word by word, and all at once."""
    driver, cam = chip()
    driver.set_key(4, AP, CCMP, 0, KEY[:16])
    driver.write_word(0x670, 1 << 31 | 8 * 4 + 2)
    assert driver.read(0x678, 4) == KEY[:4]
    assert driver.read_word(0x670) >> 31 == 0
    driver.write_word(0x670, 3 << 30)
    with pytest.raises(WireError, match="no key"):
        cam.protect(request(UP + IV + b"x"))
