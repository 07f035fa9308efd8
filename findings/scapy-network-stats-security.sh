#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# scapy: network_stats() names the security of a WPA3 network after its first AKM, and SAE networks
# have a 61.5 Mbit/s rate.
#
# Expected: Dot11Beacon.network_stats()["crypto"], a set, has one entry for each AKM of the RSNE
#   (the transition mode of WPA3 offers PSK and SAE), and FT-SAE, OWE and SAE-EXT-KEY are not WPA2.
#   A BSS membership selector is not a rate.
# Seen with scapy 2.7.0:
#   AKM 2 and 8 (WPA3 transition)   {'WPA2/PSK'}       8 and 2   {'WPA2/SAE'}, 8 alone {'WPA3/SAE'}
#   AKM 9 (FT-SAE) alone            {'WPA2/FT-SAE'}    18 (OWE)  {'WPA2/OWE'}
#   AKM 24 (SAE-EXT-KEY) alone      {'WPA2/24'}
#   rates of an SAE network that is hash-to-element only (selector 0xfb): [1.0, 2.0, 5.5, 11.0, 61.5]
# Why it matters: a survey or a test that asks "does this access point offer WPA3" by this function
#   says no for each transition network and for each roaming WPA3 network. Two access points with
#   the same AKMs in another order look different.
#   Way round: read akm_suites of every Dot11EltRSN; drop the selectors (low 7 bits 0x7a to 0x7f) from the rates.
set -eu
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
python3 -m venv "$T/venv"
"$T/venv/bin/pip" -q --disable-pip-version-check install scapy==2.7.0 2>"$T/pip.log" || { cat "$T/pip.log"; exit 2; }
cd "$T"
venv/bin/python - <<'PY'
import sys

from scapy.layers.dot11 import AKMSuite, Dot11, Dot11Beacon, Dot11Elt, Dot11EltRSN, RSNCipherSuite

AP = "02:00:00:00:aa:01"


def stats(*akms: int, rates: bytes = b"\x82\x84\x8b\x96") -> dict:
    ccmp = RSNCipherSuite(cipher=4)
    rsn = Dot11EltRSN(group_cipher_suite=ccmp, pairwise_cipher_suites=[ccmp], mfp_capable=1,
                      akm_suites=[AKMSuite(suite=akm) for akm in akms])
    beacon = (Dot11(type=0, subtype=8, addr1="ff:ff:ff:ff:ff:ff", addr2=AP, addr3=AP)
              / Dot11Beacon(cap=0x11) / Dot11Elt(ID=0, info=b"lab") / Dot11Elt(ID=1, info=rates) / rsn)
    return Dot11(bytes(beacon))[Dot11Beacon].network_stats()


want = {
    (2, 8): {"WPA2/PSK"}, (8, 2): {"WPA2/SAE"}, (8,): {"WPA3/SAE"},
    (9,): {"WPA2/FT-SAE"}, (18,): {"WPA2/OWE"}, (24,): {"WPA2/24"},
}
seen = {akms: stats(*akms)["crypto"] for akms in want}
for akms, crypto in seen.items():
    print("AKM", akms, crypto)
rates = stats(8, rates=b"\x82\x84\x8b\x96\xfb")["rates"]
print("rates with the H2E selector:", rates)
if seen != want or 61.5 not in rates:
    sys.exit("CHANGED: network_stats() names these networks in another way")
print("as described: one name, from the first AKM, WPA3 only for SAE alone")
PY
