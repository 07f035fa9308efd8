# SPDX-License-Identifier: GPL-2.0-or-later
"""Finding an access point: fresh, remembered, likely channels, everywhere; and giving up."""

from __future__ import annotations

from dataclasses import replace

import pytest
from autoconfig.association.search import Found, NetworkSearch
from autoconfig.radio.interface import RadioError
from autoconfig.settings import Settings

from tests.unit.autoconfig.doubles import AP, BSS, SSID, FakeRadio

STALE = replace(BSS, age_ms=60_000)
LIKELY = (2412, 2437, 5180)


class Bench:
    """A search over a radio that knows nothing yet."""

    def __init__(self) -> None:
        self.radio = FakeRadio()
        self.radio.known = []
        self.search = NetworkSearch(self.radio, lambda: LIKELY, 3.0)
        self.found: list[Found | None] = []

    def find(self, *ssids: bytes) -> Bench:
        """Begin, with one SSID unless there are several."""
        self.search.find(ssids or (SSID,), self.found.append)
        return self

    def scan_ends(self, complete: bool = True) -> None:
        """The radio reports the end of the scan."""
        done, self.radio.scan_done = self.radio.scan_done, None
        assert done is not None
        done(complete)

    def scans(self) -> list[tuple[int, ...]]:
        """Channels of each scan so far."""
        return [details[1] for name, *details in self.radio.asked if name == "scan"]


def test_fresh_bss_needs_no_scan() -> None:
    """Heard a moment ago: found at once."""
    it = Bench()
    it.radio.known = [BSS]
    it.find()
    assert it.found == [Found(SSID, BSS, known=True)]
    assert it.scans() == []


def test_what_is_fresh_is_scanned_for_anew_when_asked() -> None:
    """A BSS heard a moment ago may have changed: the scan's end tells what it is now."""
    it = Bench()
    it.radio.known = [BSS]
    it.search.find((SSID,), it.found.append, rescan=True)
    assert it.found == []
    it.scan_ends()
    assert it.found == [Found(SSID, BSS)]


def test_unknown_network_is_sought_where_it_is_likely_then_everywhere() -> None:
    """On the likeliest channel, on the others of that kind, on all; then it is not there."""
    it = Bench().find()
    for _ in range(3):
        it.scan_ends()
    assert it.scans() == [(2412,), (2437, 5180), ()]
    assert it.found == [None]


def test_one_scan_finds_what_is_on_the_likeliest_channel() -> None:
    """The other channels are not waited for."""
    it = Bench().find()
    it.radio.known = [BSS]
    it.scan_ends()
    assert it.scans() == [(2412,)]
    assert it.found == [Found(SSID, BSS)]


def test_scan_that_was_not_complete_counts_for_no_channel() -> None:
    """What it was to hear is scanned for again, once, together with what comes next."""
    it = Bench().find()
    it.scan_ends(complete=False)
    it.scan_ends(complete=False)
    it.scan_ends(complete=False)
    assert it.scans() == [(2412,), (2412, 2437, 5180), ()]
    assert it.found == [None]


def test_where_there_is_a_choice_one_scan_is_of_all_likely_channels() -> None:
    """A later scan forgets what an earlier one heard: the second SSID, the other access point."""
    several = Bench().find(SSID, b"other")
    another = Bench()
    another.search.find((SSID,), another.found.append, excluded=AP)
    assert several.scans() == another.scans() == [LIKELY]


def test_what_was_told_comes_first() -> None:
    """An access point on a rare channel is not passed over for a weaker one on a likely channel."""
    settings = Settings()
    settings.first_mhz[:] = [2457, 5180]
    it = Bench()
    it.search = NetworkSearch(it.radio, settings.likely_mhz, 3.0)
    it.find()
    it.scan_ends()
    assert it.scans() == [(2457,), (5180, 2412, 2437, 2462)]


@pytest.mark.parametrize("likely", [(), (2412,)])
def test_fewer_likely_channels_take_fewer_scans(likely: tuple[int, ...]) -> None:
    """One of them, then all; or all alone."""
    it = Bench()
    it.search = NetworkSearch(it.radio, lambda: likely, 3.0)
    it.find()
    it.scan_ends(complete=not likely)
    if likely:
        it.scan_ends()
    assert it.scans() == ([likely, ()] if likely else [()])
    assert it.found == [None]


def test_stale_network_is_sought_on_its_channel() -> None:
    """A network seen before is scanned for on one channel only."""
    it = Bench()
    it.radio.known = [STALE]
    it.find()
    assert it.scans() == [(2437,)]
    it.scan_ends()
    assert it.found == [Found(SSID, STALE)]


def test_network_that_moved_is_found_elsewhere() -> None:
    """Gone from its channel: the second scan finds it."""
    it = Bench()
    it.radio.known = [STALE]
    it.find()
    it.radio.known = []
    it.scan_ends()
    moved = replace(BSS, frequency_mhz=5180)
    it.radio.known = [moved]
    it.scan_ends()
    assert it.scans() == [(2437,), ()]
    assert it.found == [Found(SSID, moved)]


def test_strongest_access_point_of_the_first_network_wins() -> None:
    """Signal decides among the first SSID's; the second SSID counts only without any."""
    it = Bench()
    strong = replace(BSS, bssid=bytes(5) + b"\7", rssi_dbm=-20)
    other = replace(BSS, ies=b"\0\5other", rssi_dbm=-1)
    it.radio.known = [other, BSS, strong]
    it.find(SSID, b"other")
    assert it.found == [Found(SSID, strong, known=True)]


def test_cancelled_search_stays_silent() -> None:
    """The end of its scan is nobody's."""
    it = Bench().find()
    it.search.cancel()
    it.radio.known = [BSS]
    it.scan_ends()
    assert it.found == []


def test_radio_that_cannot_scan() -> None:
    """The first refusal is the caller's to see; one in between means not found."""
    it = Bench()
    it.radio.refuse.add("scan")
    with pytest.raises(RadioError):
        it.find()
    it.radio.refuse.clear()
    it.find()
    it.radio.refuse.add("scan")
    it.scan_ends()
    assert it.found == [None]


def test_bss_without_an_ssid_matches_nothing() -> None:
    """Hidden and malformed elements are no network of ours."""
    for ies in (b"", b"\0", b"\0\0", b"\x01\x01\x8c\0"):
        assert replace(BSS, ies=ies).ssid() == b""
    assert replace(BSS, ies=b"\x01\x01\x8c\0\2hi", bssid=AP).ssid() == b"hi"
