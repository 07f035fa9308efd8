# SPDX-License-Identifier: GPL-2.0-or-later
"""Which night goes on, and which is begun."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from harness.errors import StoreError, UsageError
from harness.history.model import NightState
from harness.history.sql import SqlHistory
from harness.nightly.aside import CutOff
from harness.nightly.ledger import now
from harness.nightly.opening import OpenNight, Resume, open_night, the_only_one
from tests.unit.nightly.samples import planned

CELLS = planned("a", "b")
AT = now()


def opened(
    book: SqlHistory, runs: Path, resume: Resume = Resume.IF_THERE, *, hours: float = 0,
    digest: str = "d",
) -> OpenNight:  # fmt: skip
    """A night opened so many hours after AT."""
    at = AT + timedelta(hours=hours)
    return open_night(book, "night", digest, CELLS, resume, runs, at)


def test_a_night_that_did_not_end_goes_on(book: SqlHistory, tmp_path: Path) -> None:
    """It runs again then, with no end."""
    first = opened(book, tmp_path)
    book.end_night(first.id, NightState.INTERRUPTED, AT)
    again = opened(book, tmp_path, hours=1)
    assert (again.id, again.resumed) == (first.id, True)
    assert book.night(first.id).state is NightState.RUNNING
    assert book.night(first.id).ended_at is None


def test_a_night_whose_harness_was_killed_goes_on_as_well(book: SqlHistory, tmp_path: Path) -> None:
    """It is running, for all the history knows; but nobody holds its lock."""
    first = opened(book, tmp_path)
    assert opened(book, tmp_path, hours=1).id == first.id


@pytest.mark.parametrize("state", [NightState.COMPLETE, NightState.OVER_BUDGET])
def test_a_night_that_ended_is_followed_by_another(
    book: SqlHistory, tmp_path: Path, state: NightState
) -> None:
    """And there is nothing to resume."""
    first = opened(book, tmp_path)
    book.end_night(first.id, state, AT)
    second = opened(book, tmp_path, hours=1)
    assert (second.resumed, second.note) == (False, "")
    assert second.id != first.id
    book.end_night(second.id, state, AT)
    with pytest.raises(UsageError, match="no unfinished night of these cells"):
        opened(book, tmp_path, Resume.ALWAYS, hours=2)


def test_another_build_begins_its_own_night(book: SqlHistory, tmp_path: Path) -> None:
    """The cells of two builds are not mixed; the first may go on later."""
    first = opened(book, tmp_path)
    book.end_night(first.id, NightState.INTERRUPTED, AT)
    other = opened(book, tmp_path, digest="e", hours=1)
    assert other.id != first.id
    book.end_night(other.id, NightState.COMPLETE, AT)
    assert opened(book, tmp_path, hours=2).id == first.id


def test_yesterdays_night_is_resumed_only_if_asked_for(book: SqlHistory, tmp_path: Path) -> None:
    """Tonight is another one, and says so."""
    first = opened(book, tmp_path)
    tonight = opened(book, tmp_path, hours=24)
    assert not tonight.resumed
    assert f"night {first.id} is not finished" in tonight.note


def test_an_old_night_goes_on_when_asked_for(book: SqlHistory, tmp_path: Path) -> None:
    """By --resume; --new begins one, come what may."""
    first = opened(book, tmp_path)
    assert opened(book, tmp_path, Resume.ALWAYS, hours=24).id == first.id
    assert opened(book, tmp_path, Resume.NEVER, hours=25).id != first.id


def test_a_night_whose_process_is_gone_is_told_as_interrupted(
    book: SqlHistory, tmp_path: Path
) -> None:
    """One that runs elsewhere, or runs still, stays as it is."""
    (tmp_path / ".nightly-killed.lock").touch()
    killed = book.begin_night("night", "killed", [], AT)
    elsewhere = book.begin_night("night", "elsewhere", [], AT)
    running = book.begin_night("night", "running", [], AT)
    with the_only_one(tmp_path, "running"):
        opened(book, tmp_path)
    states = [book.night(one).state for one in (killed, elsewhere, running)]
    assert states == [NightState.INTERRUPTED, NightState.RUNNING, NightState.RUNNING]


def test_two_processes_do_not_run_one_night(tmp_path: Path) -> None:
    """The second is told which file tells so."""
    with (
        the_only_one(tmp_path / "runs", "d"),
        pytest.raises(UsageError, match=r"runs already: another process holds .*nightly-d\.lock"),
        the_only_one(tmp_path / "runs", "d"),
    ):
        pass
    with the_only_one(tmp_path / "runs", "d"):
        pass


def test_what_a_night_could_not_tell_is_told_to_the_next_process(tmp_path: Path) -> None:
    """Of the same cells."""
    cut_off = CutOff("night", {0: AT})
    with the_only_one(tmp_path, "d") as aside:
        aside.note(cut_off)
    with the_only_one(tmp_path, "e") as other, the_only_one(tmp_path, "d") as aside:
        assert (other.cut_off(), aside.cut_off()) == (None, cut_off)


def test_a_place_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    """Before anything runs."""
    (tmp_path / "file").touch()
    with (
        pytest.raises(StoreError, match="file is a file, not a folder"),
        the_only_one(tmp_path / "file", "d"),
    ):
        pass
