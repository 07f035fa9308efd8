# SPDX-License-Identifier: GPL-2.0-or-later
"""The data of the page, gathered from a history."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from harness.board.content import AT_ONCE, TREND_NIGHTS, content
from harness.board.links import RunFolders
from tests.unit.board.factory import MemoryHistory, Synthetic

AT = datetime(2026, 11, 28, 6, 0, tzinfo=UTC)


def made(history: MemoryHistory, tmp_path: Path) -> dict[str, Any]:
    """The content of a history's page."""
    return content(history, history.nights(), RunFolders(tmp_path), AT)


def test_every_night_has_a_character_for_every_test(tmp_path: Path) -> None:
    """Across the batches in which they are read."""
    found = made(Synthetic(nights=AT_ONCE + 3, tests=9).made(), tmp_path)
    nights = found["nights"]
    assert len(nights["id"]) == AT_ONCE + 3
    assert {len(row) for part in ("verdicts", "changes", "flags") for row in nights[part]} == {9}


def test_rows_stand_in_the_order_of_places_whatever_the_order_of_the_plan(tmp_path: Path) -> None:
    """The page finds them by halving."""
    found = made(Synthetic(nights=AT_ONCE + 3, tests=30).made(), tmp_path)
    places = found["attempts"]["place"]
    assert places == sorted(places)
    assert places


def test_each_row_is_at_the_place_of_its_test_and_night(tmp_path: Path) -> None:
    """Against the history itself."""
    history = Synthetic(nights=5, tests=30).made()
    found = made(history, tmp_path)
    failed = {
        (number, cell.test.scenario)
        for number, night in enumerate(history.all_nights)
        for cell in night.cells
        if cell.attempts[0].verdict == "FAIL"
    }
    tests, rows = found["tests"], found["attempts"]
    count = len(tests["scenario"])
    at = {
        (place // count, tests["scenarios"][tests["scenario"][place % count]])
        for place, number, verdict in zip(
            rows["place"], rows["number"], rows["verdict"], strict=True
        )
        if (number, verdict) == (1, "F")
    }
    assert at == failed
    assert failed


def test_timings_are_those_of_the_newest_nights(tmp_path: Path) -> None:
    """Older ones are in the history."""
    history = Synthetic(nights=TREND_NIGHTS + 4, tests=2, timed_nights=TREND_NIGHTS + 4).made()
    series = made(history, tmp_path)["trends"]["tests"][0]["handshake"]
    assert series["night"] == list(range(4, TREND_NIGHTS + 4))


def test_a_history_without_nights_makes_a_page_that_says_so(tmp_path: Path) -> None:
    """An empty lab is no error."""
    found = made(MemoryHistory(), tmp_path)
    assert found["nights"]["id"] == []
    assert found["tests"]["scenario"] == []


def test_environments_that_differ_are_told_at_their_night(tmp_path: Path) -> None:
    """Those of the guest, and the builds."""
    found = made(Synthetic(nights=20, tests=2).made(), tmp_path)["environment"]
    assert [12, "reference", "qemu", ["QEMU 7.2.22"], ["QEMU 10.0.2"]] in found
    assert {night for night, of, part, *_ in found if part == "build"} == {9, 18}
