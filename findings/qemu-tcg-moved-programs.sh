#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# QEMU's TCG: a program that the guest starts again is translated again, because it has moved.
#
# Expected: code that has run in the guest is translated once; the second start of the same program,
#   from the same pages of the page cache, finds its blocks, and a test that starts a program
#   for each case gets quick after the first one.
# Seen with QEMU 7.2.22 (Debian 12, 64-bit guest, Linux 6.1, bash): each start of one bash command
#   makes some 7,400 new blocks, the fifth as many as the second. TCG finds a block by its physical
#   and its virtual address, and address randomisation gives each process another one of these.
#   With the kernel's "norandmaps" the fifth start makes about 100.
# Why it matters: where there is no KVM, a lab's guest translates more than it runs. Of a suite of
#   WLAN tests that starts agent and tools for each association every case made 43,000 blocks, and
#   6,000 with that one word on the guest's command line, which guides on speed under TCG do not
#   have. (Not for a guest whose subject is security.)
set -eu
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
# Debian packages that are not installed are unpacked, with what they need, into $T/root.
debs() {
    apt-get -s install --no-install-recommends "$@" >"$T/plan" 2>/dev/null ||
        { apt-get -qq update >/dev/null && apt-get -s install --no-install-recommends "$@" >"$T/plan"; } || exit 2
    awk '/^Inst/ { print $2 }' "$T/plan" >"$T/names"
    (cd "$T" && xargs -r apt-get -qq download <"$T/names" 2>apt.log) || { cat "$T/apt.log"; exit 2; }
    for file in "$T"/*.deb; do [ ! -e "$file" ] || dpkg -x "$file" "$T/root"; rm -f "$file"; done
    PATH="$T/root/usr/bin:$T/root/usr/sbin:$T/root/sbin:$PATH"
    LD_LIBRARY_PATH="$(find "$T/root" -type d -path '*/lib/*-linux-gnu*' 2>/dev/null | tr '\n' ':')${LD_LIBRARY_PATH:-}"
    export PATH LD_LIBRARY_PATH
}
debs qemu-system-x86
debs linux-image-cloud-amd64
python3 -m venv "$T/venv"
"$T/venv/bin/pip" -q --disable-pip-version-check install qemu.qmp==0.0.6 2>"$T/pip.log" || { cat "$T/pip.log"; exit 2; }
cd "$T"
qemu-system-x86_64 --version | head -1
timeout 300 venv/bin/python - "$T" <<'PY'
import asyncio
import glob
import os
import re
import socket
import subprocess
import sys

from qemu.qmp import QMPClient

WORK = sys.argv[1]
FIRMWARE = [f"{WORK}/root/usr/share/{name}" for name in ("qemu", "seabios")]  # where QEMU was unpacked
KERNEL = (glob.glob(f"{WORK}/root/boot/vmlinuz-*cloud*") + glob.glob("/boot/vmlinuz-*cloud*"))[0]
INIT = b"""#!/bin/bash
while echo DONE; read -r _; do
    /bin/bash -c 'for i in {1..50}; do a=$i; printf -v b %s "${a/1/2}"; [[ $b == 7* ]]; done'
done
"""
STARTS = 5


def archive(files: dict) -> bytes:
    """A cpio archive (newc) of path -> (mode, content)."""
    out = b""
    for number, (path, (mode, content)) in enumerate([*files.items(), ("TRAILER!!!", (0, b""))], 1):
        name = path.encode() + b"\0"
        fields = (number, mode, 0, 0, 1, 0, len(content), 0, 0, 0, 0, len(name), 0)
        out += b"070701" + b"".join(b"%08X" % one for one in fields) + name
        out += b"\0" * (-len(out) % 4) + content
        out += b"\0" * (-len(out) % 4)
    return out


def guest_files() -> dict:
    """bash with its libraries, and a script that starts it whenever a line comes."""
    libraries = re.findall(r"(/\S+) \(0x", subprocess.run(
        ["ldd", "/bin/bash"], capture_output=True, text=True, check=True,
        env={key: value for key, value in os.environ.items() if key != "LD_LIBRARY_PATH"}).stdout)
    files: dict = {}
    for path in ["/bin/bash", *libraries]:
        parts = path.strip("/").split("/")
        for depth in range(1, len(parts)):
            files.setdefault("/".join(parts[:depth]), (0o40755, b""))
        files["/".join(parts)] = (0o100755, open(path, "rb").read())
    return files | {"init": (0o100755, INIT)}


def until_done(serial: socket.socket) -> None:
    """The guest has started the program and it has ended."""
    said = b""
    while b"DONE" not in said:
        data = serial.recv(4096)
        if not data:
            sys.exit(f"the guest ended: {said[-500:]!r}")
        said += data


async def blocks(client: QMPClient) -> int:
    """How many translated blocks there are."""
    told = await client.execute("human-monitor-command", {"command-line": "info jit"})
    return int(re.search(r"TB count\s+(\d+)", told).group(1))


async def new_blocks(words: str) -> list:
    """How many blocks each start of the program made, in a guest with those words for its kernel."""
    client = QMPClient("vm")
    await client.start_server(f"{WORK}/qmp")
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(f"{WORK}/serial")
    listener.listen()
    share = [option for folder in FIRMWARE if os.path.isdir(folder) for option in ("-L", folder)]
    vm = subprocess.Popen(
        ["qemu-system-x86_64", *share, "-machine", "q35", "-accel", "tcg", "-cpu", "qemu64", "-m", "256", "-nodefaults",
         "-display", "none", "-no-reboot", "-kernel", KERNEL, "-initrd", f"{WORK}/initrd", "-append",
         f"console=ttyS0 quiet panic=-1 {words}", "-chardev", f"socket,id=s,path={WORK}/serial", "-serial", "chardev:s",
         "-qmp", f"unix:{WORK}/qmp"], stdin=subprocess.DEVNULL)
    try:
        await asyncio.wait_for(client.accept(), 30)
        listener.settimeout(30)
        serial = listener.accept()[0]
        serial.settimeout(120)
        until_done(serial)
        made = []
        for _ in range(STARTS):
            before = await blocks(client)
            serial.sendall(b"\n")
            until_done(serial)
            made.append(await blocks(client) - before)
        return made
    finally:
        vm.kill()
        vm.wait()
        listener.close()
        for name in ("qmp", "serial"):
            os.path.exists(f"{WORK}/{name}") and os.unlink(f"{WORK}/{name}")
        try:
            await client.disconnect()
        except Exception:  # the killed VM ends the connection in its own way
            pass


async def main() -> None:
    with open(f"{WORK}/initrd", "wb") as file:
        file.write(archive(guest_files()))
    moved, still = await new_blocks(""), await new_blocks("norandmaps")
    print("new blocks of five equal starts, addresses by chance:", moved)
    print("the same with norandmaps:                            ", still)
    if moved[-1] < 3 * still[-1]:
        sys.exit("CHANGED: a program that has moved is found again")
    print("as described: each start is translated anew, unless the program stays where it was")

asyncio.run(main())
PY
