#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# pyroute2: the AKM suites of a scan result are off by one from 10 on, and OWE is "00-0f-ac-12".
#
# Expected: the decoded RSNE names the AKM suites as the standard does: 11 Suite B, 12 Suite B 192
#   bit (WPA3-Enterprise 192), 13 FT with SHA-384, 14 to 17 FILS, 18 OWE; a suite without a name is
#   printed 00-0f-ac and its decimal number, as iw and wpa_supplicant do.
# Seen with pyroute2 0.9.7: 1 to 9 are right. 10 (peer key) is missing from the table, so:
#     11 "IEEE 802.1X/SUITE-B-192"   12 "FT/IEEE 802.1X/SHA-384"   13 "FILS/SHA-256"   17 "OWE"
#   and what lies beyond the table has its number in hexadecimal:
#     18 (OWE) "00-0f-ac-12"   24 (SAE-EXT-KEY) "00-0f-ac-18"
# Why it matters: a WPA3-Enterprise 192-bit access point reads as one with fast transition, an OWE
#   one as AKM 12, SAE-EXT-KEY as AKM 18: each text is plausible, none is what was on the air.
#   Way round: take the suites from the raw elements of the scan result, not from auth_suites.
set -eu
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
python3 -m venv "$T/venv"
"$T/venv/bin/pip" -q --disable-pip-version-check install pyroute2==0.9.7 2>"$T/pip.log" || { cat "$T/pip.log"; exit 2; }
cd "$T"
venv/bin/python -W ignore - <<'PY'
import struct
import sys

from pyroute2.netlink.nl80211 import nl80211cmd

NEW_SCAN_RESULTS, ATTR_BSS, BSS_BSSID, BSS_ELEMENTS = 34, 47, 1, 6


def attribute(kind: int, value: bytes) -> bytes:
    return struct.pack("<HH", len(value) + 4, kind) + value + bytes(-len(value) % 4)


def suites(akm: int) -> list[str]:
    rsne = bytes.fromhex("30140100000fac040100000fac040100000fac") + bytes([akm, 0, 0])
    bss = attribute(BSS_BSSID, bytes.fromhex("02000000aa01")) + attribute(BSS_ELEMENTS, b"\x00\x03lab" + rsne)
    body = struct.pack("<BBH", NEW_SCAN_RESULTS, 1, 0) + attribute(ATTR_BSS, bss)
    message = nl80211cmd(struct.pack("<IHHII", 16 + len(body), 0x1C, 0, 1, 0) + body)
    message.decode()
    elements = message.get_attr("NL80211_ATTR_BSS").get_attr("NL80211_BSS_INFORMATION_ELEMENTS")
    return elements["RSN"]["auth_suites"]


seen = {akm: suites(akm)[0] for akm in (8, 9, 11, 12, 13, 17, 18, 24)}
for akm, text in seen.items():
    print(f"AKM {akm:2}  {text}")
want = {8: "SAE", 9: "FT/SAE", 11: "IEEE 802.1X/SUITE-B-192", 12: "FT/IEEE 802.1X/SHA-384",
        13: "FILS/SHA-256", 17: "OWE", 18: "00-0f-ac-12", 24: "00-0f-ac-18"}
if seen != want:
    sys.exit("CHANGED: AKM suites are named in another way")
print("as described: off by one from 11 on, hexadecimal from 18 on")
PY
