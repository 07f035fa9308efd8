# SPDX-License-Identifier: GPL-2.0-or-later
"""GCMP: published vectors."""

from __future__ import annotations

import pytest

from hwsim.ciphers.gcmp import GcmpKey

TK = bytes.fromhex("c97c1f67ce371185514a8a19f2bdd52f")
LONG_TK = TK + bytes(range(16))
HEADER = bytes.fromhex("88480b000fd2e128a57c5030f18444085030f184440880330300")
PLAIN = bytes(range(40))
PN = 0x00895F5F2B08
PUBLISHED = {
    TK: "60e9700cc4d40ac6d288b201c38f5bf08b807442640a1596e5dbdad41d1f3623f45d7a12db7afb23"
    "def619c2a374b6df66ffa53b6c69d79e",
    LONG_TK: "658343c8b14447d9211defd46ad89c710c6fc33333236e3997b9176a5a8be779b21266555e70ad79"
    "114316859095473d5b1bd596b3dea3bf",
}


@pytest.mark.parametrize("tk", PUBLISHED)
def test_it_protects_and_opens_as_published(tk: bytes) -> None:
    """IEEE 802.11-2020, J.11: ciphertext and MIC of an MPDU with QoS, by key."""
    sealed = HEADER + bytes.fromhex("082b00205f5f8900" + PUBLISHED[tk])
    assert GcmpKey(tk).protect(HEADER, PLAIN, PN).hex() == sealed.hex()
    assert GcmpKey(tk).open(sealed, 26) == PLAIN
    assert GcmpKey(tk).packet_number(sealed, 26) == PN
