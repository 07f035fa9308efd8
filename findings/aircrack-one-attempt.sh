#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# aircrack-ng suite: a retried M1 hides a completed handshake, a later attempt spoils it.
#
# Expected: a capture that holds M1 to M4 of one association with the right passphrase is found by
#   "aircrack-ng -w words", whatever the same station sent before or after; tshark decrypts it.
# Seen with aircrack-ng 1.7 (Debian 12):
#   M1 (counter 1), M1 again (2), M2 (answers 1), M3 (3), M4: "Packets contained no EAPOL data; unable
#     to process this AP." If M2 answers the second M1, or the second M1 is cut away: KEY FOUND.
#   M1 to M4 right, then one attempt with a wrong passphrase (M1, M2): "KEY NOT FOUND" with the
#     passphrase that the four messages before were made with.
#   airdecap-ng drops the session key at any further M1: frames sent after an M1 that the station
#     never answered stay encrypted, with 0 "bad CCMP" packets.
# Why it matters: a driver that answers M1 later than the access point's timer (hostapd: 100 ms at
#   first) makes just the first pattern; "the capture has no handshake" is then said of the very
#   captures where the slow answer is the fault looked for.
#   Way round: cut the capture to one attempt, and drop each M1 but the one answered.
set -eu
T=$(mktemp -d)
installed=
# aircrack-ng loads its engine from a fixed path, so it has to be installed, and is removed again.
cleanup() {
    # shellcheck disable=SC2086
    [ -z "$installed" ] || apt-get -qq -y -o DPkg::Lock::Timeout=60 purge $installed >/dev/null 2>&1
    rm -rf "$T"
}
trap cleanup EXIT
if ! command -v aircrack-ng >/dev/null; then
    wanted() { apt-get -s install --no-install-recommends aircrack-ng 2>/dev/null | awk '/^Inst/ { print $2 }'; }
    plan=$(wanted)
    [ -n "$plan" ] || { apt-get -qq update >/dev/null; plan=$(wanted); }
    installed=$plan
    DEBIAN_FRONTEND=noninteractive apt-get -qq -y -o DPkg::Lock::Timeout=60 install --no-install-recommends aircrack-ng \
        >"$T/apt.log" 2>&1 || { cat "$T/apt.log"; exit 2; }
fi
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
aircrack-ng --help | grep -o 'Aircrack-ng [0-9.]*' | head -1
venv/bin/python - <<'PY'
import struct
import subprocess
import sys
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESCCM
from wpa import AP, PASSPHRASE, SSID, STA, Handshake, association, write

Path("words").write_bytes(b"some words\n" + PASSPHRASE + b"\nother words\n")


def verdict(frames: list) -> str:
    write("air.pcap", [*association(), *frames])
    done = subprocess.run(["aircrack-ng", "-q", "-w", "words", "-e", SSID.decode(), "air.pcap"], timeout=60,
                          stdin=subprocess.DEVNULL, capture_output=True, text=True)
    said = done.stdout + done.stderr
    return next((text for text in ("KEY FOUND", "KEY NOT FOUND", "no EAPOL data") if text in said), said)


def protected(tk: bytes, number: int) -> bytes:
    """An ARP request under CCMP, packet number `number`."""
    nonce = b"\0" + STA + number.to_bytes(6, "big")
    additional = struct.pack("<H", 0x4108) + AP + STA + b"\xff" * 6 + bytes(2)
    arp = bytes.fromhex("aaaa030000000806" "0001080006040001") + STA + bytes([10, 0, 0, 2]) + bytes(6) + bytes([10, 0, 0, 1])
    ccmp = bytes([number, 0, 0, 0x20, 0, 0, 0, 0])
    header = struct.pack("<HH", 0x4108, 44) + AP + STA + b"\xff" * 6 + bytes(2)
    return header + ccmp + AESCCM(tk, 8).encrypt(nonce, arp, additional)


def decrypted(frames: list) -> int:
    write("air.pcap", [*association(), *frames])
    out = subprocess.run(["airdecap-ng", "-e", SSID.decode(), "-p", PASSPHRASE.decode(), "air.pcap"], timeout=60,
                         check=True, capture_output=True, text=True).stdout
    return next(int(line.split()[-1]) for line in out.splitlines() if "decrypted WPA" in line)


good, failed = Handshake(b"good"), Handshake(b"later", b"wrong passphrase")
slow = [good.m1(1), good.m1(2), good.m2(1), good.m3(3), good.m4(3)]
tk = good.ptk[32:]
seen = {
    "M1 M2 M3 M4": verdict(good.whole()),
    "M1 M1 M2 M3 M4, M2 answers the first M1": verdict(slow),
    "the same without the second M1": verdict([slow[0], *slow[2:]]),
    "the same, M2 answers the second M1": verdict([good.m1(1), good.m1(2), good.m2(2), good.m3(3), good.m4(3)]),
    "M1 M2 M3 M4, then a failed M1 M2": verdict([*good.whole(), failed.m1(1), failed.m2(1)]),
    "airdecap-ng: M1 M2 M3 M4, two frames": decrypted([*good.whole(), protected(tk, 1), protected(tk, 2)]),
    "airdecap-ng: the same with an M1 between them":
        decrypted([*good.whole(), protected(tk, 1), failed.m1(1), protected(tk, 2)]),
}
for name, value in seen.items():
    print(f"{name:46} {value}")
if list(seen.values()) != ["KEY FOUND", "no EAPOL data", "KEY FOUND", "KEY FOUND", "KEY NOT FOUND", 2, 1]:
    sys.exit("CHANGED: the suite keeps more than the last attempt")
print("as described: only the state after the last M1 counts")
PY
