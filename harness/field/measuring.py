# SPDX-License-Identifier: GPL-2.0-or-later
"""How fast captures are read, beside tshark on the same file, in turns.

The capture is made up: encrypted data, acknowledgements, and 2 % beacons and EAPOL, as a station's
radio hears them in an office. CPU time and peak memory are those of whole processes, as the kernel
counts them.
"""

from __future__ import annotations

import shutil
import struct
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

from harness.captures.links import RADIOTAP
from harness.console import Console
from harness.errors import UsageError
from harness.local.folders import trouble
from harness.local.workspace import work_folder

PACKETS: Final = 3_000_000
BOUND: Final = 1 / 8
"""Of tshark's CPU time, and of its memory."""
_RADIOTAP_HEADER: Final = struct.pack("<BBHIBBHHb", 0, 0, 15, 0x2E, 0, 12, 2437, 0xA0, -40)
_ACCESS_POINT: Final = bytes.fromhex("020000000001")
_STATIONS: Final = tuple(bytes((2, 0, 0, 0, 1, n)) for n in range(20))
_EVERY: Final = 100
_DATA_OF_3: Final = 2
_TSHARK: Final = ("-Y", "eapol", "-T", "fields", "-e", "frame.number", "-e", "frame.time_epoch")
_LAUNCHER: Final = """
import os, sys
null = os.open(os.devnull, os.O_RDWR)
files = [(os.POSIX_SPAWN_DUP2, null, fd) for fd in (0, 1, 2)]
child = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ, file_actions=files)
_, status, used = os.wait4(child, 0)
print(used.ru_utime + used.ru_stime, used.ru_maxrss)
sys.exit(os.waitstatus_to_exitcode(status))
"""
"""A small process starts the program: a process's peak begins with that of who started it."""
_M1: Final = bytes.fromhex("0203005f02008a0010") + bytes(90)


@dataclass(frozen=True, slots=True)
class Usage:
    """What a process used: seconds of CPU, and MiB at its peak."""

    cpu_s: float
    peak_mib: float


@dataclass(frozen=True, slots=True)
class ReadingFigures:
    """Each program's rounds; tshark's are empty where it is not installed."""

    packets: int
    size_mib: float
    own: tuple[Usage, ...]
    tshark: tuple[Usage, ...]

    def to_json(self) -> dict[str, Any]:
        """For other programs."""
        return asdict(self) | {"bound": BOUND}

    def lines(self) -> Iterator[str]:
        """For a person."""
        yield f"a capture of {self.packets} packets, {self.size_mib:.0f} MiB"
        for name, found in (("hil field inspect", self.own), ("tshark -Y eapol", self.tshark)):
            for one in found:
                yield f"  {name:<18} {one.cpu_s:7.2f} s of CPU  {one.peak_mib:7.0f} MiB at its peak"
        if not self.tshark:
            yield "  tshark is not installed, so nothing was compared (Debian: tshark)"
            return
        own, other = best(self.own), best(self.tshark)
        for what, ratio in (
            ("CPU time", own.cpu_s / other.cpu_s),
            ("memory", own.peak_mib / other.peak_mib),
        ):
            kept = "kept" if ratio <= BOUND else "missed"
            yield f"  {what}: {ratio:.3f} of tshark's (wanted: {BOUND:.3f}, {kept})"


def best(rounds: Sequence[Usage]) -> Usage:
    """The least of each: what disturbs a process only adds."""
    return Usage(min(one.cpu_s for one in rounds), min(one.peak_mib for one in rounds))


def measure_reading(rounds: int, console: Console, packets: int = PACKETS) -> ReadingFigures:
    """Write a capture, and have both programs read it, in turns."""
    tshark = shutil.which("tshark")
    with work_folder() as folder:
        path = folder / "made-up.pcap"
        try:
            with path.open("wb") as file:
                write_capture(file, packets)
        except OSError as error:
            raise UsageError(trouble(path, error), hint="make room, or set TMPDIR") from None
        own, other = [], []
        for number in range(1, rounds + 1):
            console.note(f"round {number} of {rounds}")
            argv = [sys.executable, "-m", "harness", "field", "inspect", str(path)]
            own.append(_usage(argv))
            if tshark is not None:
                other.append(_usage([tshark, "-r", str(path), *_TSHARK]))
        size = path.stat().st_size / (1 << 20)
    return ReadingFigures(packets, size, tuple(own), tuple(other))


def write_capture(file: BinaryIO, packets: int) -> None:
    """Write so many packets of a busy office."""
    file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, RADIOTAP))
    kinds = [_frame(n) for n in range(_EVERY * len(_STATIONS))]
    for number in range(packets):
        packet = kinds[number % len(kinds)]
        seconds, us = divmod(number * 300, 1_000_000)
        file.write(struct.pack("<IIII", seconds, us, len(packet), len(packet)))
        file.write(packet)


def _frame(number: int) -> bytes:
    """The packet at that place of the pattern: a beacon, an M1, data, or an acknowledgement."""
    station = _STATIONS[number % len(_STATIONS)]
    if number % _EVERY == 0:
        counted = (number << 4 & 0xFFFF).to_bytes(2, "little")
        ends = b"\xff" * 6 + _ACCESS_POINT + _ACCESS_POINT
        frame = b"\x80\0\0\0" + ends + counted + bytes(12) + b"\0\6office" + bytes(60)
    elif number % _EVERY == _EVERY // 2:
        ends = station + _ACCESS_POINT + _ACCESS_POINT
        frame = b"\x88\2\0\0" + ends + bytes(4) + bytes.fromhex("aaaa03000000888e") + _M1
    elif number % 3 < _DATA_OF_3:
        ends = _ACCESS_POINT + station + _ACCESS_POINT
        frame = b"\x88\x41\0\0" + ends + bytes(4) + bytes(438)
    else:
        frame = b"\xd4\0\0\0" + station
    return _RADIOTAP_HEADER + frame


def _usage(argv: Sequence[str]) -> Usage:
    """Run a program to its end. Raises `UsageError` if it fails."""
    root = str(Path(__file__).resolve().parents[2])
    launcher = [sys.executable, "-I", "-S", "-c", _LAUNCHER, *argv]
    ended = subprocess.run(launcher, cwd=root, capture_output=True, text=True, check=False)
    if ended.returncode:
        raise UsageError(f"{argv[0]}: ended with {ended.returncode}", hint="run it by hand")
    cpu_s, peak_kib = ended.stdout.split()
    return Usage(float(cpu_s), int(peak_kib) / 1024)
