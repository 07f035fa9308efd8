# SPDX-License-Identifier: GPL-2.0-or-later
"""Sealed Windows images in the cache, and what is wrong with those that cannot be used."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from harness.errors import UsageError
from harness.guests.windows.sealed import folder_of, sealed, sealed_images


def made(cache: Path, name: str = "w10", **changed: object) -> Path:
    """An image of that name."""
    folder = folder_of(cache, name)
    folder.mkdir()
    for file in ("disk.qcow2", "vars.fd", "code.fd", "login"):
        (folder / file).write_text(file)
    told = {
        "format": 1, "key": "0123456789", "disk": "disk.qcow2", "firmware": str(folder / "code.fd"),
        "variables": "vars.fd", "host_key": "ssh-ed25519 AAAA", "login_key": "login",
    }  # fmt: skip
    (folder / "image.json").write_text(json.dumps({**told, **changed}))
    return folder


def test_images_are_found_by_name(tmp_path: Path) -> None:
    """As lab.toml names them."""
    made(tmp_path, "w10")
    made(tmp_path, "w11", cpus=4)
    assert sealed_images(tmp_path) == ("w10", "w11")
    assert sealed(tmp_path, "w11").cpus == 4


def test_one_that_is_not_there(tmp_path: Path) -> None:
    """With those that are."""
    made(tmp_path, "w10")
    with pytest.raises(UsageError, match=r"image = 'w11': no such Windows image.*there is w10"):
        sealed(tmp_path, "w11")


def test_one_that_is_damaged(tmp_path: Path) -> None:
    """Its manifest, or a file that is gone."""
    made(tmp_path, "w10", format=2)
    with pytest.raises(UsageError, match="format: Input should be 1"):
        sealed(tmp_path, "w10")
    (made(tmp_path, "w11") / "vars.fd").unlink()
    with pytest.raises(UsageError, match=r"vars\.fd is gone"):
        sealed(tmp_path, "w11")
