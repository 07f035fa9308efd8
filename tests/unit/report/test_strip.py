# SPDX-License-Identifier: GPL-2.0-or-later
"""Geometry of the overview to scale."""

from __future__ import annotations

from harness.evidence.owners import Owner
from harness.report.strip import LEFT, RIGHT, strips
from tests.unit.report.test_steps import event, owned


def test_it_is_to_scale_from_the_association_response_on() -> None:
    """Half the time is half the width; times still count from the first event."""
    (made,) = strips([
        event(0, "wlan", "WlanConnect", "enter"),
        event(1000, "air", "assoc-resp", "down"),
        event(1500, "handler", "PerformPostAssociate", "enter", tid=1),
        event(2000, "handler", "PerformPostAssociate", "return", tid=1, result=0),
        event(2000, "framework", "PostAssociateCompletion", "enter", tid=2),
        event(3000, "air", "icmp", "up"),
    ])  # fmt: skip
    middle = (LEFT + RIGHT) / 2
    assert [frame.x for frame in made.frames] == [LEFT, RIGHT]
    assert [(bar.x, bar.width, bar.never) for bar in made.bars] == [(240.0, 220.0, False)]
    assert made.completions == (middle,)
    assert [tick.label for tick in made.ticks] == [
        "1 ms", "1.50 ms", "2 ms", "2.50 ms", "3 ms",
    ]  # fmt: skip


def test_labels_do_not_touch() -> None:
    """Of two frames close together the first has its name, the second only its tick."""
    (made,) = strips([
        event(0, "air", "M1", "down"), event(1000, "air", "M2", "up"),
        event(1001, "air", "M3", "down"), event(2000, "air", "auth", "up"),
    ])  # fmt: skip
    assert [frame.label for frame in made.frames] == ["M1", "M2", "", ""]
    assert [frame.css for frame in made.frames] == ["named", "named", "named", "plain"]


def test_handler_that_never_returned_runs_to_the_end() -> None:
    """The bar ends with the drawing."""
    (made,) = strips([
        event(0, "handler", "PerformPostAssociate", "enter", tid=1),
        event(100, "air", "M1", "down"),
    ])  # fmt: skip
    assert [(bar.x, bar.width, bar.never) for bar in made.bars] == [(LEFT, RIGHT - LEFT, True)]


def test_no_span_no_strip() -> None:
    """Nothing, or a single instant, cannot be drawn to scale."""
    assert strips([]) == ()
    assert strips([event(5, "air", "M1", "down")]) == ()


def test_each_adapter_has_its_strip_to_one_scale() -> None:
    """The same time is at the same place in both; what is nobody's own is in both."""
    first, second = Owner("02:00:00:00:00:00", 1), Owner("02:00:00:00:01:00", 2)
    upper, lower = strips([
        owned(event(0, "air", "assoc-resp", "down"), first),
        owned(event(1000, "air", "M1", "down"), second),
        event(1500, "air", "arp", "down"),
        owned(event(2000, "air", "M2", "up"), first),
    ])  # fmt: skip
    middle = (LEFT + RIGHT) / 2
    assert (upper.name, lower.name) == (first.title, second.title)
    assert [frame.x for frame in upper.frames] == [LEFT, LEFT + 0.75 * (RIGHT - LEFT), RIGHT]
    assert [frame.x for frame in lower.frames] == [middle, LEFT + 0.75 * (RIGHT - LEFT)]
    assert upper.ticks == lower.ticks


def test_a_roam_is_shown_from_its_first_association_on() -> None:
    """A response that was lost does not begin it; a later association does not hide the first."""
    (made,) = strips([
        event(0, "air", "assoc-resp", "down", lost=1), event(1000, "air", "assoc-resp", "down"),
        event(1500, "air", "M1", "down"), event(2000, "air", "assoc-resp", "down"),
        event(3000, "air", "M1", "down"),
    ])  # fmt: skip
    assert [frame.x for frame in made.frames] == [20.0, 240.0, 460.0, 900.0]
