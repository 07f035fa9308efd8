# SPDX-License-Identifier: GPL-2.0-or-later
"""Edited and corrupted frames: what is said is there, all else is as it was, and the MIC fits."""

from __future__ import annotations

import hmac
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hwsim import eapol
from hwsim.ap.security.key_suite import HMAC_SHA1
from hwsim.frames import element, elements
from hwsim.rules.edits import (
    Seal,
    corrupted_key_frame,
    edited_elements,
    edited_key_frame,
    edited_management,
)
from hwsim.rules.frame_fields import FrameFields, read_fields

KCK, KEK = b"C" * 16, b"E" * 16
SEAL = Seal(lambda pdu: HMAC_SHA1.mic(KCK, pdu), lambda data: HMAC_SHA1.wrap(KEK, data))
RSNE = bytes.fromhex("30140100000fac040100000fac040100000fac020000")
GTK = eapol.kde(eapol.KDE_GTK, b"\x01\x00" + b"G" * 16)
KEY_DATA = RSNE + GTK
M3_INFO = 0x13CA


def made(fields: FrameFields, *, key_data: bytes = KEY_DATA, seal: Seal | None = SEAL) -> bytes:
    """An M3 with those fields."""
    head = bytes((2, 3, 0, 0, 2)) + M3_INFO.to_bytes(2, "big") + b"\x00\x10"
    head += (7).to_bytes(8, "big") + b"N" * 32 + bytes(16) + b"R" * 8 + bytes(8)
    return edited_key_frame(head, key_data, fields, 16, seal)


def opened(pdu: bytes) -> bytes:
    """Its key data in the clear, without padding."""
    key = eapol.parse_key_frame(pdu)
    plain = HMAC_SHA1.unwrap(KEK, key.key_data)
    return plain[: len(plain.rstrip(b"\0")) - plain.rstrip(b"\0").endswith(b"\xdd")]


def mic_fits(pdu: bytes) -> bool:
    """Whether a station would take it for the access point's."""
    key = eapol.parse_key_frame(pdu)
    return hmac.compare_digest(HMAC_SHA1.mic(KCK, eapol.without_mic(key)), key.mic)


AS_MEANT = made(FrameFields())

FIELDS = st.builds(
    FrameFields,
    replay_counter=st.none() | st.integers(0, (1 << 63) - 1),
    nonce=st.none() | st.binary(min_size=32, max_size=32) | st.sampled_from(["changed", "zero"]),
    key_info_set=st.sampled_from([0, eapol.INFO_ERROR, eapol.INFO_REQUEST]),
    key_info_clear=st.sampled_from([0, eapol.INFO_INSTALL, eapol.INFO_SECURE]),
    descriptor=st.none() | st.integers(0, 255),
    eapol_version=st.none() | st.integers(0, 255),
    key_length=st.none() | st.integers(0, 65535),
    rsc=st.none() | st.binary(min_size=8, max_size=8),
    padding=st.binary(max_size=20),
    trailing=st.binary(max_size=20),
)


def test_as_it_is_meant_it_can_be_read() -> None:
    """Without a field said otherwise the frame is a good M3."""
    key = eapol.parse_key_frame(AS_MEANT)
    assert (eapol.classify(key), key.replay_counter, key.info) == ("M3", 7, M3_INFO)
    assert opened(AS_MEANT) == KEY_DATA
    assert mic_fits(AS_MEANT)


@given(FIELDS)
def test_what_is_said_is_there_under_a_mic_that_fits(fields: FrameFields) -> None:
    """Reading gives back what was edited; every other field is as it was."""
    pdu = made(fields)
    key = eapol.parse_key_frame(pdu)
    before = eapol.parse_key_frame(AS_MEANT)
    assert mic_fits(pdu)
    counter = fields.replay_counter
    assert key.replay_counter == (before.replay_counter if counter is None else counter)
    nonces = {
        None: before.nonce,
        "zero": bytes(32),
        "changed": bytes(b ^ 255 for b in before.nonce),
    }
    wanted = fields.nonce if isinstance(fields.nonce, bytes) else nonces[fields.nonce]
    assert key.nonce == wanted
    assert key.info == (M3_INFO & ~fields.key_info_clear) | fields.key_info_set
    assert key.descriptor == (2 if fields.descriptor is None else fields.descriptor)
    assert pdu.endswith(fields.trailing)
    assert HMAC_SHA1.unwrap(KEK, key.key_data).startswith(KEY_DATA + fields.padding)


@given(FIELDS)
def test_corrupted_it_is_no_longer_the_access_points(fields: FrameFields) -> None:
    """The MIC is that of the frame as it was meant: it fits only if nothing under it changed."""
    fields = replace(fields, padding=b"")
    pdu = corrupted_key_frame(AS_MEANT, fields, 16)
    body = pdu[: len(pdu) - len(fields.trailing)]
    assert mic_fits(pdu) == (body == AS_MEANT)


