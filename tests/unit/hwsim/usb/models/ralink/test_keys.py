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
from hwsim.usb.models.ralink.keys import KeyTables
from hwsim.usb.models.ralink.receive import ICV_WRONG, MIC_WRONG, NO_WCID
from hwsim.usb.models.ralink.transmit import TransmitRequest, transmit_requests
from tests.unit.hwsim.usb.models.ralink.driver import AP, CCMP, MAC, Driver, block, data_frame

TKIP = 3
STATION = 33
KEY = bytes(range(32))
ALL = b"\xff" * 6


def swapped(key: bytes) -> bytes:
    """A TKIP key of the other side: what one transmits with, the other receives with."""
    return key[:16] + key[24:32] + key[16:24]


def request(frame: bytes, **descriptor: object) -> TransmitRequest:
    """A frame to be sent by :data:`STATION`, header of 26 bytes."""
    (one,) = transmit_requests(block(frame, 26, **{"wcid": STATION, **descriptor}))  # type: ignore[arg-type]
    return one


def with_station() -> tuple[Driver, KeyTables]:
    """A chip that knows the access point, and its engine."""
    driver = Driver()
    driver.add_station(STATION, AP)
    return driver, driver.chip._keys


@pytest.mark.parametrize(
    ("cipher", "peer"), [(CCMP, CcmpKey(KEY[:16])), (TKIP, TkipKey(swapped(KEY)))]
)
def test_pairwise_frames_both_ways(cipher: int, peer: DataKey) -> None:
    """Each side opens what the other one sealed; the chip counts packet numbers from 1 on."""
    driver, keys = with_station()
    driver.set_pairwise(STATION, cipher, KEY)
    for number in (1, 2):
        sealed = keys.protect(request(data_frame(b"data up")))
        assert peer.packet_number(sealed, 26) == number
        assert peer.open(sealed, 26) == b"data up"
    down = data_frame(b"", to=MAC, sender=AP, flags=0x42)
    received = keys.open(peer.protect(down, b"data down", 9), parse_header(down))
    assert received.frame == down + b"data down"
    assert (received.wcid, received.cipher, received.error) == (STATION, cipher, 0)


@pytest.mark.parametrize(("cipher", "length"), [(1, 5), (2, 13)])
def test_wep_frames_both_ways_under_a_shared_key(cipher: int, length: int) -> None:
    """A WEP key is a shared one, for frames to one station too."""
    driver, keys = with_station()
    driver.set_shared(2, cipher, KEY[:length])
    peer = WepKey(KEY[:length], 2)
    assert peer.open(keys.protect(request(data_frame(b"up"), wcid=2)), 26) == b"up"
    down = data_frame(b"", to=MAC, sender=AP, flags=0x42)
    assert keys.open(peer.protect(down, b"down", 7), parse_header(down)).frame == down + b"down"


def test_group_frames_are_opened_by_their_key_id() -> None:
    """Under another identifier there is no key: the frame passes sealed."""
    driver, keys = with_station()
    driver.set_shared(1, CCMP, KEY[:16])
    down = data_frame(b"", to=ALL, sender=AP, flags=0x42)
    for key_id, opened in ((1, True), (2, False)):
        sealed = CcmpKey(KEY[:16], key_id).protect(down, b"to all", 5)
        received = keys.open(sealed, parse_header(sealed))
        assert received.frame == (down + b"to all" if opened else sealed)
        assert bool(received.cipher) is opened


def test_the_packet_number_goes_over_all_its_bytes() -> None:
    """Its bytes are not neighbours in the cipher header; carries pass the gap."""
    driver, keys = with_station()
    driver.set_pairwise(STATION, CCMP, KEY)
    driver.write(0x6000 + 8 * STATION, bytes((0xFF, 0xFF, 0, 0x20, 0xFF, 0, 0, 0)))
    sealed = keys.protect(request(data_frame(b"x")))
    assert CcmpKey(KEY[:16]).packet_number(sealed, 26) == 0x1000000
    assert driver.read(0x6000 + 8 * STATION, 8) == bytes((0, 0, 0, 0x20, 0, 1, 0, 0))


