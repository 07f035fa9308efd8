# SPDX-License-Identifier: GPL-2.0-or-later
"""SSIDs are bytes: given as text or in hex, and shown so that nothing in them does harm."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.config.validation import validated
from harness.errors import UsageError
from harness.scenarios.network import Network
from harness.scenarios.ssid import shown


@pytest.mark.parametrize(
    ("ssid", "text"),
    [
        (b"hil", "hil"),
        ("Caf\u00e9 \U0001f4f2".encode(), "Caf\u00e9 \U0001f4f2"),
        (b"DIRECT-\x07printer", r"DIRECT-\x07printer (4449524543542D077072696E746572)"),
        (bytes.fromhex("CED2B5C457494649"), "\\xce\u04b5\\xc4WIFI (CED2B5C457494649)"),
        (b" a\0 ", r" a\x00  (20610020)"),
        ("\u202egnp".encode(), r"\u202egnp (E280AE676E70)"),
        (b"\x1b[2J", r"\x1b[2J (1B5B324A)"),
    ],
)
def test_an_ssid_is_shown_escaped_with_its_bytes(ssid: bytes, text: str) -> None:
    """What a terminal or a page would take for something else is escaped."""
    assert shown(ssid) == text


@given(st.binary(min_size=1, max_size=32))
def test_any_ssid_is_shown_in_printable_characters(ssid: bytes) -> None:
    """And those that differ are shown differently."""
    assert shown(ssid).isprintable()
    network = Network(ssid_hex=ssid.hex())
    assert network.ssid_bytes == ssid


@given(st.binary(min_size=1, max_size=32), st.binary(min_size=1, max_size=32))
def test_two_ssids_never_look_alike(one: bytes, other: bytes) -> None:
    """The bytes stand beside what had to be escaped."""
    assert (shown(one) == shown(other)) == (one == other)


@pytest.mark.parametrize(
    ("network", "said"),
    [
        ({"ssid": "a", "ssid_hex": "61"}, "give one of them"),
        ({"ssid_hex": "6"}, "ssid_hex"),
        ({"ssid_hex": "zz"}, "ssid_hex"),
        ({"ssid_hex": "00" * 33}, "ssid_hex"),
        ({"ssid": "\u00e4" * 17}, "34 bytes"),
    ],
)
def test_what_is_no_ssid_is_refused(network: dict[str, str], said: str) -> None:
    """1 to 32 bytes, said once."""
    with pytest.raises(UsageError, match=said):
        validated(network, Network, source="x")
