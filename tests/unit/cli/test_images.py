# SPDX-License-Identifier: GPL-2.0-or-later
"""`hil image`: listed, verified and removed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.command import Command
from tests.unit.guests.windows_image.a_sealed_image import sealed_image


@pytest.fixture
def cache(hil: Command) -> Path:
    """A cache with a Windows image and a reference guest's disk."""
    place = hil.folder / "cache"
    (hil.folder / "lab.toml").write_text(f'[store]\ncache = "{place}"\n')
    sealed_image(place, "one")
    disk = place / "base-0123456789abcdef0123" / "image" / "disk.qcow2"
    disk.parent.mkdir(parents=True)
    disk.write_text("disk")
    return place


def test_they_are_listed(hil: Command, cache: Path) -> None:
    """Of both kinds."""
    lines = hil("image", "list").out.splitlines()
    assert [line.split()[:2] for line in lines] == [
        ["windows", "one"], ["reference", "0123456789abcdef"],
    ]  # fmt: skip


def test_one_is_verified(hil: Command, cache: Path) -> None:
    """One that was damaged ends with 2, as something on this machine to be put right."""
    assert hil("image", "verify", "one").code == 0
    (cache / "windows-one" / "disk.qcow2").unlink()
    said = hil("image", "verify", "one")
    assert (said.code, said.out) == (2, "DAMAGED  one: disk.qcow2 is gone\n")


def test_one_is_removed(hil: Command, cache: Path) -> None:
    """And then it is not there."""
    assert hil("image", "remove", "one").out.startswith("removed  one: ")
    said = hil("image", "remove", "one")
    assert said.code == 2
    assert "no Windows image 'one'" in said.err
