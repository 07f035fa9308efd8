# SPDX-License-Identifier: GPL-2.0-or-later
"""One running QEMU: started, watched, and gone without a trace when the context ends."""

from __future__ import annotations

import contextlib
import os
import re
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from harness.errors import LabFault, PeerGone
from harness.local.deadline import Deadline
from harness.local.programs import PARENT_DEATH, last_line
from harness.vm.argv import MachineSpec, Wiring, qemu_argv
from harness.vm.host import migrates_to_files
from harness.vm.kept_states import NotRestored
from harness.vm.qmp import Qmp, QmpRefused

RESTORE_S = 60
"""Bound on reading a saved state; it takes well under a second from a warm cache."""

USB = "adapter"
"""QEMU's name for the adapter, and for the connection to it."""

MAIN_LOOP_NICE = -10
"""Of QEMU's main loop once an adapter is plugged in, as of the air's process."""

RUNS = frozenset({"running", "inmigrate", "prelaunch"})
"""Values of QMP's RunState in which a machine runs, or is about to (qapi/run-state.json)."""

FIRST_WORDS = ("KVM internal error", "error: kvm", "Assertion", "KVM: ")
"""What QEMU begins an account with whose other lines are registers and code."""


@dataclass(slots=True)
class Machine:
    """A running QEMU."""

    process: subprocess.Popen[bytes]
    qmp: Qmp
    serial_log: Path
    stderr_log: Path

    @property
    def alive(self) -> bool:
        """Whether the QEMU process still runs."""
        return self.process.poll() is None

    def ended_within(self, limit_s: float) -> bool:
        """Whether QEMU has ended, or does so soon: one that was killed may be dying still."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(limit_s)
        return not self.alive

    def state(self) -> str:
        """One line on the machine: how QEMU ended, or the last line of its serial console."""
        console = f"serial console: {last_line(self.serial_log) or 'silent'}"
        code = self.process.poll()
        if code is None:
            return console
        how = f"signal {-code}" if code < 0 else f"status {code}"
        # One that ends in order was ended by its guest: a panic, or a power-off.
        said = console if code == 0 else qemu_said(self.stderr_log)
        return f"QEMU ended with {how}" + (f": {said}" if said else "")

    def trouble(self) -> str:
        """Why the guest does not run though nobody stopped it, in words; empty while it runs."""
        if not self.alive:
            return self.state()
        try:
            status = str(self.qmp.execute("query-status").get("status"))
        except PeerGone:  # it has just ended
            self.ended_within(1)
            return self.state()
        if status in RUNS:
            return ""
        said = qemu_said(self.stderr_log)
        return f"QEMU stopped the guest ({status})" + (f": {said}" if said else "")

    def plug(self, socket_path: Path) -> None:
        """Plug in the USB device that listens on a Unix socket by usbredir.

        Not on the command line: a device that is there while a saved state is read is never
        greeted. Raises `LabFault` if QEMU does not take it.
        """
        self._prefer_main_loop()
        address = {"type": "unix", "data": {"path": str(socket_path)}}
        backend = {"type": "socket", "data": {"addr": address, "server": False}}
        try:
            self.qmp.execute("chardev-add", {"id": USB, "backend": backend})
            self.qmp.execute("device_add", {"driver": "usb-redir", "id": USB, "chardev": USB})
        except QmpRefused as refused:
            raise LabFault("plugging in of the USB adapter", 0, refused.message) from None

    def _prefer_main_loop(self) -> None:
        """Raise the priority of QEMU's main loop, where that is allowed.

        It carries an adapter's transfers, and Linux' rt2800usb gives up an adapter that is late by
        50 ms four times. The guest's processor is a thread of its own, and stays as it is.
        """
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, self.process.pid, MAIN_LOOP_NICE)

    def unplug(self) -> None:
        """Pull it out, as by surprise; `plug` plugs in another. Its connection goes with it."""
        try:
            self.qmp.execute("device_del", {"id": USB})
        except QmpRefused as refused:
            raise LabFault("pulling out of the USB adapter", 0, refused.message) from None

    def ssh_port(self) -> int:
        """The loopback port QEMU chose for the guest's SSH."""
        table = self.qmp.execute("human-monitor-command", {"command-line": "info usernet"})
        found = re.search(r"TCP\[HOST_FORWARD\]\s+\d+\s+127\.0\.0\.1\s+(\d+)\s", str(table))
        if found is None:
            deadline = Deadline("forwarded SSH port in QEMU's network table", 0)
            deadline.state = str(table).strip() or "empty table"
            raise deadline.gone()
        return int(found.group(1))


