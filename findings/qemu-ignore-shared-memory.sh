#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# QEMU: a state saved with x-ignore-shared is restored over any memory, private or of another guest.
#
# Expected: the stream without RAM belongs to one memory file that both sides map shared. A target
#   that maps it privately (share=off), for which the capability was not made, is refused or waits for
#   the pages; a memory file that another machine has written since is noticed.
# Seen with QEMU 7.2.22 (Debian 12): the RAM block carries name, size and address, nothing of what it
#   holds and not whether it is shared. A target with share=off is "completed" and has the file's
#   pages as copy-on-write: one file and one stream start any number of VMs, and none of them
#   writes to it. A file in which a page was changed is "completed" too, and the guest has the
#   changed page.
# Why it matters: it is the fastest way to start a booted guest (no copy of its RAM), but the pair
#   of files is held together by nothing: an image cache that keeps the stream of one night and
#   the memory of the next starts a guest whose kernel and devices are of different times, and what
#   breaks is a driver, minutes later.
#   Way round: keep a digest of the memory file in the name of the state, and map it share=off so that
#   no run can change it.
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
python3 -m venv "$T/venv"
"$T/venv/bin/pip" -q --disable-pip-version-check install qemu.qmp==0.0.6 2>"$T/pip.log" || { cat "$T/pip.log"; exit 2; }
cd "$T"
qemu-system-x86_64 --version | head -1
timeout 120 venv/bin/python - "$T" <<'PY'
import asyncio
import contextlib
import os
import shutil
import subprocess
import sys

from qemu.qmp import QMPClient

WORK = sys.argv[1]
FIRMWARE = [f"{WORK}/root/usr/share/{name}" for name in ("qemu", "seabios")]  # where QEMU was unpacked
SHARE = [option for folder in FIRMWARE if os.path.isdir(folder) for option in ("-L", folder)]
MIB = 1 << 20
MARK_AT, MARK = 48 * MIB, b"memory of another night"  # a page that the firmware does not use


@contextlib.asynccontextmanager
async def machine(memory: str, *more: str, share: str):
    """A small stopped VM over a memory file, with x-ignore-shared set; its QMP client."""
    client, socket = QMPClient("vm"), f"{WORK}/qmp"
    await client.start_server(socket)
    backend = f"memory-backend-file,id=ram,size=64M,mem-path={memory},share={share}"
    vm = subprocess.Popen(
        ["qemu-system-x86_64", *SHARE, "-machine", "q35,memory-backend=ram", "-accel", "tcg", "-m", "64",
         "-object", backend, "-S", "-nodefaults", "-display", "none", "-qmp", f"unix:{socket}", *more],
        stdin=subprocess.DEVNULL)
    try:
        await asyncio.wait_for(client.accept(), 15)
        await client.execute("migrate-set-capabilities",
                             {"capabilities": [{"capability": "x-ignore-shared", "state": True}]})
        yield client
    finally:
        vm.kill()
        vm.wait()
        with contextlib.suppress(Exception):  # the killed VM ends the connection in its own way
            await client.disconnect()


async def ended(client) -> str:
    """The final status of query-migrate."""
    status = ""
    for _ in range(200):
        status = (await client.execute("query-migrate")).get("status", "")
        if status in ("completed", "failed"):
            break
        await asyncio.sleep(0.05)
    return status


async def memory_of(client) -> bytes:
    await client.execute("pmemsave", {"val": 0, "size": 64 * MIB - 64 * 1024, "filename": f"{WORK}/dump"})
    with open(f"{WORK}/dump", "rb") as file:
        return file.read()


async def restored(memory: str, share: str) -> tuple:
    async with machine(memory, "-incoming", "defer", share=share) as client:
        await client.execute("migrate-incoming", {"uri": f"exec:cat {WORK}/state"})
        return await ended(client), await memory_of(client)


async def main() -> None:
    memory, other = f"{WORK}/memory", f"{WORK}/other"
    async with machine(memory, share="on") as client:
        await client.execute("cont")
        await asyncio.sleep(2)  # long enough for the firmware to have filled its tables
        await client.execute("stop")
        before = await memory_of(client)
        await client.execute("migrate", {"uri": f"exec:cat > {WORK}/state"})
        if await ended(client) != "completed":
            sys.exit("CHANGED: the state cannot be saved")
    print(f"saved: stream of {os.path.getsize(WORK + '/state') // 1024} KiB for 64 MiB of memory, "
          f"{sum(map(bool, before))} bytes of it not 0")
    shutil.copy(memory, other)
    with open(other, "r+b") as file:
        file.seek(MARK_AT)
        file.write(MARK)
    seen = {}
    for name, file, share in (("shared", memory, "on"), ("private", memory, "off"), ("other file", other, "off")):
        status, found = await restored(file, share)
        same, marked = found == before, found[MARK_AT:MARK_AT + len(MARK)] == MARK
        seen[name] = (status, same, marked)
        print(f"restored, {name}: {status}, memory as saved: {same}, another night's page: {marked}")
    if seen["shared"] != ("completed", True, False):
        sys.exit("CHANGED: a shared memory file is not restored as saved")
    if seen["private"] != ("completed", True, False):
        sys.exit("CHANGED: a private mapping is refused, or does not have the file's pages")
    if seen["other file"] != ("completed", False, True):
        sys.exit("CHANGED: memory that is not the saved one is noticed")
    print("as described: neither the mapping nor the content of the memory is looked at")

asyncio.run(main())
PY
