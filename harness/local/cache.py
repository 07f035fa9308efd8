# SPDX-License-Identifier: GPL-2.0-or-later
"""Things built once: folders in a cache, named by a hash of what shaped them.

An entry is built in a folder beside its place and renamed into it, under a lock, so that it is
whole or absent, whatever is killed and however many runs want it at once.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from harness.errors import UsageError
from harness.local.folders import trouble
from harness.local.storage import NO_ROOM, DiskFull, is_disk_full, need_room, ran_full

UNUSABLE = frozenset(
    {errno.EACCES, errno.EPERM, errno.EROFS, errno.EEXIST, errno.ENOTDIR, errno.ELOOP}
)
"""What the operating system says of a cache that is somebody else's, read-only or no folder."""


def digest(*parts: bytes | str) -> str:
    """A short name for content: the first 16 hex digits of SHA-256 over the parts, each framed."""
    total = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        total.update(len(data).to_bytes(8, "big") + data)
    return total.hexdigest()[:16]


def digest_tree(*roots: Path) -> str:
    """`digest` over the names and contents of all files below `roots` that are sources."""
    parts: list[bytes | str] = []
    for root in roots:
        for path in sorted(p for p in root.rglob("*") if p.is_file()):
            if "__pycache__" not in path.parts:
                parts += [str(path.relative_to(root)), path.read_bytes()]
    return digest(*parts)


@contextlib.contextmanager
def usable(cache: Path) -> Iterator[None]:
    """Tell what of the operating system's errors in here says that the cache cannot be used."""
    try:
        cache.mkdir(parents=True, exist_ok=True)
        yield
    except OSError as error:
        if is_disk_full(error):
            raise DiskFull("writing to the cache", cache, NO_ROOM.lower()) from error
        if error.errno not in UNUSABLE:
            raise
        raise UsageError(
            f"the cache {cache} cannot be used: {trouble(cache, error)}",
            hint="make it yours, or take another: [store] cache in lab.toml, or XDG_CACHE_HOME",
        ) from error


def check_usable(cache: Path) -> None:
    """Raise `UsageError` for a cache that neither has what is needed nor can take it."""
    with usable(cache):
        writable = os.access(cache, os.W_OK | os.X_OK)
        if not writable and not any(cache.glob("initramfs-*")):
            read_only = os.statvfs(cache).f_flag & os.ST_RDONLY
            code = errno.EROFS if read_only else errno.EACCES
            raise OSError(code, os.strerror(code), str(cache))


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold an exclusive lock on the file `path`; the kernel drops it if we die."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def entry(
    cache: Path, kind: str, key: str, build: Callable[[Path], None], *, room: int = 0
) -> Path:
    """The folder ``<cache>/<kind>-<key>``, made by `build(folder)` if it is not there yet.

    Raises:
        DiskFull: `room` bytes are not free, or there was no room after all.
        UsageError: the cache cannot be used by this user.
    """
    with usable(cache):
        return _entry(cache, kind, key, build, room)


def _entry(cache: Path, kind: str, key: str, build: Callable[[Path], None], room: int) -> Path:
    place = cache / f"{kind}-{key}"
    if place.is_dir():
        _touch(place)
        return place
    with locked(cache / f"{kind}.lock"):
        if place.is_dir():  # another run built it while we waited
            return place
        for left in cache.glob(f".{kind}-*"):  # of a build that was killed; its lock is ours now
            shutil.rmtree(left, ignore_errors=True)
        need_room(f"making of {kind} in the cache", cache, room)
        work = Path(tempfile.mkdtemp(prefix=f".{kind}-{key}.", dir=cache))
        try:
            build(work)
            work.chmod(0o755)
            work.rename(place)
        except BaseException as error:
            if isinstance(error, Exception) and ran_full(error, work):
                raise DiskFull(f"making of {kind}", cache, NO_ROOM.lower()) from error
            raise
        finally:
            shutil.rmtree(work, ignore_errors=True)
    return place


def _touch(place: Path) -> None:
    with contextlib.suppress(OSError):  # a read-only cache is fine
        os.utime(place)
