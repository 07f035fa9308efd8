# SPDX-License-Identifier: GPL-2.0-or-later
"""The image: each part built once, keys kept private, failures told with their end."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import Any

import paramiko
import pytest

from harness.console import Console, PlainConsole
from harness.guests.base import GuestImage
from harness.guests.reference import images
from harness.guests.reference.images import BuildFailed, ImageBuildError, prepare
from harness.local.programs import ProgramMissing

PARTS = ("base", "initramfs", "keys", "pe")


@pytest.fixture
def console() -> Console:
    """A console that says nothing to anybody."""
    return PlainConsole(io.StringIO())


class Sources:
    """Small sources in the place of vm-images, and what was built from them."""

    def __init__(self, folder: Path) -> None:
        self.ihv, self.reference = folder / "ihv", folder / "reference"
        self.common = folder / "common"
        self.built: list[str] = []
        for place in (self.ihv, self.reference / "guest", self.common):
            place.mkdir(parents=True)
        (self.ihv / "Makefile").write_text("all:\n\techo MZ > $(BUILD)/agent.exe\n")
        (self.reference / "guest" / "init").write_text("#!/bin/sh\n")
        self.recipe_key = "r1"

    def load_recipe(self, _: Path) -> Any:
        """In place of reading a recipe."""
        recipe = type("Recipe", (), {"key": self.recipe_key})
        return recipe()

    def build_base(self, recipe: Any, folder: Path, *, progress: Any) -> None:
        """In place of mmdebstrap."""
        self.built.append("base")
        folder.mkdir()

    def build_payload(self, payload: Any, guest: Path, target: Path) -> None:
        """In place of the cpio archive."""
        self.built.append("initramfs")
        target.write_bytes(payload.host_key)


@pytest.fixture
def sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Sources:
    """Sources that build in no time."""
    made = Sources(tmp_path / "sources")
    monkeypatch.setattr(images, "IHV", made.ihv)
    monkeypatch.setattr(images, "REFERENCE", made.reference)
    monkeypatch.setattr(images, "COMMON", made.common)
    for name in ("load_recipe", "build_base", "build_payload"):
        monkeypatch.setattr(images, name, getattr(made, name))
    return made


def test_everything_is_built_once(sources: Sources, tmp_path: Path, console: Console) -> None:
    """The second preparation finds all four parts; paths are absolute."""
    cache = tmp_path / "cache"
    first = prepare(cache, console)
    assert prepare(cache, console) == first
    assert sources.built == ["base", "initramfs"]
    kinds = {path.name.split("-")[0] for path in cache.iterdir() if path.is_dir()}
    assert kinds == set(PARTS)
    assert first.agent.read_text() == "MZ\n"
    assert first.boot.initrd.exists()
    assert first.disk.is_absolute()


def test_a_changed_service_changes_the_guest_but_not_its_disk(
    sources: Sources, tmp_path: Path, console: Console
) -> None:
    """Our own files, and what host and guest share, are in the initramfs: the disk is built again
    when packages change."""
    first = prepare(tmp_path, console)
    (sources.reference / "guest" / "init").write_text("#!/bin/sh -e\n")
    second = prepare(tmp_path, console)
    (sources.common / "loop.py").write_text("x = 1\n")
    third = prepare(tmp_path, console)
    assert len({first.key, second.key, third.key}) == 3
    assert first.disk == second.disk == third.disk
    assert sources.built == ["base", "initramfs", "initramfs", "initramfs"]


def test_a_changed_recipe_or_pe_file_changes_the_guest(
    sources: Sources, tmp_path: Path, console: Console
) -> None:
    """A new recipe builds a new disk; new C code new PE files; both a new key."""
    keys = {prepare(tmp_path, console).key}
    sources.recipe_key = "r2"
    keys.add(prepare(tmp_path, console).key)
    (sources.ihv / "x.c").write_text("int x;\n")
    keys.add(prepare(tmp_path, console).key)
    assert len(keys) == 3
    assert sources.built.count("base") == 2


def test_private_keys_are_their_owners_alone(
    sources: Sources, tmp_path: Path, console: Console
) -> None:
    """Both keys have mode 0600 whatever the umask is, load, and belong to what is pinned."""
    before = os.umask(0)
    try:
        made: GuestImage = prepare(tmp_path, console)
    finally:
        os.umask(before)
    folder = made.login.private_key.parent
    for name in ("host", "login"):
        assert (folder / name).stat().st_mode & 0o777 == 0o600
        key = paramiko.Ed25519Key.from_private_key_file(str(folder / name))
        public = (folder / f"{name}.pub").read_text().split()
        assert public == [key.get_name(), key.get_base64()]
    assert made.login.host_key == (folder / "host.pub").read_text().strip()
    assert made.boot.initrd.read_bytes() == (folder / "host").read_bytes()


def test_two_caches_have_two_host_keys(sources: Sources, tmp_path: Path, console: Console) -> None:
    """Keys are made here, never shipped."""
    first, second = (prepare(tmp_path / name, console).login.host_key for name in "ab")
    assert first != second


def test_a_failed_compilation_tells_its_last_words(
    sources: Sources, tmp_path: Path, console: Console
) -> None:
    """The compiler's message is in the error, no half-built part stays, and the fix is named."""
    (sources.ihv / "Makefile").write_text(
        "all:\n\t@echo 'x.c:1: error: no such type' >&2; exit 1\n"
    )
    with pytest.raises(BuildFailed, match=r"x\.c:1: error: no such type") as caught:
        prepare(tmp_path, console)
    assert "doctor" in caught.value.hint
    assert [path.name for path in tmp_path.iterdir() if path.name != "sources"] == ["pe.lock"]


def test_a_failed_image_build_tells_its_last_words(
    sources: Sources, tmp_path: Path, console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So does mmdebstrap."""

    def fail(_: object, target: Path, **__: object) -> None:
        target.with_name("image.failed.log").write_text("everything")
        raise ImageBuildError("ended with 25; last:\nE: no package wine\nI: removing tempdir\n")

    monkeypatch.setattr("harness.guests.reference.images.build_base", fail)
    log = tmp_path / "cache" / "base-failed.log"
    with pytest.raises(BuildFailed) as caught:
        prepare(tmp_path / "cache", console)
    assert caught.value.message == (
        f"building the reference guest failed: E: no package wine; the whole output is in {log}"
    )
    assert log.read_text() == "everything"
    assert not list((tmp_path / "cache").glob("base-*/"))


def test_a_machine_without_make_is_told_so(
    sources: Sources, tmp_path: Path, console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A missing program is one clear line with the way to the fix, not a traceback."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ProgramMissing, match="make: not found on this machine") as caught:
        prepare(tmp_path / "cache", console)
    assert "doctor" in caught.value.hint
