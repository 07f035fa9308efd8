#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Build the reference guest from the command line.

    build.py --out DIR [--cache DIR] [--host-key FILE --ssh-key-pub FILE] [--pe NAME=FILE ...]

DIR gets the base disk (``base/``: disk.qcow2, vmlinuz) unless it is there already, and, when keys
are given, ``initrd.img``.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from imagebuild import (
    BaseImage,
    ImageBuildError,
    Payload,
    Progress,
    build_base,
    build_payload,
    host_problems,
    load_recipe,
)

HERE = Path(__file__).resolve().parent


def show(progress: Progress) -> None:
    """Print one line of progress."""
    print(f"{progress.fraction:6.1%}  {progress.stage}", file=sys.stderr)


def parse_arguments(argv: list[str] | None) -> argparse.Namespace:
    """Return the parsed command line."""
    parser = argparse.ArgumentParser(description="Build the reference guest's disk and initramfs.")
    parser.add_argument("--out", type=Path, required=True, help="folder for the results")
    parser.add_argument("--cache", type=Path, help="folder that keeps downloaded packages")
    parser.add_argument("--host-key", type=Path, help="the guest's SSH host key (ed25519, private)")
    parser.add_argument("--ssh-key-pub", type=Path, help="the public key that may log in")
    parser.add_argument("--pe", action="append", default=[], metavar="NAME=FILE",
                        help="ihvhost.exe, wlanapi.dll or sample.dll")  # fmt: skip
    arguments = parser.parse_args(argv)
    if (arguments.host_key is None) != (arguments.ssh_key_pub is None):
        parser.error("--host-key and --ssh-key-pub go together")
    if any("=" not in item for item in arguments.pe):
        parser.error("--pe takes NAME=FILE")
    return arguments


def main(argv: list[str] | None = None) -> int:
    """Build what is missing; returns 0, or 1 with the reason on standard error."""
    arguments = parse_arguments(argv)
    base = BaseImage(arguments.out / "base")
    try:
        if not base.complete:
            problems = host_problems()
            for problem in problems:
                print(f"missing: {problem.need}; fix: {problem.fix}", file=sys.stderr)
            if problems:
                return 1
            recipe = load_recipe(HERE / "recipe")
            build_base(recipe, base.folder, deb_cache=arguments.cache, progress=show)
        if arguments.host_key is not None:
            payload = Payload(
                base=base.folder,
                host_key=arguments.host_key.read_bytes(),
                authorized_key=arguments.ssh_key_pub.read_text(),
                pe_files={
                    name: Path(path) for name, path in (p.split("=", 1) for p in arguments.pe)
                },
                packages=(HERE / "autoconfig", HERE.parent / "common" / "hil_common"),
            )
            build_payload(payload, HERE / "guest", arguments.out / "initrd.img")
    except (ImageBuildError, OSError, LookupError, ValueError) as error:
        print(f"build: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
