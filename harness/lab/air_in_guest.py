# SPDX-License-Identifier: GPL-2.0-or-later
"""The air inside a Linux guest: the medium of radios of that guest's own kernel, called from here.

It lives in a network namespace of its own, so that it makes its own radios and is their medium
while the guest's other radio stays with the air on this machine. What it is written in comes along:
our packages as they are here, and the libraries in the releases that are used here, for the
guest's Python. Wants a root shell, `ip`, `tar` and `python3` there.
"""

from __future__ import annotations

import contextlib
import importlib.metadata
import io
import shlex
import shutil
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import TYPE_CHECKING, Final

from harness.errors import HarnessError
from harness.guests.common.ssh import Ssh
from harness.lab.air import AirClient, AirListener
from harness.local import programs
from harness.local.cache import digest, entry
from harness.local.deadline import Deadline

if TYPE_CHECKING:
    import paramiko

NAMESPACE: Final = "hil-air"
"""The network namespace that the radios are in."""
FOLDER: Final = "/opt/hil-air"
LIBRARIES: Final = ("cryptography", "pycryptodome", "pyroute2", "scapy")
"""What hwsim imports; with what these want themselves."""
START_S: Final = 120.0
"""An emulated processor takes half a minute to load the libraries for the first time."""
_PLATFORMS: Final = ("manylinux_2_34_x86_64", "manylinux_2_28_x86_64", "manylinux2014_x86_64")
_LEFT_OUT: Final = ("SelfTest", "contrib", "tests", "modules", "tools", "bin", "__pycache__")
"""Folders of the libraries that the air never loads: they would double what is carried over."""
_ROOT: Final = Path(__file__).resolve().parents[2]
_PACKAGES: Final = (_ROOT / "hwsim", _ROOT / "vm-images" / "common" / "hil_common")


class AirInGuest(AirClient):
    """The air in a guest, over the standard input and output of a command."""

    def __init__(self, shell: Ssh, command: str, listener: AirListener) -> None:
        super().__init__(listener)
        self._channel: paramiko.Channel
        self._client, self._channel = shell.program(command, self._take, name="the guest's air")

    def describe(self) -> str:
        """One line on the air: what it last said on its standard error, if it is gone."""
        if self.alive:
            return super().describe()
        said = b""
        while self._channel.recv_stderr_ready() and len(said) < 1 << 16:
            said += self._channel.recv_stderr(4096)
        lines = said.decode("utf-8", "replace").strip().splitlines()
        return lines[-1] if lines else "it ended without a word"

    def _await_end(self) -> None:
        self._channel.status_event.wait(5)

    def stop(self) -> None:
        """Hang up, upon which it ends, and its radios with it; never raises."""
        with contextlib.suppress(Exception):
            self._call("stop")
        with contextlib.suppress(Exception):
            self._channel.shutdown_write()
            self._channel.status_event.wait(10)
            self._channel.close()
        self._client.join(5)


@contextlib.contextmanager
def air_in_guest(
    shell: Ssh, cache: Path, listener: AirListener, radios: int
) -> Iterator[AirInGuest]:
    """Run the air in a guest, behind a root shell, on so many radios made for it.

    Its capture and keys are in ``/run/hil-air`` of the guest. Raises `LabFault`, `HarnessError`.
    """
    place_air(shell, cache)
    must(shell, f"ip netns add {NAMESPACE}; mkdir -p /run/hil-air")
    try:
        must(shell, inside("ip link set lo up"))
        run = f"python3 -m hwsim --control - --kernel {radios} --run-dir /run/hil-air"
        air = AirInGuest(shell, f"cd {FOLDER} && exec {inside(run)}", listener)
        try:
            air.await_start(START_S)
            air.wait_radio(10, radios)
            yield air
        finally:
            air.stop()
    finally:
        shell.run(f"ip netns delete {NAMESPACE}")


def inside(command: str, namespace: str = NAMESPACE) -> str:
    """A command of the guest's shell as it runs where the radios are."""
    return f"ip netns exec {namespace} {command}"


def must(shell: Ssh, command: str, *, timeout_s: float | None = None) -> str:
    """Run a command that has to succeed; its output. Raises `LabFault` with its last words."""
    done = shell.run(command, timeout_s=timeout_s)
    if done.status:
        deadline = Deadline(f"success of the guest's command {command!r:.200}", 0)
        deadline.state = (done.errors or done.output or f"status {done.status}")[-400:]
        raise deadline.gone()
    return done.output


def place_air(shell: Ssh, cache: Path) -> None:
    """Put the air into the guest; libraries that are there already stay."""
    python = must(shell, "python3 -c 'import sys; print(*sys.version_info[:2], sep=\".\")'")
    libraries = _libraries(cache, python)
    mark = f"{FOLDER}/{libraries.parent.name}"
    if shell.run(f"test -e {mark}").status:
        must(shell, f"rm -rf {FOLDER} && mkdir -p {FOLDER}")
        _unpack(shell, libraries.read_bytes())
        must(shell, f"touch {mark}")
    _unpack(shell, _packed(*_PACKAGES))


def _unpack(shell: Ssh, archive: bytes) -> None:
    r"""By way of ``C:\hil``, where files are put; in the guest that is a folder like another."""
    place = PureWindowsPath(r"C:\hil\air.tar.gz")
    shell.write(archive, place)
    path = shlex.quote("/" + place.as_posix())
    must(shell, f"tar -xzf {path} -C {FOLDER} && rm {path}", timeout_s=60)


def _packed(*folders: Path) -> bytes:
    """The folders as an archive, without what is never loaded there."""

    def kept(member: tarfile.TarInfo) -> tarfile.TarInfo | None:
        parts = PurePosixPath(member.name).parts[1:]
        return None if any(part in _LEFT_OUT for part in parts) else member

    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz", compresslevel=6) as archive:
        for folder in folders:
            archive.add(folder, folder.name, filter=kept)
    return buffer.getvalue()


def _libraries(cache: Path, python: str) -> Path:
    """The archive of the libraries for a Python such as 3.13, in the releases that run here."""
    wanted = [f"{name}=={importlib.metadata.version(name)}" for name in LIBRARIES]

    def make(folder: Path) -> None:
        site = folder / "site"
        argv = [sys.executable, "-m", "pip", "install", "--quiet", "--no-compile"]
        argv += ["--target", str(site), "--only-binary=:all:", "--implementation=cp"]
        argv += [f"--python-version={python}", *(f"--platform={one}" for one in _PLATFORMS)]
        done = programs.run([*argv, *wanted])
        if done.returncode != 0:
            lines = done.stderr.strip().splitlines() or ["nothing"]
            raise HarnessError(
                f"fetching {', '.join(LIBRARIES)} for the guest's Python {python} failed: "
                f"{lines[-1]:.300}",
                hint="pip must reach a package index: check the network, and pip's own settings",
            )
        (folder / "air.tar.gz").write_bytes(_packed(*site.iterdir()))
        shutil.rmtree(site)

    key = digest(python, *wanted, *_LEFT_OUT)
    return entry(cache, "guest-air", key, make) / "air.tar.gz"