@pytest.mark.parametrize("mic", ["wrong", "zero"])
def test_the_mic_itself(mic: Any) -> None:
    """It is all that is changed."""
    pdu = made(FrameFields(mic=mic))
    assert not mic_fits(pdu)
    assert pdu[: eapol.OFFSET_MIC] == AS_MEANT[: eapol.OFFSET_MIC]
    assert pdu[eapol.OFFSET_MIC + 16 :] == AS_MEANT[eapol.OFFSET_MIC + 16 :]


def test_in_the_clear() -> None:
    """Key data is not wrapped, the flag says so, and the MIC covers it."""
    pdu = made(FrameFields(encrypt=False))
    key = eapol.parse_key_frame(pdu)
    assert key.key_data == KEY_DATA
    assert not key.info & eapol.INFO_ENCRYPTED
    assert mic_fits(pdu)


def test_without_the_flag_there_is_no_mic() -> None:
    """A frame that says it has none has none."""
    pdu = made(FrameFields(key_info_clear=eapol.INFO_MIC))
    assert pdu[eapol.OFFSET_MIC : eapol.OFFSET_MIC + 16] == bytes(16)


def test_bytes_under_the_mic_and_over_it() -> None:
    """Edited they are covered by the MIC; corrupted they are not. None reach over the end."""
    fields = read_fields({"bytes_at": [{"offset": 17, "data": "ff" * 4}]})
    assert mic_fits(made(fields))
    assert not mic_fits(corrupted_key_frame(AS_MEANT, fields, 16))
    beyond = read_fields({"bytes_at": [{"offset": len(AS_MEANT) - 1, "data": "0102"}]})
    assert len(corrupted_key_frame(AS_MEANT, beyond, 16)) == len(AS_MEANT)


def test_m1_gets_key_data_in_the_clear() -> None:
    """No key is there yet: neither wrap nor MIC."""
    fields = read_fields({"elements": [{"do": "add", "element": "pmkid", "data": "11" * 16}]})
    key = eapol.parse_key_frame(made(fields, key_data=b"", seal=None))
    assert key.key_data == eapol.kde(eapol.KDE_PMKID, b"\x11" * 16)
    assert key.mic == bytes(16)


@pytest.mark.parametrize(
    ("edit", "wanted"),
    [
        ({"do": "remove", "element": "gtk"}, RSNE),
        ({"do": "remove", "element": "rsne"}, GTK),
        ({"do": "remove", "element": "igtk"}, KEY_DATA),
        ({"do": "truncate", "element": "gtk", "length": 4},
         RSNE + eapol.kde(eapol.KDE_GTK, b"\x01\x00GG")),
        ({"do": "replace", "element": "rsne", "data": "0100"}, b"\x30\x02\x01\x00" + GTK),
        ({"do": "replace", "element": "gtk", "data": "0500"},
         RSNE + eapol.kde(eapol.KDE_GTK, b"\x05\x00")),
        ({"do": "add", "element": "0050f2:9", "data": "aa", "length": 40},
         KEY_DATA + bytes.fromhex("dd280050f209aa")),
    ],
)  # fmt: skip
def test_elements_and_kdes(edit: dict[str, Any], wanted: bytes) -> None:
    """One is found by its name among the others, which stay."""
    assert edited_elements(KEY_DATA, read_fields({"elements": [edit]}).elements) == wanted


@given(st.lists(st.tuples(st.integers(0, 255), st.binary(max_size=30)), max_size=6))
def test_removing_leaves_no_such_element(made_of: list[tuple[int, bytes]]) -> None:
    """Whatever else there is stays in its order."""
    body = b"".join(bytes((number, len(data))) + data for number, data in made_of)
    edits = read_fields({"elements": [{"do": "remove", "element": "rsne"}]}).elements
    left = [number for number, _ in elements(edited_elements(body, edits))]
    assert left == [number for number, _ in made_of if number != 48]


def test_management_frames() -> None:
    """Status, reason, elements and bytes, each where its kind of frame has it."""
    header = bytes(24)
    answer = b"\x10" + header[1:] + b"\x11\x04\x00\x00\x01\xc0" + RSNE
    fields = read_fields({"status": 17, "elements": [{"do": "remove", "element": "rsne"}]})
    assert edited_management(answer, fields)[24:] == b"\x11\x04\x11\x00\x01\xc0"
    goodbye = b"\xc0" + header[1:] + b"\x03\x00"
    assert edited_management(goodbye, read_fields({"reason": 8}))[24:] == b"\x08\x00"
    beacon = b"\x80" + header[1:] + bytes(12) + RSNE
    replaced = read_fields({"elements": [{"do": "replace", "element": "48", "data": "0200"}]})
    assert element(edited_management(beacon, replaced), 48, 36) == b"\x30\x02\x02\x00"
