# SPDX-License-Identifier: GPL-2.0-or-later
"""Saved states where they are kept: whole or not used, held while in use, the oldest given up.

Each state is a folder of the cache with a `state.json`, written last, that says which state it is
and what its files were. Nothing writes to a state afterwards, so a file of another size or time is
one that was damaged, cut short or put there by somebody else. That what is in a file is still the
same takes longer to see (`ContentCheck`).
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from harness.errors import HarnessError, PeerGone
from harness.vm.content import content_digest

KINDS: Final = ("state", "prepared")
"""Entries of the cache that are saved states; a folder is named ``<kind>-<key>``."""

MANIFEST: Final = "state.json"

STATES_ROOM: Final = 4 << 30
"""Bytes that all saved states of a cache may take; one of the default guest takes 230 MB."""

FORGET_S: Final = 30 * 24 * 3600.0
"""How long it is remembered that a state was wanted."""


class NotRestored(PeerGone):
    """A saved state cannot be used: the guest can still be booted."""


def write_manifest(folder: Path, name: str, note: dict[str, object]) -> None:
    """Say in `folder` that it holds the state `name` (``<kind>-<key>``), whole by now.

    `note` is what its maker wants to know when the state is used.
    """
    files = _files(folder)
    content = {one: content_digest(folder / one) for one in files}
    told = {"state": name, "files": files, "content": content, "note": note}
    (folder / MANIFEST).write_text(json.dumps(told, indent=1))


def read_note(folder: Path) -> dict[str, object]:
    """What the maker of a state noted; raises `NotRestored` unless the state is whole."""
    try:
        told = json.loads((folder / MANIFEST).read_text())
        name, files, note = (told[key] for key in ("state", "files", "note"))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _unusable(folder, f"{MANIFEST}: {type(error).__name__}: {error}") from None
    if name != folder.name:
        raise _unusable(folder, f"it is {name!r} by its {MANIFEST}")
    now = _files(folder)
    changed = sorted(one for one in {*now, *files} if files.get(one) != now.get(one))
    if changed:
        raise _unusable(folder, f"{', '.join(changed)} changed since it was saved")
    if not isinstance(note, dict):
        raise _unusable(folder, f"no note in its {MANIFEST}")
    return note


class ContentCheck:
    """Compares the files of a state with what was saved, on a thread of its own.

    It begins when `after` has returned, or raised. Raises `NotRestored` for a state that does not
    say what was saved.
    """

    def __init__(self, folder: Path, *, after: Callable[[], object] = lambda: None) -> None:
        self._folder = folder
        self._after = after
        self._changed: list[str] = []
        try:
            content = json.loads((folder / MANIFEST).read_text())["content"]
            self._expected = {str(name): str(digest) for name, digest in content.items()}
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise _unusable(folder, f"{MANIFEST}: {type(error).__name__}: {error}") from None
        self._thread = threading.Thread(target=self._compare, name="saved state", daemon=True)
        self._thread.start()

    def finish(self) -> None:
        """Wait until all is compared; raises `NotRestored` if anything is not what was saved."""
        self._thread.join()
        if self._changed:
            raise _unusable(self._folder, f"{', '.join(self._changed)}: not what was saved")

    def _compare(self) -> None:
        with contextlib.suppress(HarnessError):  # for others to see
            self._after()
        for name, digest in self._expected.items():
            try:
                same = content_digest(self._folder / name) == digest
            except OSError:
                same = False
            if not same:
                self._changed.append(name)


@contextlib.contextmanager
def held(folder: Path) -> Iterator[None]:
    """Keep a state from being pruned; raises `NotRestored` if it has gone."""
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise _unusable(folder, error.strerror or str(error)) from None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        if not folder.exists():
            raise _unusable(folder, "it was pruned at this moment")
        yield
    finally:
        os.close(descriptor)


def discard(folder: Path) -> None:
    """Give a state up; who uses it goes on. A cache that is read-only keeps it."""
    away = folder.with_name(f".{folder.name}.{os.getpid()}")
    with contextlib.suppress(OSError):
        folder.rename(away)  # at once, so that nobody meets a half of it
        shutil.rmtree(away, ignore_errors=True)


def prune(cache: Path, room: int = STATES_ROOM) -> list[str]:
    """Give up the states used longest ago until the others take at most `room` bytes.

    Those in use stay. Returns the names of those that went.
    """
    gone, taken = [], 0
    for folder in _by_last_use(cache):
        taken += _bytes_of(folder)
        if taken > room and _not_in_use(folder):
            taken -= _bytes_of(folder)
            discard(folder)
            gone.append(folder.name)
    for mark in cache.glob("*.wanted"):
        with contextlib.suppress(OSError):
            if time.time() - mark.stat().st_mtime > FORGET_S:
                mark.unlink()
    return gone


def taken_by_states(cache: Path) -> tuple[int, int]:
    """How many saved states there are, and the bytes they take."""
    folders = _by_last_use(cache)
    return len(folders), sum(_bytes_of(folder) for folder in folders)


def wanted_before(cache: Path, name: str) -> bool:
    """Whether the state `name` was asked for before this time, which is noted for the next."""
    mark = cache / f"{name}.wanted"
    before = mark.exists()
    with contextlib.suppress(OSError):  # a read-only cache is fine
        mark.touch()
    return before


def _by_last_use(cache: Path) -> list[Path]:
    """The folders of all states, the one used last first."""
    found = []
    for folder in (one for kind in KINDS for one in cache.glob(f"{kind}-*")):
        with contextlib.suppress(OSError):  # it went just now
            if folder.is_dir():
                found.append((folder.stat().st_mtime, folder))
    return [folder for _, folder in sorted(found, reverse=True)]


def _bytes_of(folder: Path) -> int:
    with contextlib.suppress(OSError):
        return sum(path.stat().st_blocks * 512 for path in folder.iterdir())
    return 0


def _not_in_use(folder: Path) -> bool:
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        finally:
            os.close(descriptor)
    return False


def _files(folder: Path) -> dict[str, list[int]]:
    """Size and time of each file of a state but its manifest."""
    stats = {path.name: path.stat() for path in folder.iterdir() if path.name != MANIFEST}
    return {name: [stat.st_size, stat.st_mtime_ns] for name, stat in sorted(stats.items())}


def _unusable(folder: Path, why: str) -> NotRestored:
    return NotRestored(f"saved state {folder.name}", 0, why)
