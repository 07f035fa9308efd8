# SPDX-License-Identifier: GPL-2.0-or-later
"""What a capture tells of a station and an access point."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Literal

Mic = Literal["right", "wrong", "unknown", "none"]
"""Verdict on a message's MIC: unknown where the key, or a nonce of it, is; none where it has no
MIC."""

STAGES: Final = ("scan", "authentication", "association", "EAP", "4-way", "group", "data", "end")
"""How far a connection comes, in order; ``end`` is a deauthentication or disassociation."""
Stage = Literal["scan", "authentication", "association", "EAP", "4-way", "group", "data", "end"]


@dataclass(slots=True, kw_only=True)
class Message:
    """A message between a station and an access point.

    Attributes:
        number: of its packet, from 1 as Wireshark counts.
        wall_ns: when, in nanoseconds since 1970; 0 is unknown.
        kind: as a run's frames are named (`hwsim.records.FrameKind`).
        down: from the access point.
        stage: the part of a connection that it belongs to.
        text: what it says, in words: reason, status, algorithm, EAP method.
        code: its status or reason code, None for a message without one.
        counter: replay counter of an EAPOL-Key message.
        copies: how often the MAC sent it again.
        damaged: its FCS is wrong.
        mic: verdict on its MIC.
        pdu: an EAPOL PDU, or the elements of an association or beacon; for what is computed of it.
    """

    number: int
    wall_ns: int
    kind: str
    down: bool
    stage: Stage
    text: str = ""
    code: int | None = None
    counter: int | None = None
    copies: int = 0
    damaged: bool = False
    mic: Mic = "none"
    pdu: bytes = field(default=b"", repr=False)


@dataclass(slots=True)
class DataSeen:
    """Encrypted data of one direction."""

    frames: int
    first_ns: int
    last_ns: int


@dataclass(slots=True)
class Conversation:
    """All that a station and an access point said to each other, in order of the capture.

    ``station`` and ``access_point`` are addresses of six bytes. ``up`` and ``down`` is their
    encrypted data.
    """

    station: bytes
    access_point: bytes
    messages: list[Message] = field(default_factory=list)
    up: DataSeen | None = None
    down: DataSeen | None = None

    @property
    def reached(self) -> Stage:
        """How far the latest attempt came: what was said after the last end, if anything was."""
        found: set[Stage] = set()
        for one in self.messages:
            found = {one.stage} if "end" in found else found | {one.stage}
        last_ns = max((one.wall_ns for one in self.messages), default=0)
        if any(seen is not None and seen.last_ns >= last_ns for seen in (self.up, self.down)):
            found.add("data")
        return max(found, key=STAGES.index, default="scan")


@dataclass(slots=True)
class AccessPoint:
    """What an access point's beacons and probe responses say; the latest where they differ."""

    bssid: bytes
    ssid: bytes | None = None
    rsne: bytes = b""
    wpa: bytes = b""
    rsnxe: bytes = b""
    channel: int | None = None
    beacons: int = 0


@dataclass(frozen=True, slots=True)
class Remark:
    """Something odd, in plain words. ``weight`` ranks it: what ends a connection is 3, what delays
    it 2, what is worth knowing 1. ``packet`` is where to look."""

    weight: int
    text: str
    packet: int | None = None
