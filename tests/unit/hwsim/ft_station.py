# SPDX-License-Identifier: GPL-2.0-or-later
"""A station with fast transitions, by its own reading of IEEE 802.11-2020, 12.7.1.6 and 13.

Without any code of ``hwsim``: what both sides got wrong in the same way would not show otherwise.
"""

from __future__ import annotations

import hashlib
import os
import struct

from cryptography.hazmat.primitives.keywrap import aes_key_unwrap

from tests.unit.hwsim.ap.security.test_psk_sha256 import Sha256Station
from tests.unit.hwsim.sae_station import kdf
from tests.unit.hwsim.soft_station import LLC_EAPOL, CcmpFrame, KeyMessage

MDE = bytes.fromhex("3603484c01")


def elements(body: bytes) -> dict[int, bytes]:
    """Elements by identifier, whole."""
    found, at = {}, 0
    while at < len(body):
        found[body[at]] = body[at : at + 2 + body[at + 1]]
        at += 2 + body[at + 1]
    return found


def parts(fte: bytes) -> dict[int, bytes]:
    """The subelements of an FTE, their contents."""
    return {kind: whole[2:] for kind, whole in elements(fte[84:]).items()}


def named(rsne: bytes, name: bytes) -> bytes:
    """The RSNE with one PMKID."""
    return rsne[:1] + bytes((rsne[1] + 18,)) + rsne[2:] + b"\1\0" + name


