# SPDX-License-Identifier: GPL-2.0-or-later
"""Drivers of a virtio-win ISO: the fitting system's, all of them or none."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.windows_discs import run, virtio_iso
from winsetup.unfit import Unfit
from winsetup.virtio_iso import read_drivers, system_names
from winsetup.wim import Edition

WINDOWS_11 = Edition(1, "Windows 11 Pro", "Professional", "amd64", 26100, False, "en-US")


@pytest.mark.parametrize(
    ("build", "server", "names"),
    [
        (26100, False, ["w11", "w10"]),
        (19045, False, ["w10"]),
        (26100, True, ["2k25", "2k22", "2k19", "2k16"]),
        (17763, True, ["2k19", "2k16"]),
        (9600, False, []),
    ],
)
def test_the_names_of_a_system(build: int, server: bool, names: list[str]) -> None:
    """The fitting one first, then the older ones whose drivers it takes."""
    assert system_names(replace(WINDOWS_11, build=build, server=server)) == names


@pytest.mark.parametrize(("systems", "chosen"), [(("w10", "w11"), "w11"), (("w10",), "w10")])
def test_the_drivers_that_fit_best(tmp_path: Path, systems: tuple[str, ...], chosen: str) -> None:
    """Of three devices, without their symbols."""
    found = read_drivers(virtio_iso(tmp_path, systems), WINDOWS_11)
    assert found.label == "virtio-win-0.1.271"
    assert found.system == chosen
    assert sorted(found.files) == sorted(
        f"{driver}/{driver.lower()}.{kind}"
        for driver in ("NetKVM", "vioserial", "viostor")
        for kind in ("inf", "sys", "cat")
    )
    assert found.files["viostor/viostor.sys"] == f"viostor {chosen} amd64 sys".encode()


def test_an_iso_without_them(tmp_path: Path) -> None:
    """It is told for which system, and what the ISO of virtio-win looks like."""
    with pytest.raises(Unfit, match=r"not all of the drivers.*build 26100") as caught:
        read_drivers(virtio_iso(tmp_path, ("2k22",)), WINDOWS_11)
    assert "viostor/w11/amd64" in caught.value.hint


def test_a_driver_that_is_not_whole(tmp_path: Path) -> None:
    """A driver without its catalogue would only fail much later."""
    virtio_iso(tmp_path)
    (tmp_path / "virtio" / "NetKVM" / "w11" / "amd64" / "netkvm.cat").unlink()
    place = tmp_path / "again.iso"
    run("genisoimage", "-quiet", "-J", "-V", "again", "-o", place, tmp_path / "virtio")
    with pytest.raises(Unfit, match=r"NetKVM has no \.cat file"):
        read_drivers(place, WINDOWS_11)
