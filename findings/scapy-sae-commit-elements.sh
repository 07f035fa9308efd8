#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# scapy: an SAE commit is dissected as information elements, made up out of the scalar.
#
# Expected: in an authentication frame with algorithm 3 (SAE) group, scalar and element are not
#   elements with an id and a length; a dissector without SAE support leaves them as raw bytes.
# Seen with scapy 2.7.0: the 98 bytes behind Dot11Auth become a chain of Dot11Elt layers. The group
#   19 (0x0013) is "element 19 of length 0", the rest is cut wherever the random numbers say so.
#   With a scalar that begins 00 03 'f' 'o' 'o', getlayer(Dot11Elt, ID=0) finds the SSID "foo"; of
#   1000 commits with random numbers all have "elements" and 3 have an "SSID".
# Why it matters: code that collects SSID, channel or AKM from any management frame of a station
#   (usual in capture tools) reads random numbers on WPA3 networks, once in some hundred
#   associations: a flaky wrong answer that no second run repeats.
#   Way round: look at Dot11Auth.algo == 3 first and take bytes(p[Dot11Auth])[6:].
set -eu
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
python3 -m venv "$T/venv"
"$T/venv/bin/pip" -q --disable-pip-version-check install scapy==2.7.0 2>"$T/pip.log" || { cat "$T/pip.log"; exit 2; }
cd "$T"
venv/bin/python - <<'PY'
import random
import struct
import sys

from scapy.layers.dot11 import Dot11, Dot11Auth, Dot11Elt

HEADER = bytes(Dot11(type=0, subtype=11, addr1="02:00:00:00:aa:01", addr2="02:00:00:00:bb:02",
                     addr3="02:00:00:00:aa:01"))


def commit(scalar: bytes, element: bytes) -> Dot11:
    fixed = struct.pack("<HHHH", 3, 1, 0, 19)  # SAE, transaction 1, success, group 19
    return Dot11(HEADER + fixed + scalar + element)


crafted = commit(b"\x00\x03foo" + bytes(range(40, 67)), bytes(range(64)))
ssid = crafted.getlayer(Dot11Elt, ID=0)
print("algorithm", crafted[Dot11Auth].algo, "- SSID found:", ssid and ssid.info)

rng = random.Random(1)
found = {"any": 0, "SSID": 0}
for _ in range(1000):
    frame = commit(rng.randbytes(32), rng.randbytes(64))
    found["any"] += frame.haslayer(Dot11Elt) > 0
    found["SSID"] += frame.getlayer(Dot11Elt, ID=0) is not None
print("elements in 1000 commits with random numbers:", found)
if ssid is None or ssid.info != b"foo" or found["any"] != 1000 or not found["SSID"]:
    sys.exit("CHANGED: an SAE commit is no longer read as information elements")
print("as described: SAE scalars are read as elements")
PY
