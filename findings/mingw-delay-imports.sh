#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# mingw binutils: a DLL's delay-loaded imports are seen by no tool at all.
#
# Expected: a DLL linked against a delay-import library (dlltool --output-delaylib) has a Delay Import
#   Directory; objdump -p, pefile and lief list its DLL and functions there.
# Seen with binutils 2.40 (Debian 12), pefile 2024.8.26, lief 1.0.0: ld links the code and the
#   descriptor, "wlanapi.dll" and "WlanOpenHandle" are in the file, but entry 13 of the data
#   directory stays 0, 0. objdump prints no such DLL, pefile has no DIRECTORY_ENTRY_DELAY_IMPORT,
#   lief's delay_imports is empty. The same source with the ordinary import library shows wlanapi.dll
#   in all three.
# Why it matters: a check "what does this driver DLL need, and is it there?" passes, and the first call
#   ends in the delay-load helper's exception on a machine without the DLL. Tools that rebind, hook
#   or prefetch imports miss it too.
#   Way round: search the sections for the descriptor by the DLL's name, or link it as usual.
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
debs binutils-mingw-w64-x86-64
python3 -m venv "$T/venv"
"$T/venv/bin/pip" -q --disable-pip-version-check install pefile==2024.8.26 lief==1.0.0 2>"$T/pip.log" || { cat "$T/pip.log"; exit 2; }
cd "$T"
export TMPDIR="$T"  # dlltool leaves files there
cat >driver.s <<'S'
    .text
    .globl DllMain, Dot11ExtIhvGetVersionInfo, __delayLoadHelper2
DllMain:
    movl $1, %eax
    ret
Dot11ExtIhvGetVersionInfo:
    sub $40, %rsp
    call WlanOpenHandle
    add $40, %rsp
    ret
__delayLoadHelper2:                     # normally from the run-time library
    ret
S
printf 'LIBRARY driver.dll\nEXPORTS\nDot11ExtIhvGetVersionInfo\n' >driver.def
printf 'LIBRARY wlanapi.dll\nEXPORTS\nWlanOpenHandle\n' >wlanapi.def
tool=x86_64-w64-mingw32
$tool-ld --version | head -1
$tool-as driver.s -o driver.o
$tool-dlltool -d wlanapi.def -l usual.a
$tool-dlltool -d wlanapi.def --output-delaylib delayed.a
for kind in usual delayed; do
    $tool-ld -shared -e DllMain -o $kind.dll driver.o driver.def $kind.a
    printf '%s: objdump names wlanapi.dll %s times, the file %s times\n' "$kind" \
        "$($tool-objdump -p $kind.dll | grep -c 'DLL Name: wlanapi.dll')" "$(grep -ac 'wlanapi.dll' $kind.dll)"
done >objdump.txt
cat objdump.txt
venv/bin/python - <<'PY'
import sys

import lief
import pefile


def names(path: str) -> tuple:
    image = pefile.PE(path)
    parsed = lief.parse(path)
    return ([entry.dll.decode() for entry in getattr(image, "DIRECTORY_ENTRY_IMPORT", [])],
            [entry.dll.decode() for entry in getattr(image, "DIRECTORY_ENTRY_DELAY_IMPORT", [])],
            [entry.name for entry in parsed.imports], [entry.name for entry in parsed.delay_imports],
            image.OPTIONAL_HEADER.DATA_DIRECTORY[13].Size)


usual, delayed = names("usual.dll"), names("delayed.dll")
print("usual:   pefile", usual[:2], "lief", usual[2:4], "directory size", usual[4])
print("delayed: pefile", delayed[:2], "lief", delayed[2:4], "directory size", delayed[4])
if usual != (["wlanapi.dll"], [], ["wlanapi.dll"], [], 0) or delayed != ([], [], [], [], 0):
    sys.exit("CHANGED: delay-loaded imports are listed")
if "delayed: objdump names wlanapi.dll 0 times" not in open("objdump.txt").read():
    sys.exit("CHANGED: objdump lists the delay-loaded DLL")
print("as described: the delayed import is in the file and in no table")
PY
