# SPDX-License-Identifier: GPL-2.0-or-later
"""What comes after a message by a rule: a frame that is inserted, or a goodbye."""

from __future__ import annotations

import contextlib
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Final, Protocol, cast

from hwsim.ap.frame_info import FrameInfo
from hwsim.ap.robust_management import Parting
from hwsim.eapol import classify, mic_length_of, parse_key_frame
from hwsim.errors import WireError
from hwsim.frames import DATA, PROTECTED, SNAP_EAPOL, kind_of, parse_header
from hwsim.loop import Loop
from hwsim.medium.access_points import AttachedAp
from hwsim.records import FrameKind
from hwsim.rules.acceptance import Acceptable, acceptable_copy
from hwsim.rules.frame_fields import FrameFields
from hwsim.rules.frame_rules import MAX_COPIED, FrameRule, Insertion, Occurrence

_SOURCE: Final = slice(16, 22)
"""Address 3 of a frame from the distribution system (IEEE 802.11-2020, table 9-30)."""


class Sender(Protocol):
    """What carries frames of access points."""

    def insert(self, frame: bytes, info: FrameInfo, ap: AttachedAp, rule: FrameRule) -> None:
        """Send a frame that a rule inserts, on which no rule acts."""

    def caused_by(self, rule: FrameRule) -> AbstractContextManager[None]:
        """What an access point sends within is that rule's doing, and no rule acts on it."""


class Kept:
    """Frames of access points of one association, kept for rules that want copies of them."""

    def __init__(self) -> None:
        self._kept: dict[str, list[tuple[bytes, FrameInfo]]] = {}

    def clear(self) -> None:
        """Another association begins."""
        self._kept.clear()

    def keep(self, message: str, frame: bytes, info: FrameInfo) -> None:
        """Keep a frame as it was meant, before a rule."""
        kept = self._kept.setdefault(message, [])
        if len(kept) < MAX_COPIED:
            kept.append((frame, info))

    def get(self, occurrence: Occurrence) -> tuple[bytes, FrameInfo] | None:
        """The nth frame of a kind; None if there was none."""
        kept = self._kept.get(occurrence.message, [])
        return kept[occurrence.nth - 1] if occurrence.nth <= len(kept) else None


class Consequences:
    """Carries out what follows a message, at once or after the rule's delay."""

    def __init__(self, loop: Loop, kept: Kept, sender: Sender) -> None:
        self._loop = loop
        self._kept = kept
        self._sender = sender
        self._due: dict[int, FrameRule] = {}
        self._number = 0
        self._closed = False

    @property
    def put_off(self) -> int:
        """How many are still to come in this association, their delay not being over."""
        return len(self._due)

    def can_copy(self, occurrence: Occurrence) -> bool:
        """Whether the nth frame of a kind has been sent, and was kept."""
        return self._kept.get(occurrence) is not None

    def begin(self) -> None:
        """Another association: what is due later belonged to the one before, and does not come."""
        self._due.clear()

    def forget(self, place: int) -> None:
        """The rule at that place is in force no more: what is due later of it does not come."""
        self._due = {n: rule for n, rule in self._due.items() if rule.place != place}

    def close(self) -> None:
        """Send nothing more, what is due later included."""
        self._closed = True

    def follow(
        self, rule: FrameRule, ap: AttachedAp, station: bytes, delay_ns: int, *, asked: bool = False
    ) -> None:
        """The rule has acted on a message of, or for, ``station``; or it was ``asked`` for, and
        there is no such message."""
        self._number += 1
        number, late = self._number, delay_ns > 0 or asked

        def act() -> None:
            if self._closed or self._due.pop(number, None) is None:
                return
            if rule.insertion is not None:
                self._insert(rule, rule.insertion, ap, station)
            else:
                self._part(rule, ap, station, late=late)

        self._due[number] = rule
        if delay_ns:
            self._loop.call_after(delay_ns, act)
        else:
            self._loop.later(act)

    def _part(self, rule: FrameRule, ap: AttachedAp, station: bytes, *, late: bool) -> None:
        """Send the station away; one that has left meanwhile is gone already."""
        kind: FrameKind = "disassoc" if rule.action == "disassociate" else "deauth"
        parting = Parting(kind, rule.reason, rule.broadcast, rule.forged)
        if not late:
            ap.access_point.part(parting, station)
        elif any(one.mac == station for one in ap.access_point.stations):
            with self._sender.caused_by(rule):
                ap.access_point.part(parting, station)

    def _insert(
        self, rule: FrameRule, insertion: Insertion, ap: AttachedAp, station: bytes
    ) -> None:
        if insertion.copy_of is None:
            frame = insertion.frame[:4] + station + insertion.frame[10:]
            self._sender.insert(frame, of_bytes(frame), ap, rule)
            return
        found = self._kept.get(insertion.copy_of)
        if found is not None:
            frame, info = copied(*found, insertion)
            self._sender.insert(ap.access_point.resequenced(frame), info, ap, rule)


def of_bytes(frame: bytes) -> FrameInfo:
    """What is known of a frame of the scenario's own bytes: an EAPOL-Key frame in the clear is the
    message that it says it is, as the station is to take it."""
    header = parse_header(frame)
    info = FrameInfo(kind_of(header), detail={"inserted": "bytes"})
    body = frame[header.length :]
    if info.kind == "data" and not header.flags & PROTECTED and body.startswith(SNAP_EAPOL):
        pdu, info.kind = body[len(SNAP_EAPOL) :], "eapol"
        info.detail["acceptable"] = "open"  # nobody knows what its sender meant
        with contextlib.suppress(WireError):
            key = parse_key_frame(pdu, mic_length_of(pdu))
            info.kind, info.replay_counter = classify(key), key.replay_counter
    return info


def copied(frame: bytes, info: FrameInfo, insertion: Insertion) -> tuple[bytes, FrameInfo]:
    """The copy of a frame that an insertion wants, and what is known of it. The original stays."""
    own = replace(info, detail=dict(info.detail), retry=False)
    own.detail["inserted"] = f"copy of {info.kind}"
    plain = insertion.plain or insertion.source is not None
    if info.remake is not None and (plain or insertion.fields is not None):
        if plain:
            own.protected, own.pn = False, None
        frame = info.remake(insertion.fields or FrameFields(), own)
    if insertion.fields is not None:
        own.detail["altered"] = insertion.fields.phrase()
    if insertion.source is not None and parse_header(frame).type == DATA:
        frame = frame[: _SOURCE.start] + insertion.source + frame[_SOURCE.stop :]
        own.detail["source"] = insertion.source.hex(":")
    if info.kind in ("M1", "M3", "G1"):
        as_it_is = cast("Acceptable", own.detail.get("acceptable", "yes"))
        own.detail["acceptable"] = acceptable_copy(
            info.kind, as_it_is, elsewhere=insertion.source is not None
        )
    return frame, own
