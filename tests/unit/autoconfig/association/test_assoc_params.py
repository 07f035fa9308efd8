# SPDX-License-Identifier: GPL-2.0-or-later
"""DOT11_ASSOCIATION_COMPLETION_PARAMETERS member by member, at the documented offsets."""

from __future__ import annotations

import pytest
from autoconfig.association.assoc_params import (
    HOSTILE,
    Form,
    completion_parameters,
    parse_form,
    port_state,
)
from autoconfig.radio.interface import Associated

from tests.unit.autoconfig.doubles import AP, BSS

REQUEST, RESPONSE = b"\x31\x04\x05\x00" + b"q" * 57, b"\x11\x04\x00\x00\x01\xc0" + b"r" * 16


def built() -> bytes:
    """Parameters of a WPA2-PSK association."""
    return completion_parameters(Associated(AP, REQUEST, RESPONSE), BSS, 7, 4, 4)


def u32(data: bytes, offset: int) -> int:
    """A ULONG."""
    return int.from_bytes(data[offset : offset + 4], "little")


def test_fixed_members() -> None:
    """Header 0x80, revision 2, size 96; AP; success; algorithms; closed port; DS unknown."""
    data = built()
    assert data[:4] == bytes.fromhex("80026000")
    assert data[4:10] == AP
    assert (u32(data, 12), data[16], data[17]) == (0, 0, 0)
    assert [u32(data, at) for at in (52, 56, 60)] == [7, 4, 4]
    assert (data[72], data[73], data[74], u32(data, 76)) == (0, 0, 0, 2)
    assert [u32(data, at) for at in (44, 48, 80, 84, 88, 92)] == [0] * 6


def test_bodies_lie_where_their_offsets_say_and_within_bounds() -> None:
    """POST-15: each offset and size is within the whole and names its body."""
    data = built()
    for offset_at, body in ((20, REQUEST), (28, RESPONSE), (36, BSS.body())):
        offset, size = u32(data, offset_at), u32(data, offset_at + 4)
        assert offset >= 96
        assert data[offset : offset + size] == body


def test_phy_list_is_aligned_and_last() -> None:
    """One ULONG, aligned, ending the structure."""
    data = built()
    offset, size = u32(data, 64), u32(data, 68)
    assert (offset % 4, size) == (0, 4)
    assert offset + size == len(data)


def test_port_state_is_controlled_and_closed() -> None:
    """POST-01."""
    assert port_state(AP, 5) == {
        "peer": "02:48:49:4c:00:01", "session_id": 5, "controlled": True, "authorized": False,
    }  # fmt: skip


def test_the_form_before_windows_8() -> None:
    """88 bytes, revision 1: the bodies begin there, and are the same."""
    form = Form(size=88, revision=1)
    data = completion_parameters(Associated(AP, REQUEST, RESPONSE), BSS, 7, 4, 4, form)
    assert data[:4] == bytes.fromhex("80015800")
    for offset_at, body in ((20, REQUEST), (28, RESPONSE), (36, BSS.body())):
        offset, size = u32(data, offset_at), u32(data, offset_at + 4)
        assert data[offset : offset + size] == body
    assert u32(data, 20) == 88


def broken_places(data: bytes) -> list[int]:
    """The places whose body does not lie behind the structure and within the whole."""
    places = [(at, u32(data, at), u32(data, at + 4)) for at in (20, 28, 36)]
    return [at for at, offset, size in places if offset < 96 or offset + size > len(data)]


def test_hostile_forms_break_one_thing_each() -> None:
    """POST-15: what a DLL must not trust; all else is as it should be."""
    broken = {
        hostile: broken_places(
            completion_parameters(
                Associated(AP, REQUEST, RESPONSE), BSS, 7, 4, 4, Form(hostile=hostile)
            )
        )
        for hostile in HOSTILE
        if hostile != "truncated"
    }
    assert broken == {
        "offset-past-end": [36], "size-past-end": [20], "sum-wraps": [20], "offset-in-header": [20],
    }  # fmt: skip
    cut = Form(hostile="truncated")
    data = completion_parameters(Associated(AP, REQUEST, RESPONSE), BSS, 7, 4, 4, cut)
    assert len(data) < 88
    assert data == built()[: len(data)]


@pytest.mark.parametrize(
    "parameters", [[], {"size": 90}, {"revision": 3}, {"hostile": "x"}, {"colour": 1}]
)
def test_unknown_forms_are_refused(parameters: object) -> None:
    """An order that asks for one is no order."""
    with pytest.raises(ValueError, match=r"size|hostile|association"):
        parse_form(parameters)


def test_the_cipher_of_management_frames_is_told() -> None:
    """BIP (6) or the like where they are protected, else none."""
    for suite, cipher in ((0x000FAC06, 6), (0x000FAC0C, 12), (None, 0)):
        associated = Associated(AP, REQUEST, RESPONSE, management_suite=suite)
        data = completion_parameters(associated, BSS, 7, 4, 4)
        assert int.from_bytes(data[88:92], "little") == cipher
