# SPDX-License-Identifier: GPL-2.0-or-later
"""What edit and corrupt make of a frame on its way. Pure, but for what is told in its info."""

from __future__ import annotations

from dataclasses import replace

from hwsim import eapol
from hwsim.ap.frame_info import FrameInfo, ReceivedFrame
from hwsim.ap.inspection import with_payload
from hwsim.errors import WireError
from hwsim.frames import (
    ELEMENT_RSN,
    MANAGEMENT,
    PROTECTED,
    SNAP_EAPOL,
    element,
    parse_header,
)
from hwsim.rules.acceptance import OFFERS, acceptable_corrupted, acceptable_offer
from hwsim.rules.edits import FIXED_LENGTHS, corrupted_key_frame, edited_management
from hwsim.rules.frame_fields import FrameFields
from hwsim.rules.frame_rules import FrameRule


def altered_down(frame: bytes, info: FrameInfo, rule: FrameRule) -> bytes:
    """A frame of an access point as the rule has it; the same bytes where it changes nothing."""
    fields = rule.fields
    assert fields is not None
    changed = frame
    if rule.action == "edit" and info.remake is not None:
        changed = info.remake(fields, info)
    elif info.remake is not None:
        changed = _corrupted(frame, fields)
        info.detail["acceptable"] = acceptable_corrupted(info.kind, fields)
    elif parse_header(frame).type == MANAGEMENT:
        changed = _management(frame, fields)
        if info.kind in OFFERS and acceptable_offer(fields) != "yes":
            info.detail["acceptable"] = acceptable_offer(fields)
            info.detail |= {"rsne": _rsne(changed), "meant_rsne": _rsne(frame)}
    if changed == frame:
        for name in ("acceptable", "rsne", "meant_rsne"):
            info.detail.pop(name, None)
        return frame
    info.detail["altered"] = fields.phrase()
    return changed


def altered_up(received: ReceivedFrame, rule: FrameRule) -> ReceivedFrame:
    """A frame of a station as the access point is to take it; the same one if nothing changes."""
    fields = rule.fields
    assert fields is not None
    payload, changed = received.payload, received
    if payload is not None and received.key is not None:
        try:
            mic_length = len(received.key.mic)
            pdu = corrupted_key_frame(payload[len(SNAP_EAPOL) :], fields, mic_length)
        except WireError:
            return received
        if SNAP_EAPOL + pdu != payload:
            changed = with_payload(received, SNAP_EAPOL + pdu, mic_length)
    elif received.header.type == MANAGEMENT and not received.header.flags & PROTECTED:
        frame = _management(received.frame, fields)
        if frame != received.frame:
            payload = None if received.payload is None else frame[received.header.length :]
            changed = replace(received, frame=frame, payload=payload)
    if changed is not received:
        changed.info.detail["altered"] = fields.phrase()
    return changed


def body_of(frame: bytes) -> bytes:
    """Where the offsets of a condition begin: an EAPOL PDU in the clear, else the frame's body."""
    header = parse_header(frame)
    body = frame[header.length :]
    in_the_clear = not header.flags & PROTECTED
    return body[8:] if in_the_clear and body.startswith(SNAP_EAPOL) else body


def _management(frame: bytes, fields: FrameFields) -> bytes:
    try:
        return edited_management(frame, fields)
    except WireError:  # a station's own elements are not well formed: nothing to find in them
        return frame


def _rsne(frame: bytes) -> str:
    """The RSNE of a management frame in hex; empty without one."""
    header = parse_header(frame)
    try:
        found = element(frame, ELEMENT_RSN, header.length + FIXED_LENGTHS[header.subtype])
    except WireError:
        return ""
    return "" if found is None else found.hex()


def _corrupted(frame: bytes, fields: FrameFields) -> bytes:
    """An EAPOL-Key frame of an access point: its PDU in the clear, else its body as it is."""
    header = parse_header(frame)
    if not header.flags & PROTECTED:
        at = header.length + len(SNAP_EAPOL)
        pdu = frame[at:]
        return frame[:at] + corrupted_key_frame(pdu, fields, eapol.mic_length_of(pdu))
    body = bytearray(frame[header.length :])
    for patch in fields.bytes_at:
        room = max(len(body) - patch.offset, 0)
        body[patch.offset : patch.offset + len(patch.data)] = patch.data[:room]
    return frame[: header.length] + bytes(body)
