# SPDX-License-Identifier: GPL-2.0-or-later
"""Builds the PE files once, makes a Wine prefix once, and starts hosts and agents in it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from tests.wine.peer import HostPeer
from tests.wine.probe import Script

SOURCES = Path(__file__).parents[2] / "vm-images" / "ihv"
CROSS = "x86_64-w64-mingw32-gcc"
BUILD_TIMEOUT_S = 600
PREFIX_TIMEOUT_S = 600
COMMAND_TIMEOUT_S = 60
TEST_TIMEOUT_S = 180
"""Of a test alone: set-up has its own bounds."""
SERVER_IDLE_S = 600
ADAPTER_KEY = (
    r"HKLM\SYSTEM\CurrentControlSet\Control\Class\{4D36E972-E325-11CE-BFC1-08002BE10318}"
    r"\0001\Ndi\IHVExtensions"
)

StartHost = Callable[..., HostPeer]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder runs under Wine."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.wine)
            item.add_marker(pytest.mark.timeout(TEST_TIMEOUT_S, func_only=True))


def windows_path(path: Path) -> str:
    """The path as programs under Wine see it."""
    return "Z:" + str(path.resolve()).replace("/", "\\")


@dataclass
class Wine:
    """A Wine prefix and what runs in it."""

    env: dict[str, str]
    folder: Path
    _registered: str = field(default="", init=False)

    def run(self, *argv: str | Path) -> subprocess.CompletedProcess[bytes]:
        """Run a program to its end."""
        return subprocess.run(
            ["wine", *map(str, argv)], env=self.env, cwd=self.folder, stdin=subprocess.DEVNULL,
            capture_output=True, timeout=COMMAND_TIMEOUT_S, check=False,
        )  # fmt: skip

    def register(self, dll: str) -> None:
        """Make a DLL the adapter's IHV Extensions DLL."""
        if dll == self._registered:
            return
        done = self.run("reg", "add", ADAPTER_KEY, "/v", "ExtensibilityDLL", "/d", dll, "/f")
        assert done.returncode == 0, done.stdout + done.stderr
        self._registered = dll


