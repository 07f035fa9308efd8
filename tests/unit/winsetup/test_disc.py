# SPDX-License-Identifier: GPL-2.0-or-later
"""ISO images read: any case of a name, bounds, and what is not there."""

from __future__ import annotations

import struct
from pathlib import Path

import pycdlib
import pytest

from tests.windows_discs import windows_iso
from winsetup.disc import open_disc
from winsetup.disc_writer import write_disc
from winsetup.unfit import Unfit


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A small image."""
    write_disc({"Folder/File.txt": b"12345", "empty": b""}, "LABEL", tmp_path / "disc.iso")
    return tmp_path / "disc.iso"


def test_names_are_found_in_any_case(place: Path) -> None:
    """As on Windows."""
    with open_disc(place) as disc:
        assert disc.label == "LABEL"
        assert disc.files == ("Folder/File.txt", "empty")
        assert disc.read("folder/FILE.TXT", most=5) == b"12345"
        assert disc.has("Empty")
        assert disc.catalog_sector is None


def test_a_file_lies_where_it_is_said_to(place: Path, tmp_path: Path) -> None:
    """Sector and length, by Joliet and by UDF."""
    with open_disc(place) as disc:
        sector, length = disc.extent("folder/file.txt")
    assert place.read_bytes()[sector * 2048 :][:length] == b"12345"
    iso = windows_iso(tmp_path)
    with open_disc(iso) as disc:
        sector, length = disc.extent("sources/install.wim")
    assert iso.read_bytes()[sector * 2048 :][:length].startswith(b"MSWIM")


def test_no_more_is_read_than_was_allowed(place: Path) -> None:
    """Nor a file that is not there."""
    with open_disc(place) as disc:
        with pytest.raises(Unfit, match="more than 4 bytes"):
            disc.read("folder/file.txt", most=4)
        with pytest.raises(Unfit, match="has no file other"):
            disc.read("other", most=4)


def test_folders_that_hold_each_other_are_not_walked_for_ever(place: Path) -> None:
    """A folder whose folder is itself: older pycdlib went round until memory was full."""
    iso = pycdlib.PyCdlib()
    iso.new(interchange_level=3)
    iso.add_directory("/A")
    iso.add_directory("/A/B")
    iso.write(str(place))
    outer, inner = (iso.get_record(iso_path=path).extent_location() for path in ("/A", "/A/B"))
    iso.close()
    both = [struct.pack("<I", one) + struct.pack(">I", one) for one in (inner, outer)]
    data = place.read_bytes()
    head, tail = data[: outer * 2048], data[outer * 2048 :]
    place.write_bytes(head + tail.replace(*both, 1))
    with pytest.raises(Unfit, match="form a loop"), open_disc(place):
        pass
