# SPDX-License-Identifier: GPL-2.0-or-later
"""The accelerator: KVM counts only when a guest has run under it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from harness.vm import accel


def qemu_answers(monkeypatch: pytest.MonkeyPatch, status: int, stderr: bytes = b"") -> None:
    """Let the probe's QEMU end with `status`."""
    done = subprocess.CompletedProcess([], status, b"", stderr)
    monkeypatch.setattr(accel.subprocess, "run", lambda *_, **__: done)


def test_without_the_device_tcg_is_used(tmp_path: Path) -> None:
    """No /dev/kvm: TCG, and the line says why."""
    choice = accel.choose("auto", device=tmp_path / "kvm")
    assert choice.accel == "tcg"
    assert "does not exist" in choice.why


def test_a_probe_that_ran_means_kvm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The probe's own exit code, through isa-debug-exit, is the only proof."""
    device = tmp_path / "kvm"
    device.touch()
    qemu_answers(monkeypatch, (accel.EXIT_CODE << 1) | 1)
    assert accel.choose("auto", device=device).accel == "kvm"


@pytest.mark.parametrize("status", [0, 1, -6])
def test_any_other_end_means_tcg(
    status: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A QEMU that ends otherwise, be it with success, is no proof; its last line is kept."""
    device = tmp_path / "kvm"
    device.touch()
    qemu_answers(monkeypatch, status, b"first\nkvm: no such register\n")
    choice = accel.choose("auto", device=device)
    assert choice.accel == "tcg"
    assert "no such register" in choice.why


def test_a_hung_probe_means_tcg(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A KVM that opens but never runs the guest is bounded and refused."""
    device = tmp_path / "kvm"
    device.touch()

    def hang(argv: list[str], **_: object) -> None:
        raise subprocess.TimeoutExpired(argv, accel.PROBE_S)

    monkeypatch.setattr(accel.subprocess, "run", hang)
    choice = accel.choose("auto", device=device)
    assert (choice.accel, "hung" in choice.why) == ("tcg", True)


def test_the_probe_sector_really_ends_a_machine(tmp_path: Path) -> None:
    """The boot sector ends QEMU with the expected code, shown under TCG."""
    disk = tmp_path / "probe.raw"
    disk.write_bytes(accel.PROBE_SECTOR.ljust(accel.DISK_SIZE, b"\0"))
    argv = [
        *("qemu-system-x86_64", "-machine", "q35,accel=tcg", "-m", "64M", "-nodefaults"),
        *("-display", "none", "-device", "isa-debug-exit,iobase=0xf4,iosize=1"),
        *("-drive", f"if=ide,format=raw,file={disk}"),
    ]
    done = subprocess.run(argv, timeout=60, check=False)
    assert done.returncode == (accel.EXIT_CODE << 1) | 1
