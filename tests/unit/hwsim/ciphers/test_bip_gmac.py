# SPDX-License-Identifier: GPL-2.0-or-later
"""BIP-GMAC, by a GHASH of our own: `cryptography` is on the other side."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from hwsim.ciphers.bip_gmac import BipGmacKey

FRAME = bytes.fromhex("c0080000ffffffffffff0200000000000200000000009000" + "0200")
POLYNOMIAL = 0xE1 << 120


def block(key: bytes, data: bytes) -> bytes:
    """AES of one block."""
    encryptor = Cipher(algorithms.AES(key), modes.ECB()).encryptor()
    return encryptor.update(data) + encryptor.finalize()


def gmac(key: bytes, nonce: bytes, data: bytes) -> bytes:
    """The tag of NIST SP 800-38D over additional data alone."""
    factor, state = int.from_bytes(block(key, bytes(16)), "big"), 0
    padded = data + bytes(-len(data) % 16) + (8 * len(data)).to_bytes(8, "big") + bytes(8)
    for at in range(0, len(padded), 16):
        state ^= int.from_bytes(padded[at : at + 16], "big")
        product, shifted = 0, factor
        for bit in range(127, -1, -1):
            product ^= shifted if state >> bit & 1 else 0
            shifted = shifted >> 1 ^ (POLYNOMIAL if shifted & 1 else 0)
        state = product
    first = int.from_bytes(block(key, nonce + b"\0\0\0\1"), "big")
    return (state ^ first).to_bytes(16, "big")


@pytest.mark.parametrize("size", [16, 32])
def test_the_element_and_what_it_covers(size: int) -> None:
    """12.5.4.4: the nonce is A2 and the IPN from its highest byte on; 9.4.2.54: MIC of 16 bytes."""
    igtk = bytes(range(size))
    protected = BipGmacKey(igtk, 5).protect(FRAME, 0x010203)
    element = bytes.fromhex("4c180500030201000000")
    assert protected[: len(FRAME) + 10] == FRAME + element
    covered = bytes.fromhex("c000") + FRAME[4:22] + FRAME[24:] + element + bytes(16)
    assert protected[-16:] == gmac(igtk, FRAME[10:16] + bytes.fromhex("000000010203"), covered)
