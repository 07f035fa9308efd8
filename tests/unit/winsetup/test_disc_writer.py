# SPDX-License-Identifier: GPL-2.0-or-later
"""The provisioning CD, read back by programs that share no code with what wrote it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from winsetup.disc_writer import write_disc
from winsetup.unfit import Unfit

FILES = {
    "autounattend.xml": b"<unattend/>",
    "$WinPEDriver$/viostor/viostor.inf": b"x" * 5000,
    "provision/given.json": b"",
    "provision/driver/a/b/c/d/e/f/g/h/A long name (with spaces), 2.INF": b"deep",
    "provision/driver/a/b/c/Größe.txt": b"two",
}


def said(*argv: str | bytes | Path) -> bytes:
    """What a program that has to succeed writes."""
    return subprocess.run(argv, capture_output=True, check=True).stdout


@pytest.fixture(scope="module")
def disc(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A CD with all kinds of names."""
    place = tmp_path_factory.mktemp("disc") / "provision.iso"
    write_disc(FILES, "HIL_PROVISION", place)
    return place


def test_isoinfo_reads_it(disc: Path) -> None:
    """Every file by its Joliet name with its content, and the label in both volume descriptors."""
    listed = (
        said("isoinfo", "-J", "-f", "-j", "iso8859-1", "-i", disc).decode("latin-1").splitlines()
    )
    assert {f"/{path}" for path in FILES} <= set(listed)
    for path, data in FILES.items():
        assert (
            said("isoinfo", "-J", "-j", "iso8859-1", "-i", disc, "-x", f"/{path}".encode("latin-1"))
            == data
        )
    for view in ([], ["-J"]):
        about = said("isoinfo", "-d", *view, "-i", disc).decode()
        assert "Volume id: HIL_PROVISION\n" in about


def test_libarchive_reads_it(disc: Path, tmp_path: Path) -> None:
    """The same tree."""
    said("bsdtar", "-xf", disc, "-C", tmp_path)
    found = {
        one.relative_to(tmp_path).as_posix(): one.read_bytes()
        for one in tmp_path.rglob("*")
        if one.is_file()
    }
    assert found == FILES


@pytest.mark.parametrize("path", ["a//b", "../a", "a:b", "a\n", "x" * 65, "a/\U0001f600", ""])
def test_names_that_a_cd_cannot_have(path: str, tmp_path: Path) -> None:
    """Are refused before anything is written."""
    with pytest.raises(Unfit):
        write_disc({path: b""}, "X", tmp_path / "disc.iso")
    assert not (tmp_path / "disc.iso").exists()