@pytest.fixture(scope="session")
def pe(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the built PE files."""
    if shutil.which(CROSS) is None:
        pytest.fail(f"{CROSS} is not installed")
    build = tmp_path_factory.mktemp("pe")
    subprocess.run(
        ["make", "-s", "-j2", "-C", str(SOURCES), f"BUILD={build}"],
        check=True, capture_output=True, timeout=BUILD_TIMEOUT_S,
    )  # fmt: skip
    return build


@pytest.fixture(scope="session")
def wine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wine]:
    """A fresh prefix. One server of its own serves all programs of the session: Debian's ends with
    its last program, and one that starts just then finds its socket closed ("recvmsg: Connection
    reset by peer"). It is stopped at the end, or stops by itself when a killed session left it."""
    if shutil.which("wine") is None:
        pytest.fail("wine is not installed")
    folder = tmp_path_factory.mktemp("wine")
    env = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    env |= {
        "WINEPREFIX": str(folder / "prefix"),
        "WINEDEBUG": "-all",
        "WINEDLLOVERRIDES": "mscoree,mshtml=",
    }
    server = shutil.which("wineserver") or "/usr/lib/wine/wineserver"
    (folder / "prefix").mkdir()  # the server makes none
    # No pipes: the server, and the services that the first program starts, would keep them open.
    quiet: Any = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.DEVNULL) | {"env": env}
    subprocess.run([server, f"-p{SERVER_IDLE_S}"], check=True, timeout=COMMAND_TIMEOUT_S, **quiet)
    try:
        boot = ["wine", "wineboot", "-i"]
        subprocess.run(boot, check=True, timeout=PREFIX_TIMEOUT_S, **quiet)
        yield Wine(env, folder)
    finally:
        subprocess.run([server, "-k"], check=False, timeout=COMMAND_TIMEOUT_S, **quiet)


@pytest.fixture
def start_host(pe: Path, wine: Wine) -> Iterator[StartHost]:
    """Start ihvhost.exe on a DLL; it is closed, or killed, at the end of the test."""
    peers: list[HostPeer] = []

    def start(dll: str | Path, *arguments: str, refuses_quietly: bool = False) -> HostPeer:
        wine.register(windows_path(dll) if isinstance(dll, Path) else dll)
        argv = ["wine", str(pe / "ihvhost.exe"), *arguments]
        peers.append(HostPeer(argv, wine.env, wine.folder, refuses_quietly=refuses_quietly))
        return peers[-1]

    yield start
    for peer in peers:
        peer.close()


@pytest.fixture
def host(start_host: StartHost, pe: Path) -> HostPeer:
    """A host with sample.dll and one adapter."""
    peer = start_host(pe / "sample.dll")
    peer.start()
    return peer


@dataclass(frozen=True)
class Recorder:
    """A folder with recorder.dll, set up for a vendor DLL."""

    dll: Path
    trace: Path


@pytest.fixture
def recorder(pe: Path, tmp_path: Path) -> Callable[[Path], Recorder]:
    """Set up recorder.dll in front of a vendor DLL."""

    def make(vendor: Path) -> Recorder:
        dll = tmp_path / "recorder.dll"
        trace = tmp_path / "trace.jsonl"
        shutil.copy(pe / "recorder.dll", dll)
        (tmp_path / "recorder.ini").write_text(
            f"[recorder]\r\nvendor={windows_path(vendor)}\r\ntrace={windows_path(trace)}\r\n"
        )
        return Recorder(dll, trace)

    return make


@dataclass(frozen=True)
class Played:
    """What came of a script: the host's lines, its exit code, and the recorder's trace."""

    code: int
    output: list[str]
    trace: bytes

    @cached_property
    def records(self) -> list[dict[str, Any]]:
        """All records of the trace; every line is whole."""
        return [json.loads(line) for line in self.trace.splitlines()]

    @property
    def salt(self) -> bytes:
        """What the hashes of this trace are salted with."""
        return bytes.fromhex(self.records[0]["salt"])

    @cached_property
    def _calls(self) -> list[tuple[dict[str, Any], dict[str, Any]]]:
        """Entries and returns, without those of the three exports."""
        returns = {record["call"]: record for record in self.records if record["kind"] == "return"}
        enters = [record for record in self.records if record["kind"] == "enter"]
        return [(record, returns[record["call"]]) for record in enters
                if record["function"] not in EXPORTS]  # fmt: skip

    def call(self, number: int) -> tuple[dict[str, Any], dict[str, Any]]:
        """Entry and return of the script's calls, from 0."""
        return self._calls[number]


EXPORTS = (
    "Dot11ExtIhvGetVersionInfo", "Dot11ExtIhvInitService", "Dot11ExtIhvInitVirtualStation",
)  # fmt: skip
PlayProbe = Callable[..., Played]
PROBE_TIMEOUT_S = 120


@pytest.fixture(scope="session")
def probe(pe: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with probe_host.exe, probe_vendor.dll and recorder.dll in front of it."""
    folder = tmp_path_factory.mktemp("probe")
    here = Path(__file__).parent
    for source, target, how in (("probe_vendor.c", "probe_vendor.dll", ["-shared"]),
                                ("probe_host.c", "probe_host.exe", [])):  # fmt: skip
        subprocess.run(
            [CROSS, *how, "-std=gnu11", "-Wall", "-Wextra", "-Wno-cast-function-type", "-Werror",
             f"-I{SOURCES / 'include'}", f"-I{here}", "-D_WIN32_WINNT=0x0A00",
             "-DNTDDI_VERSION=0x0A000000", str(here / source), "-o", str(folder / target)],
            check=True, timeout=BUILD_TIMEOUT_S,
        )  # fmt: skip
    shutil.copy(pe / "recorder.dll", folder)
    names = [windows_path(folder / name) for name in ("probe_vendor.dll", "trace.jsonl")]
    ini = f"[recorder]\r\nvendor={names[0]}\r\ntrace={names[1]}\r\n"
    (folder / "recorder.ini").write_text(ini)
    return folder


@pytest.fixture(scope="session")
def play_probe(probe: Path, wine: Wine) -> PlayProbe:
    """Play a script through the recorder, or without it."""

    def play(script: Script, *, recorder: bool = True) -> Played:
        trace = probe / "trace.jsonl"
        trace.unlink(missing_ok=True)
        done = subprocess.run(
            ["wine", "probe_host.exe", "recorder.dll" if recorder else "probe_vendor.dll"],
            env=wine.env, cwd=probe, input=script.text().encode(), capture_output=True,
            timeout=PROBE_TIMEOUT_S, check=False,
        )  # fmt: skip
        lines = done.stdout.decode().split("\r\n")
        assert done.returncode or lines[-2:] == ["end", ""], lines[-5:]
        return Played(done.returncode, lines[:-2], trace.read_bytes() if recorder else b"")

    return play


@pytest.fixture
def compile_dll(tmp_path: Path) -> Callable[..., Path]:
    """Compile an odd vendor DLL with some macros defined; hostile.c acts by the DLL's name."""

    def compile_(name: str, *defines: str, source: str = "odd_vendor.c") -> Path:
        dll = tmp_path / f"{name}.dll"
        subprocess.run(
            [CROSS, "-shared", "-std=c11", "-Wall", "-Werror", f"-I{SOURCES / 'include'}",
             "-D_WIN32_WINNT=0x0A00", "-DNTDDI_VERSION=0x0A000000",
             *(f"-D{each}" for each in defines), str(Path(__file__).with_name(source)),
             "-o", str(dll)],
            check=True, capture_output=True, timeout=BUILD_TIMEOUT_S,
        )  # fmt: skip
        return dll

    return compile_
