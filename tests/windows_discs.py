# SPDX-License-Identifier: GPL-2.0-or-later
"""Discs made as their makers make them, by other people's programs: Windows' with UDF, an image
file of wimlib's and two EFI boot images; virtio-win's with Joliet.

What is in them is none of Microsoft's: in the place of Windows Setup is whatever `no_prompt` boots.
"""

from __future__ import annotations

import hashlib
import subprocess
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

PROMPT: Final = b"\xeb\xfe" + bytes(2046)
"""The boot image that asks for a key: here it boots nothing."""

WINDOWS_11: Final = {
    "WINDOWS/ARCH": "9",
    "WINDOWS/EDITIONID": "Professional",
    "WINDOWS/INSTALLATIONTYPE": "Client",
    "WINDOWS/VERSION/BUILD": "26100",
    "WINDOWS/LANGUAGES/DEFAULT": "de-DE",
}
"""What the image file says of its system."""


def run(*argv: str | Path) -> None:
    """Run a program that has to succeed."""
    done = subprocess.run([str(one) for one in argv], capture_output=True, check=False)
    assert done.returncode == 0, (done.stdout + done.stderr).decode(errors="replace")


def windows_iso(
    folder: Path,
    *,
    no_prompt: Path | None = None,
    editions: Mapping[str, Mapping[str, str]] = {"Windows 11 Pro": WINDOWS_11},
    boots: bool = True,
) -> Path:
    """A Windows ISO in `folder`, bridge format with UDF 1.02 as Microsoft's are."""
    tree = folder / "windows"
    boot, sources = tree / "efi" / "microsoft" / "boot", tree / "sources"
    boot.mkdir(parents=True)
    sources.mkdir()
    (tree / "etfsboot.com").write_bytes(PROMPT)
    (boot / "efisys.bin").write_bytes(PROMPT)
    (boot / "efisys_noprompt.bin").write_bytes(no_prompt.read_bytes() if no_prompt else PROMPT * 2)
    image_file(sources / "install.wim", folder / "captured", editions)
    catalog = ["-b", "etfsboot.com", "-no-emul-boot", "-eltorito-alt-boot"]
    catalog += ["-e", "efi/microsoft/boot/efisys.bin", "-no-emul-boot"]
    place = folder / "windows.iso"
    run("genisoimage", "-quiet", "-udf", "-V", "CCCOMA_X64FRE_DE-DE_DV9",
        *(catalog if boots else []), "-o", place, tree)  # fmt: skip
    return place


def image_file(place: Path, captured: Path, editions: Mapping[str, Mapping[str, str]]) -> None:
    """An image file of wimlib's with these systems, each with what it is to say of itself."""
    captured.mkdir()
    (captured / "file").write_text("no Windows")
    for index, (name, said) in enumerate(editions.items(), 1):
        verb = "capture" if index == 1 else "append"
        run("wimlib-imagex", verb, captured, place, name)
        changes = [f"--image-property={key}={value}" for key, value in said.items()]
        run("wimlib-imagex", "info", place, str(index), *changes)


def virtio_iso(folder: Path, systems: tuple[str, ...] = ("w10", "w11")) -> Path:
    """An ISO of virtio-win in `folder`, with drivers in name alone."""
    tree = folder / "virtio"
    for driver in ("viostor", "NetKVM", "vioserial", "Balloon"):
        for system in systems:
            for machine in ("amd64", "x86"):
                place = tree / driver / system / machine
                place.mkdir(parents=True)
                for kind in ("inf", "sys", "cat", "pdb"):
                    text = f"{driver} {system} {machine} {kind}"
                    (place / f"{driver.lower()}.{kind}").write_text(text)
    place = folder / "virtio-win.iso"
    run("genisoimage", "-quiet", "-J", "-r", "-V", "virtio-win-0.1.271", "-o", place, tree)
    return place


def openssh_package(folder: Path) -> tuple[Path, str]:
    """A package with the script that Win32-OpenSSH's has, and its SHA-256."""
    place = folder / "OpenSSH-Win64.zip"
    with zipfile.ZipFile(place, "w") as archive:
        archive.writestr("OpenSSH-Win64/install-sshd.ps1", "# none of Microsoft's\n")
    return place, hashlib.sha256(place.read_bytes()).hexdigest()
