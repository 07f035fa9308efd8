# SPDX-License-Identifier: GPL-2.0-or-later
"""A Windows image built without Windows: all but Setup itself is the real thing.

ISOs, answer file, both CDs, OVMF, swtpm, disk, restarts, stages and the sealed image are those of
`hil image build windows`; a small Linux in the ISO is booted in the place of Setup.
"""

from __future__ import annotations

import json
import os
import shutil
import stat
from pathlib import Path

import pytest

from harness.config.lab import Lab
from harness.console import PlainConsole
from harness.errors import TooSlow
from harness.guests.base import GuestImage
from harness.guests.windows.sealed import sealed
from harness.guests.windows_image.building import build_image
from harness.guests.windows_image.given import Request
from harness.guests.windows_image.sealed import damage, image_named, remove
from harness.vm.firmware import find_firmware
from tests.vm.efi_linux import efi_image
from tests.windows_discs import openssh_package, virtio_iso, windows_iso


def test_a_guest_goes_through_all_stages(
    tmp_path: Path, hil_config: Lab, image: GuestImage
) -> None:
    """It boots by firmware from the ISO without a key pressed, finds TPM, disk and the CDs, whose
    files it reads whole, restarts from its disk, and the image is sealed when it is off."""
    folder = tmp_path / "discs"
    folder.mkdir()
    setup = efi_image(image.disk.parent, folder)
    package, package_sha256 = openssh_package(folder)
    request = Request(
        iso=windows_iso(folder, no_prompt=setup), virtio_win=virtio_iso(folder),
        openssh=package, openssh_sha256=package_sha256,
    )  # fmt: skip
    cache, name = hil_config.store.cache, f"test-{os.getpid()}"
    said = tmp_path / "said"
    with said.open("w") as stream, PlainConsole(stream) as console:
        built = build_image(request, name, hil_config, console, patience=1, room=1 << 30)
    found = image_named(cache, name)
    try:
        assert list(damage(found)) == []
        assert found.folder == built
        manifest = json.loads((built / "image.json").read_text())
        assert sealed(cache, name).secure
        assert manifest["windows"] == "Windows 11 Pro, build 26100, amd64"
        assert stat.S_IMODE((built / "disk.qcow2").stat().st_mode) == 0o444
        assert stat.S_IMODE((built / "login").stat().st_mode) == 0o400
        assert (built / "variables.fd").read_bytes() != image_variables().read_bytes()
        assert (built / "password").read_text().strip() not in said.read_text()
    finally:
        remove(found)


def image_variables() -> Path:
    """The variables of a machine that was never started."""
    return find_firmware(secure_boot=True).variables


def test_an_iso_that_does_not_install(tmp_path: Path, hil_config: Lab) -> None:
    """The error names the stage that did not come and the last one seen; the machine's words and
    its screen are kept, an image is not."""
    package, package_sha256 = openssh_package(tmp_path)
    request = Request(
        iso=windows_iso(tmp_path), virtio_win=virtio_iso(tmp_path),
        openssh=package, openssh_sha256=package_sha256,
    )  # fmt: skip
    cache, name = hil_config.store.cache.resolve(), f"test-in-vain-{os.getpid()}"
    logs = cache / f"failed-windows-{name}"
    try:
        with (
            (tmp_path / "said").open("w") as stream,
            PlainConsole(stream) as console,
            pytest.raises(TooSlow, match=r"stage windows-pe .*no stage yet") as caught,
        ):
            build_image(request, name, hil_config, console, patience=0.01, room=1 << 30)
        assert str(logs) in caught.value.hint
        assert (logs / "screen.png").read_bytes().startswith(b"\x89PNG")
        assert (logs / "qmp.jsonl").exists()
        assert not (cache / f"windows-{name}").exists()
    finally:
        shutil.rmtree(logs, ignore_errors=True)
