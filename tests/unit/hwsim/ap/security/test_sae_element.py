# SPDX-License-Identifier: GPL-2.0-or-later
"""The password element of SAE: published vectors, and what holds of every group."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hwsim.ap.security.curves import CURVES, Curve
from hwsim.ap.security.sae_element import hashed, hkdf_expand, hunted, secret_point

P256 = CURVES[19]
ONE, OTHER = bytes.fromhex("00095b66ec1e"), bytes.fromhex("000b6bd90246")


def test_hash_to_element_as_published() -> None:
    """IEEE 802.11-2020, J.10: PT, and the element of two addresses in either order."""
    secret = secret_point(P256, b"byteme", b"mekmitasdigoat" + b"psk4internet")
    assert P256.bytes_of(secret).hex() == (
        "b6e38c98750c684b5d17c3d8c9a4100b39931279187ca6cced5f37ef46ddfa97"
        "5687e972e50f73e3898861e7edad21bea7d5f622df88243bb804920ae8e647fa"
    )
    element = hashed(P256, secret, ONE, OTHER)
    assert P256.bytes_of(element).hex() == (
        "c93049b9e64000f848201649e999f2b5c22dea69b5632c9df4d633b8aa1f6c1e"
        "73634e94b53d82e7383a8d258199d9dc1a5ee8269d060382ccbf33e614ff59a0"
    )
    assert hashed(P256, secret, OTHER, ONE) == element


def test_hkdf_expand_as_published() -> None:
    """RFC 5869, A.1."""
    prk = bytes.fromhex("077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5")
    okm = hkdf_expand("sha256", prk, bytes.fromhex("f0f1f2f3f4f5f6f7f8f9"), 42)
    assert okm.hex() == (
        "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"
    )


@pytest.mark.parametrize("curve", CURVES.values(), ids=lambda curve: curve.name)
@settings(max_examples=10)
@given(password=st.binary(min_size=1, max_size=63))
def test_every_password_has_an_element(curve: Curve, password: bytes) -> None:
    """By both ways, and the same for both sides."""
    assert hunted(curve, password, ONE, OTHER) == hunted(curve, password, OTHER, ONE)
    secret = secret_point(curve, b"ssid", password)
    assert not hashed(curve, secret, ONE, OTHER).is_point_at_infinity()
