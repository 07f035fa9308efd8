# SPDX-License-Identifier: GPL-2.0-or-later
"""The build around the machine: what comes into the cache, and what is kept of one that failed."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from harness.console import PlainConsole
from harness.errors import HarnessError, LabFault
from harness.guests.windows_image import build as module
from harness.guests.windows_image.build import build
from harness.guests.windows_image.given import Given, Request, check
from harness.guests.windows_image.plan import Places
from harness.guests.windows_image.sealed import damage, image_named
from harness.vm.argv import DiskBoot
from tests.windows_discs import openssh_package, virtio_iso, windows_iso


@pytest.fixture
def given(tmp_path: Path) -> Given:
    """All that has to be given."""
    package, total = openssh_package(tmp_path)
    return check(
        Request(iso=windows_iso(tmp_path), virtio_win=virtio_iso(tmp_path), openssh=package,
                openssh_sha256=total)
    )  # fmt: skip


@pytest.fixture
def boot(tmp_path: Path) -> DiskBoot:
    """Firmware, in name alone."""
    for name in ("CODE.fd", "VARS.fd"):
        (tmp_path / name).write_text(name)
    return DiskBoot(tmp_path / "CODE.fd", tmp_path / "VARS.fd", secure=True)


def built(given: Given, boot: DiskBoot, cache: Path) -> Path:
    """An image named one."""
    with PlainConsole() as console:
        return build(
            given, {"agent.exe": b"a"}, boot, "tcg", "one", cache, console, patience=1, room=0
        )


def test_an_image_is_sealed_once_the_machine_is_off(
    given: Given, boot: DiskBoot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a key of its own; the user's ISO is as it was, under the catalogue that was laid over
    it."""

    def install(_: DiskBoot, __: str, places: Places, *more: object) -> None:
        read = ["qemu-img", "convert", "-O", "raw", str(places.setup_disc), str(tmp_path / "read")]
        subprocess.run(read, check=True)
        assert places.provisioning_disc.stat().st_size > 0

    monkeypatch.setattr(module, "_install", install)
    before = given.iso.path.read_bytes()
    folder = built(given, boot, tmp_path / "cache")
    assert list(damage(image_named(tmp_path / "cache", "one"))) == []
    manifest = json.loads((folder / "image.json").read_text())
    assert manifest["iso_sha256"] == given.iso_sha256
    assert manifest["host_key"].startswith("ssh-ed25519 ")
    assert (folder / "login").read_text().startswith("-----BEGIN OPENSSH PRIVATE KEY-----")
    assert given.iso.path.read_bytes() == before
    at, changed = given.iso.catalog_at, (tmp_path / "read").read_bytes()
    assert changed[at : at + 2048] == given.iso.catalog != before[at : at + 2048]
    assert (changed[:at], changed[at + 2048 :]) == (before[:at], before[at + 2048 :])


def test_of_one_that_failed_the_logs_are_kept(
    given: Given, boot: DiskBoot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And no image; the error says where they are."""

    def install(_: DiskBoot, __: str, places: Places, *more: object) -> None:
        places.serial_log.write_text("HIL-STAGE ssh\n")
        raise LabFault("stage settings", 300, "stage ssh", hint="look")

    monkeypatch.setattr(module, "_install", install)
    cache = tmp_path / "cache"
    with pytest.raises(HarnessError, match="stage settings") as caught:
        built(given, boot, cache)
    logs = cache / "failed-windows-one"
    assert caught.value.hint.startswith("look; ")
    assert str(logs) in caught.value.hint
    assert (logs / "serial.log").read_text() == "HIL-STAGE ssh\n"
    assert not (cache / "windows-one").exists()


def test_a_program_that_fails_says_so(
    given: Given, boot: DiskBoot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """qemu-img's own words are the error's."""
    monkeypatch.setattr(module.plan, "disk_command", lambda _: ["qemu-img", "no-such-command"])
    with pytest.raises(LabFault, match="no-such-command"):
        built(given, boot, tmp_path / "cache")
