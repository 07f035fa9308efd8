# SPDX-License-Identifier: GPL-2.0-or-later
"""CCMP: published vectors."""

from __future__ import annotations

import pytest

from hwsim.ciphers.ccmp import CcmpKey

TK = bytes.fromhex("c97c1f67ce371185514a8a19f2bdd52f")
LONG_TK = TK + bytes(range(16))
HEADER = bytes.fromhex("0848c32c0fd2e128a57c5030f1844408abaea5b8fcba8033")
PLAIN = bytes.fromhex("f8ba1a55d02f85ae967bb62fb6cda8eb7e78a050")
PN = 0xB5039776E70C
PUBLISHED = {
    TK: "f3d0a2fe9a3dbf2342a643e43246e80c3c04d0197845ce0b16f97623",
    LONG_TK: "6d155d8832668256d6a92b78e11d8e54495dd174" + "80aa56c9492e882b97642f80d50fe97b",
}


@pytest.mark.parametrize("tk", PUBLISHED)
def test_it_protects_and_opens_as_published(tk: bytes) -> None:
    """IEEE 802.11-2020, J.6.4 (CCMP-128) and J.6.5 (CCMP-256): ciphertext and MIC of the MPDU."""
    sealed = HEADER + bytes.fromhex("0ce70020769703b5" + PUBLISHED[tk])
    assert CcmpKey(tk).protect(HEADER, PLAIN, PN).hex() == sealed.hex()
    assert CcmpKey(tk).open(sealed, 24) == PLAIN
    assert CcmpKey(tk).packet_number(sealed, 24) == PN


def test_a_deauthentication_is_protected_as_published() -> None:
    """IEEE 802.11-2012, M.9.2 (2020: J.9): the management flag in the nonce, the whole subtype."""
    key = CcmpKey(bytes.fromhex("66ed21042f9f26d7115706e40414cf2e"))
    header = bytes.fromhex("c00000000200000001000200000000000200000000006000")
    frame = key.protect(header, b"\2\0", 1)
    assert frame[1:2] == b"\x40"
    assert frame[24:].hex() == "01000020000000001d07cafd0409bb8bafef"
    assert key.open(frame, 24) == b"\2\0"
