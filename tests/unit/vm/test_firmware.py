# SPDX-License-Identifier: GPL-2.0-or-later
"""Firmware by QEMU's descriptors: which is taken, what masks what, what is told if none fits."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.vm.argv import DiskBoot
from harness.vm.firmware import (
    FirmwareMissing,
    _fits,
    descriptor_folders,
    descriptors,
    find_firmware,
)


def descriptor(code: Path, variables: Path, *features: str, **changed: Any) -> dict[str, Any]:
    """One as Debian's package has it."""
    return {
        "interface-types": ["uefi"],
        "mapping": {
            "device": "flash",
            "executable": {"filename": str(code), "format": "raw"},
            "nvram-template": {"filename": str(variables), "format": "raw"},
        },
        "targets": [{"architecture": "x86_64", "machines": ["pc-i440fx-*", "pc-q35-*"]}],
        "features": ["acpi-s3", *features],
        **changed,
    }


def write(folder: Path, name: str, content: object) -> None:
    """A descriptor in a folder that may not be there yet."""
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(json.dumps(content) if content else "")


@pytest.fixture
def flashes(tmp_path: Path) -> tuple[Path, Path]:
    """Two files that could be firmware."""
    code, variables = tmp_path / "CODE.fd", tmp_path / "VARS.fd"
    code.touch()
    variables.touch()
    return code, variables


def test_keys_that_are_enrolled_are_not_wanted(tmp_path: Path, flashes: tuple[Path, Path]) -> None:
    """As Debian sorts them: with Microsoft's keys, without keys, without Secure Boot."""
    smm = ("secure-boot", "requires-smm")
    system = tmp_path / "system"
    write(system, "40-enrolled.json", descriptor(*flashes, *smm, "enrolled-keys"))
    write(system, "50-secure.json", descriptor(*flashes, *smm))
    write(system, "60-plain.json", descriptor(*flashes))
    assert find_firmware(secure_boot=True, folders=[system]) == DiskBoot(*flashes, secure=True)
    assert find_firmware(secure_boot=False, folders=[system]) == DiskBoot(*flashes)


def test_what_the_user_says_masks_the_system(tmp_path: Path, flashes: tuple[Path, Path]) -> None:
    """A file of the same name counts in the first folder alone; an empty one takes it away."""
    user, system = tmp_path / "user", tmp_path / "system"
    other = tmp_path / "OTHER.fd"
    other.touch()
    write(system, "50.json", descriptor(*flashes))
    write(system, "60.json", descriptor(other, flashes[1]))
    write(user, "50.json", None)
    assert find_firmware(secure_boot=False, folders=[user, system]).firmware == other
    assert [one["features"] for one in descriptors([user, system])] == [["acpi-s3"]]


@pytest.mark.parametrize(
    "changed",
    [
        {"interface-types": ["bios"]},
        {"targets": [{"architecture": "aarch64", "machines": ["virt-*"]}]},
        {"targets": [{"architecture": "x86_64", "machines": ["microvm"]}]},
        {"mapping": {"device": "memory", "filename": "/OVMF.fd"}},
        {"mapping": {"device": "flash"}},
        {"targets": 7},
    ],
)
def test_other_firmware_is_passed_over(
    tmp_path: Path, flashes: tuple[Path, Path], changed: dict[str, Any]
) -> None:
    """Of another machine, another kind, or a descriptor of a form that is not known."""
    write(tmp_path / "system", "50.json", descriptor(*flashes, **changed))
    with pytest.raises(FirmwareMissing, match="no UEFI firmware without Secure Boot") as caught:
        find_firmware(secure_boot=False, folders=[tmp_path / "system"])
    assert "ovmf" in caught.value.hint


def test_a_descriptor_whose_firmware_is_gone(tmp_path: Path) -> None:
    """Names the file, and how to come by it."""
    write(tmp_path, "50.json", descriptor(tmp_path / "gone.fd", tmp_path / "gone.fd"))
    with pytest.raises(FirmwareMissing, match=r"gone\.fd"):
        find_firmware(secure_boot=False, folders=[tmp_path])


def test_where_descriptors_lie(monkeypatch: pytest.MonkeyPatch) -> None:
    """The user's before the administrator's before the distribution's."""
    monkeypatch.setenv("XDG_CONFIG_HOME", "/u")
    assert [str(one) for one in descriptor_folders()] == [
        "/u/qemu/firmware", "/etc/qemu/firmware", "/usr/share/qemu/firmware",
    ]  # fmt: skip


@given(st.dictionaries(st.sampled_from(["mapping", "features", "targets", "interface-types"]),
                       st.recursive(st.none() | st.text(max_size=5) | st.integers(),
                                    lambda one: st.lists(one, max_size=2) | st.dictionaries(
                                        st.sampled_from(["device", "executable", "machines"]), one),
                                    max_leaves=6)))  # fmt: skip
def test_no_descriptor_does_harm(content: dict[str, Any]) -> None:
    """Whatever is in one, it fits or it does not."""
    assert _fits(content, secure_boot=True) in (True, False)
