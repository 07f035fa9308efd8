# SPDX-License-Identifier: GPL-2.0-or-later
"""The authenticator's side of the RSN handshakes, for tests of the PE side only.

Written apart from ``hwsim.ap`` on purpose: it is a second reading of IEEE 802.11-2020 12.7, so
that sample.dll is not tested against its twin.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import struct
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.cmac import CMAC
from cryptography.hazmat.primitives.keywrap import aes_key_wrap

AP_MAC = bytes.fromhex("020000000100")
STATION_MAC = bytes.fromhex("020000000000")
RSNE = bytes.fromhex("30140100000fac040100000fac040100000fac020000")
GCMP_RSNE = bytes.fromhex("301a0100000fac090100000fac090100000fac0280000000000fac0c")
SHA256_RSNE = bytes.fromhex("30140100000fac040100000fac040100000fac068000")
"""AKM 00-0F-AC:6, capable of management frame protection."""
EAPOL = bytes.fromhex("888e")

VERSION_AES, PAIRWISE, INSTALL, ACK = 0x0002, 0x0008, 0x0040, 0x0080
MIC, SECURE, ENCRYPTED = 0x0100, 0x0200, 0x1000
INFO_M1 = VERSION_AES | PAIRWISE | ACK
INFO_M2 = VERSION_AES | PAIRWISE | MIC
INFO_M3 = VERSION_AES | PAIRWISE | INSTALL | ACK | MIC | SECURE | ENCRYPTED
INFO_M4 = VERSION_AES | PAIRWISE | MIC | SECURE
INFO_G1 = VERSION_AES | ACK | MIC | SECURE | ENCRYPTED
INFO_G2 = VERSION_AES | MIC | SECURE


def pmk_of(passphrase: str, ssid: bytes) -> bytes:
    """PBKDF2 of IEEE 802.11-2020 J.4.1."""
    return hashlib.pbkdf2_hmac("sha1", passphrase.encode(), ssid, 4096, 32)


def ptk_of(
    pmk: bytes, aa: bytes, spa: bytes, anonce: bytes, snonce: bytes, tk_size: int = 16
) -> bytes:
    """The PRF of IEEE 802.11-2020 12.7.1.3: KCK, KEK, TK."""
    seed = min(aa, spa) + max(aa, spa) + min(anonce, snonce) + max(anonce, snonce)
    label = b"Pairwise key expansion\0"
    blocks = [hmac.new(pmk, label + seed + bytes([i]), hashlib.sha1).digest() for i in range(4)]
    return b"".join(blocks)[: 32 + tk_size]


def ptk_sha256_of(
    pmk: bytes, aa: bytes, spa: bytes, anonce: bytes, snonce: bytes, tk_size: int = 16
) -> bytes:
    """KDF-SHA256 of IEEE 802.11-2020 12.7.1.6.2: KCK, KEK, TK."""
    seed = min(aa, spa) + max(aa, spa) + min(anonce, snonce) + max(anonce, snonce)
    text = b"Pairwise key expansion" + seed + struct.pack("<H", 8 * (32 + tk_size))
    blocks = [hmac.new(pmk, bytes((i, 0)) + text, hashlib.sha256).digest() for i in (1, 2)]
    return b"".join(blocks)[: 32 + tk_size]


def mic_sha1(kck: bytes, frame: bytes) -> bytes:
    """The MIC of key descriptor version 2."""
    return hmac.new(kck, frame, hashlib.sha1).digest()[:16]


def mic_cmac(kck: bytes, frame: bytes) -> bytes:
    """The MIC of key descriptor version 3."""
    code = CMAC(AES(kck))
    code.update(frame)
    return code.finalize()


@dataclass(frozen=True)
class KeyFrame:
    """The fields of an EAPOL-Key frame the tests look at."""

    info: int
    replay: int
    nonce: bytes
    key_data: bytes
    raw: bytes

    @classmethod
    def parse(cls, raw: bytes) -> KeyFrame:
        """Parse one EAPOL frame; asserts that it is a well-formed EAPOL-Key frame."""
        _, kind, length = struct.unpack_from(">BBH", raw)
        assert kind == 3
        assert length == len(raw) - 4
        descriptor, info, _, replay = struct.unpack_from(">BHHQ", raw, 4)
        assert descriptor == 2
        (size,) = struct.unpack_from(">H", raw, 97)
        assert len(raw) == 99 + size
        return cls(info, replay, raw[17:49], raw[99:], raw)

    def mic_ok(self, kck: bytes) -> bool:
        """Whether the MIC verifies under this KCK."""
        zeroed = self.raw[:81] + bytes(16) + self.raw[97:]
        mic = mic_cmac if self.info & 7 == 3 else mic_sha1
        return mic(kck, zeroed) == self.raw[81:97]


def build(info: int, replay: int, nonce: bytes, key_data: bytes, kck: bytes | None) -> bytes:
    """Build an EAPOL-Key frame, with a MIC if a KCK is given."""
    key_length = 16 if info & PAIRWISE and info & ACK else 0
    body = struct.pack(">BHHQ", 2, info, key_length, replay) + nonce + bytes(16 + 8 + 8)
    body += bytes(16) + struct.pack(">H", len(key_data)) + key_data
    frame = struct.pack(">BBH", 2, 3, len(body)) + body
    if kck is None:
        return frame
    mic = mic_cmac if info & 7 == 3 else mic_sha1
    return frame[:81] + mic(kck, frame) + frame[97:]


def gtk_kde(gtk: bytes, index: int) -> bytes:
    """The GTK KDE of IEEE 802.11-2020 Table 12-9."""
    return bytes([0xDD, 6 + len(gtk)]) + bytes.fromhex("000fac01") + bytes([index, 0]) + gtk


def igtk_kde(igtk: bytes, index: int, pn: bytes) -> bytes:
    """The IGTK KDE of the same table."""
    body = bytes.fromhex("000fac09") + bytes((index, 0)) + pn + igtk
    return bytes((0xDD, len(body))) + body


def pad(key_data: bytes) -> bytes:
    """Pad key data for AES key wrap (12.7.2)."""
    if len(key_data) % 8 == 0 and len(key_data) >= 16:
        return key_data
    return key_data + b"\xdd" + bytes(-(len(key_data) + 1) % 8)


@dataclass
class AccessPoint:
    """One association's authenticator: makes M1, M3 and G1, and judges what comes back.

    ``sha256``: with AKM 6; ``igtk``: management frames are protected, by that key of index 4;
    ``tk_size``: that of the cipher's keys.
    """

    passphrase: str = "correct horse"
    ssid: bytes = b"hil-test"
    pmk: bytes | None = None
    m3_rsne: bytes = RSNE
    anonce: bytes = field(default_factory=lambda: os.urandom(32))
    gtk: bytes = field(default_factory=lambda: os.urandom(16))
    gtk_index: int = 1
    sha256: bool = False
    igtk: bytes | None = None
    tk_size: int = 16
    replay: int = 0
    ptk: bytes | None = None
    received: list[KeyFrame] = field(default_factory=list)

    def _next(self) -> int:
        self.replay += 1
        return self.replay

    def _kdes(self) -> bytes:
        kdes = gtk_kde(self.gtk, self.gtk_index)
        return kdes if self.igtk is None else kdes + igtk_kde(self.igtk, 4, b"\x05" + bytes(5))

    def m1(self) -> bytes:
        """Message 1, with the next replay counter."""
        return build(INFO_M1 + self.sha256, self._next(), self.anonce, b"", None)

    def m3(self) -> bytes:
        """Message 3, with the next replay counter."""
        assert self.ptk is not None
        data = aes_key_wrap(self.ptk[16:32], pad(self.m3_rsne + self._kdes()))
        return build(INFO_M3 + self.sha256, self._next(), self.anonce, data, self.ptk[:16])

    def g1(self) -> bytes:
        """Group message 1 of the current GTK."""
        assert self.ptk is not None
        data = aes_key_wrap(self.ptk[16:32], pad(self._kdes()))
        return build(INFO_G1 + self.sha256, self._next(), bytes(32), data, self.ptk[:16])

    def new_gtk(self) -> None:
        """Make another GTK under the other index, as a group rekey does."""
        self.gtk, self.gtk_index = os.urandom(len(self.gtk)), 3 - self.gtk_index

    def take(self, raw: bytes) -> str:
        """Take a frame of the station; returns M2, M4, G2, or 'bad M2' when its MIC is wrong."""
        frame = KeyFrame.parse(raw)
        self.received.append(frame)
        if frame.info == INFO_M2 + self.sha256:
            pmk = self.pmk or pmk_of(self.passphrase, self.ssid)
            derive = ptk_sha256_of if self.sha256 else ptk_of
            ptk = derive(pmk, AP_MAC, STATION_MAC, self.anonce, frame.nonce, self.tk_size)
            if not frame.mic_ok(ptk[:16]):
                return "bad M2"
            self.ptk = ptk
            return "M2"
        assert self.ptk is not None
        assert frame.mic_ok(self.ptk[:16])
        return {INFO_M4: "M4", INFO_G2: "G2"}[frame.info - self.sha256]
