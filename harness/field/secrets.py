# SPDX-License-Identifier: GPL-2.0-or-later
"""Keys for a capture, in the form that Wireshark keeps them: its table 80211_keys, or `air.keys`.

Source: wireshark.org, "How to Decrypt 802.11", and epan/uat.c for the quoting. Wireshark drops all
of a file with one bad line; here that line is the user's mistake, by its number. Blanks count.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from harness.errors import UsageError
from harness.local.folders import trouble

_PERCENT = re.compile(rb"%([0-9a-fA-F]{2})")
_MOST_BYTES: Final = 1 << 20
_PMK_BYTES: Final = (32, 48, 64)
HINT: Final = (
    'lines such as "wpa-pwd","passphrase:ssid" or "wpa-psk","<PMK in hex>" or "msk","<MSK in hex>"'
)


@dataclass(frozen=True, slots=True)
class Secrets:
    """What stations of a capture proved themselves with.

    Attributes:
        passphrases: with the SSID that each is for, None for any.
        pmks: of 32, 48 or 64 bytes.
        msks: of 64 bytes or more; by halves they are a PMK, or FT's first key.
    """

    passphrases: tuple[tuple[bytes, bytes | None], ...] = field(default=(), repr=False)
    pmks: tuple[bytes, ...] = field(default=(), repr=False)
    msks: tuple[bytes, ...] = field(default=(), repr=False)

    def __bool__(self) -> bool:
        return bool(self.passphrases or self.pmks or self.msks)


def read_secrets(path: Path) -> Secrets:
    """The keys of a file; a raw TK or WEP key in it is of no use here. Raises `UsageError`."""
    try:
        with path.open("rb") as file:
            content = file.read(_MOST_BYTES)
    except OSError as error:
        raise UsageError(f"--keys {path}: {trouble(path, error)}", hint=HINT) from None
    passphrases: list[tuple[bytes, bytes | None]] = []
    pmks: list[bytes] = []
    msks: list[bytes] = []
    for number, line in enumerate(content.decode("utf-8", "surrogateescape").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        row = next(csv.reader([line]), [])
        if len(row) != 2 or row[0] not in ("wpa-pwd", "wpa-psk", "msk", "tk", "wep"):
            raise UsageError(f"{path}, line {number}: is no key", hint=HINT)
        kind, value = row
        if kind == "wpa-pwd":
            passphrases.append(_passphrase(value))
        elif kind in ("wpa-psk", "msk"):
            (pmks if kind == "wpa-psk" else msks).append(_key(path, number, kind, value))
    return Secrets(tuple(passphrases), tuple(pmks), tuple(msks))


def _passphrase(value: str) -> tuple[bytes, bytes | None]:
    passphrase, colon, ssid = value.encode("utf-8", "surrogateescape").partition(b":")
    return _decoded(passphrase), _decoded(ssid) if colon and ssid else None


def _decoded(text: bytes) -> bytes:
    """Percent-encoding, which blanks, colons and quotes need."""
    return _PERCENT.sub(lambda found: bytes((int(found[1], 16),)), text)


def _key(path: Path, number: int, kind: str, value: str) -> bytes:
    try:
        key = bytes.fromhex(value)
    except ValueError:
        key = b""
    if not (len(key) in _PMK_BYTES if kind == "wpa-psk" else 64 <= len(key) <= 128):
        sizes = "32, 48 or 64" if kind == "wpa-psk" else "64 to 128"
        raise UsageError(
            f"{path}, line {number}: {kind} takes {sizes} bytes in hexadecimal", hint=HINT
        )
    return key
