#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# scapy: the capabilities of a WPA element are read as the next element, with a network's empty name.
#
# Expected: the WPA element (vendor 00-50-F2, type 1) may end with two bytes of capabilities; they belong to
#   it by its length, and the element behind it is read next.
# Seen with scapy 2.8.0 and 2.7.0: Dot11EltMicrosoftWPA has no field for them and is bounded by its fields,
#   not by its length. Capabilities 0x0000 become an SSID element of length 0 in the midst of the beacon;
#   0x0028 (four and four replay counters) an element 40.
# Why it matters: "hidden network" is an SSID of length 0: a script that takes the last SSID element, or
#   counts elements to compare a beacon with what the driver reported, finds such a name in the beacons of
#   old WPA access points, the very ones that vendors' own security modules were made for.
#   Way round: cut the elements by type and length oneself, and look at each on its own.
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
"$T/venv/bin/pip" -q --disable-pip-version-check install scapy==2.8.0 2>"$T/pip.log" || { cat "$T/pip.log"; exit 2; }
cd "$T"
venv/bin/python - <<'PY'
import struct
import sys

import scapy
from scapy.all import Dot11, Dot11Elt, wrpcap


def element(number: int, body: bytes) -> bytes:
    return bytes([number, len(body)]) + body


TKIP, PSK = b"\x00\x50\xf2\x02", b"\x00\x50\xf2\x02"
WPA = b"\x00\x50\xf2\x01" + b"\1\0" + TKIP + b"\1\0" + TKIP + b"\1\0" + PSK
SSID, RATES, LAST = element(0, b"lab"), element(1, b"\x82\x84\x8b\x96"), element(50, b"\x0c\x12\x18\x24")


def beacon(capabilities: bytes) -> bytes:
    head = struct.pack("<HH", 0x80, 0) + b"\xff" * 6 + (b"\2\0\0\0\xaa\1") * 2 + b"\0\0"
    return head + struct.pack("<QHH", 0, 100, 0x11) + SSID + RATES + element(221, WPA + capabilities) + LAST


def elements(frame: bytes) -> list:
    found, one = [], Dot11(frame).getlayer(Dot11Elt)
    while isinstance(one, Dot11Elt):
        found.append((one.ID, one.len))
        one = one.payload
    return found


print("scapy", scapy.__version__)
without, zero, counters = (elements(beacon(capabilities)) for capabilities in (b"", b"\0\0", b"\x28\0"))
for name, seen in (("no capabilities", without), ("0x0000", zero), ("0x0028", counters)):
    print(f"  {name}: (identifier, length) {seen}")
wrpcap("wpa.pcap", [Dot11(beacon(capabilities)) for capabilities in (b"", b"\0\0", b"\x28\0")])
if without != [(0, 3), (1, 4), (221, 22), (50, 4)]:
    sys.exit("CHANGED: an element without capabilities is read in another way")
if (0, 0) not in zero and (40, 0) not in counters:
    sys.exit("CHANGED: the capabilities belong to the element")
if zero != [(0, 3), (1, 4), (221, 24), (0, 0), (50, 4)] or counters != [(0, 3), (1, 4), (221, 24), (40, 0), (50, 4)]:
    sys.exit("CHANGED: the capabilities are read in another way")
PY
tshark -r wpa.pcap -T fields -e wlan.tag.number 2>tshark.log >seen || { cat tshark.log; exit 2; }
printf '%s\n' "identifiers that tshark reads in the three:" "$(cat seen)"
[ "$(sort -u seen)" = 0,1,221,50 ] || { echo "CHANGED: tshark reads other elements"; exit 1; }
echo "as described: two bytes of the WPA element are an element of their own"
