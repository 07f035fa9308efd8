# SPDX-License-Identifier: GPL-2.0-or-later
"""A Windows ISO by what it says of itself; and what is no Windows ISO, or none to be used."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.windows_discs import PROMPT, WINDOWS_11, run, virtio_iso, windows_iso
from winsetup.boot_catalog import efi_entry
from winsetup.unfit import Unfit
from winsetup.windows_iso import WindowsIso, examine


@pytest.fixture(scope="module")
def iso(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One as its maker makes it, with two editions."""
    home = WINDOWS_11 | {"WINDOWS/EDITIONID": "Core", "WINDOWS/VERSION/BUILD": "9600"}
    arm = WINDOWS_11 | {"WINDOWS/EDITIONID": "Arm", "WINDOWS/ARCH": "12"}
    editions = {"Windows 11 Pro": WINDOWS_11, "Windows 8.1": home, "Windows 11 Arm": arm}
    return windows_iso(tmp_path_factory.mktemp("iso"), editions=editions)


@pytest.fixture(scope="module")
def found(iso: Path) -> WindowsIso:
    """What it says."""
    return examine(iso)


def test_what_it_says_of_itself(found: WindowsIso) -> None:
    """Label and editions, out of its UDF part: its ISO 9660 part has names in capitals."""
    assert found.label == "CCCOMA_X64FRE_DE-DE_DV9"
    assert [one.name for one in found.editions] == [
        "Windows 11 Pro", "Windows 8.1", "Windows 11 Arm",
    ]  # fmt: skip


def test_its_catalogue_comes_to_name_the_image_that_does_not_ask(
    iso: Path, found: WindowsIso
) -> None:
    """The entry's sector is where the other boot image is in the file."""
    at = efi_entry(found.catalog)
    sector = int.from_bytes(found.catalog[at + 8 : at + 12], "little")
    blocks = int.from_bytes(found.catalog[at + 6 : at + 8], "little")
    data = iso.read_bytes()
    assert data[sector * 2048 :][: blocks * 512] == PROMPT * 2
    before = data[found.catalog_at :][:2048]
    assert before[:at] == found.catalog[:at]
    assert before != found.catalog


@pytest.mark.parametrize("wanted", ["windows 11 pro", "Professional", "1"])
def test_an_edition_is_chosen_by_any_of_its_names(found: WindowsIso, wanted: str) -> None:
    """Name, edition id or index, in any case."""
    assert found.edition(wanted).index == 1


def test_the_only_edition_need_not_be_named(found: WindowsIso) -> None:
    """One of several has to be, and the error lists them."""
    alone = replace(found, editions=found.editions[:1])
    assert alone.edition(None).name == "Windows 11 Pro"
    with pytest.raises(Unfit, match="3 editions") as caught:
        found.edition(None)
    assert "2: Windows 8.1 (amd64, build 9600)" in caught.value.hint


@pytest.mark.parametrize(
    ("wanted", "why"),
    [("Core", "build 9600; wanted 10240"), ("Arm", "arm64; wanted amd64"), ("Home", "no edition")],
)
def test_an_edition_that_cannot_be_used(found: WindowsIso, wanted: str, why: str) -> None:
    """Too old, of another architecture, or not there."""
    with pytest.raises(Unfit, match=why):
        found.edition(wanted)


def test_what_is_no_windows_iso(tmp_path: Path) -> None:
    """Another ISO is told by its label, a file that is none as that."""
    with pytest.raises(Unfit, match=r"virtio-win-0\.1\.271.*no Windows ISO"):
        examine(virtio_iso(tmp_path))
    for name, data in {"empty.iso": b"", "text.iso": b"no ISO " * 9999}.items():
        (tmp_path / name).write_bytes(data)
        with pytest.raises(Unfit, match=rf"{name} cannot be read as an ISO image"):
            examine(tmp_path / name)
    with pytest.raises(Unfit, match="No such file"):
        examine(tmp_path / "gone.iso")


def test_one_that_firmware_cannot_boot(tmp_path: Path) -> None:
    """A copy that was made without its boot catalogue."""
    with pytest.raises(Unfit, match="no boot catalogue"):
        examine(windows_iso(tmp_path, boots=False))


def test_one_that_was_cut_short(iso: Path, tmp_path: Path) -> None:
    """A download that ended early."""
    place = tmp_path / "cut.iso"
    for part in (40_000, 300_000, iso.stat().st_size // 2):
        place.write_bytes(iso.read_bytes()[:part])
        with pytest.raises(Unfit, match=r"cut\.iso"):
            examine(place)


@given(st.lists(st.tuples(st.integers(16 * 2048, 300 * 2048), st.integers(0, 255)), max_size=40))
def test_no_iso_does_harm(
    iso: Path, tmp_path_factory: pytest.TempPathFactory, changes: list[tuple[int, int]]
) -> None:
    """Whatever is changed of its descriptors and folders, it is read or refused."""
    data = bytearray(iso.read_bytes())
    for at, value in changes:
        data[at % len(data)] = value
    place = tmp_path_factory.getbasetemp() / "changed.iso"
    place.write_bytes(data)
    with contextlib.suppress(Unfit):
        assert examine(place).editions


def test_a_plain_iso_without_udf(tmp_path: Path) -> None:
    """An ISO that somebody made anew with Joliet alone is read, too."""
    windows_iso(tmp_path)
    place = tmp_path / "again.iso"
    run("genisoimage", "-quiet", "-J", "-V", "AGAIN", "-b", "etfsboot.com", "-no-emul-boot",
        "-eltorito-alt-boot", "-e", "efi/microsoft/boot/efisys.bin", "-no-emul-boot",
        "-o", place, tmp_path / "windows")  # fmt: skip
    assert examine(place).edition(None).build == 26100
