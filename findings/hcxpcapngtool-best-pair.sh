#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# hcxpcapngtool: of a rejected and a completed handshake it writes out the rejected one.
#
# Expected: "only the best" message pair of a station is converted; a pair of M2 and M3, which proves
#   that the access point took the M2 (message pair 2, "authorized"), is better than M1 and M2 alone
#   (message pair 0, "challenge"), which any guess at the passphrase leaves behind.
# Seen with hcxtools 6.2.7 (Debian 12): station tries a wrong passphrase (M1, M2, no M3), is
#   deauthenticated, associates again and completes M1 to M4 with the right one. The single line
#   written is the first attempt's M1 and M2. Without the first attempt it is the M2 and M3.
#   With --all there is, besides the good pairs, an "authorized" one made of the first attempt's M2
#   and the second one's M3, whose MIC fits no passphrase at all.
# Why it matters: someone who verifies "which passphrase did this station complete with" gets the
#   failed attempt: a correct passphrase does not match a capture that decrypts with it.
#   Way round: --all, and verify each pair; or cut the capture at the deauthentication.
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
debs hcxtools
python3 -m venv "$T/venv"
"$T/venv/bin/pip" -q --disable-pip-version-check install cryptography==50.0.2 cffi==2.1.1 2>"$T/pip.log" || { cat "$T/pip.log"; exit 2; }
cd "$T"
cat >"$T/wpa.py" <<'PY'
"""WPA2-PSK exchanges of one station, byte by byte, as plain 802.11 in a pcap file."""
import hashlib
import hmac
import struct

from cryptography.hazmat.primitives.keywrap import aes_key_wrap

SSID, PASSPHRASE = b"lab", b"correct horse"
AP, STA, GTK = bytes.fromhex("02000000aa01"), bytes.fromhex("02000000bb02"), bytes(range(0x60, 0x70))
RSNE = bytes.fromhex("30140100000fac040100000fac040100000fac020000")
RATES = b"\x01\x04\x82\x84\x8b\x96"


def frame(control: int, to: bytes, sender: bytes, body: bytes) -> bytes:
    return struct.pack("<HH", control, 44) + to + sender + AP + bytes(2) + body


def association() -> list:
    """Beacon, authentication, association."""
    named = b"\0" + bytes([len(SSID)]) + SSID + RATES
    return [
        frame(0x80, b"\xff" * 6, AP, bytes(8) + struct.pack("<HH", 100, 0x11) + named + RSNE),
        frame(0xB0, AP, STA, struct.pack("<HHH", 0, 1, 0)),
        frame(0xB0, STA, AP, struct.pack("<HHH", 0, 2, 0)),
        frame(0x00, AP, STA, struct.pack("<HH", 0x11, 10) + named + RSNE),
        frame(0x10, STA, AP, struct.pack("<HHH", 0x11, 0, 0xC001) + RATES),
    ]


class Handshake:
    """One attempt: its nonces, the PTK of `passphrase`, and its four messages."""

    def __init__(self, label: bytes, passphrase: bytes = PASSPHRASE) -> None:
        self.anonce = hashlib.sha256(b"ANonce" + label).digest()
        self.snonce = hashlib.sha256(b"SNonce" + label).digest()
        pmk = hashlib.pbkdf2_hmac("sha1", passphrase, SSID, 4096, 32)
        seed = AP + STA + min(self.anonce, self.snonce) + max(self.anonce, self.snonce)
        self.ptk = b"".join(hmac.new(pmk, b"Pairwise key expansion\0" + seed + bytes([i]), "sha1").digest()
                            for i in range(3))[:48]

    def _key(self, info: int, counter: int, nonce: bytes, data: bytes = b"", signed: bool = True) -> bytes:
        head = b"\x02\x03" + struct.pack(">HBHHQ", 95 + len(data), 2, info, 16, counter) + nonce + bytes(32)
        tail = struct.pack(">H", len(data)) + data
        mic = hmac.new(self.ptk[:16], head + bytes(16) + tail, "sha1").digest()[:16] if signed else bytes(16)
        return bytes.fromhex("aaaa03000000888e") + head + mic + tail

    def m1(self, counter: int) -> bytes:
        return frame(0x0208, STA, AP, self._key(0x008A, counter, self.anonce, signed=False))

    def m2(self, counter: int) -> bytes:
        return frame(0x0108, AP, STA, self._key(0x010A, counter, self.snonce, RSNE))

    def m3(self, counter: int) -> bytes:
        kde = RSNE + b"\xdd\x16\x00\x0f\xac\x01\x01\x00" + GTK + b"\xdd\x00"
        return frame(0x0208, STA, AP, self._key(0x13CA, counter, self.anonce, aes_key_wrap(self.ptk[16:32], kde)))

    def m4(self, counter: int) -> bytes:
        return frame(0x0108, AP, STA, self._key(0x030A, counter, bytes(32)))

    def whole(self) -> list:
        return [self.m1(1), self.m2(1), self.m3(2), self.m4(2)]


def write(path: str, frames: list) -> None:
    """One frame each 5 ms."""
    with open(path, "wb") as file:
        file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 105))
        for number, data in enumerate(frames):
            file.write(struct.pack("<IIII", 1_700_000_000, number * 5000, len(data), len(data)) + data)
PY
hcxpcapngtool -v | head -1
venv/bin/python - <<'PY'
import hashlib
import hmac
import subprocess
import sys
from pathlib import Path

from wpa import AP, PASSPHRASE, SSID, STA, Handshake, association, frame, write

WRONG = b"wrong passphrase"


def fits(line: str) -> str:
    """Which of the two passphrases verifies the MIC of one 22000 line."""
    _, _, mic, _, _, _, anonce, eapol, pair = line.split("*")
    nonces = sorted([bytes.fromhex(anonce), bytes.fromhex(eapol)[17:49]])
    for name, passphrase in (("right", PASSPHRASE), ("wrong", WRONG)):
        pmk = hashlib.pbkdf2_hmac("sha1", passphrase, SSID, 4096, 32)
        kck = hmac.new(pmk, b"Pairwise key expansion\0" + AP + STA + b"".join(nonces) + b"\0", "sha1").digest()[:16]
        if hmac.new(kck, bytes.fromhex(eapol), "sha1").hexdigest()[:32] == mic:
            return f"pair {pair}, {name} passphrase"
    return f"pair {pair}, no passphrase"


def converted(frames: list, *options: str) -> list:
    write("air.pcap", frames)
    Path("out.22000").unlink(missing_ok=True)
    subprocess.run(["hcxpcapngtool", *options, "-o", "out.22000", "air.pcap"], check=True, stdout=subprocess.DEVNULL)
    return [fits(line) for line in Path("out.22000").read_text().split()]


failed, good = Handshake(b"first", WRONG), Handshake(b"second")
deauthentication = frame(0xC0, STA, AP, b"\x0f\x00")
first = [*association(), failed.m1(1), failed.m2(1), deauthentication]
second = [*association(), *good.whole()]
alone, both, every = converted(second), converted(first + second), converted(first + second, "--all")
print("completed handshake alone:", alone)
print("failed attempt before it: ", both)
print("the same with --all:      ", every)
if alone != ["pair 02, right passphrase"] or "pair 02, right passphrase" not in every:
    sys.exit("CHANGED: the completed handshake is not converted as before")
if both != ["pair 00, wrong passphrase"] or "pair 02, no passphrase" not in every:
    sys.exit("CHANGED: the completed handshake is preferred, or pairs are not mixed any more")
print("as described: the rejected attempt is the best, and an authorized pair fits nothing")
PY
