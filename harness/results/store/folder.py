# SPDX-License-Identifier: GPL-2.0-or-later
"""A store that is a folder: ``runs/<UTC time>-<short id>/`` holds all there is of a run.

Files are written beside their final name and renamed into place, so a reader never sees half of
one. A disk that fills up must not cost the run its result: a reserve of one MiB is allocated when
the directory is made, and given back when ``result.json`` would not fit.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import final

from harness.errors import StoreError
from harness.local.files import write_atomic
from harness.local.folders import trouble
from harness.results.assemble import rejudge
from harness.results.junit import junit_xml
from harness.results.model import LabFaultResult, RunResult
from harness.results.reading import load_result
from harness.results.store.base import Lost, Pages, Saved

RESULT = "result.json"
LATEST = "latest"
RESERVE_BYTES = 1 << 20
_RESERVE = ".reserve"
_NAME_ATTEMPTS = 16


@final
@dataclass(frozen=True)
class RunDirectory:
    """An existing run directory; ``run_id`` is its name."""

    path: Path

    @property
    def run_id(self) -> str:
        """The directory's name: UTC start time and a short random id."""
        return self.path.name

    def file(self, name: str) -> Path:
        """Return the path of a file in the directory."""
        return self.path / name

    def write(self, name: str, text: str) -> None:
        """See ``KeptRun.write``."""
        write_atomic(self.file(name), text)

    def save(self, result: RunResult, pages: Pages | None = None) -> Saved:
        """Write result.json, repro.txt, junit.xml and the pages; ``latest`` names it from now on.

        Never raises OSError. If a file does not fit, the reserve is given back and all are written
        again, with a lab fault that names what was lost first; the result then says MISS.
        """
        kept, lost = _write_all(self, result, pages or {})
        if lost:
            self.release_reserve()
            result = rejudge(result, _lost_fault(self, lost))
            kept, lost = _write_all(self, result, pages or {})
        self.release_reserve()
        if RESULT in kept:  # half a run is nobody's latest
            _point_latest(self)
        return Saved(result, kept, lost)

    def release_reserve(self) -> None:
        """Give the reserved disk space back; no error when that is already done."""
        with contextlib.suppress(OSError):
            self.file(_RESERVE).unlink()


@final
@dataclass(frozen=True)
class FolderStore:
    """The runs below one folder, which is made when it is needed."""

    root: Path
    reserve_bytes: int = RESERVE_BYTES

    def create(self, started_at: datetime) -> RunDirectory:
        """Make a new, empty run directory.

        Raises StoreError when it cannot be made or the disk has no room for the reserve.
        """
        stamp = started_at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            directory = RunDirectory(_make_unique(self.root, stamp))
        except OSError as error:
            raise StoreError(
                f"cannot make a run directory in {self.root}: {trouble(self.root, error)}",
                hint="choose another place for runs ([store] runs in lab.toml), "
                "or put this one right",
            ) from error
        _allocate_reserve(directory, self.reserve_bytes)
        return directory

    def run_ids(self) -> Iterator[str]:
        """See ``RunStore.run_ids``."""
        for file in sorted(self.root.glob(f"*/{RESULT}")):
            if file.parent.name != LATEST:
                yield file.parent.name

    def load(self, run_id: str) -> RunResult:
        """See ``RunStore.load``."""
        return load_result(self.evidence(run_id) / RESULT)

    def evidence(self, run_id: str) -> Path:
        """The directory of a run; raises ValueError for what is no id but leads elsewhere."""
        if run_id in ("", "..") or Path(run_id).name != run_id:
            raise ValueError(f"no id of a run: {run_id!r}")
        return self.root / run_id

    def remove(self, run_id: str) -> None:
        """See ``RunStore.remove``; a ``latest`` that named the run is gone too."""
        directory, link = self.evidence(run_id), self.root / LATEST
        if link.is_symlink() and link.readlink() == Path(run_id):
            link.unlink()
        with contextlib.suppress(FileNotFoundError):
            shutil.rmtree(directory)


def _make_unique(root: Path, stamp: str) -> Path:
    for _ in range(_NAME_ATTEMPTS):
        path = root / f"{stamp}-{secrets.token_hex(3)}"
        with contextlib.suppress(FileExistsError):
            path.mkdir()
            return path
    raise FileExistsError(17, f"{_NAME_ATTEMPTS} names tried, all taken")


def _allocate_reserve(directory: RunDirectory, size: int) -> None:
    try:
        with directory.file(_RESERVE).open("xb") as file:
            if size:
                os.posix_fallocate(file.fileno(), 0, size)
    except OSError as error:
        directory.release_reserve()
        with contextlib.suppress(OSError):
            directory.path.rmdir()
        raise StoreError(
            f"cannot reserve {size >> 10} KiB for the result in {directory.path.parent}: "
            f"{error.strerror}",
            hint="free some disk space there",
        ) from error


def _point_latest(directory: RunDirectory) -> None:
    """Point ``latest`` beside the run at it, in one step; a convenience: a failure is no error."""
    root = directory.path.parent
    link = root / f".latest-{directory.run_id}"
    try:
        link.symlink_to(directory.run_id, target_is_directory=True)
        link.replace(root / LATEST)
    except OSError:
        with contextlib.suppress(OSError):
            link.unlink()


def _lost_fault(directory: RunDirectory, lost: tuple[Lost, ...]) -> LabFaultResult:
    names = ", ".join(item.name for item in lost)
    return LabFaultResult(
        message=f"could not write {names}: {lost[0].error}",
        awaited=f"room for {names} in {directory.path}",
        last_state=lost[0].error,
        hint="free disk space and run again",
    )


def _write_all(
    directory: RunDirectory, result: RunResult, pages: Pages
) -> tuple[tuple[str, ...], tuple[Lost, ...]]:
    """Write the files, the most important first; each one that fails is recorded, not raised."""
    documents: dict[str, Callable[[], str]] = {
        RESULT: result.to_json,
        "repro.txt": lambda: result.command + "\n",
        "junit.xml": lambda: junit_xml(result),
    }
    documents |= {name: partial(make, result) for name, make in pages.items()}
    kept: list[str] = []
    lost: list[Lost] = []
    for name, make in documents.items():
        try:
            directory.write(name, make())
            kept.append(name)
        except OSError as error:
            lost.append(Lost(name, error.strerror or str(error)))
    return tuple(kept), tuple(lost)
