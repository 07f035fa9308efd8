# SPDX-License-Identifier: GPL-2.0-or-later
"""Which messages of an access point a station owes an answer: none to those it must discard.

Source: IEEE 802.11-2020, 12.7.2: a message whose key replay counter is not above that of the last
one under a MIC that fitted is discarded in silence.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from harness.checks.attribution.altered import in_order
from harness.checks.attribution.scope import Scope
from harness.evidence import fields
from harness.evidence.calls import Call
from harness.evidence.model import FrameRecord
from hwsim.eapol import OFFSET_NONCE, OFFSET_REPLAY_COUNTER

_UNDER_A_MIC: Final = ("M3", "G1")


class Owed(NamedTuple):
    """``due`` are to be answered. ``made_old`` is what a rule did, or the air, such that one that
    reached the station was old to it; None if that was so of none."""

    due: list[FrameRecord]
    made_old: FrameRecord | None


def owed_answers(of: Scope, kind: str) -> Owed:
    """The messages of a kind (M1, M3, G1) that reached stations and are to be answered: as they
    are meant, new to the station, and each replay counter once."""
    last: dict[str, FrameRecord] = {}
    answered: set[tuple[str, int | None]] = set()
    due, made_old = [], None
    given = [one for one in of.frames("assoc-resp", *_UNDER_A_MIC, kind) if one.delivered]
    for frame in sorted(given, key=of.when):
        if frame.kind == "assoc-resp":  # counters begin anew
            last.pop(frame.receiver, None)
            continue
        before = last.get(frame.receiver)
        old = before is not None and _counter(frame) <= _counter(before)
        if frame.kind == kind and in_order(frame):
            known = (frame.receiver, frame.replay_counter)
            if old and known not in answered and made_old is None:
                made_old = frame if frame.rule is not None else before
            elif not old and (known not in answered or frame.replay_counter is None):
                due.append(frame)
            answered.add(known)
        if frame.kind in _UNDER_A_MIC and not old and frame.detail.get("acceptable") != "discard":
            last[frame.receiver] = frame
    return Owed(due, made_old)


def handed_due(handed: Iterable[Call], due: Sequence[FrameRecord]) -> list[Call]:
    """The packets among those handed to the DLL that are due an answer, each once; one of which
    the trace shows too little counts."""
    counters = {frame.replay_counter for frame in due}
    found, seen = [], set[int]()
    for call in handed:
        counter = _shown_counter(call)
        if counter is None or (counter in counters and counter not in seen):
            found.append(call)
        if counter is not None:
            seen.add(counter)
    return found


def _counter(frame: FrameRecord) -> int:
    return -1 if frame.replay_counter is None else frame.replay_counter


def _shown_counter(call: Call) -> int | None:
    """The key replay counter of a packet, as far as the trace shows its bytes."""
    packet = fields.mapping(call.args, "pvInBuffer") or {}
    data = (fields.octets(packet.get("data")) or b"")[:OFFSET_NONCE]
    return int.from_bytes(data[OFFSET_REPLAY_COUNTER:]) if len(data) == OFFSET_NONCE else None
