# SPDX-License-Identifier: GPL-2.0-or-later
"""Geometry of the overview to scale."""

from __future__ import annotations

from harness.report.strip import LEFT, RIGHT, strip
from tests.unit.report.test_steps import event


def test_it_is_to_scale_from_the_association_response_on() -> None:
    """Half the time is half the width; times still count from the first event."""
    made = strip([
        event(0, "wlan", "WlanConnect", "enter"),
        event(1000, "air", "assoc-resp", "down"),
        event(1500, "handler", "PerformPostAssociate", "enter", tid=1),
        event(2000, "handler", "PerformPostAssociate", "return", tid=1, result=0),
        event(2000, "framework", "PostAssociateCompletion", "enter", tid=2),
        event(3000, "air", "icmp", "up"),
    ])  # fmt: skip
    assert made is not None
    middle = (LEFT + RIGHT) / 2
    assert [frame.x for frame in made.frames] == [LEFT, RIGHT]
    assert [(bar.x, bar.width, bar.never) for bar in made.bars] == [(240.0, 220.0, False)]
    assert made.completions == (middle,)
    assert [tick.label for tick in made.ticks] == [
        "1 ms", "1.50 ms", "2 ms", "2.50 ms", "3 ms",
    ]  # fmt: skip


def test_labels_do_not_touch() -> None:
    """Of two frames close together the first has its name, the second only its tick."""
    made = strip([
        event(0, "air", "M1", "down"), event(1000, "air", "M2", "up"),
        event(1001, "air", "M3", "down"), event(2000, "air", "auth", "up"),
    ])  # fmt: skip
    assert made is not None
    assert [frame.label for frame in made.frames] == ["M1", "M2", "", ""]
    assert [frame.css for frame in made.frames] == ["named", "named", "named", "plain"]


def test_handler_that_never_returned_runs_to_the_end() -> None:
    """The bar ends with the drawing."""
    made = strip([
        event(0, "handler", "PerformPostAssociate", "enter", tid=1),
        event(100, "air", "M1", "down"),
    ])  # fmt: skip
    assert made is not None
    assert [(bar.x, bar.width, bar.never) for bar in made.bars] == [(LEFT, RIGHT - LEFT, True)]


def test_no_span_no_strip() -> None:
    """Nothing, or a single instant, cannot be drawn to scale."""
    assert strip([]) is None
    assert strip([event(5, "air", "M1", "down")]) is None
