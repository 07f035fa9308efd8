#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# scapy: taking the radiotap header off a packet replaces its time stamp by the present time.
#
# Expected: rdpcap gives each packet its time of capture, and p[Dot11] or p.payload, a view of the
#   same packet, has it too; writing [p[Dot11] for p in packets] strips the radiotap headers and
#   keeps the times.
# Seen with scapy 2.7.0 (Python 3.11): p.time is 1000.500, p[Dot11].time is the moment at which the
#   file was read. A stripped capture written by wrpcap has times of today, and gaps of some tens of
#   microseconds instead of those on the air. No warning. p.copy() is right; p[Dot11].copy() is not.
# Why it matters: stripping radiotap is the usual way to hand frames to a tool that reads plain
#   802.11 only. M1 -> M2 -> M3 -> M4 latencies taken from the stripped file measure the parser.
#   Way round: q = p[Dot11]; q.time = p.time.
set -eu
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
python3 -m venv "$T/venv"
"$T/venv/bin/pip" -q --disable-pip-version-check install scapy==2.7.0 2>"$T/pip.log" || { cat "$T/pip.log"; exit 2; }
cd "$T"
venv/bin/python - <<'PY'
import sys
import time

from scapy.layers.dot11 import Dot11, RadioTap
from scapy.layers.l2 import LLC, SNAP
from scapy.utils import rdpcap, wrpcap

frames = []
for n in range(2):
    frame = RadioTap() / Dot11(type=2, addr1="02:00:00:00:00:01") / LLC() / SNAP()
    frame.time = 1000.5 + 2 * n  # two seconds apart
    frames.append(frame)
wrpcap("radiotap.pcap", frames)

read = rdpcap("radiotap.pcap")
wrpcap("plain.pcap", [p[Dot11] for p in read])
plain = rdpcap("plain.pcap")

whole_gap = float(read[1].time - read[0].time)
plain_gap = float(plain[1].time - plain[0].time)
age = time.time() - float(plain[0].time)
print(f"gap before {whole_gap:.6f} s, after p[Dot11] {plain_gap:.6f} s; stripped frames {age:.1f} s old")
if whole_gap != 2.0:
    sys.exit("CHANGED: rdpcap no longer keeps the time of the whole packet")
if not (0 <= age < 60 and abs(plain_gap) < 1):
    sys.exit("CHANGED: p[Dot11] keeps the time of capture")
print("as described: p[Dot11].time is the time of reading, not of capture")
PY
