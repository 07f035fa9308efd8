# SPDX-License-Identifier: GPL-2.0-or-later
"""SAE from both commits to the PMK: the published exchange, and commits that must not be."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest

from hwsim.ap.security.curves import CURVES, Curve
from hwsim.ap.security.sae_element import hashed, hunted, secret_point
from hwsim.ap.security.sae_exchange import OwnCommit, SaeExchange, committed
from hwsim.ap.security.sae_frames import Commit, Confirm, parse_commit
from hwsim.errors import WireError

P256 = CURVES[19]
ONE, OTHER = bytes.fromhex("4d3f2fffe387"), bytes.fromhex("a5d8aa958e3c")
RAND = 0x992465FD3DAA3C60AA6565B7F62A2A7F2E12DD12F198FAF4FBED89D7FF1ACE94
MASK = 0x9507A90F777A044D6A0830B91EA3D5DD70BECE44E1ACFFB86983B5E1BF9FB322
OUR_COMMIT = bytes.fromhex(
    "13002e2c0f0db52440ad146d967114ce005ce1eab0aa2c2e5c2871b774f6c2575c65"
    "d5ad9e00829707aa36ba8b859738fc961d08243505f47c035376d7ac4bc8d7b9"
    "5083bf43827d0fc31ed778dd3671fd21a46d1091d64b6f9a1e1272621325dbe1"
)
PEER_COMMIT = bytes.fromhex(
    "1300591b96f3397fb945100848e7b550543b6720d88337ee93fc49fd6df7e08b5223"
    "e71b9bb048d3873f20556953a96c91536fd8ee6ca9b4a68a148b056a909be03e"
    "83ae208f60f8ef5537858074db06687032399862999b511e0a1552a5fea317c2"
)


def numbers(*values: int) -> Callable[[int], bytes]:
    """Random bytes of which an exchange takes these secret numbers."""
    left = list(values)
    return lambda size: (left.pop(0) - 2).to_bytes(size, "big")


def published() -> SaeExchange:
    """The exchange of IEEE 802.11-2020, J.10, by hunting and pecking."""
    element = hunted(P256, b"mekmitasdigoat", ONE, OTHER)
    peer = parse_commit(PEER_COMMIT, hash_to_element=False)
    own = OwnCommit.made(P256, element, numbers(RAND, MASK))
    return SaeExchange(peer, own, hash_to_element=False)


def test_an_exchange_as_published() -> None:
    """Commit, KCK, PMK and PMKID of J.10."""
    exchange = published()
    assert exchange.commit.body() == OUR_COMMIT
    keys = exchange.keys
    assert keys.kck.hex() == "1e733f6d9bd53256287304338831b09a39406d121017073a5c30db36f36cb81a"
    assert keys.pmk.hex() == "4e4dfab1a2dd8ac1a91790f953faaa452ae5c6873ab75b63605ba663f8a7fe59"
    assert keys.pmkid.hex() == "8747a600eea3f9f22475df58ca1e5498"
    assert keys.pmk.hex() not in repr(keys)


@pytest.mark.parametrize("curve", CURVES.values(), ids=lambda curve: curve.name)
@pytest.mark.parametrize("hash_to_element", [False, True])
def test_both_sides_agree(curve: Curve, hash_to_element: bool) -> None:
    """Each believes the other's confirm, and none with another number in it."""
    secret = secret_point(curve, b"ssid", b"password")
    element = (
        hashed(curve, secret, ONE, OTHER)
        if hash_to_element
        else hunted(curve, b"password", ONE, OTHER)
    )
    first = committed(curve, element, 1234567, 7654321)
    own, other = (
        OwnCommit.made(curve, element, random) for random in (os.urandom, numbers(1234567, 7654321))
    )
    ours = SaeExchange(first, own, hash_to_element=hash_to_element)
    theirs = SaeExchange(ours.commit, other, hash_to_element=hash_to_element)
    assert theirs.keys == ours.keys
    confirm = theirs.confirm()
    assert ours.confirms(confirm)
    assert theirs.confirms(ours.confirm())
    assert not ours.confirms(Confirm(2, confirm.code))
    lengths = {"p256": 32, "p384": 48, "p521": 64}
    assert len(confirm.code) == (lengths[curve.name] if hash_to_element else 32)


def test_rejected_groups_go_into_the_keys() -> None:
    """As the salt, so that nobody on the way can add or drop one."""
    element = hunted(P256, b"password", ONE, OTHER)
    commit = committed(P256, element, 5, 6)
    salted = Commit(P256, commit.scalar, commit.element, rejected=(20,))
    own = OwnCommit.made(P256, element, numbers(7, 8))
    keys = [SaeExchange(one, own, hash_to_element=True).keys for one in (commit, salted)]
    assert keys[0] != keys[1]


@pytest.mark.parametrize(
    ("scalar", "element"),
    [
        (bytes(32), PEER_COMMIT[34:]),
        (bytes(31) + b"\1", PEER_COMMIT[34:]),
        (P256.scalar(P256.r), PEER_COMMIT[34:]),
        (PEER_COMMIT[2:34], bytes(64)),
        (PEER_COMMIT[2:34], b"\1" * 64),
        (OUR_COMMIT[2:34], OUR_COMMIT[34:]),
    ],
)
def test_commits_that_must_not_be(scalar: bytes, element: bytes) -> None:
    """Scalars 0, 1 and r, infinity, beside the curve, and our own reflected (12.4.5.4)."""
    commit = Commit(P256, scalar, element)
    password_element = hunted(P256, b"mekmitasdigoat", ONE, OTHER)
    own = OwnCommit.made(P256, password_element, numbers(RAND, MASK))
    with pytest.raises(WireError):
        SaeExchange(commit, own, hash_to_element=False)


def test_commits_that_lead_to_no_secret() -> None:
    """A point that cancels the password element's: known when the keys are asked for."""
    element = hunted(P256, b"password", ONE, OTHER)
    peer = Commit(P256, P256.scalar(5), P256.bytes_of(-(element * 5)))
    own = OwnCommit.made(P256, element, numbers(RAND, MASK))
    with pytest.raises(WireError, match="infinity"):
        _ = SaeExchange(peer, own, hash_to_element=True).keys


def test_a_repeated_commit_is_known() -> None:
    """By group, scalar and element; a token does not matter."""
    exchange = published()
    assert exchange.repeats(parse_commit(PEER_COMMIT, hash_to_element=False))
    assert not exchange.repeats(parse_commit(OUR_COMMIT, hash_to_element=False))
