# SPDX-License-Identifier: GPL-2.0-or-later
"""The curves: their constants against the library's, and points that are none."""

from __future__ import annotations

import pytest

from hwsim.ap.security.curves import CURVES, Curve
from hwsim.errors import WireError

P256 = CURVES[19]


@pytest.mark.parametrize("curve", CURVES.values(), ids=lambda curve: curve.name)
def test_the_constants(curve: Curve) -> None:
    """-3 and b make the library's curve, and r times a point of it is infinity."""
    x = next(x for x in range(1, 100) if curve.root(curve.square(x)) is not None)
    y = curve.root(curve.square(x))
    assert y is not None
    point = curve.point(x, y)
    assert (point * curve.r).is_point_at_infinity()
    assert curve.parse(curve.bytes_of(point)) == point


@pytest.mark.parametrize("coordinates", [bytes(64), b"\xff" * 64, bytes(63) + b"\1"])
def test_points_that_are_none(coordinates: bytes) -> None:
    """Infinity, a coordinate above p, and one beside the curve."""
    with pytest.raises(WireError):
        P256.parse(coordinates)
