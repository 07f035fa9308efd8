# SPDX-License-Identifier: GPL-2.0-or-later
"""What edit and corrupt make of frames on their way, whatever these hold."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hwsim.ap.frame_info import FrameInfo, ReceivedFrame
from hwsim.ap.inspection import with_payload
from hwsim.errors import WireError
from hwsim.frames import ETHERTYPE_EAPOL, SNAP, kind_of, parse_header
from hwsim.medium.alterations import altered_down, altered_up, body_of
from hwsim.rules.frame_fields import FrameFields, read_fields
from hwsim.rules.frame_rules import FrameRule
from tests.unit.hwsim.test_eapol import key_frame

HEADER = bytes(24)
EAPOL = SNAP + ETHERTYPE_EAPOL
FIELDS = st.sampled_from([
    {"mic": "wrong"}, {"nonce": "changed"}, {"bytes_at": [{"offset": 2, "data": "ffff"}]},
    {"status": 17}, {"reason": 3}, {"trailing": "00"},
    {"elements": [{"do": "remove", "element": "rsne"}]},
]).map(read_fields)  # fmt: skip


def received(frame: bytes) -> ReceivedFrame:
    """A frame in the clear, as the access point inspects it."""
    header = parse_header(frame)
    bare = ReceivedFrame(frame, header, FrameInfo(kind_of(header)), frame[header.length :])
    payload = frame[header.length :]
    return with_payload(bare, payload, 16) if payload.startswith(EAPOL) else bare


def rule(fields: FrameFields) -> FrameRule:
    """A rule that corrupts."""
    return FrameRule("M2", 1, "corrupt", fields=fields)


@given(st.binary(max_size=80), st.sampled_from([0x00, 0x08, 0x10, 0xB0, 0xC0, 0x80]), FIELDS)
def test_nothing_that_a_station_sends_stops_the_air(
    body: bytes, control: int, fields: FrameFields
) -> None:
    """Management or data, well formed or not: it is changed, or passes as it is."""
    for begin in (b"", EAPOL, EAPOL + b"\x02\x03"):
        frame = bytes((control, 0)) + HEADER[2:] + begin + body
        up = received(frame)
        changed = altered_up(up, rule(fields))
        assert (changed is up) == ("altered" not in changed.info.detail)
        info = FrameInfo("other")
        try:
            altered_down(frame, info, rule(fields))
        except WireError:
            assert "altered" not in info.detail
        body_of(frame)


def test_a_corrupted_answer_is_named_anew() -> None:
    """An M2 whose flags were changed is what it then is; it is told as altered."""
    frame = b"\x08\x01" + HEADER[2:] + EAPOL + key_frame(0x010A, b"rsne")
    up = received(frame)
    assert up.info.kind == "M2"
    changed = altered_up(up, rule(read_fields({"key_info_set": ["error"]})))
    assert (changed.info.kind, changed.info.detail["altered"]) == ("eapol", "key info set error")
    assert up.info.kind == "M2"


def test_a_corrupted_goodbye_is_what_the_access_point_acts_on() -> None:
    """It reads a deauthentication's payload, which is the changed one."""
    up = received(b"\xc0\x00" + HEADER[2:] + b"\x03\x00")
    changed = altered_up(up, rule(read_fields({"reason": 9})))
    assert changed.payload == b"\x09\x00"
    assert up.payload == b"\x03\x00"


RSNE = bytes.fromhex("30140100000fac040100000fac040100000fac020000")


def test_an_offer_tells_what_it_says_and_what_was_meant() -> None:
    """So that M3, and what a DLL was handed, can be held against it; nothing if all is the same."""
    beacon = b"\x80\x00" + HEADER[2:] + bytes(12) + b"\x00\x01x" + RSNE
    remove = read_fields({"elements": [{"do": "remove", "element": "rsne"}]})
    info = FrameInfo("beacon")
    changed = altered_down(beacon, info, FrameRule("beacon", 1, "edit", fields=remove))
    assert changed == beacon.removesuffix(RSNE)
    assert (info.detail["rsne"], info.detail["meant_rsne"]) == ("", RSNE.hex())
    same = FrameInfo("beacon")
    altered_down(changed, same, FrameRule("beacon", 1, "edit", fields=remove))
    assert same.detail == {}
