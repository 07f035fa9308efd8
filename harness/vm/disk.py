# SPDX-License-Identifier: GPL-2.0-or-later
"""Disks and other large files of a machine: overlays that take what is written, and copies."""

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


def copy_sparse(source: Path, target: Path) -> Path:
    """A copy at `target` in which what is zero takes no room; by reference where that can be."""
    argv = ["cp", "--sparse=always", "--reflink=auto", "--preserve=mode"]
    done = programs.run([*argv, str(source), str(target)])
    if done.returncode != 0:
        raise LabFault(f"copy of {source.name}", 0, done.stderr.strip())
    return target
