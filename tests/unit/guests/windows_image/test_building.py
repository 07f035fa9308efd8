# SPDX-License-Identifier: GPL-2.0-or-later
"""From a request to the plan of an image, and what is refused before anything is started."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from harness.config.lab import Lab
from harness.console import PlainConsole
from harness.errors import UsageError
from harness.guests.windows_image import building
from harness.guests.windows_image.building import build_image, dry_run, likely
from harness.guests.windows_image.given import Request
from harness.vm.argv import DiskBoot
from tests.windows_discs import openssh_package, virtio_iso, windows_iso


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Request:
    """A request, on a machine with firmware."""
    boot = DiskBoot(Path("/fw/CODE.fd"), Path("/fw/VARS.fd"), secure=True)
    monkeypatch.setattr(building, "find_firmware", lambda secure_boot: boot)
    package, total = openssh_package(tmp_path)
    return Request(
        iso=windows_iso(tmp_path), virtio_win=virtio_iso(tmp_path), openssh=package,
        openssh_sha256=total, product_key="AAAAA-BBBBB",
    )  # fmt: skip


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    """A lab with a cache of its own, under TCG."""
    return Lab.model_validate({"guest": {"accel": "tcg"}, "store": {"cache": str(tmp_path / "c")}})


def test_a_dry_run_tells_every_command_and_file(asked: Request, lab: Lab) -> None:
    """And makes nothing, not even the cache."""
    text = "\n".join(dry_run(asked, lab))
    for wanted in (
        "edition     1: Windows 11 Pro (amd64, build 26100), Professional, de-DE",
        "$WinPEDriver$/viostor/viostor.inf",
        "provision/after-restart.ps1",
        "(made for one image alone)",
        '<settings pass="specialize">',
        "cp /fw/VARS.fd IMAGE/variables.fd",
        f"qemu-img create -q -f qcow2 -F raw -b {asked.iso} WORK/setup.qcow2",
        "qemu-io -f qcow2 -c 'write -q -s WORK/catalog ",
        "swtpm socket --tpm2",
        "media=cdrom,readonly=on,format=raw,file=WORK/provision.iso",
        "qemu-img check -q IMAGE/disk.qcow2",
        "3600 s  specialize",
    ):
        assert wanted in text
    assert "-no-reboot" not in text
    assert "AAAAA" not in text
    assert not lab.store.cache.exists()


def test_a_name_that_is_taken(asked: Request, lab: Lab) -> None:
    """An image is never replaced."""
    (lab.store.cache / "windows-one").mkdir(parents=True)
    with PlainConsole() as console, pytest.raises(UsageError, match="one already"):
        build_image(asked, "one", lab, console, patience=1)


def test_what_is_unfit_is_told_by_a_dry_run_too(asked: Request, lab: Lab) -> None:
    """It checks as the build does."""
    with pytest.raises(UsageError, match="no edition 'Home'"):
        list(dry_run(replace(asked, edition="Home"), lab))


def test_the_accelerator_of_a_plan(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """What lab.toml says, or else what is likely."""
    assert likely(lab) == "tcg"
    auto = Lab.model_validate({"guest": {"accel": "auto"}})
    monkeypatch.setenv("HIL_ACCEL", "kvm")
    assert likely(auto) == "kvm"
    monkeypatch.delenv("HIL_ACCEL")
    monkeypatch.setattr(building, "unusable", lambda: "no /dev/kvm")
    assert likely(auto) == "tcg"
