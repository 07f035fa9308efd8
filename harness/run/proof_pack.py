# SPDX-License-Identifier: GPL-2.0-or-later
"""What `hil prove windows` found, in one file that can be sent: no key, no password, no names.

Files that hold keys of the test network stay here; the names of this machine, its user and its
folders are replaced in all others; and a file in which a secret is found is left out.
"""

from __future__ import annotations

import getpass
import json
import platform
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from html import unescape
from pathlib import Path

from harness.run.fingerprint import evidence_files
from harness.run.proof import Proof

LOGS = ("serial.log", "qemu-stderr.log", "qmp.jsonl")
LARGEST = 32 << 20
"""Bytes of one file, beyond which it stays here."""
KEYS = (b"PRIVATE KEY-----",)


def pack(proof: Proof, target: Path) -> list[str]:
    """Write the file; what was left out of it, with the reason."""
    left_out: list[str] = []
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, path in _files(proof):
            if path.stat().st_size > LARGEST:
                left_out.append(f"{name}: larger than {LARGEST >> 20} MiB")
                continue
            content = path.read_bytes()
            if holds_a_secret(content, proof.secrets):
                left_out.append(f"{name}: holds a secret")
                continue
            packed.writestr(name, without_names(content))
        hidden = {"seen": "left out: it holds a secret"}
        told = {
            "rehearsal": proof.rehearsal,
            "steps": [
                asdict(one) | (hidden if holds_a_secret(one.seen.encode(), proof.secrets) else {})
                for one in proof.steps
            ],
            "left_out": left_out,
        }
        packed.writestr("proof.json", without_names(json.dumps(told, indent=1).encode()))
    return left_out


def holds_a_secret(content: bytes, secrets: Iterable[bytes]) -> bool:
    """Whether one of them, or a private key, is in it as any of the guest's files may have it: as
    UTF-16, too, and as JSON or XML, be it within XML once more (a profile in an event)."""
    text = content.replace(b"\0", b"").decode(errors="replace")
    forms = (text, unescape(text), unescape(unescape(text)))
    plain = [one.decode(errors="replace") for one in (*secrets, *KEYS)]
    return any(
        spelt in form for one in plain for spelt in (one, json.dumps(one)[1:-1]) for form in forms
    )


def without_names(content: bytes) -> bytes:
    """The content without this machine's name, its user's and its home folder."""
    for name, instead in ((str(Path.home()), "~"), (platform.node(), "HOST"), (_user(), "USER")):
        if len(name) > 3:  # shorter ones are parts of other words
            content = content.replace(name.encode(), instead.encode())
    return content


def _user() -> str:
    try:
        found = getpass.getuser()
    except (KeyError, OSError):
        return ""
    return "" if found in ("root", "Administrator") else found


def _files(proof: Proof) -> Iterator[tuple[str, Path]]:
    """What may be sent, by its name in the file."""
    for log in LOGS:
        if (proof.folder / log).is_file():
            yield f"guest/{log}", proof.folder / log
    for run in proof.runs:
        for one in evidence_files(run):
            if not one.secret:
                yield f"{run.name}/{one.path}", run / one.path
        for name in ("result.json", "report.html"):
            if (run / name).is_file():
                yield f"{run.name}/{name}", run / name
