# SPDX-License-Identifier: GPL-2.0-or-later
"""What a rule says of a frame's fields: read strictly, told in words."""

from __future__ import annotations

from typing import Any

import pytest

from hwsim import eapol
from hwsim.rules.frame_fields import BytesAt, ElementEdit, FrameFields, read_fields, selector


def test_fields_are_read() -> None:
    """Bytes are hexadecimal; flags add up; an element is known by name."""
    assert read_fields(
        {
            "nonce": "ab" * 32, "key_info_clear": ["secure", "mic"], "rsc": "0100000000000000",
            "elements": [{"do": "truncate", "element": "gtk", "length": 17}],
            "bytes_at": [{"offset": 5, "data": "beef"}], "encrypt": False,
        }
    ) == FrameFields(
        nonce=b"\xab" * 32, key_info_clear=eapol.INFO_SECURE | eapol.INFO_MIC,
        rsc=b"\x01" + bytes(7),
        elements=(ElementEdit("truncate", "gtk", 0xDD, bytes.fromhex("000fac01"), b"", 17),),
        bytes_at=(BytesAt(5, b"\xbe\xef"),), encrypt=False,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"nonce": "changed"}, "nonce changed"),
        ({"encrypt": False}, "not encrypted"),
        ({"replay_counter_add": -1}, "replay counter add -1"),
        ({"key_info_clear": ["install", "pairwise"]}, "key info clear pairwise+install"),
        ({"elements": [{"do": "remove", "element": "gtk"}], "mic": "zero"}, "mic zero, remove gtk"),
        ({"elements": [{"do": "add", "element": "48", "data": "00", "length": 9}]},
         "add 48 with length 9"),
        ({"padding": "dd00"}, "padding of 2 bytes"),
        ({"bytes_at": [{"offset": 1, "data": "00"}]}, "1 bytes at 1"),
    ],
)  # fmt: skip
def test_fields_in_words(fields: dict[str, Any], words: str) -> None:
    """As reports and captures tell them."""
    assert read_fields(fields).phrase() == words


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "one field or more"),
        ({"nounce": 1}, "'nounce' is no field; known: bytes_at"),
        ({"nonce": "00"}, "nonce: 32 bytes are needed, not 1"),
        ({"nonce": "x"}, "nonce: bytes in hexadecimal"),
        ({"mic": "right"}, "mic: 'right' is none of wrong, zero"),
        ({"key_info_set": ["secured"]}, "key_info_set: a list is needed, of pairwise"),
        ({"replay_counter": -1}, "replay_counter: a whole number from 0"),
        ({"replay_counter_add": 0}, "changes nothing"),
        ({"descriptor": True}, "descriptor: a whole number"),
        ({"rsc": "00"}, "rsc: 8 bytes"),
        ({"encrypt": 1}, "encrypt: true or false"),
        ({"elements": [{"do": "add", "element": "gtk"}]}, "data goes with"),
        ({"elements": [{"do": "remove", "element": "gtk", "data": "00"}]}, "data goes with"),
        ({"elements": [{"do": "truncate", "element": "gtk"}]}, "length is wanted"),
        ({"elements": [{"do": "remove", "element": "rsn"}]}, "'rsn' is none of ssid"),
        ({"elements": [{"do": "lose", "element": "gtk"}]}, "do: 'lose' is none of add"),
        ({"elements": [{"do": "remove", "element": "gtk", "at": 1}]}, "'at' is unknown"),
        ({"elements": [{"do": "remove", "element": "000fac:300"}]}, "300 is above 255"),
        ({"elements": []}, "a list of 1 to"),
        ({"bytes_at": [{"offset": 9}]}, "offset and data"),
        ({"bytes_at": [{"offset": 5000, "data": "00"}]}, "from 0 to 4095"),
    ],
)
def test_wrong_fields_are_refused(fields: dict[str, Any], said: str) -> None:
    """With the field, and what is wanted."""
    with pytest.raises(ValueError, match=r".") as caught:
        read_fields(fields)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("name", "identifier", "head"),
    [("rsne", 48, ""), ("48", 48, ""), ("pmkid", 0xDD, "000fac04"), ("0050f2:2", 0xDD, "0050f202")],
)
def test_how_an_element_is_named(name: str, identifier: int, head: str) -> None:
    """By its name, its identifier, or a KDE's OUI and type."""
    assert selector(name) == (identifier, bytes.fromhex(head))
