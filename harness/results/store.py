# SPDX-License-Identifier: GPL-2.0-or-later
"""The run directory ``runs/<UTC time>-<short id>/`` and the files a finished run leaves in it.

Files are written beside their final name and renamed into place, so a reader never sees half of
one. A disk that fills up must not cost the run its result: a reserve of one MiB is allocated when
the directory is made, and given back when ``result.json`` would not fit. What could not be kept is
named, both to the caller and in the result itself, which then says MISS.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import final

from harness.local.folders import trouble
from harness.results.assemble import rejudge
from harness.results.errors import StoreError
from harness.results.junit import junit_xml
from harness.results.model import LabFaultResult, RunResult

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

    def release_reserve(self) -> None:
        """Give the reserved disk space back; no error when that is already done."""
        with contextlib.suppress(OSError):
            self.file(_RESERVE).unlink()


@final
@dataclass(frozen=True)
class Lost:
    """A file that could not be written, and the system's reason."""

    name: str
    error: str


@final
@dataclass(frozen=True)
class Saved:
    """What ``save`` left behind: the result as stored, the names kept and the files lost."""

    result: RunResult
    kept: tuple[str, ...]
    lost: tuple[Lost, ...]


def create_run_directory(
    root: Path, now: datetime | None = None, *, reserve_bytes: int = RESERVE_BYTES
) -> RunDirectory:
    """Make a new, empty run directory below ``root``.

    Raises StoreError when it cannot be made or the disk has no room for the reserve.
    """
    stamp = (now or datetime.now(UTC)).astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    try:
        root.mkdir(parents=True, exist_ok=True)
        directory = RunDirectory(_make_unique(root, stamp))
    except OSError as error:
        raise StoreError(
            f"cannot make a run directory in {root}: {trouble(root, error)}",
            "choose another place for runs ([store] runs in lab.toml), or put this one right",
        ) from error
    _allocate_reserve(directory, reserve_bytes)
    return directory


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
            "free some disk space there",
        ) from error


def _point_latest(directory: RunDirectory) -> None:
    """Point ``latest`` beside the run at it, in one step; a convenience: a failure is no error."""
    root = directory.path.parent
    link = root / f".latest-{directory.run_id}"
    try:
        link.symlink_to(directory.run_id, target_is_directory=True)
        link.replace(root / "latest")
    except OSError:
        with contextlib.suppress(OSError):
            link.unlink()


def write_atomic(path: Path, text: str) -> None:
    """Write a UTF-8 file so that ``path`` holds either the old content or all of the new.

    Raises OSError; the temporary file is then gone and ``path`` untouched.
    """
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace") as file:
            os.fchmod(file.fileno(), 0o644)
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise


Pages = Mapping[str, Callable[[RunResult], str]]
"""Further documents by file name, each with what makes its text from the final result."""


def save(directory: RunDirectory, result: RunResult, pages: Pages | None = None) -> Saved:
    """Write result.json, junit.xml, repro.txt and the pages; ``latest`` names the run from now on.

    Never raises OSError. If a file does not fit, the reserve is given back and all are written
    again, with a lab fault that names what was lost first; the result then says MISS.
    """
    kept, lost = _write_all(directory, result, pages or {})
    if lost:
        directory.release_reserve()
        result = rejudge(result, _lost_fault(directory, lost))
        kept, lost = _write_all(directory, result, pages or {})
    directory.release_reserve()
    if "result.json" in kept:  # half a run is nobody's latest
        _point_latest(directory)
    return Saved(result, kept, lost)


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
        "result.json": result.to_json,
        "repro.txt": lambda: result.command + "\n",
        "junit.xml": lambda: junit_xml(result),
    }
    documents |= {name: partial(make, result) for name, make in pages.items()}
    kept: list[str] = []
    lost: list[Lost] = []
    for name, make in documents.items():
        try:
            write_atomic(directory.file(name), make())
            kept.append(name)
        except OSError as error:
            lost.append(Lost(name, error.strerror or str(error)))
    return tuple(kept), tuple(lost)