def test_a_driver_that_gives_the_packet_number_keeps_the_count() -> None:
    """Then the chip's own does not move."""
    driver, keys = with_station()
    driver.set_pairwise(STATION, CCMP, KEY)
    given = request(data_frame(b"x"), info=1 << 24, iv=bytes((7, 0, 0, 0x20, 0, 0, 0, 0)))
    assert CcmpKey(KEY[:16]).packet_number(keys.protect(given), 26) == 7
    assert driver.read(0x6000 + 8 * STATION, 1) == b"\0"


def test_a_driver_that_gives_the_cipher_header_chooses_the_key() -> None:
    """The identifier in it is the one that counts, not that of the frame sent last."""
    driver, keys = with_station()
    driver.set_pairwise(STATION, CCMP, KEY)
    given = request(data_frame(b"x"), info=1 << 24, iv=bytes((7, 0, 0, 0x60, 0, 0, 0, 0)))
    assert keys.protect(given)[26 + 3] == 0x60


def test_a_control_frame_is_never_encrypted() -> None:
    """Not even one that says so: it has no address and sequence number to make a nonce of."""
    driver, keys = with_station()
    driver.set_pairwise(STATION, CCMP, KEY)
    power_save_poll = bytes((0xA4, 0x40, 1, 0xC0)) + AP + MAC
    (one,) = transmit_requests(block(power_save_poll, 16, wcid=STATION))
    assert keys.protect(one) == power_save_poll


def test_what_is_not_protected_or_has_no_cipher_goes_as_it_is() -> None:
    """A driver that encrypts itself (PMF), and EAPOL in the clear."""
    driver, keys = with_station()
    encrypted_by_driver = data_frame(b"its own cipher header, and more")
    assert keys.protect(request(encrypted_by_driver)) == encrypted_by_driver
    driver.set_pairwise(STATION, CCMP, KEY)
    clear = data_frame(b"EAPOL", flags=1)
    assert keys.protect(request(clear)) == clear


def test_a_cipher_that_is_not_modelled_is_not_sent_in_the_clear() -> None:
    """A model's gap must not look like a driver's plaintext."""
    driver, keys = with_station()
    driver.set_pairwise(STATION, 7, KEY)
    with pytest.raises(WireError, match="cipher 7"):
        keys.protect(request(data_frame(b"x")))


def test_what_does_not_verify_says_so_and_stays() -> None:
    """As an ICV error: a MIC error would have drivers take countermeasures for TKIP."""
    driver, keys = with_station()
    driver.set_pairwise(STATION, CCMP, KEY)
    down = data_frame(b"", to=MAC, sender=AP, flags=0x42)
    sealed = CcmpKey(bytes(16)).protect(down, b"another key", 1)
    received = keys.open(sealed, parse_header(sealed))
    assert (received.frame, received.cipher, received.error) == (sealed, CCMP, ICV_WRONG)


def test_a_wrong_michael_code_is_told_apart() -> None:
    """It is the one that drivers must report."""
    driver, keys = with_station()
    driver.set_pairwise(STATION, TKIP, KEY)
    down = data_frame(b"", to=MAC, sender=AP, flags=0x42)
    sealed = TkipKey(KEY[:16] + bytes(16)).protect(down, b"12345", 1)
    received = keys.open(sealed, parse_header(sealed))
    assert received.error == MIC_WRONG
    assert len(received.frame) == len(down) + 5


def test_a_key_written_anew_is_used_at_once() -> None:
    """Nothing but the table says which key is in use."""
    driver, keys = with_station()
    driver.set_pairwise(STATION, CCMP, KEY)
    keys.protect(request(data_frame(b"old")))
    driver.set_pairwise(STATION, CCMP, KEY[::-1])
    sealed = keys.protect(request(data_frame(b"new")))
    assert CcmpKey(KEY[::-1][:16]).open(sealed, 26) == b"new"


def test_a_stranger_and_a_frame_too_short_are_left_alone() -> None:
    """Without a key, without a cipher header, without a transmitter."""
    driver, keys = with_station()
    driver.set_pairwise(STATION, CCMP, KEY)
    for frame, wcid in (
        (data_frame(b"sealed by a stranger", to=MAC, sender=ALL, flags=0x42), NO_WCID),
        (data_frame(b"x", to=MAC, sender=AP, flags=0x42), STATION),
        (bytes((0xD4, 0x40, 0, 0)) + MAC, NO_WCID),
    ):
        received = keys.open(frame, parse_header(frame))
        assert (received.frame, received.wcid, received.cipher) == (frame, wcid, 0)
