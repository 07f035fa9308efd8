#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# scapy: a RADIUS packet with a long EAP message is read well, and written back broken.
#
# Expected: an Access-Challenge with 610 bytes of EAP-TLS in three EAP-Message attributes (253 bytes
#   each at most, RFC 3579, 3.1), read and written with another identifier, is the same packet but for that
#   byte; scapy, which joined the three to show the EAP inside, splits them again.
# Seen with scapy 2.8.0 and 2.7.0: untouched it is written as it came, from a kept copy. Once one
#   field is changed the joined value is written behind one header: attribute 79 with length 255 and 610
#   bytes of value. The next "attribute" begins in the middle of TLS data; four bytes are missing, and
#   with len unset the packet's length is that of the broken one. No error, no warning, and reading it
#   back shows one EAP message of 253 bytes. Built from fields the same message is a ValueError.
# Why it matters: a test bench's RADIUS proxy that answers late, twice or with another State is a few
#   lines of scapy; PEAP and EAP-TLS fail with it, identity and failure (short) pass, and the
#   station's driver is blamed for the certificate it never got.
#   Way round: patch bytes; or set the attributes anew, one RadiusAttr_EAP_Message of up to 253 raw bytes each.
set -eu
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
python3 -m venv "$T/venv"
"$T/venv/bin/pip" -q --disable-pip-version-check install scapy==2.8.0 2>"$T/pip.log" || { cat "$T/pip.log"; exit 2; }
cd "$T"
venv/bin/python - <<'PY'
import sys

import scapy
from scapy.layers.radius import Radius

EAP_MESSAGE, STATE = 79, 24
TLS = 600
eap = bytes([1, 5]) + (10 + TLS).to_bytes(2, "big") + bytes([13, 0x80]) + TLS.to_bytes(4, "big") + bytes(TLS)


def attribute(kind: int, value: bytes) -> bytes:
    return bytes([kind, 2 + len(value)]) + value


def lengths(packet: bytes) -> list:
    """(type, length) of each attribute, as RFC 2865, 5, says to walk them; None where that ends."""
    found, at = [], 20
    while at < len(packet):
        size = packet[at + 1] if at + 1 < len(packet) else 0
        if size < 2 or at + size > len(packet):
            return [*found, None]
        found.append((packet[at], size))
        at += size
    return found


body = b"".join(attribute(EAP_MESSAGE, eap[at:at + 253]) for at in range(0, len(eap), 253)) + attribute(STATE, b"s" * 16)
sent = bytes([11, 9]) + (20 + len(body)).to_bytes(2, "big") + bytes(16) + body
kept = bytes(Radius(sent))
changed = Radius(sent)
changed.id, changed.len = 10, None
written = bytes(changed)
again = Radius(written)
print("scapy", scapy.__version__)
print("as sent:                  ", len(sent), "bytes", lengths(sent))
print("read and written:         ", len(kept), "bytes", lengths(kept))
print("with another identifier:  ", len(written), "bytes, says", int.from_bytes(written[2:4], "big"), lengths(written))
print("what it is read as then:  ", len(again.attributes), "attributes, the first", len(bytes(again.attributes[0])), "bytes")
if kept != sent:
    sys.exit("CHANGED: an untouched packet is not written as it came")
if lengths(written) == lengths(sent):
    sys.exit("CHANGED: the EAP message is split again")
if lengths(written) != [(EAP_MESSAGE, 255), None] or len(written) != len(sent) - 4:
    sys.exit("CHANGED: it is written in another way")
print("as described: one attribute of length 255 with 610 bytes behind it")
PY
