#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# dpkt: an 802.11 frame parses well, with half of its 16-bit fields in the wrong byte order.
#
# Expected: all multi-byte fields of an 802.11 header are little-endian, and dpkt.ieee80211, which
#   finds type, subtype, addresses and elements of a frame, reads them so.
# Seen with dpkt 1.9.8, one beacon: interval 100 is right; duration 44 reads as 11264 (0x2c00),
#   sequence number 1 as frag_seq 0x1000 (so "frag_seq >> 4" is 256), capability 0x0011 as 0x1100.
#   In a deauthentication frame reason 15 (4-way handshake timeout) reads as 3840; authentication
#   algorithm 3 (SAE) as 768; association status 17 as 4352.
# Why it matters: nothing fails. Sequence numbers jump by 4096, so retries and gaps are found where
#   none are; "if reason == 15" is never true; the privacy bit is tested in another bit.
#   Way round: struct.unpack("<H", struct.pack(">H", value)) for these, never for interval.
set -eu
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
python3 -m venv "$T/venv"
"$T/venv/bin/pip" -q --disable-pip-version-check install dpkt==1.9.8 2>"$T/pip.log" || { cat "$T/pip.log"; exit 2; }
cd "$T"
venv/bin/python - <<'PY'
import struct
import sys

from dpkt.ieee80211 import IEEE80211

AP, STA, ALL = bytes.fromhex("02000000aa01"), bytes.fromhex("02000000bb02"), b"\xff" * 6


def frame(subtype: int, to: bytes, sequence: int, body: bytes) -> IEEE80211:
    header = struct.pack("<HH", subtype << 4, 44) + to + AP + AP + struct.pack("<H", sequence << 4)
    return IEEE80211(header + body)


elements = b"\x00\x03lab" + b"\x01\x04\x82\x84\x8b\x96"
beacon = frame(8, ALL, 1, bytes(8) + struct.pack("<HH", 100, 0x0011) + elements)
deauth = frame(12, STA, 2, struct.pack("<H", 15))
auth = frame(11, STA, 3, struct.pack("<HHH", 3, 2, 0))
response = frame(1, STA, 4, struct.pack("<HHH", 0x0011, 17, 0) + elements[5:])

seen = {
    "interval": beacon.beacon.interval, "duration": beacon.duration, "frag_seq": beacon.mgmt.frag_seq,
    "capability": beacon.beacon.capability, "reason": deauth.deauth.reason,
    "algorithm": auth.auth.algorithm, "status": response.assoc_resp.status,
}
written = {"interval": 100, "duration": 44, "frag_seq": 0x10, "capability": 0x11, "reason": 15,
           "algorithm": 3, "status": 17}
for name, value in seen.items():
    print(f"{name:10} written {written[name]:5}  read {value:5}")
swapped = {name for name in seen if seen[name] == int.from_bytes(written[name].to_bytes(2, "little"))}
if seen["interval"] != 100 or swapped != set(written) - {"interval"}:
    sys.exit(f"CHANGED: byte-swapped are now {sorted(swapped)}")
print("as described: all but the beacon interval are byte-swapped")
PY
