# SPDX-License-Identifier: GPL-2.0-or-later
"""Sealed images in the cache: what each is, whether it is still what it was, and its end.

An image is a folder ``windows-NAME`` with the disk, the firmware's variables, the key that may log
in and ``image.json``, written last. No start writes to any of them.
"""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from harness.errors import UsageError
from harness.guests.windows.sealed import MANIFEST, PREFIX, SealedImage
from harness.guests.windows_image.given import sha256_of
from harness.naming import nearest

FORMAT: Final = 1
SEALED: Final = ("disk.qcow2", "variables.fd", "login", "login.pub", "host.pub", "password")
PRIVATE: Final = frozenset({"login", "password"})


@dataclass(frozen=True, slots=True)
class Image:
    """An image of the cache."""

    folder: Path
    manifest: dict[str, Any]

    @property
    def name(self) -> str:
        """As `[guest] image` in lab.toml has it."""
        return self.folder.name.removeprefix(PREFIX)

    @property
    def taken(self) -> int:
        """Bytes that it takes."""
        return sum(one.stat().st_blocks * 512 for one in self.folder.rglob("*") if one.is_file())

    def told(self) -> str:
        """One line on it."""
        windows = str(self.manifest.get("windows") or "image.json cannot be read")
        made = str(self.manifest.get("made") or "?")
        return f"{self.name}  {windows}  {self.taken / 2**30:.1f} GiB  made {made}"


def seal(folder: Path, about: dict[str, object]) -> None:
    """Close an image: its files read-only, what they are in ``image.json``.

    `about` is what a `SealedImage` has, and more that is told of it.
    """
    SealedImage.model_validate({"format": FORMAT, **about})
    files = {}
    for name in SEALED:
        path = folder / name
        path.chmod(0o400 if name in PRIVATE else 0o444)
        files[name] = {"bytes": path.stat().st_size, "sha256": sha256_of(path)}
    made = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    manifest = {"format": FORMAT, **about, "made": made, "files": files}
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")


def images(cache: Path) -> list[Image]:
    """The images of a cache, by name; one that was damaged is among them."""
    return [Image(one, _manifest(one)) for one in sorted(cache.glob(f"{PREFIX}*")) if one.is_dir()]


def image_named(cache: Path, name: str) -> Image:
    """The image of a name; raises `UsageError`."""
    found = {one.name: one for one in images(cache)}
    if name not in found:
        near = nearest(name, list(found))
        known = f"did you mean {near}?" if near else f"there is {', '.join(found) or 'none'}"
        raise UsageError(f"no Windows image {name!r} in {cache}", hint=known)
    return found[name]


def damage(image: Image) -> Iterator[str]:
    """What of an image is not as it was sealed, in words; nothing if all is."""
    files = image.manifest.get("files")
    if not isinstance(files, dict) or set(files) != set(SEALED):
        yield f"{MANIFEST} cannot be read, or does not name the files of an image"
        return
    for name, was in sorted(files.items()):
        path = image.folder / name
        if not path.is_file():
            yield f"{name} is gone"
        elif not isinstance(was, dict) or sha256_of(path) != was.get("sha256"):
            yield f"{name} is not what was sealed"
    firmware = Path(str(image.manifest.get("firmware")))
    if not firmware.is_file():
        yield f"the firmware it was installed with is gone: {firmware}"
    elif sha256_of(firmware) != image.manifest.get("firmware_sha256"):
        yield f"the firmware it was installed with has changed: {firmware}"


def remove(image: Image) -> None:
    """Remove an image for good. A machine that runs on an overlay of it keeps what it has open."""
    shutil.rmtree(image.folder)


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        found = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
