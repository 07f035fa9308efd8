#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# QEMU: saving a VM's state through a command ends "completed" when the command has failed.
#
# Expected: after migrate "exec:COMMAND" query-migrate says completed only if COMMAND took all of the
#   state and ended with status 0; a compressor on a full disk gives "failed".
# Seen with QEMU 7.2.22 (Debian 12): "exec:cat > FILE; exit 7" and "exec:gzip -c > /dev/full" (gzip:
#   No space left on device, exit 1, nothing stored) are both "completed", without error-desc; the VM
#   stands in "postmigrate" as after a success. Only a write of QEMU's own that meets a closed
#   pipe fails; a command that reads all and then fails, or buffers as gzip does, is not asked.
# Why it matters: labs keep a booted Windows guest as a file made by "exec:zstd > state". With a full
#   disk or a killed compressor the image cache holds a torn state, and what fails is a restore,
#   days later, in another test.
#   Way round: migrate to a descriptor one has opened (getfd, fd:) and look at the child's status;
#   or read the file back before it is put in the cache.
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
timeout 60 venv/bin/python - "$T" <<'PY'
import asyncio
import os
import subprocess
import sys

from qemu.qmp import QMPClient

WORK = sys.argv[1]
FIRMWARE = [f"{WORK}/root/usr/share/{name}" for name in ("qemu", "seabios")]  # where QEMU was unpacked


async def outcome(command: str) -> tuple:
    """Final status and error of query-migrate and the state of the VM after saving through `command`."""
    client = QMPClient("vm")
    await client.start_server(f"{WORK}/qmp")
    share = [option for folder in FIRMWARE if os.path.isdir(folder) for option in ("-L", folder)]
    vm = subprocess.Popen(
        ["qemu-system-x86_64", *share, "-machine", "q35", "-accel", "tcg", "-m", "64", "-S", "-nodefaults",
         "-display", "none", "-qmp", f"unix:{WORK}/qmp"],
        stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        await asyncio.wait_for(client.accept(), 15)
        await client.execute("migrate", {"uri": f"exec:{command}"})
        answer: dict = {}
        for _ in range(200):
            answer = await client.execute("query-migrate")
            if answer.get("status") in ("completed", "failed"):
                break
            await asyncio.sleep(0.05)
        state = await client.execute("query-status")
        return answer.get("status"), answer.get("error-desc"), state["status"]
    finally:
        vm.kill()
        vm.wait()
        try:
            await client.disconnect()
        except Exception:  # the killed VM ends the connection in its own way
            pass


async def main() -> None:
    seen = []
    for command in (f"cat > {WORK}/state; exit 7", "gzip -c > /dev/full", f"{WORK}/no-such-compressor"):
        seen.append(await outcome(command))
        print(command.replace(WORK, "DIR"), "->", seen[-1])
    bad_exit, full, missing = (status for status, _, _ in seen)
    if missing != "failed":
        sys.exit("CHANGED: a missing command is no longer a failure")
    if (bad_exit, full) != ("completed", "completed"):
        sys.exit("CHANGED: a command that fails makes the migration fail")
    print("as described: the command's failure is not looked at")

asyncio.run(main())
PY
