# SPDX-License-Identifier: GPL-2.0-or-later
"""A capture alone as a source: what was on the air, and nothing of what the DLL did.

It is read without keys: protected data stays data. A capture says neither which attempts there were
(all of it is one association) nor what became of a frame (it counts as received), and it has one
clock, its own, which stands for both. All else is a loss: what the trace, the notifications or the
echo would have shown is not known, so that nothing is blamed for being absent.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from harness.captures import CapturedFrame, open_capture
from harness.captures.duplicates import Duplicates
from harness.captures.key_messages import KeyMessages, parse_key
from harness.captures.msdu import Defragmenter, msdus
from harness.captures.reader import WANTED
from harness.errors import UsageError
from harness.evidence.losses import FOREVER_NS
from harness.evidence.model import AssociationEvidence, DamageKind, RunEvidence, TraceDamage
from harness.evidence.packets import MOST_BYTES
from harness.evidence.sources.base import UNKNOWN_CLOCK
from hwsim import eapol, frames, rc4_key
from hwsim.eap import parse_eapol
from hwsim.errors import WireError
from hwsim.frames import MacHeader
from hwsim.records import FOUR_WAY, GROUP_KEY, Direction, FrameKind, FrameRecord

BEACON: Final = 8
"""Subtype of the management frames that have no record, as in a run's events."""
_BOTH_DS: Final = frames.FROM_DS | frames.TO_DS
CANNOT_KNOW: Final = "a capture has neither the DLL's calls nor the OS's notifications"
_ASKS: Final = ("M1", "M3", "G1", "rc4-key")
_EAP_RESPONSE: Final = 2
_EAPOL_HEADER: Final = 4
_SHORTEST_FRAME: Final = 10


@dataclass(frozen=True, slots=True)
class CaptureFile:
    """A capture of the air, from this harness or another tool (`harness.captures`)."""

    path: Path

    def read(self) -> RunEvidence:
        """See ``EvidenceSource.read``."""
        if not self.path.is_file():
            raise UsageError(f"{self.path}: no such capture", hint="name an air.pcapng")
        with open_capture(self.path) as reader:
            bounded = _Bounded(reader.frames(every=True))
            evidence = from_frames(bounded)
            unknown = sorted(reader.unreadable)
            lost = [f"what follows damage: {reader.damage}"] if reader.damage else []
        if unknown and not evidence.associations:
            raise UsageError(f"{self.path}: link type {unknown[0]} cannot be read", hint=WANTED)
        lost += [f"what follows {MOST_BYTES >> 20} MiB of frames"] if bounded.cut else []
        last_ns = max((one.end_ns for one in evidence.associations), default=0)
        gaps = (
            TraceDamage(DamageKind.FRAME_GAP, text, from_ns=last_ns, until_ns=FOREVER_NS)
            for text in lost
        )
        return replace(evidence, damage=(*evidence.damage, *gaps))


class _Bounded:
    """Frames up to the most that are judged; ``cut`` tells whether there were more."""

    def __init__(self, found: Iterable[CapturedFrame]) -> None:
        self._found = found
        self.cut = False

    def __iter__(self) -> Iterator[CapturedFrame]:
        left = MOST_BYTES
        for one in self._found:
            left -= len(one.frame)
            if left < 0:
                self.cut = True
                return
            yield one


def from_frames(found: Iterable[CapturedFrame]) -> RunEvidence:
    """The evidence in a capture: its frames as one association, and what it cannot know. Pure."""
    records = _with_receivers(tuple(_Records().of(found)))
    damage = (TraceDamage(DamageKind.NO_TRACE, CANNOT_KNOW, from_ns=0, until_ns=FOREVER_NS),)
    if not records:
        return RunEvidence((), (), UNKNOWN_CLOCK, damage)
    times = [record.air_ns for record in records]
    association = AssociationEvidence(1, min(times), max(times), frames=records)
    return RunEvidence((), (association,), UNKNOWN_CLOCK, damage)


def _with_receivers(records: tuple[FrameRecord, ...]) -> tuple[FrameRecord, ...]:
    """Give frames whose receiver the link layer does not tell the other of two stations."""
    unknown = frames.mac_text(b"")
    known = {record.transmitter for record in records} | {record.receiver for record in records}
    known.discard(unknown)
    if len(known) != 2:
        return records
    other = dict(zip(sorted(known), sorted(known, reverse=True), strict=True))
    return tuple(
        replace(one, receiver=other[one.transmitter])
        if one.receiver == unknown != one.transmitter
        else one
        for one in records
    )


