# SPDX-License-Identifier: GPL-2.0-or-later
"""The accelerator: KVM counts only when the guest's own kernel has spoken under it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from harness.errors import UsageError
from harness.vm import accel
from harness.vm.accel import Choice, choose, forget, probe, recall, remember
from harness.vm.argv import KernelBoot, MachineSpec
from tests.unit.vm.conftest import FakeQemu

INTERNAL_ERROR = "KVM internal error. Suberror: 1\nextra data[0]: 0x1\nemulation failure\n"


@pytest.fixture
def spec(tmp_path: Path) -> MachineSpec:
    """A guest with a kernel of its own."""
    (tmp_path / "kernel").write_bytes(b"kernel 1")
    return MachineSpec(512, "kvm", KernelBoot(tmp_path / "kernel", tmp_path / "initrd", "quiet"))


@pytest.fixture(autouse=True)
def machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """A host that is always the same, with disks that cost nothing and nothing forced."""
    monkeypatch.setattr(accel, "qemu_version", lambda: "QEMU 7.2")
    monkeypatch.setattr(accel, "host_cpu", lambda: "CPU 1")
    monkeypatch.setattr(accel, "overlay", lambda _, place: place)
    monkeypatch.delenv(accel.FORCE, raising=False)


class Asker:
    """Asks for an accelerator on a machine whose device is an ordinary file."""

    def __init__(self, folder: Path, spec: MachineSpec) -> None:
        self.folder, self.spec = folder, spec
        self.device = folder / "kvm"
        self.device.touch()
        self.cache, self.logs = folder / "cache", folder / "run" / "kvm-probe"

    def choose(self, wanted: str = "auto") -> Choice:
        """The accelerator for `wanted`."""
        disk = self.folder / "disk"
        return choose(wanted, self.spec, disk, self.cache, self.logs, device=self.device)  # type: ignore[arg-type]


@pytest.fixture
def asker(tmp_path: Path, spec: MachineSpec) -> Asker:
    """One who asks, with a cache of its own."""
    return Asker(tmp_path, spec)


def test_without_the_device_tcg_is_used(asker: Asker) -> None:
    """No /dev/kvm: TCG, and the line says why."""
    asker.device.unlink()
    assert asker.choose() == Choice("tcg", f"{asker.device} does not exist")


def test_a_device_of_others_is_not_tried(asker: Asker, monkeypatch: pytest.MonkeyPatch) -> None:
    """The group is named, as that is what is missing nearly always."""
    monkeypatch.setattr(accel.os, "access", lambda *_: False)
    assert "not accessible to this user (group kvm?)" in asker.choose().why


def test_a_kernel_that_speaks_means_kvm(asker: Asker, qemu: FakeQemu) -> None:
    """The first line of the guest's console is the only proof; it is asked for once."""
    assert asker.choose() == Choice("kvm", "the guest's kernel ran under KVM")
    assert "accel=kvm" in " ".join(qemu.argv)
    qemu.die("not started again")
    assert asker.choose().accel == "kvm"
    assert not asker.logs.exists()


def test_an_uncommanded_stop_means_tcg(asker: Asker, qemu: FakeQemu) -> None:
    """QEMU tells at once that KVM gave up; its words are the reason, and all logs are kept."""
    qemu.be_mute()
    qemu.say(INTERNAL_ERROR)
    qemu.answer({"query-status": [{"status": "running"}, {"status": "internal-error"}]})
    choice = asker.choose()
    assert choice.accel == "tcg"
    assert choice.why == (
        "the guest's kernel does not run under KVM: QEMU stopped the guest (internal-error): "
        "KVM internal error. Suberror: 1"
    )
    kept = {path.name for path in asker.logs.iterdir()}
    assert kept == {"serial.log", "qmp.jsonl", "qemu-stderr.log"}
    assert "emulation failure" in (asker.logs / "qemu-stderr.log").read_text()


