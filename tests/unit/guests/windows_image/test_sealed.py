# SPDX-License-Identifier: GPL-2.0-or-later
"""Sealed images: told, verified byte for byte, and removed."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from harness.errors import UsageError
from harness.guests.windows.sealed import sealed
from harness.guests.windows_image.sealed import (
    MANIFEST,
    PRIVATE,
    SEALED,
    Image,
    damage,
    image_named,
    images,
    remove,
)
from tests.unit.guests.windows_image.a_sealed_image import sealed_image


@pytest.fixture
def image(tmp_path: Path) -> Image:
    """One in a cache."""
    return sealed_image(tmp_path, "one")


def test_it_is_read_only(image: Image) -> None:
    """And its keys are for its owner alone."""
    modes = {name: stat.S_IMODE((image.folder / name).stat().st_mode) for name in SEALED}
    assert modes == {name: 0o400 if name in PRIVATE else 0o444 for name in SEALED}


def test_it_is_what_a_windows_guest_is_started_from(image: Image) -> None:
    """Under the name it was built with."""
    assert sealed(image.folder.parent, "one").user == "Administrator"


def test_it_is_listed(image: Image) -> None:
    """What Windows it is, what it takes and when it was made."""
    (found,) = images(image.folder.parent)
    assert found.told().startswith("one  Windows 11 Pro, build 26100, amd64  0.0 GiB  made 20")


def test_it_is_what_it_was(image: Image) -> None:
    """Until a byte of it changes, a file is gone or the firmware is another."""
    assert list(damage(image)) == []
    disk = image.folder / "disk.qcow2"
    disk.chmod(0o644)
    disk.write_text("disk.qcow3")
    (image.folder / "login").unlink()
    (image.folder.parent / "CODE.fd").write_bytes(b"newer")
    assert list(damage(image)) == [
        "disk.qcow2 is not what was sealed",
        "login is gone",
        f"the firmware it was installed with has changed: {image.folder.parent / 'CODE.fd'}",
    ]
    (image.folder.parent / "CODE.fd").unlink()
    assert "is gone" in list(damage(image))[-1]


@pytest.mark.parametrize("said", ["", "[]", "{}", '{"files": {"../x": 1}}', '{"files": 7}'])
def test_a_manifest_that_says_nothing(image: Image, said: str) -> None:
    """Is damage, and no error; it may name no other files."""
    (image.folder / MANIFEST).write_text(said)
    found = image_named(image.folder.parent, "one")
    assert "cannot be read" in next(damage(found))
    assert found.told()


def test_a_file_that_the_manifest_tells_nothing_of(image: Image) -> None:
    """Is not what was sealed."""
    manifest = json.loads((image.folder / MANIFEST).read_text())
    manifest["files"]["disk.qcow2"] = None
    (image.folder / MANIFEST).write_text(json.dumps(manifest))
    found = image_named(image.folder.parent, "one")
    assert list(damage(found)) == ["disk.qcow2 is not what was sealed"]


def test_a_name_that_is_none(image: Image) -> None:
    """The nearest is told, or all there are."""
    with pytest.raises(UsageError) as caught:
        image_named(image.folder.parent, "onne")
    assert caught.value.hint == "did you mean one?"
    with pytest.raises(UsageError) as caught:
        image_named(image.folder, "x")
    assert caught.value.hint == "there is none"


def test_it_goes_whole(image: Image) -> None:
    """Read-only files, too."""
    remove(image)
    assert images(image.folder.parent) == []
