# SPDX-License-Identifier: GPL-2.0-or-later
"""A guest brought up: a KVM that lets it down is given up for TCG, a broken lab is not."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from harness.config.lab import Lab
from harness.console import PlainConsole
from harness.errors import LabFault, PeerGone, TooSlow
from harness.guests.common.recorder import Installation, Setup
from harness.lab import bring_up as module
from harness.lab.bring_up import open_guest
from harness.lab.recording import Recording
from harness.vm import accel
from harness.vm.accel import Choice
from harness.vm.argv import MachineSpec, Wiring
from harness.vm.kept_states import NotRestored, write_manifest
from harness.vm.saved_state import SavedState
from tests.unit.doubles import IMAGES

INSTALLED = Installation("dll 1", "C:\\v.dll", "ab", "HKLM", "C:\\v.dll", None, None, ())


class Parts:
    """The parts a start is put together from, of which each may fail."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.choice = Choice("kvm", "the guest's kernel ran under KVM")
        self.started: list[tuple[str, bool]] = []
        self.back_ends: list[bool] = []
        """Of each air, whether it is a vhost-user back-end."""
        self.restored: list[str] = []
        self.damaged: set[str] = set()
        self.rotten: set[str] = set()
        self.has_prepared = False
        self.note = INSTALLED.to_note()
        self.overlay_faults: set[str] = set()
        self.faults: dict[str, Exception] = {}
        self.behind_s = 0.0
        self.console = io.StringIO()
        self.chosen: list[Choice] = []
        self.down: list[str] = []

    def state(self, lab: Lab, image: object, spec: MachineSpec, *_: object) -> SavedState:
        """In place of a saved state."""
        self._may_fail(f"state {spec.accel}")
        return self._saved("state-1", {})

    def prepared(self, *_: object) -> SavedState | None:
        """In place of a state with a DLL in place."""
        used = "prepared-1" in (*self.restored, *self.given_up)
        return self._saved("prepared-1", self.note) if self.has_prepared and not used else None

    def _saved(self, name: str, note: dict[str, object]) -> SavedState:
        folder = self.folder / name
        folder.mkdir(exist_ok=True)
        (folder / "memory").write_text("at rest")
        write_manifest(folder, name, note)
        if name in self.rotten:
            manifest = folder / "state.json"
            manifest.write_text(manifest.read_text().replace('"memory": "', '"memory": "0'))
        return SavedState(folder, note)

    @contextlib.contextmanager
    def air(self, *_: object, vhost: bool, adapter: str | None) -> Iterator[tuple[Any, Path]]:
        """In place of the air process."""
        self.back_ends.append(vhost)
        yield self, self.folder / "radio"
        self.down.append("air")

    @property
    def alive(self) -> bool:
        """Whether the air process has not ended."""
        return "air" not in self.faults

    def await_start(self) -> None:
        """The air process serves."""
        self._may_fail("air")

    def wait_radio(self, _: float) -> None:
        """The guest's radio is there."""

    @property
    def given_up(self) -> list[str]:
        """States whose folders are gone again."""
        names = ("prepared-1", "state-1")
        told = self.console.getvalue()
        return [name for name in names if f"saved state {name} is not used" in told]

    def overlay(self, backing: Path, place: Path) -> Path:
        """In place of qemu-img."""
        if backing.parent.name in self.overlay_faults:
            raise LabFault("overlay disk of the guest", 0, "Image is not in qcow2 format")
        return place

    @contextlib.contextmanager
    def machine(
        self, spec: MachineSpec, wiring: Wiring, logs: Path, *, state: Path | None
    ) -> Iterator[Any]:
        """In place of QEMU."""
        self.started.append((spec.accel, state is not None))
        assert (wiring.vhost_socket is not None) is self.back_ends[-1]
        self.restored.append(state.parent.name if state else "")
        if state and state.parent.name in self.damaged:
            raise NotRestored("restoring of the guest's memory", 0.1, "QEMU ended with status 1")
        (logs / "serial.log").write_text(f"console under {spec.accel}\n")
        yield spec.accel

    def reach(self, machine: str, *_: object, restored: bool) -> Any:
        """In place of SSH."""
        self._may_fail(f"ssh {machine}")
        return self

    def close(self) -> None:
        """The end of SSH."""

    def _may_fail(self, step: str) -> None:
        if step in self.faults:
            raise self.faults[step]

    @contextlib.contextmanager
    def open(self, port: str = "virtio_serial", **guest: object) -> Iterator[Any]:
        """`open_guest` with these parts, and this port and [guest] of lab.toml."""
        store = {"cache": self.folder / "cache"}
        lab = Lab.model_validate({"guest": guest, "store": store, "air": {"port": port}})
        run_dir = self.folder / "run"
        run_dir.mkdir()
        recording = Recording(io.BytesIO(), io.BytesIO())
        console = PlainConsole(self.console)
        with open_guest(
            lab, console, recording, run_dir,
            setup=lambda _: cast("Setup", SimpleNamespace(key="dll 1")),
            chosen=self.chosen.append,
        ) as opened:  # fmt: skip
            yield opened

    @property
    def remembered(self) -> Choice | None:
        """What is kept of KVM."""
        return accel.recall(self.folder / "cache", IMAGES.machine(512, "kvm"))


