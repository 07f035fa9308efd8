# SPDX-License-Identifier: GPL-2.0-or-later
"""What is kept of stations that may come back: the newest of each, and not of too many."""

from __future__ import annotations

from hwsim.ap.pmksa import MAX_KEPT, PmkCache, Pmksa


def pmksa(number: int) -> Pmksa:
    """One with a name of its own."""
    return Pmksa(bytes(32), number.to_bytes(16, "big"))


def test_the_newest_of_a_station_is_found() -> None:
    """It goes in the place of the one before; nobody else has it."""
    cache = PmkCache()
    for number in (1, 2):
        cache.keep(b"one   ", pmksa(number))
    assert cache.find(b"one   ") == pmksa(2)
    assert cache.find(b"other ") is None


def test_it_does_not_grow_without_end() -> None:
    """The oldest goes; a station whose PMK was renewed is not the oldest."""
    cache = PmkCache()
    stations = [number.to_bytes(6, "big") for number in range(MAX_KEPT + 1)]
    for mac in (*stations[:-1], stations[0], stations[-1]):
        cache.keep(mac, pmksa(0))
    assert cache.find(stations[0]) is not None
    assert cache.find(stations[1]) is None
    cache.clear()
    assert cache.find(stations[0]) is None


def test_a_pmk_does_not_show() -> None:
    """Its text names it, and nothing more."""
    assert "pmk=" not in repr(pmksa(1))
