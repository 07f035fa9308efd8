# SPDX-License-Identifier: GPL-2.0-or-later
"""A machine's specification turned into QEMU's argument list: pure, so that it can be tested whole.

What shapes the machine is in `MachineSpec`; what one start of it adds (sockets, overlay, state) in
`Wiring`. Only the first belongs in the key of a saved state.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from harness.config.lab import Accel

BINARY = "qemu-system-x86_64"

UsbHost = Literal["usb-ehci", "qemu-xhci"]
"""QEMU's USB hosts, of which Windows 7 has no driver for the second."""

USB_HOSTS: dict[UsbHost, str] = {
    "usb-ehci": "usb-ehci,id=usb,maxframes=8",
    "qemu-xhci": "qemu-xhci,id=usb",
}
"""How each is put into the machine. QEMU's EHCI looks for what a driver has queued the more seldom
the longer nothing has happened, at last every ``maxframes`` / 2 + 1 ms: 65 by default, and Linux'
rt2800usb waits for 50."""

RADIO_PORT = "hil.radio"
"""Name of the virtio-serial port that carries the radio."""

HWSIM_DEVICE = 29
"""VIRTIO_ID_MAC80211_HWSIM."""


@dataclass(frozen=True, slots=True)
class KernelBoot:
    """QEMU loads a Linux kernel itself: no firmware, no boot loader."""

    kernel: Path
    initrd: Path
    cmdline: str

    @property
    def program(self) -> Path:
        """The file whose code runs first."""
        return self.kernel

    @property
    def words(self) -> str:
        """What is told to the program, and shapes the machine as much as it does."""
        return self.cmdline


@dataclass(frozen=True, slots=True)
class DiskBoot:
    """UEFI firmware boots the disk, as an installed Windows wants it."""

    firmware: Path
    """Read-only flash image of the firmware's code (OVMF_CODE…)."""
    variables: Path
    """Flash image of its variables as a new machine has them; every start gets a copy."""
    secure: bool = False
    """Secure Boot: the variables can be written in system management mode alone."""

    @property
    def program(self) -> Path:
        """The file whose code runs first."""
        return self.firmware

    @property
    def words(self) -> str:
        """What else of the boot shapes the machine."""
        return f"{self.variables.name} secure={self.secure}"


@dataclass(frozen=True, slots=True)
class MachineSpec:
    """What the guest sees: the same spec and the same images always give the same machine."""

    memory_mib: int
    accel: Accel
    boot: KernelBoot | DiskBoot
    cpus: int = 1
    tpm: bool = False
    """A TPM 2.0, emulated by swtpm."""
    disk_bus: Literal["virtio", "ide"] = "virtio"
    """`ide` is q35's own AHCI controller, for which every system has a driver."""
    network_card: Literal["virtio-net-pci", "e1000e"] = "virtio-net-pci"
    """The card on the harness's network; `e1000e` has a driver in Windows."""
    usb: UsbHost | None = None
    """A USB host, into which `Machine.plug` plugs an adapter; without one there is none."""
    reboots: bool = False
    """A guest that resets the machine goes on in it; else that ends QEMU."""

    @property
    def shape(self) -> str:
        """All of it but where files lie: part of the key of what is kept of a machine."""
        devices: tuple[object, ...] = (self.cpus, self.tpm, self.disk_bus, self.network_card)
        if self.usb is not None:
            devices += (self.usb,)
        return repr((self.memory_mib, self.accel, self.cpu, self.boot.words, *devices))

    @property
    def cpu(self) -> str:
        """CPU model. Under TCG of QEMU 7.2 Wine's return to user mode trips over SMAP."""
        return "host" if self.accel == "kvm" else "max,smap=off"


@dataclass(frozen=True, slots=True)
class Disc:
    """What lies in one of the machine's CD drives; it is never written to."""

    image: Path
    format: Literal["raw", "qcow2"] = "raw"


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
    memory: Path | None = None
    """File that the guest's memory is, of exactly its size; None: memory of QEMU's own."""
    keeps_memory: bool = False
    """What the guest writes to its memory goes to the file; else it is this start's alone."""
    incoming: bool = False
    """It waits for a saved state, whose memory is in `memory`; else it boots."""
    firmware_variables: Path | None = None
    """Copy of a `DiskBoot`'s variables for this start alone."""
    tpm_socket: Path | None = None
    """Unix socket of the swtpm that serves this start, if the machine has a TPM."""
    vhost_socket: Path | None = None
    """Unix socket on which the air is the back-end of virtio device 29; None: there is none."""
    discs: tuple[Disc, ...] = ()
    """CDs of a `DiskBoot` machine, which its firmware tries in this order after the disk."""


