# SPDX-License-Identifier: GPL-2.0-or-later
"""Links: which one fits, what it loses, and that the same seed loses the same."""

from __future__ import annotations

from dataclasses import replace

from hwsim.links.links import Link, Links, Sending

M1 = Sending("M1", "down", 6000, 121, group=False)
BEACON = Sending("beacon", "down", 1000, 100, group=True)


def lost(links: Links, sent: Sending, count: int = 40) -> list[bool]:
    """What becomes of so many frames."""
    return [links.loses(1, 1, sent) for _ in range(count)]


def test_the_first_link_that_fits_counts() -> None:
    """Numbers that are left out fit all."""
    own = Link(access_point=2, station=1, signal_dbm=-50)
    links = Links([own, Link(access_point=2, signal_dbm=-60), Link(station=3, signal_dbm=-70)])
    signals = {(ap, one): links.signal_dbm(ap, one, -40) for ap in (1, 2) for one in (1, 2, 3)}
    assert signals == {
        (1, 1): -40, (1, 2): -40, (1, 3): -70, (2, 1): -50, (2, 2): -60, (2, 3): -60,
    }  # fmt: skip


def test_losses_are_the_seeds() -> None:
    """Of each kind by itself: beacons between change nothing."""
    links = [Link(loss=0.5)]
    first, second, other = Links(links, "7/1"), Links(links, "7/1"), Links(links, "7/2")
    expected = lost(first, M1)
    assert 10 < sum(expected) < 30
    found = []
    for _ in expected:
        lost(second, BEACON, 1)
        found += lost(second, M1, 1)
    assert found == expected
    assert lost(other, M1) != expected


def test_a_signal_beside_noise_loses_by_rate() -> None:
    """At 9 dB 6 Mbit/s go through and 54 do not; a signal alone loses nothing."""
    links = Links([Link(signal_dbm=-82, noise_dbm=-91)])
    assert not any(lost(links, M1))
    assert all(lost(links, replace_rate(M1, 54000)))
    assert not any(lost(Links([Link(signal_dbm=-120)]), M1))


def replace_rate(sent: Sending, rate_kbps: int) -> Sending:
    """The same frame at another rate."""
    return sent._replace(rate_kbps=rate_kbps)


def test_both_losses_add_up() -> None:
    """What noise leaves, chance may take."""
    link = Link(signal_dbm=-92, noise_dbm=-91, loss=0.5)
    alone = replace(link, loss=0.0).probability(BEACON)
    assert 0 <= alone < 1
    assert link.probability(BEACON) == 0.5 + alone / 2
