# SPDX-License-Identifier: GPL-2.0-or-later
"""The elliptic curves of SAE and OWE, by IANA group number (RFC 5903: 19, 20, 21).

Point arithmetic is PyCryptodome's; what is here besides is what SAE asks of a curve's field.
Nothing takes care of constant time: this is a test bench, whose passwords are no secrets.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from Crypto.PublicKey.ECC import EccPoint

from hwsim.errors import WireError


@dataclass(frozen=True)
class Curve:
    """A curve y² = x³ − 3x + b over the integers modulo p, with r points (FIPS 186-4, D.1.2).

    ``size`` is the length in bytes of a coordinate and of a scalar, ``digest`` hashlib's name of
    the hash that goes with it (IEEE 802.11-2020, table 12-1), ``z`` the SSWU constant
    (12.4.4.2.3).
    """

    group: int
    name: str
    p: int
    b: int
    r: int
    digest: str
    z: int

    @property
    def size(self) -> int:
        """The length of a coordinate or scalar, in bytes."""
        return (self.p.bit_length() + 7) // 8

    def square(self, x: int) -> int:
        """What y² is at that x."""
        return (pow(x, 3, self.p) - 3 * x + self.b) % self.p

    def root(self, value: int) -> int | None:
        """A square root modulo p, None of what has none; every p here is 3 modulo 4."""
        y = pow(value, (self.p + 1) // 4, self.p)
        return y if y * y % self.p == value % self.p else None

    def point(self, x: int, y: int) -> EccPoint:
        """The point of those coordinates; raises :class:`WireError` if it is not on the curve."""
        try:
            point = EccPoint(x, y, self.name)
        except ValueError:
            raise WireError(f"group {self.group}: the point is not on the curve") from None
        if point.is_point_at_infinity():  # which is how the library takes two zeros
            raise WireError(f"group {self.group}: the point is at infinity")
        return point

    def parse(self, coordinates: bytes) -> EccPoint:
        """The point in x and y, each of :attr:`size` bytes; raises :class:`WireError`."""
        x = int.from_bytes(coordinates[: self.size], "big")
        y = int.from_bytes(coordinates[self.size :], "big")
        if x >= self.p or y >= self.p:
            raise WireError(f"group {self.group}: a coordinate is not below p")
        return self.point(x, y)

    def bytes_of(self, point: EccPoint) -> bytes:
        """Both coordinates of a point that is not at infinity."""
        return self.scalar(int(point.x)) + self.scalar(int(point.y))

    def scalar(self, value: int) -> bytes:
        """A scalar or coordinate in :attr:`size` bytes."""
        return value.to_bytes(self.size, "big")


_P256: Final = 2**256 - 2**224 + 2**192 + 2**96 - 1
_P384: Final = 2**384 - 2**128 - 2**96 + 2**32 - 1
_P521: Final = 2**521 - 1
_B256: Final = 0x5AC635D8_AA3A93E7_B3EBBD55_769886BC_651D06B0_CC53B0F6_3BCE3C3E_27D2604B
_B384: Final = int(
    "b3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8ed"
    "d3ec2aef",
    16,
)
_B521: Final = int(
    "51953eb9618e1c9a1f929a21a0b68540eea2da725b99b315f3b8b489918ef109e156193951ec7e937b1652c0"
    "bd3bb1bf073573df883d2c34f1ef451fd46b503f00",
    16,
)
_R256: Final = 0xFFFFFFFF_00000000_FFFFFFFF_FFFFFFFF_BCE6FAAD_A7179E84_F3B9CAC2_FC632551
_R384: Final = int(
    "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196a"
    "ccc52973",
    16,
)
_R521: Final = int(
    "1fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0"
    "148f709a5d03bb5c9b8899c47aebb6fb71e91386409",
    16,
)

CURVES: Final = {
    curve.group: curve
    for curve in (
        Curve(19, "p256", _P256, _B256, _R256, "sha256", -10),
        Curve(20, "p384", _P384, _B384, _R384, "sha384", -12),
        Curve(21, "p521", _P521, _B521, _R521, "sha512", -4),
    )
}
"""By IANA group number."""
