# SPDX-License-Identifier: GPL-2.0-or-later
"""Saved states: named by all that shapes the machine, whole or absent, made by one bounded boot."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest

from harness.config.lab import Lab
from harness.console import Console, PlainConsole
from harness.errors import LabFault, PeerGone, TooSlow
from harness.guests.base import GuestImage
from harness.guests.common.ssh import Login
from harness.vm import saved_state as module
from harness.vm.argv import KernelBoot, MachineSpec
from harness.vm.disk import overlay
from harness.vm.machine import Machine
from harness.vm.saved_state import SavedState, saved_state
from tests.unit.vm.conftest import FakeQemu

LOGS = {"serial.log", "qmp.jsonl", "qemu-stderr.log"}

KERNEL = KernelBoot(Path("/image/kernel"), Path("/image/initrd"), "console=ttyS0")
SPEC = MachineSpec(512, "tcg", KERNEL)


@pytest.fixture
def console() -> Console:
    """A console that says nothing to anybody."""
    return PlainConsole(io.StringIO())


@pytest.fixture
def image(tmp_path: Path) -> GuestImage:
    """An image whose disk is one empty megabyte."""
    empty = tmp_path / "empty.raw"
    empty.write_bytes(b"\0" * (1 << 20))
    return GuestImage(
        key="k1", disk=tmp_path / "base.qcow2", boot=SPEC.boot, ready=b"hil: ready",
        login=Login("Administrator", tmp_path / "key", ""), agent=tmp_path, recorder=tmp_path,
    )  # fmt: skip


class Maker:
    """Asks for saved states in one cache, with the boot replaced by a note."""

    def __init__(self, lab: Lab, image: GuestImage, console: Console) -> None:
        self.lab, self.image, self.console = lab, image, console
        self.made = 0

    def state(self, image: GuestImage | None = None, spec: MachineSpec = SPEC) -> SavedState:
        """The state for these inputs."""
        logs = self.lab.store.cache / "logs"
        image = image or self.image
        return saved_state(self.lab, image, spec, self.console, lambda _: None, logs)

    def make(
        self, lab: Lab, image: GuestImage, spec: MachineSpec, folder: Path, *_: object
    ) -> None:
        """In place of a boot."""
        self.made += 1
        (folder / "memory").touch()


@pytest.fixture
def maker(
    tmp_path: Path, image: GuestImage, console: Console, monkeypatch: pytest.MonkeyPatch
) -> Maker:
    """Saved states without a machine."""
    lab = Lab.model_validate({"store": {"cache": tmp_path / "cache"}})
    maker = Maker(lab, image, console)
    monkeypatch.setattr(module, "_make", maker.make)
    monkeypatch.setattr(module, "qemu_version", lambda: "QEMU 7.2")
    monkeypatch.setattr(module, "host_cpu", lambda: "CPU 1")
    return maker


def test_the_same_machine_has_one_state(maker: Maker) -> None:
    """A second run finds the first one's state and boots nothing."""
    assert maker.state() == maker.state()
    assert maker.made == 1


@pytest.mark.parametrize(
    "spec",
    [
        replace(SPEC, memory_mib=1024),
        replace(SPEC, accel="kvm"),
        replace(SPEC, boot=replace(KERNEL, cmdline="quiet")),
        replace(SPEC, cpus=2),
    ],
)
def test_another_machine_has_another_state(maker: Maker, spec: MachineSpec) -> None:
    """Memory, accelerator and kernel command line are part of the key."""
    assert maker.state() != maker.state(spec=spec)
    assert maker.made == 2


