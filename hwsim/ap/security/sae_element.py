# SPDX-License-Identifier: GPL-2.0-or-later
"""The password element of SAE: a point of the curve that comes of the password.

Source: IEEE 802.11-2020, 12.4.4.2.2 (hunting and pecking), 12.4.4.2.3 (hash to element), 12.7.1.6.2
(KDF); RFC 5869 (HKDF).
"""

from __future__ import annotations

import hmac
from collections.abc import Callable

from Crypto.PublicKey.ECC import EccPoint
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512, HashAlgorithm
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from hwsim.ap.security.curves import Curve
from hwsim.ap.security.key_suite import kdf_bits

_HASHES: dict[str, Callable[[], HashAlgorithm]] = {
    "sha256": SHA256, "sha384": SHA384, "sha512": SHA512,
}  # fmt: skip


def hkdf_expand(digest: str, key: bytes, info: bytes, size: int) -> bytes:
    """HKDF-Expand (RFC 5869, 2.3); ``digest`` is hashlib's name of the hash."""
    return HKDFExpand(_HASHES[digest](), size, info).derive(key)


def hunted(curve: Curve, password: bytes, one: bytes, other: bytes) -> EccPoint:
    """The element by hunting and pecking, of two stations' addresses in whichever order."""
    bits = curve.p.bit_length()
    for counter in range(1, 256):
        seed = hmac.digest(_ordered(one, other), password + bytes((counter,)), "sha256")
        prime = curve.scalar(curve.p)
        x = kdf_bits("sha256", seed, b"SAE Hunting and Pecking", prime, bits)
        y = curve.root(curve.square(x)) if x < curve.p else None
        if y is not None:
            return curve.point(x, y if y & 1 == seed[-1] & 1 else curve.p - y)
    raise ValueError("no element is found in 255 rounds")  # a chance of 2 to the power of -255


def secret_point(curve: Curve, ssid: bytes, password: bytes) -> EccPoint:
    """PT of hash to element, which a network's stations share; a password identifier goes at the
    end of ``password``."""
    seed = hmac.digest(ssid, password, curve.digest)
    size = curve.size + curve.size // 2
    values = (
        int.from_bytes(hkdf_expand(curve.digest, seed, label, size), "big") % curve.p
        for label in (b"SAE Hash to Element u1 P1", b"SAE Hash to Element u2 P2")
    )
    first, second = (_sswu(curve, value) for value in values)
    return first + second


def hashed(curve: Curve, secret: EccPoint, one: bytes, other: bytes) -> EccPoint:
    """The element of two stations' addresses by hash to element, from PT."""
    zeros = bytes(hmac.new(b"", b"", curve.digest).digest_size)
    value = int.from_bytes(hmac.digest(zeros, _ordered(one, other), curve.digest), "big")
    return secret * (value % (curve.r - 1) + 1)


def _ordered(one: bytes, other: bytes) -> bytes:
    return max(one, other) + min(one, other)


def _sswu(curve: Curve, u: int) -> EccPoint:
    """The simplified Shallue-van de Woestijne-Ulas map, for a curve with a = -3."""
    p, a = curve.p, -3
    zu2 = curve.z * u * u % p
    m = (zu2 * zu2 + zu2) % p
    if m:
        x = -curve.b * pow(a, -1, p) * (1 + pow(m, -1, p)) % p
    else:
        x = curve.b * pow(curve.z * a, -1, p) % p
    y = curve.root(curve.square(x))
    if y is None:
        x = zu2 * x % p
        y = curve.root(curve.square(x))
        assert y is not None  # one of the two is a square (RFC 9380, 6.6.2)
    return curve.point(x, y if u & 1 == y & 1 else p - y)
