# SPDX-License-Identifier: GPL-2.0-or-later
"""What `hil prove windows` found, in one file that can be sent: no key, no password, no names.

Files that hold keys of the test network stay here; the names of this machine, its user and its
folders are replaced in all others; and a file in which a secret is found after that is left out.
"""

from __future__ import annotations

import getpass
import json
import platform
import zipfile
from collections.abc import Iterator
from dataclasses import asdict
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
            content = without_names(path.read_bytes())
            if any(secret in content for secret in (*proof.secrets, *KEYS)):
                left_out.append(f"{name}: holds a secret")
                continue
            packed.writestr(name, content)
        told = {
            "rehearsal": proof.rehearsal,
            "steps": [asdict(one) for one in proof.steps],
            "left_out": left_out,
        }
        packed.writestr("proof.json", without_names(json.dumps(told, indent=1).encode()))
    return left_out


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