@pytest.fixture
def parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Parts:
    """A machine whose KVM was proven."""
    made = Parts(tmp_path)
    monkeypatch.delenv(accel.FORCE, raising=False)
    monkeypatch.setattr(accel, "qemu_version", lambda: "QEMU 7.2")
    service = SimpleNamespace(set_clock=lambda: made.behind_s, close=lambda: None)
    guest = SimpleNamespace(
        prepare=lambda *_: IMAGES, service_control=lambda *_, **__: service,
        settle=lambda _config, ssh, _again: ssh,
    )  # fmt: skip
    monkeypatch.setattr(module, "guest_of", lambda _: guest)
    monkeypatch.setattr(module, "choose", lambda *_: made.choice)
    monkeypatch.setattr(module, "saved_state", made.state)
    monkeypatch.setattr(module, "prepared_state", made.prepared)
    monkeypatch.setattr(module, "overlay", made.overlay)
    monkeypatch.setattr(module, "running_air", made.air)
    monkeypatch.setattr(module, "running", made.machine)
    monkeypatch.setattr(module, "_reach", made.reach)
    return made


def test_a_guest_comes_up_and_its_accelerator_is_told(parts: Parts) -> None:
    """From its saved state, with its clock set: by how much is kept."""
    parts.behind_s = 3 * 86400
    with parts.open() as guest:
        assert guest.accel == parts.choice
        assert guest.clock_set_by_s == 3 * 86400
    assert parts.started == [("kvm", True)]
    assert parts.chosen == [parts.choice]


def test_a_guest_with_hwsims_own_virtio_device_is_booted(parts: Parts) -> None:
    """QEMU saves no state of it; the air is the device's back-end, and QEMU is told where."""
    with parts.open("vhost_user"):
        pass
    assert parts.started == [("kvm", False)]
    assert parts.back_ends == [True]


@pytest.mark.parametrize("step", ["state kvm", "ssh kvm"])
def test_a_kvm_that_lets_the_guest_down_is_given_up(parts: Parts, step: str) -> None:
    """The run goes on with TCG, says why, keeps what the failed start said, and the next run
    does not try KVM again."""
    parts.faults[step] = PeerGone("boot of the guest", 2, "QEMU stopped the guest")
    with parts.open() as guest:
        assert guest.accel.accel == "tcg"
        assert "the guest failed under KVM: QEMU stopped the guest" in guest.accel.why
    assert "accelerator tcg: the guest failed under KVM" in parts.console.getvalue()
    assert [one.accel for one in parts.chosen] == ["kvm", "tcg"]
    known = parts.remembered
    assert known is not None
    assert known.accel == "tcg"
    if step == "ssh kvm":
        kept = parts.folder / "run" / "kvm-start" / "serial.log"
        assert kept.read_text() == "console under kvm\n"


def test_what_tcg_does_not_bring_up_either_is_not_kvms_fault(parts: Parts) -> None:
    """The fault of the second start counts; nothing is kept against KVM."""
    parts.faults["ssh kvm"] = PeerGone("SSH of the guest", 2, "refused")
    parts.faults["ssh tcg"] = TooSlow("SSH of the guest", 60, "refused")
    with pytest.raises(TooSlow), parts.open():
        pass
    assert parts.remembered is None


def test_a_kvm_that_was_asked_for_is_not_replaced(parts: Parts) -> None:
    """lab.toml's word counts; the fault says how to do without, and where the logs are."""
    parts.faults["ssh kvm"] = PeerGone("SSH of the guest", 2, "QEMU stopped the guest")
    with pytest.raises(PeerGone) as caught, parts.open(accel="kvm"):
        pass
    assert '[guest] accel = "tcg"' in caught.value.hint
    assert str(parts.folder / "run") in caught.value.hint
    assert parts.started == [("kvm", True)]