class FtStation(Sha256Station):
    """A station with AKM 4."""

    rsne = bytes.fromhex("30140100000fac040100000fac040100000fac040000")
    version = 3
    offered = bytes.fromhex("30180100000fac040100000fac040200000fac02000fac040000")
    """The RSNE of the access points."""
    mde = MDE
    """Their mobility domain."""
    oci = b""
    """The channel it says to be on, if it has OCV."""

    def xxkey(self) -> bytes:
        """From which the first key is made: the PSK."""
        return self.pmk

    # the first association

    def associate(self) -> None:
        """The first association in the domain: it learns who holds its keys."""
        self.assoc_request(self.rsne + self.mde)
        frame = self.next_frame()
        assert struct.unpack_from("<H", frame, 26)[0] == 0, frame.hex()
        given = elements(frame[30:])
        self.fte = given[55]
        assert given[54] == self.mde
        assert self.fte[2:84] == bytes(82)
        self.r0kh = parts(self.fte)[3]
        assert parts(self.fte)[1] == self.bssid

    def make_r0(self) -> None:
        """PMK-R0 and its name."""
        text = bytes((len(self.ssid),)) + self.ssid + MDE[2:4] + bytes((len(self.r0kh),))
        made = kdf(self.xxkey(), b"FT-R0", text + self.r0kh + self.mac, 384)
        self.r0 = made[:32]
        self.r0_name = hashlib.sha256(b"FT-R0N" + made[32:]).digest()[:16]

    def make_r1(self) -> None:
        """PMK-R1 at the access point, and its name."""
        who = self.bssid + self.mac
        self.r1 = kdf(self.r0, b"FT-R1", who, 256)
        self.r1_name = hashlib.sha256(b"FT-R1N" + self.r0_name + who).digest()[:16]

    def make_ptk(self, anonce: bytes) -> None:
        """The PTK."""
        text = self.snonce + anonce + self.bssid + self.mac
        self.ptk = kdf(self.r1, b"FT-PTK", text, 384)

    def derive(self, m1: KeyMessage) -> None:
        """All of the hierarchy; M1 names no key."""
        assert m1.data == b""
        self.make_r0()
        self.make_r1()
        self.make_ptk(m1.nonce)

    def m2_pdu(self, m1: KeyMessage, rsne: bytes | None = None) -> bytes:
        """The answer to M1: with the name of the PMK-R1, and what the association response had."""
        self.derive(m1)
        data = (named(self.rsne, self.r1_name) if rsne is None else rsne) + self.mde + self.fte
        data += b"\xdd\x07\x00\x0f\xac\x0d" + self.oci if self.oci else b""
        return self.key_pdu(0x0108 | self.version, m1.replay, self.snonce, data, self.kck)

    def m4(self, m3: KeyMessage, *, protect: bool = False) -> int:
        """Check M3 and answer it."""
        assert m3.info == 0x13C8 | self.version
        plain = self.check(m3)
        assert plain.startswith(named(self.offered, self.r1_name) + self.mde + self.fte)
        assert bytes.fromhex("380501") in plain
        self.take_gtk(plain)
        pdu = self.key_pdu(0x0308 | self.version, m3.replay, b"", b"", self.kck)
        return self.data(LLC_EAPOL + pdu, protect=protect)

    # a transition

    def first_message(self, **changes: bytes) -> bytes:
        """The elements of a transition's first message."""
        self.snonce = changes.get("snonce", os.urandom(32))
        holder = changes.get("r0kh", self.r0kh)
        fixed = bytes(18) + bytes(32) + self.snonce + b"\3" + bytes((len(holder),)) + holder
        fte = changes.get("fte", b"\x37" + bytes((len(fixed),)) + fixed)
        rsne = changes.get("rsne", named(self.rsne, changes.get("r0_name", self.r0_name)))
        return rsne + changes.get("mde", self.mde) + fte

    def second_message(self, body: bytes) -> None:
        """Take the elements of the answer, and make the keys."""
        given = elements(body)
        assert given[48] == named(self.offered, self.r0_name)
        assert given[54] == self.mde
        fte = given[55]
        assert fte[2:20] == bytes(18)
        assert fte[52:84] == self.snonce
        assert parts(fte) == {1: self.bssid, 3: self.r0kh}
        self.anonce = fte[20:52]
        self.make_r1()
        self.make_ptk(self.anonce)

    def go_to(self, bssid: bytes) -> None:
        """Turn to another access point."""
        self.before, self.bssid = self.bssid, bssid

    def ask(self, **changes: bytes) -> tuple[int, bytes]:
        """The first message over the air; status and elements of the answer."""
        self.management(11, struct.pack("<HHH", 2, 1, 0) + self.first_message(**changes))
        frame = self.next_frame()
        assert frame[0] == 0xB0, frame.hex()
        algorithm, sequence, status = struct.unpack_from("<HHH", frame, 24)
        assert (algorithm, sequence) == (2, 2)
        return status, frame[30:]

    def signed(self, sequence: int, rsne: bytes, fte: bytes) -> bytes:
        """The MIC over a message of the reassociation."""
        zeroed = fte[:4] + bytes(16) + fte[20:]
        text = self.mac + self.bssid + bytes((sequence,)) + rsne + self.mde + zeroed
        return self.mic(self.kck, text)

    def third_message(self, *, spoil: int = 0) -> bytes:
        """The elements of the reassociation request; ``spoil`` is a place in the FTE."""
        rsne = named(self.rsne, self.r1_name)
        content = b"\0\3" + bytes(16) + self.anonce + self.snonce
        content += b"\1\6" + self.bssid + b"\3" + bytes((len(self.r0kh),)) + self.r0kh
        content += b"\5\3" + self.oci if self.oci else b""
        fte = bytearray(b"\x37" + bytes((len(content),)) + content)
        fte[4:20] = self.signed(5, rsne, bytes(fte))
        if spoil:
            fte[spoil] ^= 1
        return rsne + self.mde + bytes(fte)

    def send_third(self, body: bytes) -> None:
        """Send a reassociation request with those elements."""
        name = bytes([0, len(self.ssid)]) + self.ssid
        self.management(2, struct.pack("<HH", 0x0431, 5) + self.before + name + body)

    def arrive(self) -> None:
        """Reassociate, check the answer and use the keys."""
        self.send_third(self.third_message())
        frame = self.next_frame()
        assert frame[0] == 0x30, frame.hex()
        assert struct.unpack_from("<H", frame, 26)[0] == 0
        self.fourth_message(frame[30:])

    def fourth_message(self, body: bytes) -> None:
        """Check the answer's MIC, take the group key and use the pairwise one."""
        given = elements(body)
        rsne, self.fte = given[48], given[55]
        assert rsne == named(self.offered, self.r1_name)
        assert self.fte[3] == 3
        assert self.fte[4:20] == self.signed(6, rsne, self.fte)
        assert self.fte[20:84] == self.anonce + self.snonce
        gtk = parts(self.fte)[2]
        key_id, length = struct.unpack_from("<HB", gtk)
        key = aes_key_unwrap(self.ptk[16:32], gtk[11:])
        assert length == len(key) == 16
        self.gtk = {key_id: CcmpFrame(key, key_id)}
        self.install()

    def transit(self, bssid: bytes) -> None:
        """A whole transition over the air."""
        self.go_to(bssid)
        status, body = self.ask()
        assert status == 0
        self.second_message(body)
        self.arrive()
