# SPDX-License-Identifier: GPL-2.0-or-later
"""What a base disk is made of, its key, and the mmdebstrap command line (all pure)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

SUITE = "trixie"
"""The Debian release. No mirror is named: mmdebstrap's own default and the host's keyring apply."""
ARTIFACTS = "hil-artifacts"
"""Folder that the hook leaves at the top of the tree; the only thing that is kept of it."""
Mode = Literal["root", "unshare"]


@dataclass(frozen=True)
class Recipe:
    """Everything that shapes a base disk: Debian packages, dpkg path filters, the hook's text."""

    packages: tuple[str, ...]
    dpkg_options: tuple[str, ...]
    hook: str

    @property
    def key(self) -> str:
        """Hash (64 hex digits) over all inputs: equal keys mean an equally made disk."""
        argv = mmdebstrap_argv(self, "root", Path("out"), None)
        return hashlib.sha256("\0".join(argv).encode()).hexdigest()


def load_recipe(folder: Path) -> Recipe:
    """Read packages.txt, prune.conf and customize.sh of this folder; raises OSError."""
    return Recipe(
        packages=_lines((folder / "packages.txt").read_text()),
        dpkg_options=_lines((folder / "prune.conf").read_text()),
        hook=(folder / "customize.sh").read_text(),
    )


def _lines(text: str) -> tuple[str, ...]:
    bare = (line.partition("#")[0].strip() for line in text.splitlines())
    return tuple(line for line in bare if line)


def mmdebstrap_argv(recipe: Recipe, mode: Mode, out: Path, deb_cache: Path | None) -> list[str]:
    """Return the command that builds the tree and copies its artifacts into ``out``.

    The hook goes in as text, not as a path: in unshare mode it runs as a user that cannot read the
    builder's home. Format null: the tree itself is thrown away, the hook has made the disk.
    """
    archives = "/var/cache/apt/archives"
    into = [
        '--setup-hook=mkdir -p "$1/var/cache/apt/archives"',
        f"--setup-hook=sync-in {deb_cache} {archives}",
        "--skip=essential/unlink",
    ]
    back = [f"--customize-hook=sync-out {archives} {deb_cache}"]
    return [
        "mmdebstrap",
        "--verbose",
        f"--mode={mode}",
        "--variant=essential",
        "--format=null",
        f"--include={','.join(recipe.packages)}",
        *(f"--dpkgopt={option}" for option in recipe.dpkg_options),
        '--aptopt=Acquire::Languages "none"',
        '--aptopt=APT::Install-Recommends "false"',
        *(into if deb_cache else ()),
        *(back if deb_cache else ()),
        f"--customize-hook={recipe.hook}",
        f"--customize-hook=copy-out /{ARTIFACTS} {out}",
        SUITE,
        "/dev/null",
    ]
