# SPDX-License-Identifier: GPL-2.0-or-later
"""Disks: read-only bases and the overlays that take what a machine writes."""

from __future__ import annotations

import subprocess
from pathlib import Path

from harness.errors import LabFault


def overlay(backing: Path, place: Path) -> Path:
    """A new qcow2 at `place` that keeps what is written, over the unchanged `backing`."""
    argv = ["qemu-img", "create", "-q", "-f", "qcow2", "-F", "qcow2", "-b"]
    done = subprocess.run(
        [*argv, str(backing.resolve()), str(place)], capture_output=True, check=False
    )
    if done.returncode != 0:
        said = done.stderr.decode("utf-8", "replace").strip()
        raise LabFault("overlay disk of the guest", 0, said)
    return place
