# SPDX-License-Identifier: GPL-2.0-or-later
"""Disks: read-only bases and the overlays that take what a machine writes."""

from __future__ import annotations

from pathlib import Path

from harness.errors import LabFault
from harness.local import programs


def overlay(backing: Path, place: Path) -> Path:
    """A new qcow2 at `place` that keeps what is written, over the unchanged `backing`."""
    argv = ["qemu-img", "create", "-q", "-f", "qcow2", "-F", "qcow2", "-b"]
    done = programs.run([*argv, str(backing.resolve()), str(place)])
    if done.returncode != 0:
        raise LabFault("overlay disk of the guest", 0, done.stderr.strip())
    return place
