# SPDX-License-Identifier: GPL-2.0-or-later
"""The host's control group, with a folder of plain files in the kernel's place."""

from __future__ import annotations

from pathlib import Path

import pytest
from autoconfig.ihv_host.confine import WEIGHT, WEIGHT_BUSY, Confinement, Usage
from autoconfig.settings import ServiceLimits

from tests.unit.autoconfig.doubles import FakeLoop


class Kernel:
    """A root group, and files as the kernel would keep them in a new one."""

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / "cgroup.subtree_control").write_text("cpu memory pids\n")
        self.folder = root / "ihv-1"
        self.folder.mkdir()
        for name in ("memory.max", "memory.oom.group", "pids.max", "cpu.weight", "cgroup.procs",
                     "cgroup.kill"):  # fmt: skip
            (self.folder / name).write_text("")
        self.say(cpu_us=0)

    def say(self, cpu_us: int, threads: int = 9, oom: int = 0, refused: int = 0) -> None:
        """What the kernel counts."""
        (self.folder / "cpu.stat").write_text(f"usage_usec {cpu_us}\nuser_usec 1\n")
        (self.folder / "pids.current").write_text(f"{threads}\n")
        (self.folder / "memory.peak").write_text(f"{20 << 20}\n")
        (self.folder / "memory.events").write_text(f"low 0\noom_kill {oom}\n")
        (self.folder / "pids.events").write_text(f"max {refused}\n")

    def holds(self, name: str) -> str:
        """What was written to a file."""
        return (self.folder / name).read_text()

    def forget(self) -> None:
        """The kernel's files go with the group."""
        for file in self.folder.iterdir():
            file.unlink()


@pytest.fixture
def kernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Kernel:
    """A machine with control groups."""
    made = Kernel(tmp_path)
    monkeypatch.setattr("autoconfig.ihv_host.confine._remove", lambda folder: made.forget())
    return made


def test_limits_that_changed_bound_the_group_anew(kernel: Kernel) -> None:
    """A host that waited goes on within the limits of its start."""
    limits = ServiceLimits(threads=64)
    confinement = Confinement(FakeLoop(), limits, lambda: 0, kernel.root)
    confinement.open()
    limits.change({"threads": 32, "memory_mib": 100})
    confinement.bound()
    assert kernel.holds("pids.max") == "32"
    assert kernel.holds("memory.max") == str(100 << 20)


def confined(kernel: Kernel) -> tuple[FakeLoop, Confinement]:
    """A confinement on a made-up clock, its group open."""
    loop = FakeLoop()
    confinement = Confinement(
        loop, ServiceLimits(threads=64), lambda: int(loop.now_s * 1e9), kernel.root,
        lambda: loop.now_s,
    )  # fmt: skip
    enter = confinement.open()
    assert enter is not None
    enter()
    return loop, confinement


def test_a_group_with_limits_is_entered(kernel: Kernel) -> None:
    """The child moves itself; memory and threads are bounded before it starts."""
    confined(kernel)
    assert kernel.holds("cgroup.procs") == "0"
    assert kernel.holds("pids.max") == "64"
    assert int(kernel.holds("memory.max")) > 1 << 20
    assert kernel.holds("memory.oom.group") == "1"


def test_what_was_used_is_told_at_the_end(kernel: Kernel) -> None:
    """Processor time, memory, threads, and what the kernel refused."""
    loop, confinement = confined(kernel)
    confinement.watch()
    kernel.say(cpu_us=700_000, threads=40)
    loop.advance(1.1)
    kernel.say(cpu_us=900_000, threads=3, oom=1, refused=5)
    confinement.kill()
    assert kernel.holds("cgroup.kill") == "1"
    usage = confinement.close()
    assert (usage.cpu_ms, usage.memory_kib, usage.threads) == (900, 20480, 40)
    assert usage.out_of_memory
    assert (usage.threads_refused, usage.threads_limit) == (5, 64)
    assert usage.busy_ms == 0


def test_the_longest_busy_time_counts(kernel: Kernel) -> None:
    """A process that spins loses its precedence, and gets it back when it is calm."""
    loop, confinement = confined(kernel)
    confinement.watch()
    used_us = 0
    for share in (1.0, 1.0, 0.9, 0.1, 1.0):
        used_us += int(share * 1e6)
        kernel.say(cpu_us=used_us)
        loop.advance(1.0)
        if loop.now_s == 3.0:
            assert kernel.holds("cpu.weight") == str(WEIGHT_BUSY)
    assert kernel.holds("cpu.weight") == str(WEIGHT)
    usage = confinement.close()
    assert usage.busy_ms == 3000
    assert usage.busy_t_ns == 0


def test_a_machine_without_control_groups(tmp_path: Path) -> None:
    """Nothing is bounded and nothing claimed."""
    confinement = Confinement(FakeLoop(), ServiceLimits(), lambda: 0, tmp_path)
    assert confinement.open() is None
    confinement.watch()
    confinement.kill()
    assert confinement.close() == Usage()
