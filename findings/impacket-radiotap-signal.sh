#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# impacket: the signal strength of a radiotap header is the antenna's number.
#
# Expected: impacket.dot11.RadioTap walks the present bits with their alignment, and
#   get_dBm_ant_signal() gives a negative number of dBm.
# Seen with impacket 0.13.1: the alignment of a field is added also where the field is absent.
#   Flags, signal -40, antenna 1 (11 bytes, as short headers are): get_dBm_ant_signal() is 1, which is
#   the antenna, and get_antenna() raises struct.error. With a channel between flags and signal, which
#   happens to end on an even offset, it is right, as an unsigned byte: 216 for -40.
# Why it matters: readers work with the captures of one adapter and fail with those of the next,
#   whose header has other fields; RSSI 1 or 216 passes for a value in a report.
#   Way round: subtract 256 from values above 127, and use the class only for headers tested.
set -eu
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
python3 -m venv "$T/venv"
"$T/venv/bin/pip" -q --disable-pip-version-check install --no-deps impacket==0.13.1 pycryptodomex==3.24.2 pyasn1==0.6.5 six==1.17.0 2>"$T/pip.log" || { cat "$T/pip.log"; exit 2; }
cd "$T"
venv/bin/python -W ignore - <<'PY'
import struct
import sys

from impacket.ImpactDecoder import RadioTapDecoder

FLAGS, CHANNEL, SIGNAL, ANTENNA = 1 << 1, 1 << 3, 1 << 5, 1 << 11
NULL = struct.pack("<HH", 0x0048, 0) + bytes.fromhex("02000000aa01" "02000000bb02" "02000000aa01") + bytes(2)


def radiotap(present: int, fields: bytes) -> bytes:
    return struct.pack("<BBHI", 0, 0, 8 + len(fields), present) + fields + NULL


plain = RadioTapDecoder().decode(radiotap(FLAGS | SIGNAL | ANTENNA, struct.pack("<BbB", 0, -40, 1)))
channel = RadioTapDecoder().decode(
    radiotap(FLAGS | CHANNEL | SIGNAL | ANTENNA, struct.pack("<BxHHbB", 0, 2437, 0xA0, -40, 1)))
try:
    antenna = plain.get_antenna()
except struct.error as error:
    antenna = f"raises {type(error).__name__}: {error}"
print("flags, signal -40, antenna 1:          signal", plain.get_dBm_ant_signal(), "- antenna", antenna)
print("flags, channel, signal -40, antenna 1: signal", channel.get_dBm_ant_signal())
if (plain.get_dBm_ant_signal(), channel.get_dBm_ant_signal()) != (1, 216):
    sys.exit("CHANGED: the signal is read in another way")
print("as described: 1 (the antenna) or 216 (unsigned) instead of -40")
PY
