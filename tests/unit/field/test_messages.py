# SPDX-License-Identifier: GPL-2.0-or-later
"""Frames as messages."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.captures.links import Radio
from harness.captures.reader import CapturedFrame
from harness.field.messages import Messages, Spoken
from harness.field.model import Message
from hwsim.eap import SUCCESS
from tests.unit.captures.writing import BSSID, STATION, captured, key_pdu
from tests.unit.field.talk import M1, M2, SSID, Talk


def last(talk: Talk) -> Message:
    """The last message of a talk."""
    return talk.conversation().messages[-1]


def eap(code: int, kind: int = 1) -> bytes:
    """An EAP packet in an EAPOL PDU."""
    packet = bytes((code, 7, 0, 4)) if code == SUCCESS else bytes((code, 7, 0, 5, kind))
    return b"\2\0" + len(packet).to_bytes(2, "big") + packet


@pytest.mark.parametrize(
    ("talk", "kind", "text", "stage"),
    [
        (Talk().management(11, struct.pack("<HHH", 3, 1, 0), down=False),
         "auth", "SAE, message 1", "authentication"),
        (Talk().management(11, struct.pack("<HHH", 0, 2, 17), down=True),
         "auth", "open, message 2, status 17", "authentication"),
        (Talk().associate(53), "assoc-resp", "status 53 STATUS_INVALID_PMKID", "association"),
        (Talk().management(2, bytes(4) + BSSID + SSID, down=False),
         "assoc-req", "again, before at 02:00:00:00:00:01", "association"),
        (Talk().management(12, b"\x0f\0", down=True),
         "deauth", "reason 15 4WAY_HANDSHAKE_TIMEOUT", "end"),
        (Talk().management(12, b"\1", down=True), "deauth", "is cut short", "end"),
        (Talk().management(10, b"\x0f\0", down=True, flags=0x40), "disassoc", "encrypted", "end"),
        (Talk().key(eap(1), down=True), "eap", "Request Identity", "EAP"),
        (Talk().key(eap(3), down=True), "eap", "Success", "EAP"),
        (Talk().key(b"\2\1\0\0", down=False), "eapol-start", "", "EAP"),
        (Talk().key(key_pdu(0x0D0A, 1), down=False),
         "eapol", "reports a Michael MIC failure", "4-way"),
        (Talk().key(key_pdu(0x090A, 1), down=False), "eapol", "asks for a new key", "4-way"),
        (Talk().key(b"\2\3\0\x50", down=False),
         "eapol", "EAPOL-Key: body of 80 bytes, 0 there", "4-way"),
    ],
)  # fmt: skip
def test_what_a_message_says(talk: Talk, kind: str, text: str, stage: str) -> None:
    """In words, with the names of its codes."""
    found = last(talk)
    assert found.text.startswith(text)
    assert (found.kind, found.stage) == (kind, stage)


def wired(pdu: bytes, source: bytes, destination: bytes) -> Spoken:
    """A message of an interface that hands out Ethernet."""
    frame = CapturedFrame(1, 0, 1, pdu, len(pdu), Radio(), (source, destination))
    found = Messages().read(frame)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("pdu", "down"),
    [(M1, True), (M2, False), (eap(1), True), (eap(2), False), (eap(3), True)],
)
def test_without_802_11_around_it_who_asks_is_the_access_point(pdu: bytes, down: bool) -> None:
    """So it is known whose address is whose."""
    ends = (BSSID, STATION) if down else (STATION, BSSID)
    found = wired(pdu, *ends)
    assert (found.station, found.access_point, found.message.down) == (STATION, BSSID, down)


@given(st.binary(max_size=200))
def test_no_frame_raises(frame: bytes) -> None:
    """Whatever it holds."""
    Messages().read(captured(1, 1, frame))
    if len(frame) > 4:
        Messages().read(CapturedFrame(1, 0, 1, frame, len(frame), Radio(), (BSSID, b"")))