def test_a_guest_that_was_saved_with_the_dll_in_place_is_preferred(parts: Parts) -> None:
    """And knows what it has."""
    parts.has_prepared = True
    with parts.open() as guest:
        assert guest.installation == INSTALLED
    assert parts.restored == ["prepared-1"]


def test_states_that_qemu_does_not_take_are_given_up(parts: Parts) -> None:
    """The booted one is tried next; which was given up, and why, is told."""
    parts.choice = Choice("tcg", "no KVM")
    parts.has_prepared = True
    parts.damaged = {"prepared-1"}
    with parts.open() as guest:
        assert guest.installation is None
    assert parts.restored == ["prepared-1", "state-1"]
    assert not (parts.folder / "prepared-1").exists()
    assert "saved state prepared-1 is not used: QEMU ended" in parts.console.getvalue()


def test_a_state_with_a_damaged_disk_is_given_up(parts: Parts) -> None:
    """Its memory alone is of no use."""
    parts.choice = Choice("tcg", "no KVM")
    parts.has_prepared = True
    parts.overlay_faults = {"prepared-1"}
    with parts.open():
        pass
    assert parts.restored == ["state-1"]
    assert "prepared-1 is not used: Image is not in qcow2" in parts.console.getvalue()


def test_a_state_of_another_version_is_given_up(parts: Parts) -> None:
    """What it says of its files has another form: it is made anew."""
    parts.choice = Choice("tcg", "no KVM")
    parts.has_prepared = True
    parts.note = {"odd": 1}
    with parts.open() as guest:
        assert guest.installation is None
    assert parts.restored == ["state-1"]
    assert "has not the form of this version" in parts.console.getvalue()


def test_a_guest_whose_states_are_all_damaged_is_booted(parts: Parts) -> None:
    """A saved state saves time; a run that has none goes on without."""
    parts.choice = Choice("tcg", "no KVM")
    parts.damaged = {"state-1"}
    with parts.open():
        pass
    assert parts.restored == ["state-1", "state-1", ""]


def test_a_guest_that_was_restored_from_damaged_memory_is_given_up(parts: Parts) -> None:
    """QEMU does not notice: it is seen before a DLL is loaded, and another start is tried."""
    parts.choice = Choice("tcg", "no KVM")
    parts.has_prepared = True
    parts.rotten = {"prepared-1"}
    with parts.open() as guest:
        assert guest.installation is None
    assert parts.restored == ["prepared-1", "state-1"]
    assert "prepared-1 is not used: memory: not what was saved" in parts.console.getvalue()
    assert not (parts.folder / "prepared-1").exists()


def test_a_guest_that_damaged_memory_keeps_from_coming_up_is_given_up(parts: Parts) -> None:
    """Else every run from then on would end so."""
    parts.choice = Choice("tcg", "no KVM")
    parts.rotten = {"state-1"}
    parts.faults["ssh tcg"] = TooSlow("SSH of the guest", 60, "connection refused")
    with pytest.raises(TooSlow), parts.open():
        pass
    assert "state-1 is not used: memory: not what was saved" in parts.console.getvalue()
    assert parts.restored == ["state-1", "state-1", ""]


def test_an_air_that_ended_is_told_rather_than_what_came_of_it(parts: Parts) -> None:
    """Air and guest start side by side, and a guest without its air does not come up."""
    parts.choice = Choice("tcg", "no KVM")
    parts.faults["ssh tcg"] = PeerGone("start of QEMU", 0, "radio: Connection refused")
    parts.faults["air"] = PeerGone("start of the air process", 0, "ModuleNotFoundError: scapy")
    with pytest.raises(PeerGone, match=r"start of the air process: .*scapy"), parts.open():
        pass


def test_a_fault_under_tcg_tells_where_the_logs_are(parts: Parts) -> None:
    """There is nothing else to fall back to."""
    parts.choice = Choice("tcg", "no KVM")
    parts.faults["ssh tcg"] = TooSlow("SSH of the guest", 60, "serial console: silent")
    with pytest.raises(TooSlow) as caught, parts.open(saved_state=False):
        pass
    assert caught.value.hint.startswith("what the guest and QEMU said is in ")
    assert parts.started == [("tcg", False)]
