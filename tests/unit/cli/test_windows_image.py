# SPDX-License-Identifier: GPL-2.0-or-later
"""`hil image build windows` at the command line: a dry run, and mistakes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from harness.guests.windows_image import building
from harness.vm.argv import DiskBoot
from tests.unit.command import Command, Said
from tests.windows_discs import openssh_package, virtio_iso, windows_iso

Build = Callable[..., Said]


@pytest.fixture
def build(hil: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Build:
    """A build with all that has to be given, and more."""
    boot = DiskBoot(Path("/fw/CODE.fd"), Path("/fw/VARS.fd"), secure=True)
    monkeypatch.setattr(building, "find_firmware", lambda secure_boot: boot)
    folder = tmp_path / "given"
    folder.mkdir()
    package, total = openssh_package(folder)
    given = {
        "--iso": windows_iso(folder), "--virtio-win": virtio_iso(folder), "--openssh": package,
        "--openssh-sha256": total,
    }  # fmt: skip

    def run(*more: str) -> Said:
        words = [str(part) for pair in given.items() for part in pair]
        return hil("image", "build", "windows", *words, *more)

    return run


def test_a_dry_run_prints_the_plan(build: Build) -> None:
    """With exit 0, and without the product key."""
    said = build("--dry-run", "--product-key", "AAAAA-BBBBB")
    assert said.code == 0
    assert "qemu-system-x86_64 -name hil-windows-setup" in said.out
    assert "AAAAA" not in said.out + said.err


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--edition", "Home"), "no edition 'Home'"),
        (("--adapter-oui", "0x123456789"), "wanted up to 8 hex digits"),
        (("--name", "../x"), "--name ../x"),
        (("--iso-sha256", "1" * 64), "--iso-sha256 says"),
        (("--driver", "/no/such/folder"), "/no/such/folder"),
    ],
)
def test_a_mistake_ends_with_2_before_anything_is_made(
    build: Build, words: tuple[str, str], why: str
) -> None:
    """And names what was found."""
    said = build("--dry-run", *words)
    assert said.code == 2
    assert why in " ".join(said.err.split())
