# SPDX-License-Identifier: GPL-2.0-or-later
"""The seal on a finished run's evidence: what its files were, so that a change is seen later.

`seal.json` has the size and the SHA-256 of each file, and of the two that are judged a digest of
every line: with these a change is known line by line. A line that is as it was counts, wherever
it is now; one that is not as it was, or that was not there, does not. So what a damaged copy still
shows stays certain, and the rest is known to be missing.

This is no signature: who can rewrite the evidence can rewrite the seal. It finds accidents.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from harness.evidence.model import DamageKind, TraceDamage
from harness.evidence.sources.base import CAPTURE, EVENT_LOG, EVENTS, FURTHER_CAPTURES, TRACE
from harness.evidence.sources.crash_dumps import DUMPS, dump_files
from harness.local.files import write_atomic

SEAL: Final = "seal.json"
BY_LINE: Final = (TRACE, EVENTS)
WHOLE: Final = (
    CAPTURE, *FURTHER_CAPTURES, EVENT_LOG, "wlan.etl", "serial.log", "qmp.jsonl", "radius.log",
    "lab.toml",
)  # fmt: skip
_DUMP: Final = re.compile(rf"{DUMPS}/[^/\\]+\.dmp")
_DIGEST: Final = 6
_WRITTEN: Final = 8
"""Bytes of a line's digest, and characters of it in base64."""


@dataclass(frozen=True, slots=True)
class FileSeal:
    """What a file was when the run ended."""

    size: int
    sha256: str
    digests: tuple[str, ...] = ()


def seal(folder: Path) -> None:
    """Seal the evidence in a run directory; raises OSError."""
    dumps = [f"{DUMPS}/{path.name}" for path in dump_files(folder)]
    present = [name for name in (*BY_LINE, *WHOLE, *dumps) if (folder / name).is_file()]
    files = {name: _described(folder / name, by_line=name in BY_LINE) for name in present}
    write_atomic(folder / SEAL, json.dumps({"seal": 1, "files": files}, indent=1) + "\n")


def _described(path: Path, *, by_line: bool) -> dict[str, Any]:
    entry: dict[str, Any] = {"size": path.stat().st_size, "sha256": _sha256(path)}
    if by_line:
        digests = [_digest(line) for line in _lines(path.read_bytes())]
        entry |= {"lines": len(digests), "digests": "".join(digests)}
    return entry


def read_seal(folder: Path) -> dict[str, FileSeal] | None:
    """The seal of a run by file name; None if there is none, or none that can be read."""
    try:
        document = json.loads((folder / SEAL).read_bytes())
        return {str(name): _file_seal(one) for name, one in document["files"].items()}
    except (OSError, ValueError, RecursionError, KeyError, TypeError, AttributeError):
        return None


def _file_seal(entry: dict[str, Any]) -> FileSeal:
    digests, size, sha256 = entry.get("digests", ""), entry["size"], entry["sha256"]
    if not (isinstance(digests, str) and isinstance(sha256, str) and type(size) is int):
        raise ValueError(entry)
    places = range(0, len(digests), _WRITTEN)
    return FileSeal(size, sha256, tuple(digests[at : at + _WRITTEN] for at in places))


def unlike_seal(folder: Path, sealed: Mapping[str, FileSeal]) -> list[TraceDamage]:
    """Files beside those that are judged which are gone, or not what they were."""
    found = []
    for name, one in sealed.items():
        path = folder / name
        if name in BY_LINE or not (name in WHOLE or _DUMP.fullmatch(name)):
            continue
        if not path.is_file():
            found.append(f"{name} is not there any more")
        elif path.stat().st_size != one.size or _sha256(path) != one.sha256:
            found.append(f"{name} is not what it was when the run ended")
    return [TraceDamage(DamageKind.FILE_CHANGED, what) for what in found]


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def as_sealed(
    name: str, data: bytes, sealed: FileSeal | None
) -> tuple[bytes, tuple[TraceDamage, ...]]:
    """What of a file counts: the lines that are as they were, in their order; and what does not."""
    if sealed is None:
        return data, ()
    if len(data) == sealed.size and hashlib.sha256(data).hexdigest() == sealed.sha256:
        return data, ()
    places: dict[str, list[int]] = {}
    for place, digest in reversed(list(enumerate(sealed.digests))):
        places.setdefault(digest, []).append(place)
    kept: dict[int, bytes] = {}
    strange: list[int] = []
    for number, line in enumerate(_lines(data), 1):
        waiting = places.get(_digest(line))
        if waiting:
            kept[waiting.pop()] = line
        else:
            strange.append(number)
    lost = [place + 1 for place in range(len(sealed.digests)) if place not in kept]
    found = b"".join(kept[place] for place in sorted(kept))
    return found, tuple(_damage(name, lost, strange))


def _damage(name: str, lost: list[int], strange: list[int]) -> Iterable[TraceDamage]:
    """What became of the lines; with none lost and none strange their order was another."""
    if lost:
        what = f"{name}: {_counted(lost)} of what was sealed {_are(lost)} not there as written"
        yield TraceDamage(DamageKind.LINES_LOST, what, lost[0])
    if strange:
        what = f"{name}: {_counted(strange)} {_are(strange)} not what was sealed, and left out"
        yield TraceDamage(DamageKind.FILE_CHANGED, what, strange[0])
    if not lost and not strange:
        what = f"{name}: the lines are not in the order they were written in"
        yield TraceDamage(DamageKind.FILE_CHANGED, what)


def _counted(numbers: list[int]) -> str:
    if len(numbers) == 1:
        return f"line {numbers[0]}"
    return f"{len(numbers)} lines ({numbers[0]} to {numbers[-1]})"


def _are(numbers: list[int]) -> str:
    return "is" if len(numbers) == 1 else "are"


def _lines(data: bytes) -> list[bytes]:
    return data.splitlines(keepends=True)


def _digest(line: bytes) -> str:
    digest = hashlib.blake2b(line, digest_size=_DIGEST).digest()
    return base64.b64encode(digest).decode()
