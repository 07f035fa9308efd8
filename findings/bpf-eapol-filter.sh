#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# libpcap: the filter "ether proto 0x888e" drops EAPOL frames that tcpdump itself prints as EAPOL.
#
# Expected: the usual capture filter for handshakes passes every unprotected EAPOL frame, whatever the
#   form of its 802.11 header; at least those that the same tcpdump decodes.
# Seen with tcpdump 4.99.3, libpcap 1.10.3 (Debian 12), six EAPOL-Start frames under radiotap:
#     plain data, QoS data                               printed "EAPOL start", passed
#     four addresses (repeater, WDS)                     printed "EAPOL start", dropped
#     radiotap flag 0x20, header padded to 4 bytes       printed "EAPOL start", dropped
#     QoS with HT Control, in an A-MSDU                  printed as LLC noise, dropped
#   The compiled filter looks for LLC at 24 bytes, plus 2 for QoS, and knows no other header. tshark
#   4.0.17 calls all six EAPOL.
# Why it matters: a capture started with this filter is silently without the handshakes of repeaters
#   and of adapters that pad (many Atheros) or of stations that send HT Control: "the station never
#   answered M1".
#   Way round: "type data and wlan[1] & 0x40 = 0" (all unprotected data) passes the six.
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
debs tcpdump
cat >"$T/frames.py" <<'PY'
import struct
import sys

AP, STA = bytes.fromhex("02000000aa01"), bytes.fromhex("02000000bb02")
START = bytes.fromhex("aaaa03000000888e" "01010000")
QOS, HT_CONTROL = bytes(2), bytes(4)


def header(control: int, fourth: bytes = b"") -> bytes:
    return struct.pack("<HH", control, 44) + STA + AP + AP + bytes(2) + fourth


FROM_DS, BOTH_DS, ORDER = 0x0200, 0x0300, 0x8000
frames = [
    (0, header(0x08 | FROM_DS) + START),
    (0, header(0x88 | FROM_DS) + QOS + START),
    (0, header(0x88 | BOTH_DS, STA) + QOS + START),
    (0x20, header(0x88 | FROM_DS) + QOS + bytes(2) + START),
    (0, header(0x88 | FROM_DS | ORDER) + QOS + HT_CONTROL + START),
    (0, header(0x88 | FROM_DS) + b"\x80\0" + STA + AP + struct.pack(">H", len(START)) + START),
]
with open(sys.argv[1], "wb") as file:
    file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 127))
    for number, (flags, frame) in enumerate(frames, 1):
        record = struct.pack("<BBHIB", 0, 0, 9, 2, flags) + frame  # radiotap with flags only
        file.write(struct.pack("<IIII", number, 0, len(record), len(record)) + record)
PY
python3 "$T/frames.py" "$T/eapol.pcap"
tcpdump --version 2>&1 | head -2
numbers() { sed -n 's/^\([1-6]\)\.000000 .*/\1/p' | tr '\n' ' '; }
read_capture() { tcpdump -Z "$(id -un)" -tt -r "$T/eapol.pcap" "$@" 2>/dev/null; }
decoded=$(read_capture | grep 'EAPOL start' | numbers)
passed=$(read_capture 'ether proto 0x888e' | numbers)
echo "printed as EAPOL: $decoded- passed by the filter: $passed"
if [ "$decoded" != '1 2 3 4 ' ] || [ "$passed" != '1 2 ' ]; then
    echo 'CHANGED: the filter passes other frames' >&2
    exit 1
fi
echo 'as described: frames 3 to 6 are lost, 3 and 4 though tcpdump knows them'