def test_a_silent_console_means_tcg(
    asker: Asker, qemu: FakeQemu, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A guest that runs and says nothing is bounded and refused."""
    monkeypatch.setattr(accel, "PROBE_S", 0.2)
    qemu.be_mute()
    qemu.answer({"query-status": [{"status": "running"}]})
    assert "silent for 0 s" in asker.choose().why


def test_a_qemu_that_aborts_means_tcg(asker: Asker, qemu: FakeQemu) -> None:
    """Its telling line is kept, also where registers or nothing follow it."""
    qemu.die("error: failed to set MSR\nkvm.c:1: f: Assertion `ret == n' failed.\n\n")
    assert "Assertion `ret == n' failed" in asker.choose().why


def test_a_refusal_is_kept_for_a_day(
    asker: Asker, qemu: FakeQemu, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next run does not wait again, and says how to try anew; the day after it is tried."""
    qemu.die("no such register\n")
    first = asker.choose()
    (qemu.folder / "dies").unlink()
    again = asker.choose()
    assert again.accel == "tcg"
    assert again.why.startswith(first.why)
    assert "`hil doctor --deep` tries again" in again.why
    now_s = accel.time.time()
    monkeypatch.setattr(accel.time, "time", lambda: now_s + accel.DOUBT_S + 1)
    assert asker.choose().accel == "kvm"


def test_what_is_forgotten_is_tried_again(asker: Asker, qemu: FakeQemu) -> None:
    """`hil doctor --deep` begins with that."""
    remember(asker.cache, asker.spec, Choice("tcg", "it hung"))
    forget(asker.cache)
    assert asker.choose().accel == "kvm"


def test_another_kernel_qemu_or_host_is_another_question(
    asker: Asker, spec: MachineSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An answer holds for what it was found with."""
    remember(asker.cache, spec, Choice("kvm", "ran"))
    assert recall(asker.cache, spec) == Choice("kvm", "ran")
    other = KernelBoot(spec.boot.program, tmp_path / "initrd", "other")
    assert recall(asker.cache, replace(spec, boot=other)) is None
    spec.boot.program.write_bytes(b"kernel 2")
    assert recall(asker.cache, spec) is None
    spec.boot.program.write_bytes(b"kernel 1")
    monkeypatch.setattr(accel, "qemu_version", lambda: "QEMU 10")
    assert recall(asker.cache, spec) is None
    monkeypatch.setattr(accel, "qemu_version", lambda: "QEMU 7.2")
    monkeypatch.setattr(accel, "host_cpu", lambda: "CPU 2")
    assert recall(asker.cache, spec) is None


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"KEY": 1}', '{"KEY": {"accel": "hvf", "why": "", "at_s": 1}}']
)
def test_a_damaged_record_is_none(asker: Asker, spec: MachineSpec, text: str) -> None:
    """The cache is a file like any other: what cannot be read is asked anew."""
    remember(asker.cache, spec, Choice("kvm", "ran"))
    file = asker.cache / accel.RECORD
    (key,) = json.loads(file.read_text())
    file.write_text(text.replace("KEY", key))
    assert recall(asker.cache, spec) is None


def test_a_probe_that_finds_no_fault_says_nothing(
    asker: Asker, spec: MachineSpec, qemu: FakeQemu
) -> None:
    """The machine is told to quit, and nothing of it stays."""
    assert probe(spec, asker.folder / "disk", asker.logs) == ""
    assert qemu.asked[-1] == "quit"


@pytest.mark.parametrize("wanted", ["kvm", "tcg"])
def test_what_lab_toml_asks_for_is_taken_at_its_word(asker: Asker, wanted: str) -> None:
    """Nothing is started for it."""
    assert asker.choose(wanted) == Choice(wanted, "asked for in lab.toml")  # type: ignore[arg-type]


def test_the_environment_can_force_one(asker: Asker, monkeypatch: pytest.MonkeyPatch) -> None:
    """For tests: it stands in for "auto" alone, and a word that is none is refused."""
    monkeypatch.setenv(accel.FORCE, "tcg")
    assert asker.choose() == Choice("tcg", "asked for by HIL_ACCEL")
    assert asker.choose("kvm").accel == "kvm"
    monkeypatch.setenv(accel.FORCE, "hvf")
    with pytest.raises(UsageError, match="HIL_ACCEL=hvf"):
        asker.choose()
