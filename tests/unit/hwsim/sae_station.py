# SPDX-License-Identifier: GPL-2.0-or-later
"""A station with SAE by hunting and pecking, its arithmetic its own.

Written from IEEE 802.11-2020, 12.4, without any code of ``hwsim`` and without its curve library.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import struct

from tests.unit.hwsim.ap.security.test_psk_sha256 import Sha256Station

P = 2**256 - 2**224 + 2**192 + 2**96 - 1
B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
R = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
Point = tuple[int, int]


def add(one: Point | None, other: Point | None) -> Point | None:
    """The sum of two points of P-256; None is the point at infinity."""
    if one is None or other is None:
        return one or other
    (x1, y1), (x2, y2) = one, other
    if x1 == x2 and (y1 + y2) % P == 0:
        return None
    if one == other:
        slope = (3 * x1 * x1 - 3) * pow(2 * y1, -1, P) % P
    else:
        slope = (y2 - y1) * pow(x2 - x1, -1, P) % P
    x = (slope * slope - x1 - x2) % P
    return x, (slope * (x1 - x) - y1) % P


def times(number: int, point: Point | None) -> Point | None:
    """The multiple of a point."""
    total: Point | None = None
    while number:
        if number & 1:
            total = add(total, point)
        point, number = add(point, point), number >> 1
    return total


def packed(point: Point | None) -> bytes:
    """Both coordinates."""
    assert point is not None
    return point[0].to_bytes(32, "big") + point[1].to_bytes(32, "big")


def kdf(key: bytes, label: bytes, context: bytes, bits: int) -> bytes:
    """KDF-SHA256 for whole bytes."""
    text = label + context + struct.pack("<H", bits)
    rounds = range(1, -(-bits // 256) + 1)
    blocks = [hmac.new(key, struct.pack("<H", i) + text, hashlib.sha256).digest() for i in rounds]
    return b"".join(blocks)[: bits // 8]


def hunt(password: bytes, one: bytes, other: bytes) -> Point:
    """The password element."""
    counter = 0
    while True:
        counter += 1
        key = max(one, other) + min(one, other)
        seed = hmac.new(key, password + bytes((counter,)), hashlib.sha256).digest()
        prime = P.to_bytes(32, "big")
        x = int.from_bytes(kdf(seed, b"SAE Hunting and Pecking", prime, 256), "big")
        square = (x**3 - 3 * x + B) % P
        y = pow(square, (P + 1) // 4, P)
        if x < P and y * y % P == square:
            return x, y if (y ^ seed[-1]) & 1 == 0 else P - y


class SaeStation(Sha256Station):
    """A station that joins by SAE; it requires management frame protection."""

    rsne = bytes.fromhex("30140100000fac040100000fac040100000fac08c000")
    version = 0
    password = b"correct horse"
    pmkid = b""

    def new_commit(self) -> bytes:
        """Choose rand and mask; the commit's scalar and element."""
        self.element = hunt(self.password, self.mac, self.bssid)
        self.rand, mask = secrets.randbelow(R - 2) + 2, secrets.randbelow(R - 2) + 2
        inverse = times(mask, self.element)
        assert inverse is not None
        self.scalar = (self.rand + mask) % R
        self.commit = self.scalar.to_bytes(32, "big") + packed((inverse[0], P - inverse[1]))
        return self.commit

    def sae(self, sequence: int, body: bytes, status: int = 0) -> tuple[int, int, bytes]:
        """Send a message of SAE; sequence number, status and rest of the answer."""
        self.management(11, struct.pack("<HHH", 3, sequence, status) + body)
        frame = self.next_frame()
        assert frame[0] == 0xB0, frame.hex()
        algorithm, number, answer = struct.unpack_from("<HHH", frame, 24)
        assert algorithm == 3
        return number, answer, frame[30:]

    def take_commit(self, body: bytes) -> None:
        """Derive keys of the access point's commit."""
        assert body[:2] == b"\x13\0"
        self.theirs = body[2:98]
        scalar = int.from_bytes(body[2:34], "big")
        point = int.from_bytes(body[34:66], "big"), int.from_bytes(body[66:98], "big")
        shared = times(self.rand, add(times(scalar, self.element), point))
        seed = hmac.new(bytes(32), packed(shared)[:32], hashlib.sha256).digest()
        total = ((scalar + self.scalar) % R).to_bytes(32, "big")
        keys = kdf(seed, b"SAE KCK and PMK", total, 512)
        self.sae_kck, self.pmk, self.pmkid = keys[:32], keys[32:], total[:16]

    def code(self, number: int, first: bytes, second: bytes) -> bytes:
        """The code of a confirm."""
        text = struct.pack("<H", number) + first + second
        return hmac.new(self.sae_kck, text, hashlib.sha256).digest()

    def confirm(self, number: int = 1) -> bytes:
        """The confirm's body."""
        return struct.pack("<H", number) + self.code(number, self.commit, self.theirs)

    def authenticate(self) -> None:
        """SAE; it must succeed."""
        number, status, body = self.sae(1, b"\x13\0" + self.new_commit())
        assert (number, status) == (1, 0)
        self.take_commit(body)
        number, status, body = self.sae(2, self.confirm())
        assert (number, status) == (2, 0)
        (sent,) = struct.unpack_from("<H", body)
        assert body[2:] == self.code(sent, self.theirs, self.commit)
