# SPDX-License-Identifier: GPL-2.0-or-later
"""Frames made to say something else, as pure functions from bytes and fields to bytes.

An **edit** is made before the MIC is computed and the key data is encrypted: the frame is well
made, but says something wrong. What is **corrupted** is changed afterwards: bytes on the air.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from hwsim import eapol
from hwsim.errors import WireError
from hwsim.frames import elements, parse_header
from hwsim.rules.frame_fields import BytesAt, ElementEdit, FrameFields

_AT_BODY_LENGTH: Final = 2
_AT_DESCRIPTOR: Final = 4
_AT_KEY_LENGTH: Final = 7
_NONCE_LENGTH: Final = 32
_RSC_LENGTH: Final = 8

FIXED_LENGTHS: Final = {0: 4, 1: 6, 2: 10, 3: 6, 4: 0, 5: 12, 8: 12, 10: 2, 11: 6, 12: 2}
"""How long the fixed fields of a management frame's body are, by its subtype (9.3.3)."""
_STATUS_AT: Final = {1: 2, 3: 2, 11: 4}
_REASON_AT: Final = {10: 0, 12: 0}


class Seal(NamedTuple):
    """What protects an EAPOL-Key frame: its MIC over the PDU, the wrap of its key data."""

    mic: Callable[[bytes], bytes]
    wrap: Callable[[bytes], bytes]


def edited_key_frame(
    pdu: bytes, key_data: bytes, fields: FrameFields, mic_length: int, seal: Seal | None = None
) -> bytes:
    """An EAPOL-Key PDU whose fields are other ones, under a new MIC and a new key wrap.

    ``pdu`` is the frame as it would go out, ``key_data`` what its key data is in the clear;
    ``seal`` is None for a frame without MIC.
    """
    head = bytearray(pdu[: eapol.OFFSET_MIC])
    _set_fixed(head, fields)
    data = edited_elements(key_data, fields.elements) + fields.padding
    if seal is not None and data and fields.encrypt is not False:
        data = seal.wrap(data)
    elif fields.encrypt is False:
        _set_info(head, 0, eapol.INFO_ENCRYPTED)
    frame = head + bytes(mic_length) + len(data).to_bytes(2, "big") + data
    frame[_AT_BODY_LENGTH : _AT_BODY_LENGTH + 2] = (len(frame) - 4).to_bytes(2, "big")
    _put(frame, fields.bytes_at)
    if seal is not None and _info(frame) & eapol.INFO_MIC:
        mic = seal.mic(bytes(frame))
        frame[eapol.OFFSET_MIC : eapol.OFFSET_MIC + mic_length] = mic
    _set_mic(frame, fields, mic_length)
    return bytes(frame) + fields.trailing


def corrupted_key_frame(pdu: bytes, fields: FrameFields, mic_length: int) -> bytes:
    """An EAPOL-Key PDU with bytes changed under the MIC it has."""
    frame = bytearray(pdu)
    if len(frame) < eapol.data_offset(mic_length):
        raise WireError("EAPOL-Key: too short to be corrupted")
    _set_fixed(frame, fields)
    _put(frame, fields.bytes_at)
    _set_mic(frame, fields, mic_length)
    return bytes(frame) + fields.trailing


def edited_management(frame: bytes, fields: FrameFields) -> bytes:
    """An unprotected management frame with another status, reason, elements or bytes."""
    header = parse_header(frame)
    body = bytearray(frame[header.length :])
    for where, value in ((_STATUS_AT, fields.status), (_REASON_AT, fields.reason)):
        at = where.get(header.subtype)
        if value is not None and at is not None:
            body[at : at + 2] = value.to_bytes(2, "little")
    fixed = FIXED_LENGTHS.get(header.subtype, len(body))
    body[fixed:] = edited_elements(bytes(body[fixed:]), fields.elements)
    _put(body, fields.bytes_at)
    return frame[: header.length] + bytes(body) + fields.trailing


