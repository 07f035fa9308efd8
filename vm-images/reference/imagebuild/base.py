# SPDX-License-Identifier: GPL-2.0-or-later
"""Build the base disk: minutes of mmdebstrap, whole or not at all, and never by mounting.

Works as root and, in mmdebstrap's unshare mode, as an ordinary user with a range of subordinate
ids. The tree is built under ``TMPDIR`` (default /tmp), which needs about 2 GB free.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import threading
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from .files import created_folder
from .needs import program_needs
from .progress import ProgressCallback, ProgressReader
from .recipe import ARTIFACTS, Mode, Recipe, mmdebstrap_argv

BUILD_LIMIT_S = 1800.0
"""A build that takes longer is stopped; it takes about a minute with a fast mirror."""
TERMINATE_LIMIT_S = 30.0
"""How long mmdebstrap may take to remove its tree after it is told to stop."""
FILES = ("disk.qcow2", "vmlinuz", "modules.tar", "busybox")
_TAIL_LINES = 15


class ImageBuildError(RuntimeError):
    """A disk could not be built; the message ends with the last lines of the build's output."""


@dataclass(frozen=True)
class BaseImage:
    """A built base: the disk (use overlays), the kernel and the initramfs' ingredients."""

    folder: Path

    @property
    def disk(self) -> Path:
        """The qcow2 disk; nothing may write to it."""
        return self.folder / "disk.qcow2"

    @property
    def kernel(self) -> Path:
        """The kernel (bzImage) for QEMU's -kernel."""
        return self.folder / "vmlinuz"

    @property
    def complete(self) -> bool:
        """Whether all files are there."""
        return all((self.folder / name).is_file() for name in FILES)


@dataclass(frozen=True)
class HostProblem:
    """Something this machine lacks for a build: what, and the command that fixes it."""

    need: str
    fix: str


def build_mode(uid: int | None = None) -> Mode:
    """Return how mmdebstrap is to run for this user id (default: the caller's)."""
    return "root" if (os.geteuid() if uid is None else uid) == 0 else "unshare"


def host_problems(mode: Mode | None = None) -> tuple[HostProblem, ...]:
    """Return what is missing on this machine to build a disk in this mode; empty if nothing."""
    mode = mode or build_mode()
    path = f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin"
    found = [
        HostProblem(f"the program {need.program}", f"apt-get install {' '.join(need.packages)}")
        for need in program_needs("build", *(["user"] if mode == "unshare" else []))
        if not need.is_file and shutil.which(need.program, path=path) is None
    ]
    if mode == "unshare":
        found += _subordinate_id_problems(_user())
    return tuple(found)


def _user() -> str:
    """Who builds; the number of a user without a name, as in many containers."""
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return str(os.geteuid())


def _subordinate_id_problems(user: str) -> list[HostProblem]:
    problems = []
    for name, option in (("subuid", "--add-subuids"), ("subgid", "--add-subgids")):
        path = Path("/etc") / name
        lines = path.read_text().splitlines() if path.exists() else []
        if not any(line.split(":")[0] in (user, str(os.getuid())) for line in lines):
            need = f"subordinate ids of {user} in {path}"
            problems.append(HostProblem(need, f"usermod {option} 100000-165535 {user}"))
    return problems


def build_base(
    recipe: Recipe,
    target: Path,
    *,
    deb_cache: Path | None = None,
    progress: ProgressCallback | None = None,
    limit_s: float = BUILD_LIMIT_S,
) -> BaseImage:
    """Build the base disk into the folder ``target``, which is there whole or not at all.

    ``deb_cache`` keeps downloaded packages for the next build (they are verified by apt again).
    The output goes to ``build.log`` in the folder, or beside it as ``<name>.failed.log``.
    Raises ImageBuildError; on any exception no process and no temporary file stays.
    """
    if deb_cache is not None:
        deb_cache.mkdir(parents=True, exist_ok=True)
    with created_folder(target) as folder:
        argv = mmdebstrap_argv(recipe, build_mode(), folder, deb_cache)
        log = folder / "build.log"
        try:
            _run(argv, log, progress, limit_s, hidden=frozenset(recipe.hook.splitlines()))
        except ImageBuildError:
            shutil.copyfile(log, target.with_name(f"{target.name}.failed.log"))
            raise
        for name in FILES:
            (folder / ARTIFACTS / name).rename(folder / name)
        (folder / ARTIFACTS).rmdir()
    return BaseImage(target)


def _run(
    argv: list[str],
    log: Path,
    progress: ProgressCallback | None,
    limit_s: float,
    hidden: frozenset[str],
) -> None:
    """Run the build; ``hidden`` lines (mmdebstrap repeats a failed hook) are kept out of errors."""
    environment = {**os.environ, "LC_ALL": "C"}
    environment["PATH"] = f"{environment.get('PATH', os.defpath)}:/usr/sbin:/sbin"
    late = threading.Event()
    with log.open("w") as sink:
        process = subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            env=environment,
            start_new_session=True,
        )

        def stop_late() -> None:
            late.set()
            _terminate(process)

        timer = threading.Timer(limit_s, stop_late)
        timer.start()
        try:
            assert process.stdout is not None
            tail = _follow(process.stdout, sink, progress, hidden)
            status = process.wait()
        finally:
            timer.cancel()
            _terminate(process)
            if process.stdout is not None:
                process.stdout.close()
    if late.is_set():
        raise ImageBuildError(f"disk build: not finished after {limit_s:.0f} s; last:\n{tail}")
    if status != 0:
        raise ImageBuildError(f"disk build: mmdebstrap ended with {status}; last:\n{tail}")


def _follow(
    stream: IO[str], sink: IO[str], progress: ProgressCallback | None, hidden: frozenset[str]
) -> str:
    reader = ProgressReader()
    tail: deque[str] = deque(maxlen=_TAIL_LINES)
    for line in stream:
        sink.write(line)
        if line.rstrip("\n") not in hidden:
            tail.append(line)
        moved = reader.feed(line)
        if moved is not None and progress is not None:
            progress(moved)
    return "".join(tail)


def _terminate(process: subprocess.Popen[str]) -> None:
    """Stop mmdebstrap (it removes its tree upon SIGTERM), by force if it does not follow."""
    if process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(TERMINATE_LIMIT_S)
    except subprocess.TimeoutExpired:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(TERMINATE_LIMIT_S)
