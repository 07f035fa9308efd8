#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# QEMU: an EHCI that was idle lets the next transfer wait for up to 65 ms.
#
# Expected: while the asynchronous schedule is on, a host controller goes through it in every
#   microframe (EHCI 1.0, 4.8): a transfer that a driver links into it begins within 0.125 ms, or,
#   of an emulated one with a timer of 1 ms, within a frame or two. Drivers count on it: Linux'
#   rt2800usb gives a control transfer 50 ms, and the adapter up after some that took longer.
# Seen with QEMU 7.2.22 (Debian 12): for every look at a schedule without work the next comes 1 ms
#   later than the last did, until they are maxframes / 2 + 1 ms apart: 65 ms, as maxframes is 128.
#   No register is written when a transfer is linked in, so nothing wakes it. After two seconds
#   without a transfer the next one took up to 61 ms, one right after another 0.8 ms.
# Why it matters: of an adapter passed through (usb-host) or redirected (usb-redir) to a guest, a
#   driver with such a timeout loses transfers after a pause, with no load on the machine, and the
#   adapter is blamed.
#   Way round: -device usb-ehci,maxframes=8 (5 ms at most), or qemu-xhci, whose doorbell is a register.
#
# The driver here is this script, by QEMU's own test protocol (qtest): it writes PCI configuration,
# EHCI registers and a queue head, and reads a device descriptor. The processor is at rest: its
# firmware is a HLT.
set -eu
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
# Debian packages that are not installed are unpacked, with what they need, into $T/root.
debs() {
    apt-get -s install --no-install-recommends "$@" >"$T/plan" 2>/dev/null ||
        { apt-get -qq update >/dev/null && apt-get -s install --no-install-recommends "$@" >"$T/plan"; } || exit 2
    awk '/^Inst/ { print $2 }' "$T/plan" >"$T/names"
    (cd "$T" && xargs -r apt-get -qq download <names 2>apt.log) || { cat "$T/apt.log"; exit 2; }
    for file in "$T"/*.deb; do [ ! -e "$file" ] || dpkg -x "$file" "$T/root"; done
    PATH="$T/root/usr/bin:$T/root/usr/sbin:$T/root/sbin:$PATH"
    LD_LIBRARY_PATH="$(find "$T/root" -type d -path '*/lib/*-linux-gnu*' 2>/dev/null | tr '\n' ':')${LD_LIBRARY_PATH:-}"
    export PATH LD_LIBRARY_PATH
}
debs qemu-system-x86
cd "$T"
qemu-system-x86_64 --version | head -1
timeout 120 python3 - "$T" <<'PY'
import os
import socket
import struct
import subprocess
import sys
import time

WORK = sys.argv[1]
FIRMWARE = [f"{WORK}/root/usr/share/{name}" for name in ("qemu", "seabios")]  # where QEMU was unpacked
SHARE = [option for folder in FIRMWARE if os.path.isdir(folder) for option in ("-L", folder)]
SLOT, BAR, OPERATIONAL = 4, 0xE0000000, 0xE0000020
COMMAND, STATUS, ASYNC_LIST, CONFIGURED, PORT = 0x00, 0x04, 0x18, 0x40, 0x44
RUN, SCHEDULE_ON, RESET, POWER, ENABLED = 1, 1 << 5, 1 << 8, 1 << 12, 1 << 2
QUEUE, SETUP, DATA, END, BUFFER = 0x100000, 0x101000, 0x101100, 0x101200, 0x102000
ACTIVE, NONE = 0x80, 1


class Machine:
    """A PC whose processor rests: QEMU's devices, with this script in its place."""

    def __init__(self, ehci: str) -> None:
        place = f"{WORK}/qtest-{len(ehci)}"
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(place)
        listener.listen(1)
        listener.settimeout(30)
        self.process = subprocess.Popen(
            ["qemu-system-x86_64", *SHARE, "-accel", "tcg", "-machine", "pc", "-m", "64", "-nodefaults",
             "-bios", f"{WORK}/rest.bin", "-display", "none", "-qtest", f"unix:{place}", "-qtest-log", "none",
             "-device", f"{ehci},id=usb,addr={SLOT}", "-device", "usb-storage,bus=usb.0,drive=disk",
             "-blockdev", "driver=null-co,node-name=disk,size=1048576,read-zeroes=on"],
            stdin=subprocess.DEVNULL)
        self.lines = listener.accept()[0].makefile("rw")

    def ask(self, *words: object) -> str:
        self.lines.write(" ".join(map(str, words)) + "\n")
        self.lines.flush()
        answer = self.lines.readline()
        if not answer.startswith("OK"):
            raise SystemExit(f"CHANGED: qtest answers {answer!r} to {words}")
        return answer[3:].strip()

    def configure(self, register: int, value: int) -> None:
        self.ask("outl", 0xCF8, 1 << 31 | SLOT << 11 | register)
        self.ask("outl", 0xCFC, value)

    def register(self, offset: int, value: int) -> None:
        self.ask("writel", OPERATIONAL + offset, value)

    def read(self, address: int) -> int:
        return int(self.ask("readl", address), 16)

    def words(self, address: int, *values: int) -> None:
        data = struct.pack(f"<{len(values)}I", *values)
        self.ask("write", address, len(data), "0x" + data.hex())

    def start(self) -> None:
        """What a driver does: memory and bus mastering on, port reset, an empty queue, schedule on."""
        self.configure(0x10, BAR)
        self.configure(0x04, 6)
        self.register(CONFIGURED, 1)
        self.register(PORT, RESET | POWER)
        time.sleep(0.05)
        self.register(PORT, POWER)
        if not self.read(OPERATIONAL + PORT) & ENABLED:
            raise SystemExit("CHANGED: the port is not enabled by its reset")
        to_device_0 = 64 << 16 | 1 << 15 | 1 << 14 | 2 << 12  # high speed, endpoint 0, head of the list
        self.words(QUEUE, QUEUE | 2, to_device_0, 1 << 30, 0, NONE, NONE, 0, 0, 0, 0, 0, 0)
        self.register(ASYNC_LIST, QUEUE)
        self.register(COMMAND, RUN | SCHEDULE_ON)

    def read_descriptor_ms(self) -> float:
        """Link GET_DESCRIPTOR (device) into the queue; how long until its status stage has ended."""
        def stage(at: int, following: int, pid: int, toggle: int, length: int, buffer: int) -> None:
            token = toggle << 31 | length << 16 | 3 << 10 | pid << 8 | ACTIVE
            self.words(at, following, NONE, token, buffer, 0, 0, 0, 0)

        self.words(BUFFER, 0x01000680, 18 << 16)
        self.words(BUFFER + 8, 0)
        stage(SETUP, DATA, 2, 0, 8, BUFFER)
        stage(DATA, END, 1, 1, 18, BUFFER + 8)
        stage(END, NONE, 0, 1, 0, 0)
        self.words(QUEUE + 16, SETUP)
        since_s = time.monotonic()
        while self.read(END + 8) & ACTIVE:
            if time.monotonic() > since_s + 2:
                raise SystemExit("CHANGED: the transfer does not end")
        waited_ms = (time.monotonic() - since_s) * 1000
        if self.read(BUFFER + 8) & 0xFFFF != 0x0112:
            raise SystemExit("CHANGED: what was read is no device descriptor")
        return waited_ms


def usual_and_longest_ms(machine: Machine, pause_s: float) -> tuple:
    """Of 5 transfers, each after such a pause; a little longer each time, to meet other moments."""
    found = []
    for more in range(5):
        time.sleep(pause_s + (0.013 * more if pause_s else 0))
        found.append(machine.read_descriptor_ms())
    return sorted(found)[2], max(found)


with open(f"{WORK}/rest.bin", "wb") as file:
    file.write(b"\xfa\xf4\xeb\xfc".rjust(0xFFF4, b"\xf4") + bytes(12))  # cli, hlt, and again
figures = {}
for ehci in ("usb-ehci", "usb-ehci,maxframes=8"):
    machine = Machine(ehci)
    try:
        machine.start()
        figures[ehci] = [usual_and_longest_ms(machine, pause) for pause in (0, 2.3)]
    finally:
        machine.process.kill()
        machine.process.wait()
    (busy, _), (_, rested) = figures[ehci]
    print(f"{ehci}: a control transfer right after another takes {busy:.1f} ms (median of 5); "
          f"after 2.3 s of nothing, at most {rested:.1f} ms")
(busy, _), (_, rested) = figures["usb-ehci"]
_, (_, bounded) = figures["usb-ehci,maxframes=8"]
if busy > 10:
    sys.exit("CHANGED: transfers wait without a pause, too")
if rested <= 40:
    sys.exit("CHANGED: after a pause no transfer waits for long")
if bounded > 20:
    sys.exit("CHANGED: maxframes=8 does not bound it")
print("as described: the longer nothing happened, the later the next transfer begins")
PY
