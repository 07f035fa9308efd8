# SPDX-License-Identifier: GPL-2.0-or-later
"""A small Linux that UEFI firmware boots, in the place of Windows Setup.

It is the reference guest's kernel and busybox, started by systemd's boot loader from a FAT image.
As Setup would, it is booted from the CD, finds the provisioning CD by its label, "installs" (it
copies that FAT image to the disk), restarts, is then booted from the disk, and goes through the
stages. It tells those that it finds in the CD's own answer file and scripts, in their order, and
fails them with what it finds wrong.
"""

from __future__ import annotations

import gzip
import subprocess
from pathlib import Path
from typing import Final

from imagebuild import cpio
from imagebuild.modules import read_modules

LOADER: Final = Path("/usr/lib/systemd/boot/efi/systemd-bootx64.efi")
MODULES: Final = ("virtio_blk", "ahci", "sr_mod", "isofs", "udf", "efivarfs")
FAT_KIB: Final = 20480
"""Less than 32 MiB, which is all that a boot catalogue can say."""
ENTRY: Final = "linux /vmlinuz\ninitrd /initrd.img\noptions console=ttyS0 loglevel=0 panic=-1\n"

INIT: Final = r"""#!/bin/busybox sh
exec 2>&1
export PATH=/bin
/bin/busybox --install -s /bin
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
for module in $(cat /modules/order); do insmod "/modules/$module"; done
mount -t efivarfs vars /sys/firmware/efi/efivars

stage=start
fail() { echo "HIL-FAILED $stage: $*"; sync; poweroff -f; }
enter() { stage=$1; echo "HIL-STAGE $1"; }

# The drives are found a moment after their driver is there.
tries=0
until [ -b /dev/sr0 ] && [ -b /dev/sr1 ] && [ -b /dev/vda ]; do
    tries=$((tries + 1))
    [ $tries -lt 200 ] || fail "drives: $(ls /dev)"
    usleep 50000
done

label() { dd if="$1" bs=1 skip=32808 count=32 2>/dev/null | sed 's/ *$//'; }
disc() {
    for drive in /dev/sr0 /dev/sr1; do
        [ "$(label $drive)" != "$1" ] || { echo $drive; return; }
    done
    fail "no CD has the label $1"
}
variable() { tail -c +5 "/sys/firmware/efi/efivars/$1-8be4df61-93ca-11d2-aa0d-00e098032b8c"; }
booted() {
    entry=$(variable BootCurrent | od -An -tx2 | tr -d ' ' | tr a-f A-F)
    variable "Boot$entry" | tr -cd '[:print:]'
}

[ "$(cat /sys/class/tpm/tpm0/tpm_version_major)" = 2 ] || fail "no TPM 2.0"
[ "$(variable SecureBoot | od -An -tu1 | tr -d ' ')" = 0 ] || fail "Secure Boot is on"
mount -t iso9660 -o ro,utf8 "$(disc HIL_PROVISION)" /cd || fail "the provisioning CD"
cd /cd
wrong=$(sha256sum -c SHA256SUMS | grep -v ': OK$')
[ -z "$wrong" ] || fail "files of the CD: $wrong"
echo "files of the CD that are whole: $(sha256sum -c SHA256SUMS | grep -c ': OK$')"
[ -f autounattend.xml ] || fail "no answer file"
[ -n "$(find '$WinPEDriver$' -name '*.inf')" ] || fail 'no drivers in $WinPEDriver$'

answered=$(sed -n 's/.*echo HIL-STAGE \([a-z-]*\).*/\1/p' autounattend.xml)
stages() { sed -n "s/^ *Enter-Stage '\([a-z-]*\)'.*/\1/p" "provision/$1"; }
by=$(booted)
echo "booted by: $by"
case $by in
*DVD-ROM*)
    mount -t udf -o ro "$(disc CCCOMA_X64FRE_DE-DE_DV9)" /windows || fail "the Windows CD"
    [ -f /windows/sources/install.wim ] || fail "no install.wim"
    dd if=/windows/efi/microsoft/boot/efisys_noprompt.bin of=/dev/vda bs=1M 2>/dev/null ||
        fail "the disk"
    for one in $answered $(stages first-logon.ps1); do enter $one; done
    sync
    reboot -f
    ;;
*)
    for one in $(stages after-restart.ps1); do enter $one; done
    sync
    poweroff -f
    ;;
esac
"""


def efi_image(base: Path, folder: Path) -> Path:
    """The FAT image in `folder`; `base` is the reference guest's base, with kernel and modules."""
    _write_initrd(base, folder / "initrd.img")
    (folder / "loader.conf").write_text("timeout 0\n")
    (folder / "linux.conf").write_text(ENTRY)
    image = folder / "efi.img"
    with image.open("wb") as file:
        file.truncate(FAT_KIB << 10)
    _mtools("mformat", image, "::")
    _mtools("mmd", image, "::/EFI", "::/EFI/BOOT", "::/loader", "::/loader/entries")
    for source, target in {
        LOADER: "EFI/BOOT/BOOTX64.EFI",
        base / "vmlinuz": "vmlinuz",
        folder / "initrd.img": "initrd.img",
        folder / "loader.conf": "loader/loader.conf",
        folder / "linux.conf": "loader/entries/linux.conf",
    }.items():
        _mtools("mcopy", image, str(source), f"::/{target}")
    return image


def _write_initrd(base: Path, place: Path) -> None:
    modules = read_modules(base / "modules.tar", MODULES)
    order = "".join(f"{one.file_name}\n" for one in modules)
    entries = [
        cpio.directory("dev"), cpio.character_device("dev/console", 5, 1),
        *(cpio.directory(name) for name in ("proc", "sys", "cd", "windows")),
        cpio.file("bin/busybox", (base / "busybox").read_bytes(), executable=True),
        cpio.file("init", INIT.encode(), executable=True),
        *(cpio.file(f"modules/{one.file_name}", one.content) for one in modules),
        cpio.file("modules/order", order.encode()),
    ]  # fmt: skip
    place.write_bytes(gzip.compress(cpio.archive(cpio.with_parents(entries)), 1, mtime=0))


def _mtools(program: str, image: Path, *arguments: str) -> None:
    subprocess.run([program, "-i", str(image), *arguments], check=True, capture_output=True)
