# SPDX-License-Identifier: GPL-2.0-or-later
"""A machine's specification turned into QEMU's argument list: pure, so that it can be tested whole.

What shapes the machine is in `MachineSpec`; what one start of it adds (sockets, overlay, state) in
`Wiring`. Only the first belongs in the key of a saved state.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from harness.config.lab import Accel

BINARY = "qemu-system-x86_64"

RADIO_PORT = "hil.radio"
"""Name of the virtio-serial port that carries the radio."""


@dataclass(frozen=True, slots=True)
class MachineSpec:
    """What the guest sees: the same spec and the same images always give the same machine."""

    memory_mib: int
    accel: Accel
    kernel: Path
    initrd: Path
    cmdline: str

    @property
    def cpu(self) -> str:
        """CPU model. Under TCG of QEMU 7.2 Wine's return to user mode trips over SMAP."""
        return "host" if self.accel == "kvm" else "max,smap=off"


@dataclass(frozen=True, slots=True)
class Wiring:
    """What one start of a machine is connected to."""

    name: str
    disk: Path
    """qcow2 overlay of this start alone."""
    qmp_fd: int
    """Our end's peer of a connected socket pair."""
    radio_socket: Path
    """Unix socket on which the air listens."""
    serial_log: Path
    incoming: str | None = None
    """Migration address of the saved state to start from; None boots."""


def qemu_argv(spec: MachineSpec, wiring: Wiring) -> list[str]:
    """QEMU's whole command line.

    The guest's only network is QEMU's user network with `restrict=on`: no host, no internet, only
    the one forward of a free loopback port to its SSH port (read back over QMP).
    """
    argv = [
        BINARY,
        *("-name", wiring.name),
        *("-machine", f"q35,accel={spec.accel},vmport=off,hpet=off"),
        *("-cpu", spec.cpu),
        *("-smp", "1"),
        *("-m", f"{spec.memory_mib}M"),
        *("-rtc", "base=utc,clock=host"),
        *("-nodefaults", "-no-user-config", "-display", "none", "-no-reboot"),
        *("-sandbox", "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny"),
        *("-chardev", f"socket,id=qmp,fd={wiring.qmp_fd}"),
        *("-qmp", "chardev:qmp"),
        *("-chardev", f"file,id=serial,path={_value(wiring.serial_log)}"),
        *("-serial", "chardev:serial"),
        *("-kernel", str(spec.kernel)),
        *("-initrd", str(spec.initrd)),
        *("-append", spec.cmdline),
        *("-drive", f"if=virtio,format=qcow2,cache=unsafe,file={_value(wiring.disk)}"),
        *("-netdev", "user,id=net0,restrict=on,hostfwd=tcp:127.0.0.1:0-:22"),
        *("-device", "virtio-net-pci,netdev=net0,romfile="),
        *("-device", "virtio-rng-pci"),
        *("-device", "virtio-serial-pci"),
        *("-chardev", f"socket,id=radio,path={_value(wiring.radio_socket)}"),
        *("-device", f"virtserialport,chardev=radio,name={RADIO_PORT}"),
    ]
    if wiring.incoming is not None:
        argv += ["-incoming", wiring.incoming]
    return argv


def _value(path: Path) -> str:
    """`path` inside an option list, where QEMU wants a comma doubled."""
    return str(path).replace(",", ",,")
