# SPDX-License-Identifier: GPL-2.0-or-later
"""TKIP's key mixing: the standard's own vectors."""

from __future__ import annotations

import pytest

from hwsim.ciphers.tkip_mixing import phase_1, phase_2, wep_seed

TK_1, TA_1 = "000102030405060708090a0b0c0d0e0f", "102233445566"
TK_2, TA_2 = "63893b250840b8ae0bd0fa7e61d2783e", "64f2eaeddc25"


@pytest.mark.parametrize(
    ("tk", "transmitter", "pn", "mixed", "key"),
    [
        (TK_1, TA_1, 0x000000000000, "3dd2 016e 76f4 8697 b2e8",
         "00200033ea8d2f60ca6d1374234a660b"),
        (TK_1, TA_1, 0x000000000001, "3dd2 016e 76f4 8697 b2e8",
         "00200190ffdc314389a9d9d074fd20aa"),
        (TK_2, TA_2, 0x20DCFD43FFFF, "7c67 49d7 9724 b5e9 b4f1",
         "ff7fff93810fc6e58f5dd326251544ce"),
        (TK_2, TA_2, 0x20DCFD440000, "5a5d 73a8 a859 2ec1 dc8b",
         "002000498ca471fcfbfaa16e3610f005"),
    ],
)  # fmt: skip
def test_published_vectors(tk: str, transmitter: str, pn: int, mixed: str, key: str) -> None:
    """IEEE 802.11-2020, J.3.3: both phases."""
    words = phase_1(bytes.fromhex(tk), bytes.fromhex(transmitter), pn >> 16)
    assert " ".join(f"{word:04x}" for word in words) == mixed
    assert phase_2(bytes.fromhex(tk), words, pn & 0xFFFF).hex() == key


def test_no_weak_key_comes_about() -> None:
    """The IV's second byte keeps away from those of the first ARC4 attacks (12.5.2.2)."""
    assert all(seed & 0x20 and not seed & 0x80 for seed in map(wep_seed, range(0, 65536, 251)))
