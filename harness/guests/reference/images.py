# SPDX-License-Identifier: GPL-2.0-or-later
"""The reference guest's image: what is built, from what, and where it lies.

Three things are built, each once, each named by a hash of its inputs: the PE files (seconds), the
base disk (minutes; packages and hooks only) and the initramfs that brings our services, PE files
and SSH keys onto the disk at each boot (a second).
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import tempfile
from pathlib import Path

from harness.console import Stages
from harness.errors import HarnessError, UsageError
from harness.guests.base import GuestImage
from harness.guests.common.key_pair import fresh_key_pair
from harness.guests.common.ssh import Login
from harness.local import programs
from harness.local.cache import digest, digest_tree, entry, usable
from harness.local.storage import need_room
from harness.vm.argv import KernelBoot

ROOT = Path(__file__).resolve().parents[3]
IHV = ROOT / "vm-images" / "ihv"
REFERENCE = ROOT / "vm-images" / "reference"
COMMON = ROOT / "vm-images" / "common"

if not REFERENCE.is_dir():
    raise UsageError(
        f"{ROOT} has no vm-images/reference: this is an installation without the clone it is from",
        hint="install the clone as it is: pip install -e CLONE",
    )
sys.path.append(str(REFERENCE))  # not installed with us: it also runs alone, without the project
from imagebuild import (  # noqa: E402
    KERNEL_COMMAND_LINE,
    READY_LINE,
    BaseImage,
    ImageBuildError,
    Payload,
    Progress,
    Recipe,
    build_base,
    build_payload,
    load_recipe,
)
from imagebuild.needs import program_needs as program_needs  # noqa: E402

IN_GUEST = ("ihvhost.exe", "wlanapi.dll", "sample.dll")
"""PE files that are part of the reference guest; agent and recorder are brought by the harness."""

USER = "Administrator"

BASE_ROOM = 1 << 30
"""Bytes of the cache that a base disk is begun with; it takes a fifth of that."""

TREE_ROOM = 2 << 30
"""Bytes for the tree it is made from, which lies where temporary files do."""

CACHE_ROOM = 2 << 30
"""Bytes of the cache that an image and a few saved states take."""

NOISE = ("I: ", "E: setup failed", "E: mmdebstrap failed", "E: command failed", "exec ", "'")
"""How lines of mmdebstrap begin that follow a failure without saying what it was."""


OFFLINE = ("failure resolving", "Could not resolve", "Could not connect", "Failed to fetch")
"""What apt says when it reaches no package index."""

MIRROR = "no Debian mirror was reached: check the network, and apt's proxy (http_proxy)"


class BuildFailed(HarnessError):
    """A build step failed; the message holds its last words."""


def prepare(cache: Path, stages: Stages) -> GuestImage:
    """Build what the cache does not have; the image; raises as `entry` does."""
    cache = cache.resolve()
    with usable(cache):
        return _prepare(cache, stages)


def pe_files(cache: Path, stages: Stages) -> Path:
    """The folder of the PE files that go into guests of every kind, compiled if need be."""
    return entry(cache, "pe", digest_tree(IHV), lambda folder: _compile(folder, stages))


def _prepare(cache: Path, stages: Stages) -> GuestImage:
    recipe = load_recipe(REFERENCE / "recipe")
    _check_room(cache, recipe)
    pe = pe_files(cache, stages)
    base = _base(cache, recipe, stages)
    keys = _keys(cache)
    key = digest(
        base.folder.parent.name,
        pe.name,
        keys.name,
        digest_tree(REFERENCE),
        digest_tree(COMMON),
        digest_tree(keys),
    )
    initramfs = entry(
        cache, "initramfs", key, lambda folder: _initramfs(folder, base, keys, pe, stages)
    )
    login = Login(USER, keys / "login", (keys / "host.pub").read_text().strip())
    return GuestImage(
        key=key,
        disk=base.disk,
        boot=KernelBoot(base.kernel, initramfs / "initrd.img", KERNEL_COMMAND_LINE),
        ready=READY_LINE.encode(),
        login=login,
        agent=pe / "agent.exe",
        recorder=pe / "recorder.dll",
    )


def _compile(folder: Path, stages: Stages) -> None:
    with stages.stage("compile the PE files"):
        argv = ["make", "-C", str(IHV), f"BUILD={folder}", f"-j{os.cpu_count() or 1}"]
        done = programs.run(argv)
        if done.returncode != 0:
            raise BuildFailed(
                f"compiling {IHV} failed: {done.stderr.strip()[-800:]}",
                hint="`hil doctor` lists what is missing",
            )


def _check_room(cache: Path, recipe: Recipe) -> None:
    """Raise `DiskFull` now rather than minutes later, if a base disk is to be built."""
    if not (cache / f"base-{recipe.key}").is_dir():
        doing = "building of the reference guest"
        need_room(doing, cache, BASE_ROOM)
        need_room(doing, Path(tempfile.gettempdir()), TREE_ROOM)


def _base(cache: Path, recipe: Recipe, stages: Stages) -> BaseImage:
    def make(folder: Path) -> None:
        with stages.stage("build the reference guest (once)") as stage:

            def tell(progress: Progress) -> None:
                stage.update(progress.fraction, progress.stage)

            try:
                build_base(recipe, folder / "image", progress=tell)
            except ImageBuildError as error:
                raise _base_failed(error, folder, cache / "base-failed.log") from None

    return BaseImage(entry(cache, "base", recipe.key, make) / "image")


def _base_failed(error: ImageBuildError, folder: Path, log: Path) -> BuildFailed:
    """The error of a base disk, short; the build's whole output is kept in `log`."""
    said = [line for line in str(error).splitlines() if line.strip()]
    words = [line for line in said if not line.startswith(NOISE)] or said
    where = ""
    with contextlib.suppress(OSError):
        shutil.copyfile(folder / "image.failed.log", log)
        where = f"; the whole output is in {log}"
    offline = any(sign in str(error) for sign in OFFLINE)
    return BuildFailed(
        f"building the reference guest failed: {words[-1].strip()}{where}",
        hint=MIRROR if offline else "`hil doctor` lists what is missing",
    )


def _initramfs(folder: Path, base: BaseImage, keys: Path, pe: Path, stages: Stages) -> None:
    with stages.stage("pack the guest's services"):
        payload = Payload(
            base=base.folder,
            host_key=(keys / "host").read_bytes(),
            authorized_key=(keys / "login.pub").read_text(),
            pe_files={name: pe / name for name in IN_GUEST},
            packages=(REFERENCE / "autoconfig", COMMON / "hil_common"),
        )
        build_payload(payload, REFERENCE / "guest", folder / "initrd.img")


def _keys(cache: Path) -> Path:
    """The guest's host key and the one key that may log in, made once for this cache."""

    def make(folder: Path) -> None:
        for name in ("host", "login"):
            private, public = fresh_key_pair()
            (folder / name).touch(0o600)
            (folder / name).write_bytes(private)
            (folder / f"{name}.pub").write_bytes(public)

    return entry(cache, "keys", "1", make)
