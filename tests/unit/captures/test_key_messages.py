# SPDX-License-Identifier: GPL-2.0-or-later
"""The names of messages, where tools of the field differ."""

from __future__ import annotations

import pytest

from harness.captures.key_messages import KeyMessages, mic_length_of, parse_key
from tests.unit.captures.writing import BSSID, RSNE, STATION, handshake, key_pdu

MAC_ADDRESS = bytes.fromhex("dd0a000fac03") + bytes(6)


def names(*messages: tuple[bytes, bytes]) -> list[str]:
    """The names of these PDUs, each with its sender."""
    known = KeyMessages()
    other = {STATION: BSSID, BSSID: STATION}
    return [known.name(parse_key(pdu), sender, other[sender]) for pdu, sender in messages]


@pytest.mark.parametrize("mic", [16, 24, 32])
def test_a_handshake_with_a_mic_of_any_length(mic: int) -> None:
    """The length is found by where the key data ends."""
    messages = handshake(mic)
    assert names(*zip(messages, (BSSID, STATION) * 2, strict=True)) == ["M1", "M2", "M3", "M4"]
    assert mic_length_of(messages[2]) == mic


def test_a_handshake_under_aead_has_no_mic() -> None:
    """FILS: the MIC bit is never set, and there is no MIC."""
    messages = (
        (key_pdu(0x0088, 1, mic=0), BSSID),
        (key_pdu(0x1008, 1, bytes(60), mic=0), STATION),
        (key_pdu(0x13C8, 2, bytes(80), mic=0), BSSID),
        (key_pdu(0x1308, 2, bytes(16), mic=0), STATION),
    )
    assert names(*messages) == ["M1", "M2", "M3", "M4"]


def test_a_message_that_carries_nothing_is_told_by_its_counter() -> None:
    """An M2 without key data, and an M4 of WPA, have the same key information."""
    told = names(
        (key_pdu(0x008A, 1), BSSID), (key_pdu(0x010A, 1), STATION),
        (key_pdu(0x13CA, 2, bytes(40)), BSSID), (key_pdu(0x010A, 2), STATION),
    )  # fmt: skip
    assert told == ["M1", "M2", "M3", "M4"]


@pytest.mark.parametrize(
    ("pdu", "name"),
    [
        (key_pdu(0x010A, 9, RSNE), "M2"),
        (key_pdu(0x030A, 9), "M4"),
        (key_pdu(0x030A, 9, MAC_ADDRESS), "M4"),
        (key_pdu(0x010A, 9, bytes.fromhex("dd060050f2010100")), "M2"),
        (key_pdu(0x0382, 9, bytes(24)), "G1"),
        (key_pdu(0x0302, 9), "G2"),
        (key_pdu(0x0B02, 9), "eapol"),
        (key_pdu(0x0008, 9), "eapol"),
    ],
)
def test_alone_a_message_is_told_by_what_it_carries(pdu: bytes, name: str) -> None:
    """An element of the station, nothing, or a multi-link station's address; requests have none."""
    sender = BSSID if name == "G1" else STATION
    assert names((pdu, sender)) == [name]


def test_what_follows_the_message_is_no_part_of_it() -> None:
    """Padding of the frame."""
    assert parse_key(handshake()[1] + bytes(30)).key_data == RSNE


def test_memory_is_bounded() -> None:
    """By pairs, and by counters of each."""
    known = KeyMessages()
    for counter in range(3000):
        key = parse_key(key_pdu(0x008A, counter))
        known.name(key, BSSID, STATION)
        known.name(key, counter.to_bytes(6, "big"), STATION)
    known.name(parse_key(key_pdu(0x008A, 0)), bytes(6), STATION)
    assert len(known._sent) <= 4096
    assert all(len(counters) <= 1024 for counters in known._sent.values())