class _Records:
    """The frames that can be read, by the numbers of their packets; beacons are left out."""

    def __init__(self) -> None:
        self._sent = _Sent()
        self._names = KeyMessages()
        self._fragments = Defragmenter()
        self._duplicates = Duplicates()

    def of(self, found: Iterable[CapturedFrame]) -> Iterator[FrameRecord]:
        """One for each frame that is no copy of one before."""
        for one in found:
            least = _EAPOL_HEADER if one.ends else _SHORTEST_FRAME
            if len(one.frame) >= least and not self._duplicates.again(one):
                record = self._of_pdu(one) if one.ends else self._of_frame(one)
                if record is not None:
                    yield record

    def _of_pdu(self, one: CapturedFrame) -> FrameRecord | None:
        """Of an EAPOL PDU that the station's own interface handed out."""
        source, destination = one.ends or (b"", b"")
        kind, counter = self._eapol(one.frame, source, destination)
        direction = _who_asks(kind, one.frame)
        return self._record(one, kind, counter, direction, source, destination, protected=False)

    def _of_frame(self, one: CapturedFrame) -> FrameRecord | None:
        try:
            header = frames.parse_header(one.frame)
        except WireError:
            return None
        if header.type == frames.MANAGEMENT and header.subtype == BEACON:
            return None
        kind, counter, pdu = self._message(header, one.frame)
        four_addresses = header.flags & _BOTH_DS == _BOTH_DS  # in either direction
        direction = _who_asks(kind, pdu) if pdu and four_addresses else _direction(header)
        return self._record(
            one, kind, counter, direction, header.transmitter, header.receiver,
            protected=bool(header.flags & frames.PROTECTED),
        )  # fmt: skip

    def _record(
        self, one: CapturedFrame, kind: FrameKind, counter: int | None, direction: Direction,
        transmitter: bytes, receiver: bytes, *, protected: bool,
    ) -> FrameRecord:  # fmt: skip
        sender, other = map(frames.mac_text, (transmitter, receiver))
        return FrameRecord(
            number=one.number, association=1, direction=direction, kind=kind, air_ns=one.wall_ns,
            guest_ns=None, transmitter=sender, receiver=other, length=one.length, acked=True,
            delivered=True, rule=None, retry=self._sent.again(sender, other, kind),
            protected=protected, replay_counter=counter, mic_ok=None, pn=None, detail={},
        )  # fmt: skip

    def _message(self, header: MacHeader, frame: bytes) -> tuple[FrameKind, int | None, bytes]:
        """The name of a frame, the replay counter of an EAPOL-Key, and the EAPOL PDU."""
        kind = frames.kind_of(header)
        if kind != "data" or header.flags & frames.PROTECTED:
            return kind, None, b""
        body = self._fragments.whole(header, frame)
        for one in msdus(header, frame, body) if body is not None else ():
            if one.ethertype == frames.ETHERTYPE_EAPOL:
                return *self._eapol(one.body, header.transmitter, header.receiver), one.body
        return kind, None, b""

    def _eapol(self, pdu: bytes, sender: bytes, receiver: bytes) -> tuple[FrameKind, int | None]:
        try:
            if rc4_key.is_rc4_key(pdu):
                return "rc4-key", rc4_key.describe_rc4_key(pdu)[0]
            if pdu[1:2] == bytes((eapol.EAPOL_KEY_TYPE,)):
                key = parse_key(pdu)
                return self._names.name(key, sender, receiver), key.replay_counter
            return parse_eapol(pdu)[0], None
        except WireError:
            return "eapol", None


def _direction(header: MacHeader) -> Direction:
    """``down`` for what an access point sent: its BSSID is the transmitter's address."""
    if header.type == frames.DATA:
        return "down" if header.flags & frames.FROM_DS else "up"
    return "down" if header.transmitter and header.transmitter == header.address3 else "up"


def _who_asks(kind: FrameKind, pdu: bytes) -> Direction:
    """``down`` for an EAPOL PDU that only an access point sends."""
    return "down" if kind in _ASKS or (kind == "eap" and pdu[4] != _EAP_RESPONSE) else "up"


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
