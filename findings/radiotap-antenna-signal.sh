#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# radiotap with one signal for each antenna: tshark's signal_dbm is the last antenna's, scapy's none.
#
# Expected: a header with the usual signal (-40 dBm, all antennas together) and, in further present
#   words, -42 dBm of antenna 0 and -60 dBm of antenna 1 gives -40 wherever "the" signal is asked for.
# Seen: tshark 4.0.17 (Debian 12) says wlan_radio.signal_dbm -60, the last antenna's, though the
#   same frame's radiotap.dbm_antsignal lists -40,-42,-60. scapy 2.7.0 says dBm_AntSignal -40 and
#   leaves both antennas undecoded. When only the antennas are given, which is valid, scapy
#   says None and tshark -60 again: no tool says -42, the best one.
# Why it matters: wlan_radio.signal_dbm is what people filter, plot and put into RSSI limits; one
#   disconnected antenna of a two-stream adapter moves the whole plot by 20 dB, and a scapy reader of
#   the same capture sees nothing of it.
#   Way round: read radiotap.dbm_antsignal (the first is the total if the first word has bit 5).
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
python3 -m venv "$T/venv"
"$T/venv/bin/pip" -q --disable-pip-version-check install scapy==2.7.0 2>"$T/pip.log" || { cat "$T/pip.log"; exit 2; }
cd "$T"
cat >frames.py <<'PY'
import struct

FLAGS, SIGNAL, ANTENNA, NAMESPACE, MORE = 1 << 1, 1 << 5, 1 << 11, 1 << 29, 1 << 31
NULL = struct.pack("<HH", 0x0048, 0) + bytes.fromhex("02000000aa01" "02000000bb02" "02000000aa01") + bytes(2)
antennas = struct.pack("<bBbB", -42, 0, -60, 1)
words = (NAMESPACE | MORE | SIGNAL | ANTENNA, SIGNAL | ANTENNA)

with open("antennas.pcap", "wb") as file:
    file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 127))
    for number, (first, total) in enumerate([(FLAGS | SIGNAL, struct.pack("b", -40)), (FLAGS, b"")]):
        fields = b"\0" + total + antennas
        present = struct.pack("<III", first | NAMESPACE | MORE, *words)
        record = struct.pack("<BBH", 0, 0, 16 + len(fields)) + present + fields + NULL
        file.write(struct.pack("<IIII", number, 0, len(record), len(record)) + record)
PY
python3 frames.py
tshark -v 2>/dev/null | head -1
tshark -r antennas.pcap -T fields -e wlan_radio.signal_dbm -e radiotap.dbm_antsignal 2>/dev/null | tr '\t' ' ' >seen
venv/bin/python -c '
from scapy.layers.dot11 import Dot11, RadioTap
from scapy.utils import rdpcap
for p in rdpcap("antennas.pcap"):
    print("scapy", p.dBm_AntSignal, p.notdecoded.hex(), p[Dot11].addr1)
' >>seen
cat seen
cat >want <<'END'
-60 -40,-42,-60
-60 -42,-60
scapy -40 d600c401 02:00:00:00:aa:01
scapy None d600c401 02:00:00:00:aa:01
END
cmp -s seen want || { echo 'CHANGED: the signal is taken from another place' >&2; exit 1; }
echo 'as described: the last antenna, the total, or none'
