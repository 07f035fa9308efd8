# SPDX-License-Identifier: GPL-2.0-or-later
"""Write cpio archives in the "newc" format, which the Linux kernel unpacks as initramfs.

Format: Documentation/driver-api/early-userspace/buffer-format.rst of the Linux source. Archives are
reproducible: entries in the order given, time stamps zero, owner root, inode numbers counted.
"""

from __future__ import annotations

import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

_TRAILER = "TRAILER!!!"


@dataclass(frozen=True)
class Entry:
    """One file, directory, symbolic link or character device of an archive.

    ``path`` has no leading slash; ``mode`` carries type and permissions (``stat.S_IFREG | 0o644``);
    ``data`` is the content of a file or the target of a link; ``device`` the numbers of a node.
    """

    path: str
    mode: int
    data: bytes = b""
    device: tuple[int, int] = (0, 0)


def file(path: str, data: bytes, *, executable: bool = False, mode: int | None = None) -> Entry:
    """Return a regular file; ``mode`` (permissions only) wins over ``executable``."""
    permissions = mode if mode is not None else (0o755 if executable else 0o644)
    return Entry(path, stat.S_IFREG | permissions, data)


def directory(path: str, mode: int = 0o755) -> Entry:
    """Return a directory."""
    return Entry(path, stat.S_IFDIR | mode)


def link(path: str, target: str) -> Entry:
    """Return a symbolic link."""
    return Entry(path, stat.S_IFLNK | 0o777, target.encode())


def character_device(path: str, major: int, minor: int, mode: int = 0o600) -> Entry:
    """Return a character device node."""
    return Entry(path, stat.S_IFCHR | mode, device=(major, minor))


def with_parents(entries: Iterable[Entry]) -> Iterator[Entry]:
    """Yield the entries, each preceded by those of its parent directories not seen before."""
    seen: set[str] = set()
    for entry in entries:
        for parent in reversed(PurePosixPath(entry.path).parents):
            name = str(parent)
            if name != "." and name not in seen:
                seen.add(name)
                yield directory(name)
        if stat.S_ISDIR(entry.mode):
            if entry.path in seen:
                continue
            seen.add(entry.path)
        yield entry


def archive(entries: Iterable[Entry]) -> bytes:
    """Return the archive of these entries (in this order) with its trailer, padded to 512 bytes.

    Raises ValueError for an absolute path, one that climbs (``..``) or one named twice.
    """
    parts: list[bytes] = []
    names: set[str] = set()
    for inode, entry in enumerate(entries, start=1):
        _check(entry.path, names)
        parts.append(_encode(inode, entry))
    parts.append(_encode(0, Entry(_TRAILER, 0)))
    whole = b"".join(parts)
    return whole + bytes(-len(whole) % 512)


def _check(path: str, names: set[str]) -> None:
    if path.startswith("/") or ".." in PurePosixPath(path).parts or not path:
        raise ValueError(f"not a path inside an archive: {path!r}")
    if path in names:
        raise ValueError(f"in the archive twice: {path!r}")
    names.add(path)


def _encode(inode: int, entry: Entry) -> bytes:
    name = entry.path.encode() + b"\0"
    links = 2 if stat.S_ISDIR(entry.mode) else 1
    fields = (
        inode, entry.mode, 0, 0, links, 0, len(entry.data), 0, 0,
        entry.device[0], entry.device[1], len(name), 0,
    )  # fmt: skip
    header = b"070701" + b"".join(b"%08X" % field for field in fields)
    head = header + name
    head += bytes(-len(head) % 4)
    return head + entry.data + bytes(-len(entry.data) % 4)
