# SPDX-License-Identifier: GPL-2.0-or-later
"""What the IHV host may use of this machine, and what it did use: a control group per process.

The vendor's DLL runs there and may do anything. The kernel bounds memory (beyond the limit it ends
the process, and nothing else) and threads (beyond the limit creating one fails); processor time is
only counted, and a host that takes all of it for long loses its precedence, so that the rest of the
lab goes on. Everything the DLL started dies with the group.

No document gives limits for an IHV DLL: all numbers here are this lab's, and are told with every
finding that rests on them. Files: kernel documentation, "Control Group v2".
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from hil_common.loop import Loop, Timer

from ..log import note
from ..settings import ServiceLimits

ROOT = Path("/sys/fs/cgroup")
MEMORY_SHARE = 3, 8
"""Of the machine's memory: 173 MiB of 512 (the kernel has 461 to give). That leaves the lab's own
services what they need."""
TICK_S = 1.0
BUSY_SHARE = 0.8
"""Share of a tick from which it counts as spent computing."""
WEIGHT, WEIGHT_BUSY = 930, 20
"""cpu.weight: as nice -10, where the host starts, and what remains of it for a host that spins."""
YIELD_AFTER_S = 2.0
GONE_LIMIT_S = 1.0


@dataclass(frozen=True)
class Usage:
    """What a host used in its life.

    Attributes:
        cpu_ms: processor time.
        memory_kib: most memory at any time, memory_limit_kib what was allowed.
        out_of_memory: the kernel ended it for that.
        threads: most threads seen, threads_refused how often one more was refused.
        busy_ms: longest time on end that it kept the processor busy; busy_t_ns when that began.
    """

    cpu_ms: int = 0
    memory_kib: int = 0
    memory_limit_kib: int = 0
    out_of_memory: bool = False
    threads: int = 0
    threads_limit: int = 0
    threads_refused: int = 0
    busy_ms: int = 0
    busy_t_ns: int = 0


class Confinement:
    """The group of one host process, from before its start to after its end.

    Without control groups (a developer's machine) it bounds and counts nothing.

    Args:
        loop: looks at the processor time every `TICK_S`.
        limits: how many threads and how much memory; read at each start.
        clock_ns: the guest clock, for when a busy time began.
        root: where control groups are.
        now_s: measures the ticks.
    """

    def __init__(
        self,
        loop: Loop,
        limits: ServiceLimits,
        clock_ns: Callable[[], int],
        root: Path = ROOT,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._loop = loop
        self._limits = limits
        self._root = root
        self._clock_ns = clock_ns
        self._now_s = now_s
        self._folder: Path | None = None
        self._count = 0
        self._timer: Timer | None = None
        self._last_s = 0.0
        self._last_cpu_us = 0
        self._stretch_us = 0
        self._busy_us = 0
        self._busy_t_ns = 0
        self._threads = 0
        self._memory_limit = self._threads_limit = 0

    def open(self) -> Callable[[], None] | None:
        """Make the group; what the child has to call before it becomes the host, if anything."""
        self._stretch_us = self._busy_us = self._busy_t_ns = self._threads = 0
        self._folder = None
        self._count += 1
        if not (self._root / "cgroup.subtree_control").exists():
            return None
        folder = self._root / f"ihv-{self._count}"
        try:
            folder.mkdir(exist_ok=True)
            self._bound(folder)
            _write(folder / "memory.oom.group", "1")
            _write(folder / "cpu.weight", str(WEIGHT))
        except OSError as error:
            note(f"IHV host is not confined: {error.strerror}")
            return None
        self._folder = folder
        target = os.fspath(folder / "cgroup.procs")
        return lambda: _write(Path(target), "0")

    def bound(self) -> None:
        """Bound the group by the limits as they are now."""
        if self._folder is not None:
            try:
                self._bound(self._folder)
            except OSError as error:
                note(f"IHV host keeps its limits: {error.strerror}")

    def _bound(self, folder: Path) -> None:
        self._threads_limit = self._limits.threads
        share = _memory_bytes() * MEMORY_SHARE[0] // MEMORY_SHARE[1]
        self._memory_limit = self._limits.memory_mib << 20 or share
        _write(folder / "memory.max", str(self._memory_limit))
        _write(folder / "pids.max", str(self._threads_limit))

    def watch(self) -> None:
        """Begin to look at the processor time; what the start took does not count."""
        if self._folder is not None:
            self._last_s, self._last_cpu_us = self._now_s(), self._cpu_us()
            self._timer = self._loop.call_after_s(TICK_S, self._tick)

    def kill(self) -> None:
        """End everything in the group at once."""
        if self._folder is not None:
            try:
                _write(self._folder / "cgroup.kill", "1")
            except OSError as error:
                note(f"group not killed: {error.strerror}")

    def close(self) -> Usage:
        """Remove the group, whose processes have ended; what they used."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        folder, self._folder = self._folder, None
        if folder is None:
            return Usage()
        usage = Usage(
            cpu_ms=_field(folder / "cpu.stat", "usage_usec") // 1000,
            memory_kib=_number(folder / "memory.peak") // 1024,
            memory_limit_kib=self._memory_limit // 1024,
            out_of_memory=_field(folder / "memory.events", "oom_kill") > 0,
            threads=self._threads,
            threads_limit=self._threads_limit,
            threads_refused=_field(folder / "pids.events", "max"),
            busy_ms=self._busy_us // 1000,
            busy_t_ns=self._busy_t_ns,
        )
        _remove(folder)
        return usage

    def _tick(self) -> None:
        now_s, cpu_us = self._now_s(), self._cpu_us()
        passed_us = (now_s - self._last_s) * 1e6
        used_us = cpu_us - self._last_cpu_us
        self._last_s, self._last_cpu_us = now_s, cpu_us
        assert self._folder is not None
        self._threads = max(self._threads, _number(self._folder / "pids.current"))
        if used_us < BUSY_SHARE * passed_us:
            self._end_stretch()
        else:
            self._busy(int(passed_us))
        self._timer = self._loop.call_after_s(TICK_S, self._tick)

    def _busy(self, passed_us: int) -> None:
        before_us, self._stretch_us = self._stretch_us, self._stretch_us + passed_us
        if self._stretch_us > self._busy_us:
            self._busy_us = self._stretch_us
            self._busy_t_ns = self._clock_ns() - self._stretch_us * 1000
        if before_us < YIELD_AFTER_S * 1e6 <= self._stretch_us:
            self._set_weight(WEIGHT_BUSY)

    def _end_stretch(self) -> None:
        if self._stretch_us >= YIELD_AFTER_S * 1e6:
            self._set_weight(WEIGHT)
        self._stretch_us = 0

    def _set_weight(self, weight: int) -> None:
        assert self._folder is not None
        try:
            _write(self._folder / "cpu.weight", str(weight))
        except OSError as error:
            note(f"precedence not changed: {error.strerror}")

    def _cpu_us(self) -> int:
        assert self._folder is not None
        return _field(self._folder / "cpu.stat", "usage_usec")


def _memory_bytes() -> int:
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def _write(path: Path, text: str) -> None:
    fd = os.open(path, os.O_WRONLY | os.O_TRUNC | os.O_CLOEXEC)
    try:
        os.write(fd, text.encode())
    finally:
        os.close(fd)


def _number(path: Path) -> int:
    try:
        return int(path.read_text())
    except (OSError, ValueError):
        return 0


def _field(path: Path, name: str) -> int:
    """One value of a file of `name value` lines, 0 if it is not there."""
    try:
        pairs = dict(line.split(None, 1) for line in path.read_text().splitlines())
        return int(pairs[name])
    except (OSError, ValueError, KeyError):
        return 0


def _remove(folder: Path) -> None:
    """The kernel lets go of a group a moment after its last process."""
    end_s = time.monotonic() + GONE_LIMIT_S
    while True:
        try:
            folder.rmdir()
            return
        except OSError as error:
            if time.monotonic() > end_s:
                note(f"group {folder.name} stays: {error.strerror}")
                return
            time.sleep(0.01)
