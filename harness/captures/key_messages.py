# SPDX-License-Identifier: GPL-2.0-or-later
"""The names of EAPOL-Key messages in a capture, in which any of them may be missing.

A station's messages of the 4-way handshake differ in what they carry: M2 has its RSNE or WPA
element. Where that does not tell, since the message carries nothing, the replay counter does: a
station answers with that of the message it answers (IEEE 802.11-2020, 12.7.2).
"""

from __future__ import annotations

from typing import Final

from hwsim import eapol, frames
from hwsim.eapol import KeyFrame
from hwsim.errors import WireError
from hwsim.records import FrameKind

_AEAD: Final = 0
_MIC_LENGTHS: Final = (16, 24, 32, _AEAD)
"""Of all suites, the usual first (IEEE 802.11-2020, table 12-8; OWE: RFC 8110, 4.4)."""
_WPA: Final = bytes.fromhex("0050f201")
_MLD_ADDRESS: Final = bytes.fromhex("dd0a000fac03")
"""The MAC Address KDE, which is all that an M4 of a multi-link station carries."""
_MOST_PAIRS: Final = 4096
_MOST_COUNTERS: Final = 64


def mic_length_of(pdu: bytes) -> int | None:
    """How long the MIC of an EAPOL-Key PDU is, so that its key data ends where it does; None if
    no length fits."""
    return eapol.fitting_mic_length(pdu, _MIC_LENGTHS)


def parse_key(payload: bytes, mic_length: int | None = None) -> KeyFrame:
    """The EAPOL-Key frame at the start of a payload, what follows it left out.

    Without ``mic_length`` it is found. Raises :class:`WireError` for what is no such frame.
    """
    end = 4 + int.from_bytes(payload[2:4], "big")
    pdu = payload[:end]
    if mic_length is None:
        mic_length = mic_length_of(pdu)
    return eapol.parse_key_frame(pdu, eapol.MIC_LENGTH if mic_length is None else mic_length)


class KeyMessages:
    """Names messages, given all of a capture in their order."""

    def __init__(self) -> None:
        self._sent: dict[tuple[bytes, bytes], dict[int, FrameKind]] = {}

    def name(self, key: KeyFrame, transmitter: bytes, receiver: bytes) -> FrameKind:
        """M1 to M4, G1 or G2; ``eapol`` for a request, an error, and what is none of them."""
        info = key.info
        if info & (eapol.INFO_ERROR | eapol.INFO_REQUEST):
            return "eapol"
        if not info & eapol.INFO_PAIRWISE:
            return "G1" if info & eapol.INFO_ACK else "G2"
        if info & eapol.INFO_ACK:
            integral = eapol.INFO_MIC | eapol.INFO_ENCRYPTED  # AEAD has no MIC, and encrypts M3
            kind: FrameKind = "M3" if info & integral else "M1"
            self._remember(transmitter, receiver, key.replay_counter, kind)
            return kind
        if _has_element(key.key_data) and not info & eapol.INFO_ENCRYPTED:
            return "M2"
        answered = self._sent.get((receiver, transmitter), {}).get(key.replay_counter)
        if answered is not None:
            return "M2" if answered == "M1" else "M4"
        if not info & (eapol.INFO_MIC | eapol.INFO_ENCRYPTED):
            return "eapol"
        return "M2" if key.key_data and not key.key_data.startswith(_MLD_ADDRESS) else "M4"

    def _remember(self, transmitter: bytes, receiver: bytes, counter: int, kind: FrameKind) -> None:
        pair = (transmitter, receiver)
        if pair not in self._sent and len(self._sent) >= _MOST_PAIRS:
            self._sent.pop(next(iter(self._sent)))
        sent = self._sent.setdefault(pair, {})
        if len(sent) >= _MOST_COUNTERS:
            sent.pop(next(iter(sent)))
        sent[counter] = kind


def _has_element(key_data: bytes) -> bool:
    """Whether an RSNE or a WPA element is among the key data."""
    try:
        if frames.element(key_data, frames.ELEMENT_RSN) is not None:
            return True
        return frames.vendor_element(key_data, _WPA) is not None
    except WireError:
        return False
