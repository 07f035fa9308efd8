# SPDX-License-Identifier: GPL-2.0-or-later
"""A capture alone as a source: what was on the air, and nothing of what the DLL did.

It is read without keys: protected data stays data. A capture says neither which attempts there were
(all of it is one association) nor what became of a frame (it counts as received), and it has one
clock, its own, which stands for both. All else is a loss: what the trace, the notifications or the
echo would have shown is not known, so that nothing is blamed for being absent.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from harness.errors import UsageError
from harness.evidence.losses import FOREVER_NS
from harness.evidence.model import AssociationEvidence, DamageKind, RunEvidence, TraceDamage
from harness.evidence.packets import Packet
from harness.evidence.sources.base import UNKNOWN_CLOCK
from harness.evidence.sources.capture_formats import read_capture
from hwsim import eapol, frames, rc4_key
from hwsim.eap import parse_eapol
from hwsim.errors import WireError
from hwsim.frames import MacHeader
from hwsim.records import FOUR_WAY, GROUP_KEY, Direction, FrameKind, FrameRecord

BEACON: Final = 8
"""Subtype of the management frames that have no record, as in a run's events."""
CANNOT_KNOW: Final = "a capture has neither the DLL's calls nor the OS's notifications"


@dataclass(frozen=True, slots=True)
class CaptureFile:
    """A capture of the air, from this harness or another tool (`capture_formats`)."""

    path: Path

    def read(self) -> RunEvidence:
        """See ``EvidenceSource.read``."""
        if not self.path.is_file():
            raise UsageError(f"{self.path}: no such capture", hint="name an air.pcapng")
        return from_packets(read_capture(self.path))


def from_packets(packets: Iterable[Packet]) -> RunEvidence:
    """The evidence in a capture: its frames as one association, and what it cannot know. Pure."""
    records = tuple(_records(packets))
    damage = (TraceDamage(DamageKind.NO_TRACE, CANNOT_KNOW, from_ns=0, until_ns=FOREVER_NS),)
    if not records:
        return RunEvidence((), (), UNKNOWN_CLOCK, damage)
    times = [record.air_ns for record in records]
    association = AssociationEvidence(1, min(times), max(times), frames=records)
    return RunEvidence((), (association,), UNKNOWN_CLOCK, damage)


def _records(packets: Iterable[Packet]) -> Iterator[FrameRecord]:
    """The frames that can be read, by the numbers of their packets; beacons are left out."""
    sent = _Sent()
    for packet in packets:
        try:
            header = frames.parse_header(packet.frame)
        except WireError:
            continue
        if header.type == frames.MANAGEMENT and header.subtype == BEACON:
            continue
        kind, replay_counter = _message(header, packet.frame[header.length :])
        transmitter, receiver = map(frames.mac_text, (header.transmitter, header.receiver))
        yield FrameRecord(
            number=packet.number, association=1, direction=_direction(header), kind=kind,
            air_ns=packet.wall_ns, guest_ns=None, transmitter=transmitter, receiver=receiver,
            length=packet.length, acked=True, delivered=True, rule=None,
            retry=sent.again(transmitter, receiver, kind),
            protected=bool(header.flags & frames.PROTECTED), replay_counter=replay_counter,
            mic_ok=None, pn=None, detail={},
        )  # fmt: skip


def _direction(header: MacHeader) -> Direction:
    """``down`` for what an access point sent: its BSSID is the transmitter's address."""
    if header.type == frames.DATA:
        return "down" if header.flags & frames.FROM_DS else "up"
    return "down" if header.transmitter and header.transmitter == header.address3 else "up"


def _message(header: MacHeader, body: bytes) -> tuple[FrameKind, int | None]:
    """The name of a frame, and the replay counter of an EAPOL-Key."""
    kind = frames.kind_of(header)
    if kind != "data" or header.flags & frames.PROTECTED or body[:8] != frames.SNAP_EAPOL:
        return kind, None
    pdu = body[8:]
    try:
        if rc4_key.is_rc4_key(pdu):
            return "rc4-key", rc4_key.describe_rc4_key(pdu)[0]
        if pdu[1:2] == bytes((eapol.EAPOL_KEY_TYPE,)):
            whole = pdu[: 4 + int.from_bytes(pdu[2:4], "big")]
            key = eapol.parse_key_frame(whole, eapol.mic_length_of(whole))
            return eapol.classify(key), key.replay_counter
        return parse_eapol(pdu)[0], None
    except WireError:
        return "eapol", None


class _Sent:
    """Which messages of a key exchange were sent, by sender and receiver."""

    def __init__(self) -> None:
        self._kinds: dict[frozenset[str], set[str]] = {}

    def again(self, transmitter: str, receiver: str, kind: FrameKind) -> bool:
        """Whether the message was sent before; an association or a new M1 begins anew."""
        sent = self._kinds.setdefault(frozenset((transmitter, receiver)), set())
        answer = {"M1": "M4", "G1": "G2"}.get(kind)
        if kind == "assoc-resp" or answer in sent:
            sent.clear()
        repeats = kind in sent and kind in (*FOUR_WAY, *GROUP_KEY)
        sent.add(kind)
        return repeats