def edited_elements(body: bytes, edits: tuple[ElementEdit, ...]) -> bytes:
    """Elements and KDEs, one after the other, as the edits have them, in their order."""
    if not edits:
        return body
    whole = [one for _, one in elements(body)]
    for edit in edits:
        whole = _edited(whole, edit)
    return b"".join(whole)


def _edited(whole: list[bytes], edit: ElementEdit) -> list[bytes]:
    if edit.do == "add":
        return [*whole, _element(edit, edit.data, edit.length)]
    changed, done = [], False
    for one in whole:
        if not _is(one, edit) or done:
            changed.append(one)
        elif edit.do == "replace":
            changed.append(_element(edit, edit.data, edit.length))
        elif edit.do == "truncate":
            changed.append(_element(edit, one[2 + len(edit.head) :][: edit.length]))
        done = done or (_is(one, edit) and edit.do != "remove")
    return changed


def _is(element: bytes, edit: ElementEdit) -> bool:
    return element[0] == edit.identifier and element[2 : 2 + len(edit.head)] == edit.head


def _element(edit: ElementEdit, data: bytes, length: int | None = None) -> bytes:
    true = len(edit.head) + len(data)
    return bytes((edit.identifier, true if length is None else length)) + edit.head + data


def _set_fixed(frame: bytearray, fields: FrameFields) -> None:
    """The fields before the MIC."""
    for at, value in ((0, fields.eapol_version), (_AT_DESCRIPTOR, fields.descriptor)):
        if value is not None:
            frame[at] = value
    _set_info(frame, fields.key_info_set, fields.key_info_clear)
    if fields.descriptor_version is not None:
        _set_info(frame, fields.descriptor_version, eapol.INFO_VERSION)
    if fields.key_length is not None:
        frame[_AT_KEY_LENGTH : _AT_KEY_LENGTH + 2] = fields.key_length.to_bytes(2, "big")
    counter = replay_counter(bytes(frame), fields)
    frame[eapol.OFFSET_REPLAY_COUNTER : eapol.OFFSET_NONCE] = counter.to_bytes(8, "big")
    nonce = slice(eapol.OFFSET_NONCE, eapol.OFFSET_NONCE + _NONCE_LENGTH)
    if fields.nonce == "changed":
        frame[nonce] = bytes(byte ^ 0xFF for byte in frame[nonce])
    elif fields.nonce is not None:
        zero = bytes(_NONCE_LENGTH)
        frame[nonce] = fields.nonce if isinstance(fields.nonce, bytes) else zero
    if fields.rsc is not None:
        frame[eapol.OFFSET_RSC : eapol.OFFSET_RSC + _RSC_LENGTH] = fields.rsc


def replay_counter(pdu: bytes, fields: FrameFields) -> int:
    """The replay counter that a PDU has with those fields; it goes round at 64 bits."""
    if fields.replay_counter is not None:
        return fields.replay_counter
    own = int.from_bytes(pdu[eapol.OFFSET_REPLAY_COUNTER : eapol.OFFSET_NONCE], "big")
    return (own + fields.replay_counter_add) % (1 << 64)


def _info(frame: bytes | bytearray) -> int:
    return frame[eapol.OFFSET_INFO] << 8 | frame[eapol.OFFSET_INFO + 1]


def _set_info(frame: bytearray, bits: int, cleared: int) -> None:
    info = _info(frame) & ~cleared | bits
    frame[eapol.OFFSET_INFO : eapol.OFFSET_INFO + 2] = info.to_bytes(2, "big")


def _set_mic(frame: bytearray, fields: FrameFields, mic_length: int) -> None:
    mic = slice(eapol.OFFSET_MIC, eapol.OFFSET_MIC + mic_length)
    if fields.mic == "zero":
        frame[mic] = bytes(mic_length)
    elif fields.mic == "wrong":
        frame[mic] = bytes(byte ^ 0xFF for byte in frame[mic])


def _put(frame: bytearray, patches: tuple[BytesAt, ...]) -> None:
    """Put bytes at their offsets; what would reach over the end is left out."""
    for patch in patches:
        room = max(len(frame) - patch.offset, 0)
        frame[patch.offset : patch.offset + len(patch.data)] = patch.data[:room]
