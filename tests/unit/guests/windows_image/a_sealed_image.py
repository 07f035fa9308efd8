# SPDX-License-Identifier: GPL-2.0-or-later
"""A sealed image that nobody installed, for tests of what is done with one."""

from __future__ import annotations

from pathlib import Path

from harness.guests.windows_image.given import sha256_of
from harness.guests.windows_image.sealed import SEALED, Image, image_named, seal


def sealed_image(cache: Path, name: str) -> Image:
    """One in `cache`; the firmware it was installed with lies there, too."""
    folder = cache / f"windows-{name}"
    folder.mkdir(parents=True)
    for one in SEALED:
        (folder / one).write_text(one)
    firmware = cache / "CODE.fd"
    firmware.write_text("code")
    about = {
        "key": "0123456789abcdef", "windows": "Windows 11 Pro, build 26100, amd64",
        "disk": "disk.qcow2", "firmware": str(firmware), "firmware_sha256": sha256_of(firmware),
        "variables": "variables.fd", "host_key": "ssh-ed25519 AAAA", "login_key": "login",
    }  # fmt: skip
    seal(folder, about)
    return image_named(cache, name)
