# SPDX-License-Identifier: GPL-2.0-or-later
"""Saved states: named by all that shapes the machine, whole or absent, made by one bounded boot."""

from __future__ import annotations

import io
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from harness.config.lab import Lab
from harness.console import Console, PlainConsole
from harness.errors import LabFault, PeerGone, TooSlow
from harness.guests.base import GuestImage
from harness.guests.common.ssh import Login
from harness.vm import machine
from harness.vm import saved_state as module
from harness.vm.argv import KernelBoot, MachineSpec
from harness.vm.disk import copy_sparse, overlay
from harness.vm.kept_states import read_note, write_manifest
from harness.vm.machine import Machine
from harness.vm.saved_state import SavedState, prepared_state, saved_state
from tests.unit.vm.conftest import FakeQemu

LOGS = {"serial.log", "qmp.jsonl", "qemu-stderr.log"}

KERNEL = KernelBoot(Path("/image/kernel"), Path("/image/initrd"), "console=ttyS0")
SPEC = MachineSpec(512, "tcg", KERNEL)


@pytest.fixture
def said() -> io.StringIO:
    """What the console says."""
    return io.StringIO()


@pytest.fixture
def console(said: io.StringIO) -> Console:
    """A console whose lines are kept."""
    return PlainConsole(said)


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
        self.prepared_from: list[str] = []

    def state(self, image: GuestImage | None = None, spec: MachineSpec = SPEC) -> SavedState:
        """The state for these inputs."""
        logs = self.lab.store.cache / "logs"
        image = image or self.image
        return saved_state(self.lab, image, spec, self.console, lambda _: None, logs)

    def prepared(self, key: str = "dll 1") -> SavedState | None:
        """The state with something in place, upon the booted one."""
        logs = self.lab.store.cache / "logs"
        booted = self.state()
        return prepared_state(
            self.lab, SPEC, booted, key, self.console, lambda _: {"what": key}, logs
        )

    def boot(
        self, lab: Lab, image: GuestImage, spec: MachineSpec, folder: Path, *_: object
    ) -> None:
        """In place of a boot."""
        self.made += 1
        (folder / "memory").write_text("at rest")
        (folder / "devices").write_text("at rest")

    def go_on(
        self, lab: Lab, spec: MachineSpec, booted: SavedState, folder: Path, prepare: Any, *_: Any
    ) -> dict[str, object]:
        """In place of a machine that goes on from the booted state."""
        self.prepared_from.append(booted.name)
        (folder / "memory").write_text("prepared")
        note: dict[str, object] = prepare(None)
        return note


@pytest.fixture
def maker(
    tmp_path: Path, image: GuestImage, console: Console, monkeypatch: pytest.MonkeyPatch
) -> Maker:
    """Saved states without a machine."""
    lab = Lab.model_validate({"store": {"cache": tmp_path / "cache"}})
    maker = Maker(lab, image, console)
    monkeypatch.setattr(module, "_boot", maker.boot)
    monkeypatch.setattr(module, "_go_on", maker.go_on)
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


def test_a_state_that_was_touched_is_made_anew(maker: Maker, said: io.StringIO) -> None:
    """Cut short, written to, or without its manifest: said in one line, and never started from."""
    for damage in ("cut short", "written to", "without its manifest", "under a foreign name"):
        place = maker.state().folder
        memory, manifest = place / "memory", place / "state.json"
        match damage:
            case "cut short":
                memory.write_bytes(memory.read_bytes()[:-1])
            case "written to":
                memory.write_bytes(b"at r\0st")
            case "without its manifest":
                manifest.unlink()
            case _:
                manifest.write_text(manifest.read_text().replace(place.name, "state-0"))
        made, before = maker.made, len(said.getvalue().splitlines())
        assert maker.state().memory.read_text() == "at rest"
        assert maker.made == made + 1
        lines = said.getvalue().splitlines()[before:]
        assert sum(f"{place.name} is not used: " in line for line in lines) == 1, damage


def test_a_prepared_state_is_made_when_it_is_wanted_again(maker: Maker) -> None:
    """The first time pays nothing for it; from the third on it is there."""
    assert maker.prepared() is None
    second, third = maker.prepared(), maker.prepared()
    assert second is not None
    assert second == third
    assert second.note == {"what": "dll 1"}
    assert maker.prepared_from == [maker.state().name]


