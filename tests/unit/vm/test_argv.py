# SPDX-License-Identifier: GPL-2.0-or-later
"""QEMU's command line, whole: what a reviewer would check by eye, pinned."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from harness.vm.argv import Disc, DiskBoot, KernelBoot, MachineSpec, Wiring, qemu_argv

KERNEL = KernelBoot(Path("/image/kernel"), Path("/image/initrd"), "console=ttyS0")
SPEC = MachineSpec(512, "tcg", KERNEL)
WIRING = Wiring("run-1", Path("/w/disk.qcow2"), 7, Path("/w/radio"), Path("/run/serial.log"))

GOLDEN = """\
qemu-system-x86_64
-name run-1
-machine q35,accel=tcg,vmport=off,hpet=off
-cpu max,smap=off
-smp 1
-m 512M
-rtc base=utc,clock=host
-nodefaults
-no-user-config
-display none
-no-reboot
-sandbox on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny
-chardev socket,id=qmp,fd=7
-qmp chardev:qmp
-chardev file,id=serial,path=/run/serial.log
-serial chardev:serial
-kernel /image/kernel
-initrd /image/initrd
-append console=ttyS0
-drive if=virtio,format=qcow2,cache=unsafe,file=/w/disk.qcow2
-netdev user,id=net0,restrict=on,hostfwd=tcp:127.0.0.1:0-:22
-device virtio-net-pci,netdev=net0,romfile=
-device virtio-rng-pci
-device virtio-serial-pci
-chardev socket,id=radio,path=/w/radio
-device virtserialport,chardev=radio,name=hil.radio
"""


def lines(argv: list[str]) -> str:
    """The argument list, an option and its value a line."""
    text = ""
    for argument in argv:
        text += ("\n" if argument.startswith("-") else " ") + argument
    return text.strip() + "\n"


def test_a_booting_machine() -> None:
    """The whole argument list of a machine that boots under TCG."""
    assert lines(qemu_argv(SPEC, WIRING)) == GOLDEN


@pytest.mark.parametrize(("keeps", "share"), [(True, "on"), (False, "off")])
def test_a_restored_machine_differs_only_by_what_is_restored(keeps: bool, share: str) -> None:
    """State and machine cannot disagree. What one start writes is never seen by another, but
    where the state is made."""
    memory = Path("/state/a,b")
    wiring = replace(WIRING, memory=memory, keeps_memory=keeps, incoming=True)
    restored = lines(qemu_argv(SPEC, wiring))
    back_end = f"memory-backend-file,id=ram,size=512M,mem-path=/state/a,,b,share={share}"
    expected = GOLDEN.replace("-machine", f"-object {back_end}\n-machine")
    expected = expected.replace("hpet=off", "hpet=off,memory-backend=ram")
    assert restored == expected + "-incoming defer\n"


def test_a_machine_with_hwsims_own_virtio_device() -> None:
    """Its memory is shared with the air, which is the back-end; the relay's port stays."""
    machine = lines(qemu_argv(SPEC, replace(WIRING, vhost_socket=Path("/w/a,b"))))
    expected = GOLDEN.replace(
        "-machine", "-object memory-backend-memfd,id=ram,size=512M,share=on\n-machine"
    ).replace("hpet=off", "hpet=off,memory-backend=ram")
    assert machine == (
        f"{expected}-chardev socket,id=hwsim,path=/w/a,,b\n"
        "-device vhost-user-test-device-pci,chardev=hwsim,virtio-id=29,num_vqs=2\n"
    )


def test_kvm_uses_the_hosts_cpu() -> None:
    """Under KVM the guest gets the host's CPU, without the workaround for TCG."""
    argv = qemu_argv(replace(SPEC, accel="kvm"), WIRING)
    assert argv[argv.index("-cpu") + 1] == "host"
    assert "accel=kvm" in argv[argv.index("-machine") + 1]


def test_the_guest_has_no_network_but_the_harness() -> None:
    """There is one network device, it is restricted, and it forwards from loopback only."""
    networks = [a for a in qemu_argv(SPEC, WIRING) if a.startswith("user,")]
    assert len(networks) == 1
    assert "restrict=on" in networks[0]
    assert "hostfwd=tcp:127.0.0.1:" in networks[0]


def test_a_comma_in_a_path_stays_part_of_the_path() -> None:
    """QEMU splits option lists at commas, so a comma in a file name is doubled."""
    argv = qemu_argv(SPEC, replace(WIRING, disk=Path("/w/a,b.qcow2")))
    assert "if=virtio,format=qcow2,cache=unsafe,file=/w/a,,b.qcow2" in argv


