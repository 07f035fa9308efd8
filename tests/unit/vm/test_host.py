# SPDX-License-Identifier: GPL-2.0-or-later
"""This machine's QEMU and processor, and what follows from QEMU's version."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from harness.vm import host
from harness.vm.host import (
    host_cpu,
    migrates_to_files,
    qemu_release,
    qemu_version,
    vhost_user_misfit,
)


def test_the_hosts_cpu_has_a_name() -> None:
    """The fingerprint is never empty."""
    assert host_cpu()


@pytest.mark.parametrize(
    ("version", "by_name"),
    [
        ("7.2.22 (Debian 1:7.2+dfsg-7+deb12u18)", False),
        ("8.1.5", False),
        ("8.2.0", True),
        ("10.0.8 (Debian 1:10.0.8+ds-0+deb13u1)", True),
        ("11.0.0", True),
        ("unknown", False),
    ],
)
def test_newer_qemus_save_to_files_by_name(
    version: str, by_name: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """7.2 knows no `file:`, 11 no `fd:` of a plain file; a version is compared by its numbers."""
    monkeypatch.setattr(host, "qemu_version", lambda: version)
    assert migrates_to_files() is by_name


@pytest.mark.parametrize(
    ("version", "said"),
    [("7.2.22 (Debian)", "QEMU 7.2.22"), ("10.1.9", "came with QEMU 10.2"), ("10.2.0", None),
     ("11.1.3", None)],
)  # fmt: skip
def test_the_generic_device_is_that_of_newer_qemus(
    version: str, said: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Older ones have none, or one that a user may not make."""
    monkeypatch.setattr(host, "qemu_version", lambda: version)
    wrong = vhost_user_misfit()
    assert wrong is None if said is None else said in (wrong or "")


def test_a_version_without_numbers_is_the_oldest() -> None:
    """Then only what every QEMU can do is asked of it."""
    assert qemu_release("unknown") == (0, 0)


def test_the_version_is_asked_for_once_for_each_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A QEMU that is replaced is asked again."""
    program = tmp_path / host.BINARY
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    for number, version in enumerate(("9.1", "9.1", "9.2")):
        said = f"QEMU emulator version {version}"
        program.write_text(f"#!/bin/sh\necho asked >>$0.asked\necho {said}")
        program.chmod(0o755)
        os.utime(program, ns=(0, (number // 2) * 10**9))
        assert qemu_version() == version
    assert (tmp_path / f"{host.BINARY}.asked").read_text().split() == ["asked", "asked"]
