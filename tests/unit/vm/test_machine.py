# SPDX-License-Identifier: GPL-2.0-or-later
"""One QEMU from start to end: what it says is told, and it never outlives its context."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest

from harness.errors import LabFault, PeerGone
from harness.vm import machine as module
from harness.vm.argv import KernelBoot, MachineSpec, Wiring
from harness.vm.kept_states import NotRestored
from harness.vm.machine import Machine, running
from tests.unit.vm.conftest import FakeQemu

KERNEL = KernelBoot(Path("/image/kernel"), Path("/image/initrd"), "console=ttyS0")
SPEC = MachineSpec(512, "tcg", KERNEL)
USERNET = """Hub -1 (net0):\r
  Protocol[State]    FD  Source Address  Port   Dest. Address  Port RecvQ SendQ\r
  TCP[ESTABLISHED]   30       10.0.2.15    22       127.0.0.1 51234     0     0\r
  TCP[HOST_FORWARD]  14       127.0.0.1 40123       10.0.2.15    22     0     0\r
"""


def wiring(folder: Path) -> Wiring:
    """What a start of the machine is connected to."""
    return Wiring("run-1", folder / "disk.qcow2", -1, folder / "radio", folder / "serial.log")


def descriptors() -> set[str]:
    """This process's open descriptors."""
    return {path.name for path in Path("/proc/self/fd").iterdir() if path.exists()}


def test_a_machine_runs_and_is_told_to_quit(qemu: FakeQemu, tmp_path: Path) -> None:
    """It lives as long as the context, ends by `quit`, and leaves no descriptor open."""
    before = descriptors()
    with running(SPEC, wiring(tmp_path), tmp_path) as machine:
        assert machine.alive
        assert machine.state() == "serial console: hil: ready"
    assert machine.process.returncode == 0
    assert qemu.asked == ["qmp_capabilities", "quit"]
    assert not any(argument.startswith("fd:") for argument in qemu.argv)
    assert descriptors() == before


def test_an_error_inside_kills_the_machine(qemu: FakeQemu, tmp_path: Path) -> None:
    """After an error nobody asks for a polite end, and none is waited for."""
    with pytest.raises(ZeroDivisionError), running(SPEC, wiring(tmp_path), tmp_path) as machine:
        raise ZeroDivisionError
    assert machine.process.returncode is not None
    assert "quit" not in qemu.asked


