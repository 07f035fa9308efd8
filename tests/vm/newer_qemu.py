# SPDX-License-Identifier: GPL-2.0-or-later
"""QEMU of Debian's backports, in a folder of the cache: nothing of it is installed.

Debian's packages are fetched and unpacked as the guest's are, and run with the libraries they
came with, whatever this machine has.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from harness.errors import HarnessError
from harness.guests.reference.images import REFERENCE
from harness.local import programs
from harness.local.cache import digest, entry
from harness.vm.argv import BINARY

sys.path.append(str(REFERENCE))
from imagebuild import build_mode

SUITE: Final = "trixie"
MIRROR: Final = "http://deb.debian.org/debian"
ROOM: Final = 1 << 30
DATA: Final = ("usr/share/qemu", "usr/share/seabios")
START: Final = """#!/bin/sh
here={here}
exec "$here/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2" \\
  --library-path "$here/usr/lib/x86_64-linux-gnu" "$here/usr/bin/{binary}" {data} "$@"
"""


def newer_qemu(cache: Path) -> Path:
    """The folder with a `qemu-system-x86_64` to be put first on PATH; raises `HarnessError`."""
    argv = _argv()
    key = digest(*argv, START)
    place = entry(cache, "qemu", key, lambda folder: _make(folder, argv), room=ROOM)
    return place / "bin"


def _argv() -> Sequence[str]:
    return (
        "mmdebstrap", "--variant=extract", "--format=tar", "--include=qemu-system-x86",
        f'--aptopt=APT::Default-Release "{SUITE}-backports"',
        '--aptopt=Acquire::Languages "none"', '--aptopt=APT::Install-Recommends "false"',
        SUITE, "-", f"deb {MIRROR} {SUITE} main", f"deb {MIRROR} {SUITE}-backports main",
    )  # fmt: skip


def _make(folder: Path, argv: Sequence[str]) -> None:
    archive = folder / "tree.tar"
    command = [f"--mode={build_mode()}" if one == "--format=tar" else one for one in argv]
    command[command.index("-")] = str(archive)
    done = programs.run(command)
    if done.returncode:
        raise HarnessError(
            f"fetching QEMU of {SUITE}-backports failed: {done.stderr.strip()[-400:]}",
            hint=f"{MIRROR} must be reached: check the network, and apt's proxy (http_proxy)",
        )
    tree = folder / "tree"
    tree.mkdir()
    unpack = ["tar", "-xf", str(archive), "-C", str(tree), "--no-same-owner", "--exclude=./dev"]
    done = programs.run(unpack)
    if done.returncode:
        raise HarnessError(f"unpacking QEMU failed: {done.stderr.strip()[-400:]}")
    archive.unlink()
    for unused in ("usr/share/doc", "usr/share/locale", "usr/share/man"):
        shutil.rmtree(tree / unused, ignore_errors=True)
    start = folder / "bin" / BINARY
    start.parent.mkdir()
    data = " ".join(f'-L "$here/{one}"' for one in DATA)
    # the entry is moved to its place when it is whole
    start.write_text(START.format(here='"$(dirname "$0")/../tree"', binary=BINARY, data=data))
    start.chmod(0o755)