def qemu_argv(spec: MachineSpec, wiring: Wiring) -> list[str]:
    """QEMU's whole command line.

    The guest's only network is QEMU's user network with `restrict=on`: no host, no internet, only
    the one forward of a free loopback port to its SSH port (read back over QMP).
    """
    argv = [
        BINARY,
        *("-name", wiring.name),
        *_machine(spec, wiring),
        *("-cpu", spec.cpu),
        *("-smp", str(spec.cpus)),
        *("-m", f"{spec.memory_mib}M"),
        *("-rtc", "base=utc,clock=host"),
        *("-nodefaults", "-no-user-config", "-display", "none"),
        *(() if spec.reboots else ("-no-reboot",)),
        *("-sandbox", "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny"),
        *("-chardev", f"socket,id=qmp,fd={wiring.qmp_fd}"),
        *("-qmp", "chardev:qmp"),
        *("-chardev", f"file,id=serial,path={_value(wiring.serial_log)}"),
        *("-serial", "chardev:serial"),
        *_boot(spec.boot, wiring),
        *_disk(spec, wiring),
        *("-netdev", "user,id=net0,restrict=on,hostfwd=tcp:127.0.0.1:0-:22"),
        *("-device", f"{spec.network_card},netdev=net0,romfile="),
        *("-device", "virtio-rng-pci"),
        *("-device", "virtio-serial-pci"),
        *("-chardev", f"socket,id=radio,path={_value(wiring.radio_socket)}"),
        *("-device", f"virtserialport,chardev=radio,name={RADIO_PORT}"),
    ]
    if wiring.vhost_socket is not None:
        argv += _vhost(wiring.vhost_socket)
    if spec.usb is not None:
        argv += ["-device", USB_HOSTS[spec.usb]]
    if spec.tpm:
        argv += _tpm(wiring)
    if wiring.incoming:
        argv += ["-incoming", "defer"]
    return argv


def _machine(spec: MachineSpec, wiring: Wiring) -> list[str]:
    secure = isinstance(spec.boot, DiskBoot) and spec.boot.secure
    machine = f"q35,accel={spec.accel},vmport=off,hpet=off" + (",smm=on" if secure else "")
    if wiring.vhost_socket is not None:  # whose back-end reads and writes it, too
        memory = f"memory-backend-memfd,id=ram,size={spec.memory_mib}M,share=on"
        return ["-object", memory, "-machine", f"{machine},memory-backend=ram"]
    if wiring.memory is None:
        return ["-machine", machine]
    share = "on" if wiring.keeps_memory else "off"
    place = f"mem-path={_value(wiring.memory)},share={share}"
    memory = f"memory-backend-file,id=ram,size={spec.memory_mib}M,{place}"
    return ["-object", memory, "-machine", f"{machine},memory-backend=ram"]


def _boot(boot: KernelBoot | DiskBoot, wiring: Wiring) -> list[str]:
    if isinstance(boot, KernelBoot):
        return [
            *("-kernel", str(boot.kernel)),
            *("-initrd", str(boot.initrd)),
            *("-append", boot.cmdline),
        ]
    if wiring.firmware_variables is None:
        raise ValueError("a machine that boots by firmware needs a copy of its variables")
    flash = "if=pflash,format=raw"
    argv = [
        *("-drive", f"{flash},unit=0,readonly=on,file={_value(boot.firmware)}"),
        *("-drive", f"{flash},unit=1,file={_value(wiring.firmware_variables)}"),
        *("-device", "VGA,romfile="),  # firmware and Windows Setup want a screen, if nobody looks
    ]
    if boot.secure:
        argv += ["-global", "driver=cfi.pflash01,property=secure,value=on"]
    return argv


def _disk(spec: MachineSpec, wiring: Wiring) -> list[str]:
    """The disk and, where firmware boots, the CDs: it takes the first of them that boots."""
    drive = f"format=qcow2,cache=unsafe,file={_value(wiring.disk)}"
    if isinstance(spec.boot, KernelBoot):
        return ["-drive", f"if={spec.disk_bus},{drive}"]
    device = {"virtio": "virtio-blk-pci", "ide": "ide-hd,bus=ide.0"}[spec.disk_bus]
    argv = [
        *("-drive", f"if=none,id=disk,{drive}"),
        *("-device", f"{device},drive=disk,bootindex=0"),
    ]
    for place, disc in enumerate(wiring.discs, 1):
        source = f"format={disc.format},file={_value(disc.image)}"
        argv += ["-drive", f"if=none,id=cd{place},media=cdrom,readonly=on,{source}"]
        argv += ["-device", f"ide-cd,bus=ide.{place},drive=cd{place},bootindex={place}"]
    return argv


def _vhost(socket: Path) -> list[str]:
    """QEMU's device for any virtio device that a vhost-user back-end is."""
    device = f"vhost-user-test-device-pci,chardev=hwsim,virtio-id={HWSIM_DEVICE},num_vqs=2"
    return ["-chardev", f"socket,id=hwsim,path={_value(socket)}", "-device", device]


def _tpm(wiring: Wiring) -> list[str]:
    if wiring.tpm_socket is None:
        raise ValueError("a machine with a TPM needs the socket of its swtpm")
    return [
        *("-chardev", f"socket,id=tpm,path={_value(wiring.tpm_socket)}"),
        *("-tpmdev", "emulator,id=tpm0,chardev=tpm"),
        *("-device", "tpm-crb,tpmdev=tpm0"),
    ]


def _value(path: Path) -> str:
    """`path` inside an option list, where QEMU wants a comma doubled."""
    return str(path).replace(",", ",,")
