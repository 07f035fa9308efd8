#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# scapy: an RSN element built from its layer says "management frame protection required".
#
# Expected: Dot11EltRSN() has the capabilities 0x0000, as other layers' flags are 0 until one sets them;
#   a WPA2 beacon is Dot11EltRSN(akm_suites=[AKMSuite(suite=2)]).
# Seen with scapy 2.8.0 and 2.7.0: of its eleven capability fields two are 1 by default, mfp_capable and
#   mfp_required: 0x00c0, with a group management cipher (BIP-CMAC-128) behind them. To name only the AKM
#   makes a network that may be joined with protected management frames alone. mfp_required=0 by itself
#   leaves "capable" set; both have to be cleared by name.
# Why it matters: an access point of a test bench built so is refused by each station without PMF
#   (or it protects its deauthentications where the bench sends them in the clear), with "no suitable
#   network" and no frame on the air; driver and bench look equally innocent.
#   Way round: give every capability, or write the element's bytes.
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
import scapy
from scapy.all import AKMSuite, Dot11, Dot11Beacon, Dot11Elt, Dot11EltRSN, wrpcap

AP = "02:00:00:00:aa:01"
PSK = [AKMSuite(suite=2)]
ELEMENTS = [
    Dot11EltRSN(akm_suites=PSK),
    Dot11EltRSN(akm_suites=PSK, mfp_required=0),
    Dot11EltRSN(akm_suites=PSK, mfp_required=0, mfp_capable=0),
]
head = Dot11(addr1="ff:ff:ff:ff:ff:ff", addr2=AP, addr3=AP) / Dot11Beacon(cap="ESS+privacy") / Dot11Elt(ID=0, info=b"lab")
wrpcap("beacons.pcap", [head / element for element in ELEMENTS])
print("scapy", scapy.__version__)
for element in ELEMENTS:
    print(" ", bytes(element).hex())
PY
tshark -r beacons.pcap -T fields -E separator=, -e wlan.rsn.akms.type -e wlan.rsn.capabilities.mfpr -e wlan.rsn.capabilities.mfpc \
    2>tshark.log >seen || { cat tshark.log; exit 2; }
printf '%s\n' "AKM, required, capable, as tshark reads the three:" "$(cat seen)"
[ "$(tr '\n' ' ' <seen)" = "2,1,1 2,0,1 2,0,0 " ] || { echo "CHANGED: the defaults are others"; exit 1; }
echo "as described: protection is required unless it is taken back"
