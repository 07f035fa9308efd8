# SPDX-License-Identifier: GPL-2.0-or-later
"""A night is begun, or one that did not come to its end is resumed."""

from __future__ import annotations

import contextlib
import fcntl
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum, auto
from pathlib import Path
from typing import Final, final

from harness.errors import StoreError, UsageError
from harness.history.model import NightState
from harness.local.folders import trouble
from harness.nightly.aside import Aside
from harness.nightly.ledger import Book
from harness.nightly.matrix import PlannedCell

RESUMED_FOR: Final = timedelta(hours=18)
"""A night that began longer ago is not resumed unless it is asked for: tonight is another one."""

LOOKED_AT: Final = 20
"""Nights among which the one to resume is looked for."""

UNFINISHED: Final = (NightState.RUNNING, NightState.INTERRUPTED)


class Resume(Enum):
    """Whether a night that is not finished goes on."""

    IF_THERE = auto()
    ALWAYS = auto()
    NEVER = auto()


@final
@dataclass(frozen=True, slots=True)
class OpenNight:
    """A night that runs from now on."""

    id: str
    resumed: bool
    note: str = ""
    """What a person should know of how it was come by."""


@contextlib.contextmanager
def the_only_one(runs: Path, digest: str) -> Iterator[Aside]:
    """While this lasts no other process on this machine runs a night of the same digest.

    The lock goes with the process, however it ends. Raises `UsageError` if there is another.
    """
    path = _lock(runs, digest)
    with contextlib.ExitStack() as stack:
        with _kept_there(runs):
            runs.mkdir(parents=True, exist_ok=True)
            path.touch()
            lock = stack.enter_context(path.open("r+b"))
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UsageError(
                f"this night runs already: another process holds {path}",
                hint="wait for it, or end it; its night can be resumed then",
            ) from None
        with _kept_there(runs):
            aside = Aside(lock)
        yield aside


@contextlib.contextmanager
def _kept_there(runs: Path) -> Iterator[None]:
    """What the disk does not take is told with another place."""
    try:
        yield
    except OSError as error:
        raise StoreError(
            f"cannot keep a night in {runs}: {trouble(runs, error)}",
            hint="choose another place for runs ([store] runs in lab.toml)",
        ) from error


def open_night(
    book: Book,
    name: str,
    digest: str,
    cells: Sequence[PlannedCell],
    resume: Resume,
    runs: Path,
    at: datetime | None = None,
) -> OpenNight:
    """Begin a night, or go on with the last one of this digest if it is not finished.

    `the_only_one` must hold. Raises `UsageError` where a night is to be resumed and there is none.
    """
    at = at or datetime.now(UTC)
    nights = book.nights(last=LOOKED_AT, plan=name)
    for night in nights:
        if night.state is NightState.RUNNING and _is_gone(runs, night.plan_digest, digest):
            book.end_night(night.id, NightState.INTERRUPTED, at)
    same = next((one for one in reversed(nights) if one.plan_digest == digest), None)
    left = same if same is not None and same.state in UNFINISHED else None
    old = left is not None and at - left.started_at > RESUMED_FOR
    if left is not None and (resume is Resume.ALWAYS or (resume is Resume.IF_THERE and not old)):
        book.end_night(left.id, NightState.RUNNING, at)
        return OpenNight(left.id, resumed=True)
    if resume is Resume.ALWAYS:
        raise UsageError(
            "--resume: no unfinished night of these cells, this build and this machine",
            hint="leave --resume out to begin one",
        )
    note = (
        f"night {left.id} is not finished, and stays so; --resume goes on with it" if left else ""
    )
    night_id = book.begin_night(name, digest, [(one.test, one.repetition) for one in cells], at)
    return OpenNight(night_id, resumed=False, note=note)


def _lock(runs: Path, digest: str) -> Path:
    return runs / f".nightly-{digest[:16]}.lock"


def _is_gone(runs: Path, digest: str, own: str) -> bool:
    """Whether the process that ran a night of `digest` on this machine has ended.

    Of a night of another machine nothing is known: there is no lock of it here.
    """
    if digest == own:
        return True
    try:
        with _lock(runs, digest).open("r") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
