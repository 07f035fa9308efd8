# SPDX-License-Identifier: GPL-2.0-or-later
"""The files that come with a vendor's DLL, and whether all that is imported can be found.

Companions are put beside the DLL in the guest, where Windows looks first for what a DLL imports
(LoadLibraryEx with LOAD_WITH_ALTERED_SEARCH_PATH); names are compared as Windows does, without
regard to case. Their names come from anywhere, so each is checked before it becomes a path.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from harness.errors import UsageError
from harness.guests.common import pe

MAX_FILES = 256
MAX_TOTAL = 512 << 20
MAX_NAME = 100
RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)
"""Names Windows gives to devices, in any folder and with any ending."""
FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f]')
API_SETS = ("api-ms-win-", "ext-ms-")
"""How the names of API sets begin, which the loader maps to DLLs of the system."""

REDISTRIBUTABLE = re.compile(
    r"((vcruntime|msvc[pr]|concrt|vccorlib|vcomp|vcamp|mfc|atl)(7\d|80|90|1\d\d)[a-z0-9_]*"
    r"|msvc[pr]\w*d|ucrtbased|msxml4r?|zlib1)\.dll"
)
"""What comes with Visual C++ and the like and not with Windows: Wine has much of it built in."""
WINDOWS_OWN = {"msvcp110_win.dll"}
"""What looks like it, and does come with Windows."""


@dataclass(frozen=True, slots=True)
class Companion:
    """One file that comes with the DLL. `name` is its place below the DLL's folder, with `/`."""

    path: Path
    name: str
    sha256: str
    image: pe.Image | None = field(default=None, repr=False, compare=False)
    """Its headers, if it is a PE file."""


def collect(paths: Sequence[Path], dll: Path) -> tuple[Companion, ...]:
    """The companions at `paths` (files, or folders with all they hold) for the DLL at `dll`.

    Raises `UsageError` naming the file that cannot be taken, and why.
    """
    found: dict[str, Companion] = {}
    total = 0
    for path, name in _files(paths):
        data = _read(path)
        total += len(data)
        if len(found) >= MAX_FILES or total > MAX_TOTAL:
            raise UsageError(
                f"more than {MAX_FILES} files, or than {MAX_TOTAL >> 20} MiB",
                hint="give only what the DLL needs",
            )
        one = Companion(path, name, hashlib.sha256(data).hexdigest(), _image(data))
        other = found.get(name.lower())
        if other is not None and other.sha256 != one.sha256:
            raise UsageError(
                f"{other.path} and {path} have the same name for Windows and differ",
                hint="give one of them",
            )
        if name.lower() == dll.name.lower():
            if one.sha256 != hashlib.sha256(_read(dll)).hexdigest():
                raise UsageError(f"{path}: has the name of {dll}, and differs from it")
            continue
        found[name.lower()] = one
    return tuple(found[name] for name in sorted(found))


def safe_name(name: str) -> str:
    """Why `name` cannot be the name of a file in the guest; empty if it can."""
    if not name.isascii() or not name.isprintable():
        return "a character outside printable ASCII"
    if FORBIDDEN.search(name):
        return "a character that Windows does not allow in names"
    if name in (".", "..") or name.endswith((".", " ")) or name.startswith(" "):
        return "a dot or blank at its end"
    if RESERVED.fullmatch(name):
        return "the name of a device"
    return "" if len(name) <= MAX_NAME else f"more than {MAX_NAME} characters"


def unresolved(
    name: str, image: pe.Image, companions: Sequence[Companion], system: Callable[[str], bool]
) -> list[str]:
    """What the loader would not find for `image`, called `name`: a line each, with its fix.

    `system` knows the DLLs of the guest's system folder, by lower-case name.
    """
    beside = {one.name.lower(): one for one in companions if "/" not in one.name}
    todo, seen = [(name, image)], {name.lower()}
    lines: list[str] = []
    while todo:
        who, of = todo.pop(0)
        for dll, wanted in sorted(of.imports.items()):
            found = beside.get(dll)
            if found is not None:
                lines += _lacking(who, found, wanted)
                if found.image is not None and dll not in seen:
                    todo.append((found.name, found.image))
            elif not system(dll):
                lines.append(f"{who} imports {dll} ({_some(wanted)}), which is not there")
            seen.add(dll)
    return lines


def redistributables(image: pe.Image, companions: Sequence[Companion]) -> list[str]:
    """What a DLL or a companion imports that neither lies beside it nor comes with Windows."""
    beside = {one.name.lower() for one in companions}
    images = [image, *(one.image for one in companions if one.image is not None)]
    wanted = {dll for one in images for dll in (*one.imports, *one.delayed)} - beside
    return sorted(dll for dll in wanted - WINDOWS_OWN if REDISTRIBUTABLE.fullmatch(dll))


def in_system(dlls: frozenset[str]) -> Callable[[str], bool]:
    """Whether a DLL is one of `dlls`, or an API set."""
    return lambda name: name in dlls or name.startswith(API_SETS)


def _lacking(who: str, found: Companion, wanted: tuple[str | int, ...]) -> Iterator[str]:
    image = found.image
    if image is None:
        yield f"{who} imports {found.name}, and {found.path} is not a Windows PE file"
    elif image.machine != pe.AMD64:
        yield f"{who} imports {found.name}, and {found.path} is {image.machine_name}"
    else:
        missing = tuple(
            one
            for one in wanted
            if (one not in image.exports if isinstance(one, str) else one not in image.ordinals)
        )
        if missing:
            yield f"{who} imports {_some(missing)} of {found.name}, which does not export that"


def _some(names: tuple[str | int, ...]) -> str:
    shown = [name if isinstance(name, str) else f"number {name}" for name in names[:3]]
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return (", ".join(shown) or "nothing by name") + more


def _files(paths: Sequence[Path]) -> Iterator[tuple[Path, str]]:
    """Every file with its name below the DLL's folder."""
    for path in paths:
        if path.is_dir():
            yield from _below(path)
        elif path.is_file():
            yield path, _checked(path, path.name)
        else:
            raise UsageError(
                f"{path}: no such file or folder",
                hint="give a file, or a folder that holds files, that your DLL needs",
            )


def _below(folder: Path) -> Iterator[tuple[Path, str]]:
    for here, folders, files in os.walk(folder):
        folders.sort()
        for name in [*folders, *sorted(files)]:
            path = Path(here) / name
            if path.is_symlink() or not (path.is_dir() or path.is_file()):
                raise UsageError(
                    f"{folder}: {path} is a link or no plain file",
                    hint="give the files themselves, or a folder that holds them",
                )
            _checked(path, name)
        for name in sorted(files):
            path = Path(here) / name
            yield path, path.relative_to(folder).as_posix()


def _checked(path: Path, name: str) -> str:
    wrong = safe_name(name)
    if wrong:
        raise UsageError(f"{path}: its name has {wrong}", hint="rename it")
    return name


def _read(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_TOTAL:
            raise UsageError(f"{path}: larger than {MAX_TOTAL >> 20} MiB")
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from None


def _image(data: bytes) -> pe.Image | None:
    try:
        return pe.read(data) if data[:2] == b"MZ" else None
    except pe.NotPe:
        return None


def hashes(companions: Sequence[Companion]) -> Mapping[str, str]:
    """SHA-256 of each companion, by its name."""
    return {one.name: one.sha256 for one in companions}
