# SPDX-License-Identifier: GPL-2.0-or-later
"""What recorder.dll adds to a call, measured by ihvbench.exe with a DLL that does nothing.

In two places: on this machine's own processor, under its Wine ("native Wine": nothing is emulated,
but the system calls are Wine's and not Windows'), and in the reference guest, where every figure
of a run comes from and, without KVM, the processor is emulated.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
from dataclasses import dataclass
from pathlib import Path, PureWindowsPath
from typing import Final

from harness.config.lab import Lab
from harness.console import Console
from harness.errors import HarnessError
from harness.guests.common.recorder import FOLDER
from harness.lab.bring_up import open_guest
from harness.lab.recording import open_recording

PROGRAM, VENDOR, RECORDER = "ihvbench.exe", "benchvendor.dll", "recorder.dll"
WINE_FOLDERS: Final = "/usr/bin:/usr/lib/wine"
WINE_START_S: Final = 180.0
"""Longest time for Wine to make its prefix."""
BENCH_S: Final = 120.0
"""Longest time for the measurement: 50,000 calls, tenfold slower where the guest is emulated."""
GUEST_FOLDER: Final = FOLDER / "bench"


@dataclass(frozen=True, slots=True)
class CallCost:
    """One kind of call: what it takes without the recorder, and through it, a value per batch."""

    call: str
    direct_us: tuple[float, ...]
    recorded_us: tuple[float, ...]

    @property
    def added_us(self) -> tuple[float, ...]:
        """What the recorder adds, a value per batch."""
        bare_us = statistics.median(self.direct_us)
        return tuple(one - bare_us for one in self.recorded_us)


def read_costs(output: str) -> tuple[CallCost, ...]:
    """The lines of ihvbench.exe; `HarnessError` if they are none."""
    try:
        rows = [json.loads(line) for line in output.splitlines() if line.strip()]
        costs = tuple(
            CallCost(
                str(row["call"]),
                tuple(float(ns) / 1000 for ns in row["direct_ns"]),
                tuple(float(ns) / 1000 for ns in row["recorded_ns"]),
            )
            for row in rows
        )
    except (ValueError, KeyError, TypeError) as error:
        raise HarnessError(f"{PROGRAM} told no figures: {error!r}") from None
    if not costs or not all(cost.direct_us and cost.recorded_us for cost in costs):
        raise HarnessError(f"{PROGRAM} told no figures")
    return costs


def settings(folder: PureWindowsPath) -> bytes:
    """recorder.ini for the DLL of the measurement."""
    text = f"[recorder]\r\nvendor={folder / VENDOR}\r\ntrace={folder / 'bench.jsonl'}\r\n"
    return text.encode()


def natively(pe: Path, scratch: Path) -> tuple[CallCost, ...]:
    """The costs on this machine under its own Wine; none if it has no Wine.

    `pe` is the folder of the built programs; the Wine prefix is made in `scratch`.
    """
    wine, server = (shutil.which(name, path=_path()) for name in ("wine", "wineserver"))
    if wine is None:
        return ()
    folder = scratch / "overhead"
    folder.mkdir()
    for name in (PROGRAM, VENDOR, RECORDER):
        shutil.copy(pe / name, folder)
    windows = PureWindowsPath("Z:" + str(folder.resolve()).replace("/", "\\"))
    (folder / "recorder.ini").write_bytes(settings(windows))
    env = {name: os.environ[name] for name in ("HOME", "LANG") if name in os.environ}
    env |= {"PATH": _path(), "WINEPREFIX": str(folder / "prefix"), "WINEDEBUG": "-all",
            "WINEDLLOVERRIDES": "mscoree,mshtml="}  # fmt: skip
    try:
        _wine([wine, "wineboot", "-i"], env, folder, WINE_START_S)
        return read_costs(_wine([wine, PROGRAM, VENDOR, RECORDER], env, folder, BENCH_S))
    finally:
        if server is not None:
            subprocess.run([server, "-k"], env=env, check=False, timeout=WINE_START_S)


def _path() -> str:
    return f"{os.environ.get('PATH', '')}:{WINE_FOLDERS}"


def _wine(argv: list[str], env: dict[str, str], folder: Path, limit_s: float) -> str:
    try:
        done = subprocess.run(
            argv, env=env, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True,
            timeout=limit_s, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise HarnessError(f"{argv[1]} did not end within {limit_s:g} s under Wine") from None
    if done.returncode:
        raise HarnessError(f"{argv[1]} failed under Wine: {done.stderr.decode(errors='replace')}")
    return done.stdout.decode(errors="replace")


def in_guest(lab: Lab, console: Console, scratch: Path) -> tuple[str, tuple[CallCost, ...]]:
    """The accelerator the guest ran with, and the costs in it."""
    run_dir = scratch / "overhead-guest"
    run_dir.mkdir()
    with (
        open_recording(run_dir) as recording,
        open_guest(lab, console, recording, run_dir) as guest,
    ):
        pe = guest.image.recorder.parent
        guest.ssh.mkdir(FOLDER)
        guest.ssh.mkdir(GUEST_FOLDER)
        for name in (PROGRAM, VENDOR, RECORDER):
            guest.ssh.put(pe / name, GUEST_FOLDER / name)
        guest.ssh.write(settings(GUEST_FOLDER), GUEST_FOLDER / "recorder.ini")
        command = " ".join(str(GUEST_FOLDER / name) for name in (PROGRAM, VENDOR, RECORDER))
        done = guest.ssh.run(command, timeout_s=BENCH_S)
        if done.status:
            raise HarnessError(f"{PROGRAM} failed in the guest: {done.errors.strip()}")
        return guest.accel.accel, read_costs(done.output)
