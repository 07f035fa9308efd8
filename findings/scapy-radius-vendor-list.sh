#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# scapy: the second value in a vendor's RADIUS attribute is read as an attribute of the protocol.
#
# Expected: a Vendor-Specific attribute with two of the vendor's own values (RFC 2865, 5.26: "multiple
#   subattributes MAY be encoded within a single Vendor-Specific attribute"), as with both MS-MPPE
#   keys of an Access-Accept in one, shows both, or shows the rest as bytes of it.
# Seen with scapy 2.8.0 and 2.7.0: the attribute's length is not used. It ends behind its first value, and
#   what follows inside it is read as the packet's next attribute: a MS-MPPE-Encryption-Types of
#   2 is shown as Framed-IP-Address 0.0.0.2, a second MPPE key (vendor type 17) as an attribute of type 17,
#   the State behind them is in its place, as if nothing were odd. tshark 4.0.17 (Debian 12) reads attributes 26 and 24.
# Why it matters: the station's key (MS-MPPE-Recv-Key) is what a 4-way handshake is decrypted with.
#   A script that takes the MPPE keys out of an Access-Accept finds one or none, or gives a client an
#   address nobody assigned, only with servers that pack them so.
#   Way round: take the bytes of attribute 26 by its length and walk the vendor's list by hand.
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
import sys

import scapy
from scapy.all import IP, UDP, Ether, Raw, wrpcap
from scapy.layers.radius import Radius

MICROSOFT = (311).to_bytes(4, "big")
values = bytes([7, 6, 0, 0, 0, 1]) + bytes([8, 6, 0, 0, 0, 2])  # MS-MPPE-Encryption-Policy, -Types
vendor = bytes([26, 6 + len(values)]) + MICROSOFT + values
body = vendor + bytes([24, 3]) + b"s"
accept = bytes([2, 9]) + (20 + len(body)).to_bytes(2, "big") + bytes(16) + body
wrpcap("accept.pcap", Ether(src="02:00:00:00:00:01", dst="02:00:00:00:00:02") / IP(src="192.0.2.1", dst="192.0.2.2") / UDP(sport=1812, dport=40000) / Raw(accept))
seen = [(one.type, one.len, getattr(one, "value", None)) for one in Radius(accept).attributes]
print("scapy", scapy.__version__, seen)
if [one[0] for one in seen] == [26, 24]:
    sys.exit("CHANGED: the vendor's attribute is read by its length")
if seen[1:] != [(8, 6, "0.0.0.2"), (24, 3, b"s")]:
    sys.exit("CHANGED: it is read in another way")
PY
tshark -r accept.pcap -T fields -e radius.avp.type 2>tshark.log >fields || { cat tshark.log; exit 2; }
echo "tshark $(tshark --version 2>/dev/null | sed -n '1s/[^0-9]*\([0-9.]*[0-9]\).*/\1/p'), types of the packet's attributes: $(cat fields)"
[ "$(cat fields)" = 26,24 ] || { echo "CHANGED: tshark reads other attributes"; exit 1; }
echo "as described: a value inside the vendor's attribute is shown as an attribute of the packet"
