# SPDX-License-Identifier: GPL-2.0-or-later
"""EAPOL-Key frames: parsing and naming (M1…M4, G1, G2).

Source: IEEE 802.11-2020, 12.7.2 (EAPOL-Key frames), figure 12-32 and table 12-8. The offsets
below count from the first byte of the EAPOL header (protocol version).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from hwsim.errors import WireError
from hwsim.records import FrameKind

INFO_VERSION: Final = 0x0007
INFO_PAIRWISE: Final = 0x0008
INFO_INDEX_SHIFT: Final = 4
"""Of the group key's identifier in WPA's group messages."""
INFO_INSTALL: Final = 0x0040
INFO_ACK: Final = 0x0080
INFO_MIC: Final = 0x0100
INFO_SECURE: Final = 0x0200
INFO_ERROR: Final = 0x0400
INFO_REQUEST: Final = 0x0800
INFO_ENCRYPTED: Final = 0x1000

DESCRIPTOR_RSN: Final = 2
DESCRIPTOR_WPA: Final = 254
"""Of WPA, as it was before the standard (the Wi-Fi Alliance's WPA specification)."""
EAPOL_KEY_TYPE: Final = 3

OFFSET_INFO: Final = 5
OFFSET_REPLAY_COUNTER: Final = 9
OFFSET_NONCE: Final = 17
OFFSET_IV: Final = 49
IV_LENGTH: Final = 16
OFFSET_RSC: Final = 65
OFFSET_MIC: Final = 81
MIC_LENGTH: Final = 16
"""Of every AKM suite but those with SHA-384 (24 bytes) and FILS (none); table 12-8."""

KDE_GTK: Final = bytes.fromhex("000fac01")
KDE_PMKID: Final = bytes.fromhex("000fac04")
KDE_KEY_ID: Final = bytes.fromhex("000fac0a")
KDE_OCI: Final = bytes.fromhex("000fac0d")
KDE_IGTK: Final = bytes.fromhex("000fac09")
KDE_BIGTK: Final = bytes.fromhex("000fac0e")


class KeyFrame(NamedTuple):
    """An EAPOL-Key frame. ``pdu`` is the whole of it, EAPOL header included, padding cut off."""

    descriptor: int
    info: int
    replay_counter: int
    nonce: bytes
    mic: bytes
    key_data: bytes
    pdu: bytes


def data_length_offset(mic_length: int) -> int:
    """Where the two bytes of the key data's length are, behind a MIC of that length."""
    return OFFSET_MIC + mic_length


def data_offset(mic_length: int) -> int:
    """Where the key data begins, behind a MIC of that length."""
    return data_length_offset(mic_length) + 2


def kde(selector: bytes, data: bytes) -> bytes:
    """A key data encapsulation (12.7.2, figure 12-34): type DD, length, OUI and data type, data."""
    return bytes((0xDD, len(selector) + len(data))) + selector + data


def parse_key_frame(payload: bytes, mic_length: int = MIC_LENGTH) -> KeyFrame:
    """The EAPOL-Key frame at the start of ``payload``; raises :class:`WireError` for any other.

    ``mic_length`` is that of the AKM in use, in bytes.
    """
    if len(payload) < 4 or payload[1] != EAPOL_KEY_TYPE:
        raise WireError("EAPOL: not an EAPOL-Key frame")
    end = 4 + (payload[2] << 8 | payload[3])
    if end > len(payload):
        raise WireError(f"EAPOL-Key: body of {end - 4} bytes, {len(payload) - 4} there")
    length_at = OFFSET_MIC + mic_length
    data_at = length_at + 2
    if end < data_at:
        raise WireError(f"EAPOL-Key: {end} bytes, {data_at} needed")
    data_length = payload[length_at] << 8 | payload[length_at + 1]
    if data_at + data_length > end:
        raise WireError(f"EAPOL-Key: key data of {data_length} bytes reaches over the end")
    return KeyFrame(
        descriptor=payload[4],
        info=payload[OFFSET_INFO] << 8 | payload[OFFSET_INFO + 1],
        replay_counter=int.from_bytes(payload[OFFSET_REPLAY_COUNTER:OFFSET_NONCE], "big"),
        nonce=payload[OFFSET_NONCE : OFFSET_NONCE + 32],
        mic=payload[OFFSET_MIC:length_at],
        key_data=payload[data_at : data_at + data_length],
        pdu=payload[:end],
    )


def classify(key: KeyFrame) -> FrameKind:
    """The name of an EAPOL-Key frame, ``eapol`` if it has none.

    WPA's M2 and M4 carry the same key information, so the key data decides between them. AEAD
    suites (FILS), which never set the MIC bit, are not covered.
    """
    info = key.info
    if info & (INFO_ERROR | INFO_REQUEST):
        return "eapol"
    ack = bool(info & INFO_ACK)
    mic = bool(info & INFO_MIC)
    if not info & INFO_PAIRWISE:
        return ("G1" if ack else "G2") if mic else "eapol"
    if ack:
        return "M3" if mic else "M1"
    if not mic:
        return "eapol"
    return "M2" if key.key_data else "M4"


def without_mic(key: KeyFrame) -> bytes:
    """The frame's PDU with its MIC field zeroed, as the MIC is computed over it."""
    end = OFFSET_MIC + len(key.mic)
    return key.pdu[:OFFSET_MIC] + bytes(len(key.mic)) + key.pdu[end:]


def mic_length_of(pdu: bytes) -> int:
    """How long the MIC of a well-formed EAPOL-Key PDU is: so that its key data fills the rest."""
    fitting = fitting_mic_length(pdu, (MIC_LENGTH, 24, 32))
    return MIC_LENGTH if fitting is None else fitting


def fitting_mic_length(pdu: bytes, lengths: Iterable[int]) -> int | None:
    """The first of these lengths of a MIC by which an EAPOL-Key PDU's key data ends where the PDU
    does; ``None`` if it is none of them."""
    for length in lengths:
        at = data_length_offset(length)
        if data_offset(length) + int.from_bytes(pdu[at : at + 2], "big") == len(pdu):
            return length
    return None
