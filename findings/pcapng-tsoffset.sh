#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# pcapng: two readers of four ignore if_tsoffset, so the same frame has two times of capture.
#
# Expected: if_tsoffset (option 14 of an interface, seconds to add to each of its time stamps) is
#   part of the format; a reader that honours if_tsresol honours it.
# Seen for a frame with stamp 5.000000 s on an interface with if_tsoffset 1000:
#   dpkt 1.9.8 says 1005.0 (and so does tshark 4.0.17); scapy 2.7.0 and python-pcapng 2.1.1 say 5.0.
#   python-pcapng even shows the option, decoded, among the interface's options.
#   A frame in a Simple Packet Block has no time at all: scapy gives it the present time as p.time,
#   dpkt leaves the frame out of its iteration without a word.
# Why it matters: if_tsoffset lets a recorder correct the clock of one radio of several. With two
#   interfaces of different offset the order of M1 and M2 turns round in one reader and not in the
#   other, and both look healthy.
#   Way round: add the offset oneself (scapy drops the option), or rewrite the file with editcap.
set -eu
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
python3 -m venv "$T/venv"
"$T/venv/bin/pip" -q --disable-pip-version-check install scapy==2.7.0 dpkt==1.9.8 python-pcapng==2.1.1 2>"$T/pip.log" || { cat "$T/pip.log"; exit 2; }
cd "$T"
venv/bin/python - <<'PY'
import struct
import sys
import time

import dpkt
from pcapng import FileScanner
from pcapng.blocks import EnhancedPacket
from scapy.utils import rdpcap

FRAME = struct.pack("<HH", 0x0048, 0) + bytes.fromhex("02000000aa01" "02000000bb02" "02000000aa01") + bytes(2)


def block(kind: int, body: bytes) -> bytes:
    body += bytes(-len(body) % 4)
    size = struct.pack("<I", len(body) + 12)
    return struct.pack("<I", kind) + size + body + size


def option(code: int, value: bytes) -> bytes:
    return struct.pack("<HH", code, len(value)) + value + bytes(-len(value) % 4)


section = block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1))
interface = block(1, struct.pack("<HHI", 105, 0, 0) + option(9, b"\x06")
                  + option(14, struct.pack("<q", 1000)) + option(0, b""))
enhanced = block(6, struct.pack("<IIIII", 0, 0, 5_000_000, len(FRAME), len(FRAME)) + FRAME)
simple = block(3, struct.pack("<I", len(FRAME)) + FRAME)
with open("offset.pcapng", "wb") as file:
    file.write(section + interface + enhanced + simple)

with open("offset.pcapng", "rb") as file:
    by_dpkt = [when for when, _ in dpkt.pcapng.Reader(file)]
with open("offset.pcapng", "rb") as file:
    by_pcapng = [b.timestamp for b in FileScanner(file) if isinstance(b, EnhancedPacket)]
by_scapy = [float(p.time) for p in rdpcap("offset.pcapng")]
print("dpkt", by_dpkt, "python-pcapng", by_pcapng, "scapy", by_scapy)
seen = (by_dpkt, by_pcapng, by_scapy[0], abs(by_scapy[1] - time.time()) < 60)
if seen != ([1005.0], [5.0], 5.0, True):
    sys.exit("CHANGED: the readers treat if_tsoffset or the simple packet in another way")
print("as described: the readers disagree by the offset")
PY
