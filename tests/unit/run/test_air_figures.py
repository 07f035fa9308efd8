# SPDX-License-Identifier: GPL-2.0-or-later
"""Turnarounds out of what was sent, and how two media or access points are put side by side."""

from __future__ import annotations

import json

import pytest

from harness.run.air_figures import (
    COMMIT,
    CONFIRM,
    HANDSHAKE,
    HANDSHAKE_WHOLE,
    SAE,
    SAE_WHOLE,
    AirFigures,
    Comparison,
    Flooded,
    Sent,
    growth,
    rate_per_minute,
    throughput,
    turnarounds,
)

MS = 1_000_000


def sent(*frames: tuple[float, str, str, int] | tuple[float, str, str]) -> list[Sent]:
    """Frames: when (ms), `ap` or `station`, kind, and perhaps the transaction."""
    return [Sent(int(at * MS), who == "ap", kind, *more) for at, who, kind, *more in frames]


def test_the_answer_to_m2() -> None:
    """From the first M2 to the M3 that answers; an M2 without an answer, and the next attempt."""
    found = turnarounds(
        sent(
            (0, "ap", "M1"), (1, "station", "M2"), (2, "station", "M2"), (5, "ap", "M3"),
            (6, "ap", "M3"), (7, "station", "M4"),
            (10, "ap", "M1"), (11, "station", "M2"),
            (20, "ap", "M1"), (21, "station", "M2"), (23, "ap", "M3"),
        )
    )  # fmt: skip
    assert found[HANDSHAKE] == [4, 2]
    assert found[HANDSHAKE_WHOLE] == [6]


def test_the_answers_of_sae() -> None:
    """Commit to commit, confirm to confirm, and both of one association together."""
    found = turnarounds(
        sent(
            (0, "station", "auth", 1), (30, "ap", "auth", 1), (40, "station", "auth", 2),
            (45, "ap", "auth", 2), (100, "station", "auth", 1), (110, "ap", "auth", 1),
            (120, "station", "auth", 2), (121, "ap", "auth", 2),
        )
    )  # fmt: skip
    assert (found[COMMIT], found[CONFIRM], found[SAE]) == ([30, 10], [5, 1], [35, 11])
    assert found[SAE_WHOLE] == [45, 21]


def test_the_rate() -> None:
    """By M4; of one there is none."""
    assert rate_per_minute(sent((0, "station", "M4"), (500, "station", "M4"))) == 120
    assert rate_per_minute(sent((0, "station", "M4"))) == 0


@pytest.mark.parametrize(
    ("better", "wanted", "held"), [("less", 0.5, True), ("less", 0.4, False), ("more", 0.5, True)]
)
def test_a_ratio(better: str, wanted: float, held: bool) -> None:
    """Of medians; what bounds it is told where it is missed."""
    one = Comparison("turnaround", "ms", [1, 5, 9], [10], wanted, better, "the weather")  # type: ignore[arg-type]
    assert (one.ratio, one.held) == (0.5, held)
    assert ("the weather" in one.line()) is not held


def flooded(medium: str, stations: int, sent: int, medium_s: float, *, group: bool) -> Flooded:
    """So many frames in a second."""
    return Flooded(medium, stations, group, sent, sent, 0, 1.0, medium_s)


def test_media_side_by_side() -> None:
    """Frames a second, and what of a frame's time is the medium's own."""
    ours = flooded("ours", 10, 1000, 0.75, group=False)
    theirs = flooded("wmediumd", 10, 2000, 0.2, group=False)
    compared = throughput(ours, theirs, 1.0)
    assert (compared.ratio, compared.held) == (0.5, False)
    assert "750 of 1000 µs a frame (wmediumd: 100)" in compared.line()


def test_the_cost_of_a_frame_among_many() -> None:
    """By the medium's own time: for each receiver, of 99 as of 9; for one, among ten times as many
    radios, at most ten times."""
    ten, hundred = (
        Flooded("ours", radios, True, 1000, 1000 * (radios - 1), 0, 9.0, (radios - 1) / 9)
        for radios in (10, 100)
    )
    assert growth(ten, hundred).ratio == pytest.approx(1)
    few, many = (
        Flooded("ours", radios, False, 1000, 1000, 0, 9.0, cost_s)
        for radios, cost_s in ((10, 1.0), (100, 3.0))
    )
    assert (growth(few, many).ratio, growth(few, many).wanted) == (pytest.approx(3), 10)


def test_what_is_carried_is_counted() -> None:
    """A frame for all when all have it; what is lost is no throughput."""
    assert Flooded("ours", 3, True, 100, 100, 100, 1.0, 1.0).rate == 50
    assert Flooded("ours", 3, False, 100, 40, 60, 1.0, 1.0).rate == 40


def test_a_ratio_that_nobody_wants() -> None:
    """It is told, and held whatever it is."""
    one = Comparison("x", "1/s", [1], [10], None, "more", "the weather")
    assert one.held
    assert one.line().endswith("0.10")


def test_table_and_json() -> None:
    """All of it in both."""
    figures = AirFigures({"cpu": "one"}, notes=["wmediumd is left out"])
    figures.comparisons.append(Comparison("turnaround", "ms", [1], [2], 0.5, "less"))
    figures.floods.append(flooded("ours", 2, 500, 0.5, group=True))
    told = json.loads(json.dumps(figures.to_json()))
    assert (told["comparisons"][0]["ratio"], told["comparisons"][0]["held"]) == (0.5, True)
    assert (told["floods"][0]["rate"], told["floods"][0]["medium_us"]) == (500, 1000)
    text = "\n".join(figures.lines())
    assert "0.50 (wanted ≤ 0.5)" in text
    assert "ours, 2, all" in text
    assert text.endswith("note: wmediumd is left out")
