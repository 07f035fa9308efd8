#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# tshark: the start of a frame is put one frame length before its radiotap time stamp.
#
# Expected: radiotap defines TSFT as the time at which the first bit of the MPDU arrived, so
#   wlan_radio.start_tsf is that time (less the preamble), and the gap between a data frame and its
#   acknowledgement, wlan_radio.ifs, is the SIFS: 16 microseconds in the 5 GHz band.
# Seen with tshark 4.0.17 (Debian 12), a frame of 136 bytes at 6 Mbit/s with TSFT 1000000 and the
#   acknowledgement with TSFT 1000224 (1000000 + 188 of the frame + 16 + 20 of the preamble):
#   start_tsf 999792, end_tsf 1000000, ifs 180. The preference wlan_radio.tsf_at_end, "some generators
#   timestamp the end", is on by default and applied to all; off: 999980, 1000188, ifs 16.
# Why it matters: microsecond questions (SIFS, did the station answer in the same TXOP, time on air
#   between M1 and M2) are off by the length of the second frame, 0.8 ms for a beacon at
#   1 Mbit/s, and frames of unequal length shift against each other. With the drivers that do stamp
#   the end it is right, so it must be settled for each adapter: data and ACK show which it is.
#   Way round: -o wlan_radio.tsf_at_end:FALSE.
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
debs tshark
cd "$T"
cat >frames.py <<'PY'
import math
import struct
import zlib

AP, STA = bytes.fromhex("02000000aa01"), bytes.fromhex("02000000bb02")
PREAMBLE, SIFS = 20, 16


def on_air(frame: bytes) -> int:
    """Microseconds of the MPDU, at 6 Mbit/s OFDM: symbols of 4, 24 bits each, 16 + 6 bits around it."""
    return 4 * math.ceil((22 + 8 * len(frame)) / 24)


def with_fcs(frame: bytes) -> bytes:
    return frame + struct.pack("<I", zlib.crc32(frame))


def record(tsft: int, frame: bytes) -> bytes:
    """Radiotap: TSFT, flags (FCS at the end), rate 6 Mbit/s, channel 36."""
    fields = struct.pack("<QBBHH", tsft, 0x10, 12, 5180, 0x0140)
    return struct.pack("<BBHI", 0, 0, 8 + len(fields), 0b1111) + fields + frame


data = with_fcs(struct.pack("<HH", 0x0108, 44) + AP + STA + AP + bytes(2) + bytes.fromhex("aaaa030000000800") + bytes(100))
ack = with_fcs(struct.pack("<HH", 0x00D4, 0) + STA)
first = 1_000_000
second = first + on_air(data) + SIFS + PREAMBLE
with open("sifs.pcap", "wb") as file:
    file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 127))
    for tsft, frame in ((first, data), (second, ack)):
        packet = record(tsft, frame)
        file.write(struct.pack("<IIII", 0, tsft, len(packet), len(packet)) + packet)
PY
python3 frames.py
tshark -v 2>/dev/null | head -1
show() {
    tshark "$@" -r sifs.pcap -T fields -e radiotap.mactime -e wlan_radio.start_tsf -e wlan_radio.end_tsf \
        -e wlan_radio.ifs 2>/dev/null | sed 's/\t/ /g; s/ *$//'
}
{ echo 'default:'; show; echo 'tsf_at_end off:'; show -o wlan_radio.tsf_at_end:FALSE; } >seen
cat seen
cat >want <<'END'
default:
1000000 999792 1000000
1000224 1000180 1000224 180
tsf_at_end off:
1000000 999980 1000188
1000224 1000204 1000248 16
END
cmp -s seen want || { echo 'CHANGED: the time stamp is taken in another way' >&2; exit 1; }
echo 'as described: by default the stamp is taken for the end of the frame'
