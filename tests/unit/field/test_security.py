# SPDX-License-Identifier: GPL-2.0-or-later
"""Security in words, and the computation that goes with an AKM."""

from __future__ import annotations

import pytest

from harness.captures.key_messages import parse_key
from harness.field.security import akm_of, differences, key_suites, security_elements, words
from tests.unit.captures.writing import RSNE, key_pdu

WPA = bytes.fromhex("dd160050f20101000050f20201000050f20201000050f202")
SAE = bytes.fromhex("30140100000fac040100000fac040100000fac08c000")


@pytest.mark.parametrize(
    ("element", "text"),
    [
        (RSNE, "PSK, pairwise CCMP, group CCMP"),
        (SAE, "SAE, pairwise CCMP, group CCMP, PMF required"),
        (SAE[:-2] + b"\x80\0", "SAE, pairwise CCMP, group CCMP, PMF"),
        (WPA, "PSK, pairwise TKIP, group TKIP"),
        (b"\x30\x01\0", "an RSNE that cannot be read"),
        (
            bytes.fromhex("301801001122330501000fac0902000fac0200112233440000"),
            "PSK/00-11-22-33, pairwise GCMP-256, group 11-22-33-05",
        ),
    ],
)
def test_words(element: bytes, text: str) -> None:
    """What is not known stands there as it is."""
    if "00-11" in text:
        element = bytes.fromhex("3018 0100 11223305 0100 000fac09 0200 000fac02 00112233 0000")
    assert words(element) == text


def test_elements_of_security() -> None:
    """Before any damage."""
    rsnxe = b"\xf4\1\x20"
    assert security_elements(b"\0\1x" + RSNE + WPA + rsnxe) == (RSNE, WPA, rsnxe)
    assert security_elements(RSNE + b"\xdd\xff") == (RSNE, b"", b"")
    assert security_elements(b"") == (b"", b"", b"")


def test_the_akm_of_a_station() -> None:
    """It asks for one; an offer of several tells nothing."""
    assert [akm_of(one) for one in (RSNE, SAE, WPA, b"", b"\x30\1\0")] == [2, 8, 2, None, None]
    offer = bytes.fromhex("30180100000fac040100000fac040200000fac02000fac080000")
    assert akm_of(offer) is None


def test_differences_by_name() -> None:
    """And where only the defaults are written out."""
    assert differences(RSNE, RSNE) == []
    assert differences(RSNE, SAE) == ["akms", "capabilities"]
    assert differences(RSNE, RSNE[:1] + bytes((18,)) + RSNE[2:-2]) == [
        "fields that have their default are written out in one of them"
    ]
    assert differences(RSNE, b"\x30\1\0") == ["one of them cannot be read"]


@pytest.mark.parametrize(
    ("akm", "pdu", "digests"),
    [
        (2, key_pdu(0x010A, 1), ["sha1"]),
        (2, key_pdu(0x0109, 1), ["sha1"]),
        (8, key_pdu(0x0108, 1), ["sha256"]),
        (12, key_pdu(0x0108, 1, mic=24), ["sha384"]),
        (12, key_pdu(0x0108, 1), []),
        (18, key_pdu(0x0108, 1, mic=32), ["sha512"]),
        (24, key_pdu(0x0108, 1, mic=24), ["sha384"]),
        (99, key_pdu(0x0108, 1), []),
        (None, key_pdu(0x010A, 1), ["sha1"]),
        (None, key_pdu(0x010B, 1), ["sha256", "sha256"]),
        (None, key_pdu(0x0108, 1, mic=24), ["sha384", "sha384"]),
        (None, key_pdu(0x010A, 1, descriptor=254), ["sha1"]),
    ],
)
def test_how_a_mic_is_computed(akm: int | None, pdu: bytes, digests: list[str]) -> None:
    """By the AKM; without it by the descriptor's version and the length of the MIC."""
    assert [suite.digest for suite in key_suites(akm, parse_key(pdu))] == digests