WINDOWS = MachineSpec(
    4096,
    "kvm",
    DiskBoot(Path("/fw/OVMF_CODE.fd"), Path("/fw/OVMF_VARS.fd"), secure=True),
    cpus=4,
    tpm=True,
    disk_bus="ide",
    network_card="e1000e",
)
WINDOWS_WIRING = replace(
    WIRING, firmware_variables=Path("/w/vars.fd"), tpm_socket=Path("/w/tpm.sock")
)
FIRMWARE_GOLDEN = (
    GOLDEN.replace("accel=tcg,vmport=off,hpet=off", "accel=kvm,vmport=off,hpet=off,smm=on")
    .replace("-cpu max,smap=off", "-cpu host")
    .replace("-smp 1\n-m 512M", "-smp 4\n-m 4096M")
    .replace(
        "-kernel /image/kernel\n-initrd /image/initrd\n-append console=ttyS0\n",
        "-drive if=pflash,format=raw,unit=0,readonly=on,file=/fw/OVMF_CODE.fd\n"
        "-drive if=pflash,format=raw,unit=1,file=/w/vars.fd\n"
        "-device VGA,romfile=\n"
        "-global driver=cfi.pflash01,property=secure,value=on\n",
    )
    .replace(
        "if=virtio,format=qcow2,cache=unsafe,file=/w/disk.qcow2",
        "if=none,id=disk,format=qcow2,cache=unsafe,file=/w/disk.qcow2\n"
        "-device ide-hd,bus=ide.0,drive=disk,bootindex=0",
    )
    .replace("virtio-net-pci", "e1000e")
    + "-chardev socket,id=tpm,path=/w/tpm.sock\n"
    "-tpmdev emulator,id=tpm0,chardev=tpm\n"
    "-device tpm-crb,tpmdev=tpm0\n"
)


def test_a_machine_whose_firmware_boots_the_disk() -> None:
    """Firmware, its variables, Secure Boot, a TPM and several CPUs are data like all else."""
    assert lines(qemu_argv(WINDOWS, WINDOWS_WIRING)) == FIRMWARE_GOLDEN


@pytest.mark.parametrize("lacking", ["firmware_variables", "tpm_socket"])
def test_what_a_start_lacks_is_told(lacking: str) -> None:
    """A start never runs on the firmware's own variables, nor with a TPM that nobody serves."""
    with pytest.raises(ValueError, match=r"machine .* needs"):
        qemu_argv(WINDOWS, replace(WINDOWS_WIRING, **{lacking: None}))


def test_all_that_the_guest_can_see_is_in_the_shape() -> None:
    """Whatever is kept of a machine is kept under its shape, so no two may have the same."""
    others = [
        replace(WINDOWS, memory_mib=8192),
        replace(WINDOWS, accel="tcg"),
        replace(WINDOWS, boot=replace(WINDOWS.boot, secure=False)),
        replace(WINDOWS, boot=KERNEL),
        replace(WINDOWS, cpus=2),
        replace(WINDOWS, tpm=False),
        replace(WINDOWS, disk_bus="virtio"),
        replace(WINDOWS, network_card="virtio-net-pci"),
    ]
    assert len({spec.shape for spec in [WINDOWS, *others]}) == 1 + len(others)
    assert replace(WINDOWS, reboots=True).shape == WINDOWS.shape  # seen by nobody before a reset


def test_a_usb_host_is_there_for_an_adapter_to_come() -> None:
    """The adapter itself is plugged in later; a machine without a host is another one."""
    spec = replace(SPEC, usb="usb-ehci")
    assert lines(qemu_argv(spec, WIRING)) == GOLDEN + "-device usb-ehci,id=usb,maxframes=8\n"
    assert spec.shape != SPEC.shape


def test_firmware_tries_the_disk_first_and_then_the_cds() -> None:
    """So a disk that was installed boots, and an empty one leaves it to the first CD."""
    discs = (Disc(Path("/w/setup,1.qcow2"), "qcow2"), Disc(Path("/w/provision.iso")))
    spec = replace(WINDOWS, disk_bus="virtio", reboots=True)
    machine = lines(qemu_argv(spec, replace(WINDOWS_WIRING, discs=discs)))
    assert (
        "-device virtio-blk-pci,drive=disk,bootindex=0\n"
        "-drive if=none,id=cd1,media=cdrom,readonly=on,format=qcow2,file=/w/setup,,1.qcow2\n"
        "-device ide-cd,bus=ide.1,drive=cd1,bootindex=1\n"
        "-drive if=none,id=cd2,media=cdrom,readonly=on,format=raw,file=/w/provision.iso\n"
        "-device ide-cd,bus=ide.2,drive=cd2,bootindex=2\n"
    ) in machine
    assert "-no-reboot" not in machine
