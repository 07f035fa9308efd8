#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# minidump: 44 bytes with a large count of streams keep the parser busy for hours.
#
# Expected: a count in a file that is shorter than what it counts is an error (EOF), as for any
#   reader of files that come from a crashed machine.
# Seen with minidump 0.0.24: MinidumpFile reads behind the end of the file as zeros, which is a valid
#   kind of stream (UnusedStream), so that each of the up to 2^32 - 1 entries of the directory that
#   the header promises is read and kept in a list.
# Why it matters: nightly runs fetch the dumps of wlanext.exe from guests and group their crashes; a
#   dump that was cut or overwritten stops the night, or takes all memory.
#   Way round: compare NumberOfStreams * 12 with the file's size before anything else.
set -eu
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
python3 -m venv "$T/venv"
"$T/venv/bin/pip" -q --disable-pip-version-check install --no-deps minidump==0.0.24 2>"$T/pip.log" || { cat "$T/pip.log"; exit 2; }
cd "$T"
timeout 60 venv/bin/python -W ignore - <<'PY'
import struct
import sys

from minidump.minidumpfile import MinidumpFile


def dump(streams: int) -> bytes:
    return struct.pack("<4sIIIIIQ", b"MDMP", 0xA793, streams, 32, 0, 0, 0) + bytes(12)


kept = {}
for streams in (2_000, 20_000):
    try:
        kept[streams] = len(MinidumpFile.parse_bytes(dump(streams)).directories)
    except Exception as error:
        sys.exit(f"CHANGED: {streams} streams in 44 bytes raise {type(error).__name__}: {error}")
    print(f"{streams} streams promised by a file of {len(dump(streams))} bytes: {kept[streams]} read")
if any(count != streams for streams, count in kept.items()):
    sys.exit("CHANGED: not every promised stream is read")
print("as described: the count alone decides how many are read")
PY