@contextlib.contextmanager
def running(
    spec: MachineSpec, wiring: Wiring, logs: Path, *, state: Path | None = None
) -> Iterator[Machine]:
    """Run a machine; from the saved `state` if one is given. `logs` gets QMP and stderr.

    `state` is a migration stream without the guest's memory, which is in `wiring.memory`.
    `wiring.qmp_fd` and `wiring.incoming` are filled in here. Raises `NotRestored` for a state
    that QEMU does not take, which may come of the state or of the accelerator.
    """
    ours, theirs = socket.socketpair()
    with contextlib.ExitStack() as stack:
        stack.callback(ours.close)
        wiring = replace(wiring, qmp_fd=theirs.fileno(), incoming=state is not None)
        stderr_log = logs / "qemu-stderr.log"
        with stderr_log.open("ab") as stderr:
            process = subprocess.Popen(
                [*PARENT_DEATH, *qemu_argv(spec, wiring)],
                stdin=subprocess.DEVNULL,
                stdout=stderr,
                stderr=stderr,
                pass_fds=[theirs.fileno()],
                start_new_session=True,  # a Ctrl-C is ours to act on
            )
        stack.callback(_end, process)
        theirs.close()
        try:
            machine = Machine(process, _connect(ours, logs, process), wiring.serial_log, stderr_log)
            stack.callback(machine.qmp.close)
            if state is not None:
                _resume(machine, state)
        except LabFault as fault:  # QEMU may end at a bad state before it has said a word
            if state is None:
                raise
            raise NotRestored(fault.awaited, fault.waited_s, fault.last_state) from None
        except QmpRefused as refused:
            raise NotRestored("restoring of the guest", 0, refused.message) from None
        yield machine
        _quit(machine)


def qemu_said(stderr_log: Path) -> str:
    """The telling line of what QEMU wrote: the first of an account of KVM's, else the last."""
    with contextlib.suppress(OSError):
        lines = stderr_log.read_text(errors="replace").splitlines()
        told = next((line for line in lines if any(word in line for word in FIRST_WORDS)), "")
        if told:
            return "".join(c if c.isprintable() else "?" for c in told.strip())[:200]
    return last_line(stderr_log)


def _connect(sock: socket.socket, logs: Path, process: subprocess.Popen[bytes]) -> Qmp:
    try:
        return Qmp(sock, logs / "qmp.jsonl")
    except ConnectionError as error:
        deadline = Deadline("start of QEMU", 5)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(5)
        deadline.state = qemu_said(logs / "qemu-stderr.log") or str(error)
        raise deadline.gone() from None


def leave_memory_out(machine: Machine) -> None:
    """Let the machine's migration stream be without memory that is a file."""
    memory: dict[str, object] = {"capability": "x-ignore-shared", "state": True}
    machine.qmp.execute("migrate-set-capabilities", {"capabilities": [memory]})


def stream_address(machine: Machine, place: Path, descriptor: int) -> str:
    """Migration address of the file at `place`, which is open as `descriptor`."""
    if migrates_to_files():
        return f"file:{place.resolve()}"
    machine.qmp.send_fd("state", descriptor)
    return "fd:state"


def _resume(machine: Machine, state: Path) -> None:
    """Read the state and let the machine run; it was saved at rest, so it wakes at rest."""
    leave_memory_out(machine)
    descriptor = os.open(state, os.O_RDONLY | os.O_CLOEXEC)
    try:
        uri = stream_address(machine, state, descriptor)
    finally:
        os.close(descriptor)
    machine.qmp.execute("migrate-incoming", {"uri": uri})
    deadline = Deadline("restoring of the guest's state", RESTORE_S)

    def restored() -> bool | None:
        if not machine.alive:
            deadline.state = machine.state()
            raise deadline.gone()
        deadline.state = str(machine.qmp.execute("query-status").get("status"))
        return deadline.state != "inmigrate" or None

    deadline.poll(restored, every_s=0.01)
    machine.qmp.execute("cont")


def _quit(machine: Machine) -> None:
    with contextlib.suppress(Exception):
        machine.qmp.execute("quit", timeout_s=5)
        machine.process.wait(5)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()