def test_another_image_qemu_or_cpu_has_another_state(
    maker: Maker, image: GuestImage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A state made from other inputs, by another QEMU or on another CPU is never used."""
    states = [maker.state(), maker.state(replace(image, key="k2"))]
    monkeypatch.setattr(module, "qemu_version", lambda: "QEMU 8.0")
    states.append(maker.state())
    monkeypatch.setattr(module, "host_cpu", lambda: "CPU 2")
    states.append(maker.state())
    monkeypatch.setattr(module, "FORMAT", "next")
    states.append(maker.state())
    assert len(set(states)) == maker.made == 5


# Making one


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    """A lab with a cache of its own and a short limit."""
    return Lab.model_validate(
        {"store": {"cache": tmp_path / "cache"}, "limits": {"boot_s": 0.5}},
    )


@pytest.fixture
def disk(image: GuestImage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """qemu-img does its work in other tests."""

    def copy(backing: Path, place: Path) -> Path:
        place.touch()
        return place

    monkeypatch.setattr(module, "overlay", copy)
    monkeypatch.setattr(module, "qemu_version", lambda: "QEMU 7.2")
    monkeypatch.setattr(module, "migrates_to_files", lambda: False)


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    """Where a boot that fails leaves what it said."""
    return tmp_path / "run" / "boot"


@pytest.mark.usefixtures("disk")
class TestMaking:
    """One boot of a machine that is a fake QEMU."""

    def test_the_machine_is_used_stopped_and_saved(
        self, qemu: FakeQemu, lab: Lab, image: GuestImage, console: Console, logs: Path
    ) -> None:
        """The warm-up comes after the ready line and before the machine is stopped."""
        qemu.answer({"query-migrate": [{"status": "active"}, {"status": "completed"}]})
        warm: list[list[str]] = []
        state = saved_state(lab, image, SPEC, console, lambda _: warm.append(qemu.asked), logs)
        assert warm == [["qmp_capabilities"]]
        assert qemu.asked[1:] == [
            *("stop", "getfd", "migrate-set-parameters", "migrate"),
            *("query-migrate", "query-migrate", "quit"),
        ]
        assert state.memory.stat().st_mode & 0o777 == 0o600
        assert state.disk.exists()
        assert not logs.exists()

    def test_a_newer_qemu_saves_to_the_file_by_name(
        self,
        qemu: FakeQemu,
        lab: Lab,
        image: GuestImage,
        console: Console,
        logs: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """QEMU 11 takes no descriptor of a plain file any more; the file stays its owner's."""
        monkeypatch.setattr(module, "migrates_to_files", lambda: True)
        qemu.answer({"query-migrate": [{"status": "completed"}]})
        state = saved_state(lab, image, SPEC, console, lambda _: None, logs)
        assert "getfd" not in qemu.asked
        assert "migrate" in qemu.asked
        assert state.memory.stat().st_mode & 0o777 == 0o600

    def test_a_save_that_fails_leaves_no_state(
        self, qemu: FakeQemu, lab: Lab, image: GuestImage, console: Console, logs: Path
    ) -> None:
        """QEMU's "failed" ends it at once, and the next run starts anew; the logs stay."""
        qemu.answer({"query-migrate": [{"status": "failed"}]})
        with pytest.raises(PeerGone, match=r"saving of the guest's memory: .*failed"):
            saved_state(lab, image, SPEC, console, lambda _: None, logs)
        assert [path.name for path in lab.store.cache.iterdir()] == ["state.lock"]
        assert "hil: ready" in (logs / "serial.log").read_text()
        assert {path.name for path in logs.iterdir()} == LOGS

    def test_a_guest_that_never_is_ready_is_bounded(
        self,
        qemu: FakeQemu,
        lab: Lab,
        image: GuestImage,
        console: Console,
        logs: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """The boot's limit holds, and the console's last line tells how far it came."""
        silent = replace(image, ready=b"never said")
        with pytest.raises(TooSlow, match=r"boot of the guest: .*serial console: hil: ready"):
            saved_state(lab, silent, SPEC, console, lambda _: None, logs)

    def test_a_guest_that_stops_by_itself_is_not_waited_for(
        self,
        qemu: FakeQemu,
        lab: Lab,
        image: GuestImage,
        console: Console,
        logs: Path,
    ) -> None:
        """What QEMU says of it ends the boot at once, whatever its limit is."""
        qemu.be_mute()
        qemu.say("KVM internal error. Suberror: 1\n")
        qemu.answer({"query-status": [{"status": "internal-error"}]})
        with pytest.raises(PeerGone, match=r"QEMU stopped the guest \(internal-error\): KVM int"):
            saved_state(lab, image, SPEC, console, lambda _: None, logs)

    def test_a_failed_warm_up_ends_the_machine(
        self, qemu: FakeQemu, lab: Lab, image: GuestImage, console: Console, logs: Path
    ) -> None:
        """A guest that cannot be used is not worth saving."""
        machines: list[Machine] = []

        def fail(machine: Machine) -> None:
            machines.append(machine)
            raise PeerGone("SSH of the guest", 1, "refused")

        with pytest.raises(PeerGone, match="SSH of the guest"):
            saved_state(lab, image, SPEC, console, fail, logs)
        assert not machines[0].alive
        assert [path.name for path in lab.store.cache.iterdir()] == ["state.lock"]


def test_an_overlay_that_cannot_be_made_is_a_lab_fault(tmp_path: Path) -> None:
    """qemu-img's own words are in the fault."""
    with pytest.raises(LabFault, match=r"overlay disk of the guest: .*no\.qcow2"):
        overlay(tmp_path / "no.qcow2", tmp_path / "over.qcow2")
