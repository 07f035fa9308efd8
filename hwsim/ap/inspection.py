# SPDX-License-Identifier: GPL-2.0-or-later
"""What a received frame is: its kind, its payload, and the EAPOL message it holds.

No station's state changes here: the medium's rules decide afterwards whether the access point
receives the frame.
"""

from __future__ import annotations

from dataclasses import replace

from hwsim import eap, eapol, frames, rc4_key
from hwsim.ap.datapath import DataPath, payload_kind
from hwsim.ap.frame_info import FrameInfo, ReceivedFrame
from hwsim.ap.repetitions import Repetitions
from hwsim.ap.security.mode import SecurityMode
from hwsim.ap.station import Station
from hwsim.errors import WireError
from hwsim.frames import BROADCAST, SNAP_EAPOL, MacHeader


class Inspector:
    """Inspects the frames that one access point receives; ``security`` says how long MICs are."""

    def __init__(self, bssid: bytes, path: DataPath, security: SecurityMode) -> None:
        self._bssid = bssid
        self._security = security
        self._path = path
        self._repetitions = Repetitions()

    def new_association(self) -> None:
        """Forget which messages were seen: repetitions are counted anew."""
        self._repetitions.clear()

    def new_handshake(self, station: Station) -> None:
        """The station's 4-way handshake begins: its messages are new ones."""
        self._repetitions.new_handshake(station.mac)

    def inspect(
        self, frame: bytes, header: MacHeader, station: Station | None, *, copy: int
    ) -> ReceivedFrame:
        """The frame with what is known of it, decrypted by the station's keys if need be.

        ``copy`` numbers copies that a rule of the medium made, from 1; 0 is the frame itself.
        """
        info = FrameInfo(frames.kind_of(header))
        received = ReceivedFrame(frame, header, info, duplicate=copy > 0)
        if header.receiver not in (self._bssid, BROADCAST):
            return received
        if header.type == frames.DATA and info.kind == "data":
            self._inspect_data(received, station)
        elif info.kind in ("deauth", "disassoc", "action"):
            self._open(received, station)
        if copy:
            info.detail["copy"] = copy
        else:
            self._repetitions.mark(received)
        return received

    def _mic_length(self, station: Station | None) -> int:
        suite = self._security.suite_of(station) if station is not None else None
        return eapol.MIC_LENGTH if suite is None else suite.mic_length

    def _open(self, received: ReceivedFrame, station: Station | None) -> None:
        if received.header.flags & frames.PROTECTED:
            self._path.open(station, received)
        else:
            received.payload = received.frame[received.header.length :]

    def _inspect_data(self, received: ReceivedFrame, station: Station | None) -> None:
        info = received.info
        self._open(received, station)
        payload = received.payload
        if payload is None:
            return
        if payload[:8] != SNAP_EAPOL:
            info.kind = payload_kind(payload)
            return
        info.kind = "eapol"
        try:
            _inspect_eapol(received, payload[8:], self._mic_length(station))
        except WireError as error:
            info.detail["malformed"] = str(error)


def in_the_clear(frame: bytes, header: MacHeader) -> ReceivedFrame:
    """A frame as somebody sees it who knows neither network nor keys, and owes it no answer."""
    info = FrameInfo(frames.kind_of(header), bool(header.flags & frames.PROTECTED))
    received = ReceivedFrame(frame, header, info)
    payload = frame[header.length :]
    if info.kind == "data" and not info.protected and payload[:8] == SNAP_EAPOL:
        info.kind = "eapol"
        try:
            _inspect_eapol(received, payload[8:], eapol.mic_length_of(payload[8:]))
        except WireError as error:
            info.detail["malformed"] = str(error)
    return received


def with_payload(received: ReceivedFrame, payload: bytes, mic_length: int) -> ReceivedFrame:
    """A frame with another EAPOL payload (LLC/SNAP first), named anew; what else is known of it
    stays."""
    info = replace(received.info, kind="eapol", detail=dict(received.info.detail))
    changed = replace(received, info=info, payload=payload, key=None, eap=None)
    try:
        _inspect_eapol(changed, payload[len(SNAP_EAPOL) :], mic_length)
    except WireError as error:
        info.detail["malformed"] = str(error)
    return changed


def _inspect_eapol(received: ReceivedFrame, pdu: bytes, mic_length: int) -> None:
    info = received.info
    if rc4_key.is_rc4_key(pdu):
        info.replay_counter, told = rc4_key.describe_rc4_key(pdu)
        info.kind = "rc4-key"
        info.detail.update(told)
        return
    if pdu[1:2] == bytes((eapol.EAPOL_KEY_TYPE,)):
        received.key = eapol.parse_key_frame(pdu, mic_length)
        info.kind = eapol.classify(received.key)
        info.replay_counter = received.key.replay_counter
        return
    info.kind, received.eap = eap.parse_eapol(pdu)
    if received.eap is not None:
        info.detail.update(eap.describe(received.eap))