def test_a_machine_that_ignores_quit_is_killed(
    qemu: FakeQemu, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its end is bounded; after the bound it is killed."""
    qemu.stay()

    def impatient(process: subprocess.Popen[bytes], timeout: float | None = None) -> int:
        if timeout is not None:
            raise subprocess.TimeoutExpired(process.args, timeout)
        return wait(process)

    wait = subprocess.Popen.wait
    with running(SPEC, wiring(tmp_path), tmp_path) as machine:
        monkeypatch.setattr(subprocess.Popen, "wait", impatient)
    assert machine.process.returncode == -signal.SIGKILL


def test_a_qemu_that_ends_at_once_tells_its_last_words(qemu: FakeQemu, tmp_path: Path) -> None:
    """What QEMU refused is in the fault, and its output is kept."""
    qemu.die("warning: x\nqemu-system-x86_64: could not open disk image\n")
    before = descriptors()
    with (
        pytest.raises(LabFault, match=r"start of QEMU: .*could not open disk image"),
        running(SPEC, wiring(tmp_path), tmp_path),
    ):
        pass
    assert "warning: x" in (tmp_path / "qemu-stderr.log").read_text()
    assert descriptors() == before


def test_a_machine_without_qemu_tells_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With no QEMU on the machine the fault names the program."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "setpriv").symlink_to("/usr/bin/setpriv")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    with (
        pytest.raises(LabFault, match=r"start of QEMU: .*qemu-system-x86_64"),
        running(SPEC, wiring(tmp_path), tmp_path),
    ):
        pass


def test_a_saved_state_is_handed_over_and_continued(
    qemu: FakeQemu, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """QEMU gets the state as a descriptor; the machine is let run once the state is read."""
    monkeypatch.setattr(module, "migrates_to_files", lambda: False)
    state = tmp_path / "devices"
    state.write_bytes(b"QEVM")
    qemu.answer({"query-status": [{"status": "inmigrate"}, {"status": "paused"}]})
    before = descriptors()
    with running(SPEC, wiring(tmp_path), tmp_path, state=state):
        assert qemu.argv[-2:] == ["-incoming", "defer"]
    assert qemu.asked[1:7] == [
        *("migrate-set-capabilities", "getfd", "migrate-incoming"),
        *("query-status", "query-status", "cont"),
    ]
    assert qemu.arguments("migrate-incoming") == {"uri": "fd:state"}
    assert descriptors() == before


def test_a_newer_qemu_gets_the_states_name(
    qemu: FakeQemu, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """QEMU 11 reads no plain file by descriptor any more, 8.2 and later read it by name."""
    monkeypatch.setattr(module, "migrates_to_files", lambda: True)
    state = tmp_path / "devices"
    state.write_bytes(b"QEVM")
    with running(SPEC, wiring(tmp_path), tmp_path, state=state):
        assert qemu.arguments("migrate-incoming") == {"uri": f"file:{state}"}
    assert "getfd" not in qemu.asked


def test_a_qemu_that_cannot_leave_the_memory_out_restores_nothing(
    qemu: FakeQemu, tmp_path: Path
) -> None:
    """The capability has an x: it may go. Then states are not used, and the guest is booted."""
    (tmp_path / "devices").write_bytes(b"QEVM")
    qemu.answer({"migrate-set-capabilities": ["refuse"]})
    with (
        pytest.raises(NotRestored, match=r"migrate-set-capabilities.*refused"),
        running(SPEC, wiring(tmp_path), tmp_path, state=tmp_path / "devices"),
    ):
        pass


def test_a_guest_that_stops_by_itself_is_told(qemu: FakeQemu, tmp_path: Path) -> None:
    """While it runs there is no trouble; a state nobody asked for is one, and so is its end."""
    qemu.say("KVM internal error. Suberror: 1\nRAX=0\n")
    statuses = [{"status": one} for one in ("running", "internal-error")]
    qemu.answer({"query-status": [*statuses, "die"]})
    with running(SPEC, wiring(tmp_path), tmp_path) as machine:
        assert machine.trouble() == ""
        assert machine.trouble() == (
            "QEMU stopped the guest (internal-error): KVM internal error. Suberror: 1"
        )
        assert machine.trouble().startswith("QEMU ended with status 3")
        assert machine.trouble().startswith("QEMU ended with status 3")


def test_a_state_that_kills_qemu_is_a_lab_fault(qemu: FakeQemu, tmp_path: Path) -> None:
    """A damaged state ends QEMU while it is read: gone, not waited for."""
    state = tmp_path / "devices"
    state.touch()
    qemu.answer({"query-status": ["die"]})
    with pytest.raises(NotRestored), running(SPEC, wiring(tmp_path), tmp_path, state=state):
        pass


def test_a_state_that_qemu_refuses_before_its_greeting(qemu: FakeQemu, tmp_path: Path) -> None:
    """QEMU may end before it has said a word of QMP: that, too, is the state's."""
    state = tmp_path / "devices"
    state.touch()
    qemu.die("qemu-system-x86_64: load of migration failed: Invalid argument\n")
    with (
        pytest.raises(NotRestored, match=r"load of migration failed"),
        running(SPEC, wiring(tmp_path), tmp_path, state=state),
    ):
        pass


def test_the_ssh_port_is_read_from_the_network_table(qemu: FakeQemu, tmp_path: Path) -> None:
    """The forward's line counts, not that of a connection; without one the table is told."""
    qemu.answer({"human-monitor-command": [USERNET, "Hub -1 (net0):\r\n", ""]})
    with running(SPEC, wiring(tmp_path), tmp_path) as machine:
        assert machine.ssh_port() == 40123
        with pytest.raises(PeerGone, match=r"forwarded SSH port .*Hub -1"):
            machine.ssh_port()
        with pytest.raises(PeerGone, match="empty table"):
            machine.ssh_port()


class Ended:
    """A QEMU process that has ended with a status."""

    def __init__(self, status: int | None) -> None:
        self.status = status

    def poll(self) -> int | None:
        """How it ended."""
        return self.status


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (1, "QEMU ended with status 1: out of memory"),
        (-9, "QEMU ended with signal 9: out of memory"),
        (0, "QEMU ended with status 0: serial console: silent"),
        (None, "serial console: silent"),
    ],
)
def test_the_state_of_a_machine_is_one_line(tmp_path: Path, status: int | None, said: str) -> None:
    """How QEMU ended with its last words, or the last line of the guest's console."""
    (tmp_path / "stderr").write_text("out of memory\n")
    process: Any = Ended(status)
    nothing: Any = None
    machine = Machine(process, nothing, tmp_path / "serial", tmp_path / "stderr")
    assert machine.alive is (status is None)
    assert machine.state() == said


def test_a_machine_is_out_of_reach_of_the_terminals_signals(qemu: FakeQemu, tmp_path: Path) -> None:
    """Ctrl-C goes to the harness alone, which then ends the machine itself."""
    with running(SPEC, wiring(tmp_path), tmp_path) as machine:
        assert os.getsid(machine.process.pid) == machine.process.pid != os.getsid(0)


def test_a_usb_adapter_is_plugged_in_and_pulled_out(qemu: FakeQemu, tmp_path: Path) -> None:
    """The connection first, as the device needs it; it goes with the device."""
    with running(SPEC, wiring(tmp_path), tmp_path) as machine:
        machine.plug(tmp_path / "usb")
        machine.unplug()
    assert qemu.asked[1:-1] == ["chardev-add", "device_add", "device_del"]


def test_an_adapter_that_qemu_does_not_take_is_a_lab_fault(qemu: FakeQemu, tmp_path: Path) -> None:
    """Nobody listens there, or there is no USB host."""
    qemu.answer({"chardev-add": ["refuse"]})
    with (
        pytest.raises(LabFault, match="plugging in of the USB adapter"),
        running(SPEC, wiring(tmp_path), tmp_path) as machine,
    ):
        machine.plug(tmp_path / "usb")