def test_what_is_in_place_and_what_it_stands_on_name_a_prepared_state(
    maker: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another DLL, or another QEMU below it, finds none."""
    maker.prepared()
    assert maker.prepared() is not None
    assert maker.prepared("dll 2") is None
    monkeypatch.setattr(module, "qemu_version", lambda: "QEMU 8.0")
    assert maker.prepared() is None


def test_what_cannot_be_put_in_place_is_no_state(maker: Maker, said: io.StringIO) -> None:
    """It is told, and the run tries by itself: what it meets there is what is reported."""

    def fail(_: Machine) -> dict[str, object]:
        raise PeerGone("registry value", 0, "gone")

    booted, logs = maker.state(), maker.lab.store.cache / "logs"
    for _ in range(3):
        made = prepared_state(maker.lab, SPEC, booted, "dll 1", maker.console, fail, logs)
        assert made is None
    assert "no saved state with this DLL: registry value" in said.getvalue()
    assert not list(maker.lab.store.cache.glob("prepared-*/"))


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
    monkeypatch.setattr(machine, "migrates_to_files", lambda: False)


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
            *("stop", "migrate-set-capabilities", "getfd", "migrate"),
            *("query-migrate", "query-migrate", "quit"),
        ]
        assert any("share=on" in argument for argument in qemu.argv)
        assert state.memory.stat().st_size == SPEC.memory_mib << 20
        for private in (state.memory, state.devices):
            assert private.stat().st_mode & 0o777 == 0o600
        assert state.disk.exists()
        assert not logs.exists()
        assert read_note(state.folder) == {}

    def test_a_prepared_state_goes_on_from_the_booted_one(
        self, qemu: FakeQemu, lab: Lab, image: GuestImage, console: Console, logs: Path
    ) -> None:
        """It is restored, used, stopped and saved, with a disk of its own."""
        qemu.answer({"query-migrate": [{"status": "completed"}]})
        booted = saved_state(lab, image, SPEC, console, lambda _: None, logs)
        booted.disk.write_text("written at boot")
        with booted.memory.open("r+b") as memory:
            memory.write(b"in memory at boot")
        write_manifest(booted.folder, booted.name, {})
        made = [
            prepared_state(lab, SPEC, booted, "dll", console, lambda _: {"a": 1}, logs)
            for _ in range(2)
        ][-1]
        assert made is not None
        assert made.disk.read_text() == "written at boot"
        with made.memory.open("rb") as memory:
            assert memory.read(17) == b"in memory at boot"
        assert made.memory.stat().st_blocks * 512 < 1 << 20  # what is zero takes no room
        assert made.note == {"a": 1}
        assert any("incoming" in argument for argument in qemu.argv)
        assert qemu.asked[-6:] == [
            *("stop", "migrate-set-capabilities", "getfd", "migrate", "query-migrate", "quit"),
        ]

    def test_nothing_is_prepared_upon_a_damaged_state(
        self, qemu: FakeQemu, lab: Lab, image: GuestImage, console: Console,
        said: io.StringIO, logs: Path,
    ) -> None:  # fmt: skip
        """What the disk gives back otherwise than it was written would be in the new one, too."""
        qemu.answer({"query-migrate": [{"status": "completed"}]})
        booted = saved_state(lab, image, SPEC, console, lambda _: None, logs)
        kept = booted.memory.stat()
        with booted.memory.open("r+b") as memory:
            memory.write(b"x")
        os.utime(booted.memory, ns=(kept.st_atime_ns, kept.st_mtime_ns))
        for _ in range(2):
            made = prepared_state(lab, SPEC, booted, "dll", console, lambda _: {}, logs)
            assert made is None
        assert "no saved state with this DLL" in said.getvalue()
        assert "memory: not what was saved" in said.getvalue()

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
        monkeypatch.setattr(machine, "migrates_to_files", lambda: True)
        qemu.answer({"query-migrate": [{"status": "completed"}]})
        state = saved_state(lab, image, SPEC, console, lambda _: None, logs)
        assert "getfd" not in qemu.asked
        assert "migrate" in qemu.asked
        assert state.devices.stat().st_mode & 0o777 == 0o600

    def test_a_save_that_fails_leaves_no_state(
        self, qemu: FakeQemu, lab: Lab, image: GuestImage, console: Console, logs: Path
    ) -> None:
        """QEMU's "failed" ends it at once, and the next run starts anew; the logs stay."""
        qemu.answer({"query-migrate": [{"status": "failed"}]})
        with pytest.raises(PeerGone, match=r"saving of the guest's state: .*failed"):
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


def test_memory_that_may_not_be_written_to_is_copied(tmp_path: Path) -> None:
    """QEMU opens for writing what it maps, though what one start writes is its own."""
    state, work = SavedState(tmp_path / "state-1", {}), tmp_path / "work"
    for folder in (state.folder, work):
        folder.mkdir()
    state.memory.write_bytes(b"m")
    assert state.memory_to_map(work) == state.memory
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "access", lambda *_: False)
        copied = state.memory_to_map(work)
    assert (copied.parent, copied.read_bytes()) == (work, b"m")


def test_a_copy_that_cannot_be_made_is_a_lab_fault(tmp_path: Path) -> None:
    """cp's own words are in the fault."""
    with pytest.raises(LabFault, match=r"copy of gone: .*No such file"):
        copy_sparse(tmp_path / "gone", tmp_path / "copy")
