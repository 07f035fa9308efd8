# SPDX-License-Identifier: GPL-2.0-or-later
"""EAPOL and handler timing of every handshake, and percentiles over many.

What the station did is measured twice. On the guest clock, from the delivery of one message to the
sending of the next as the guest's relay sees them: this is the station's own time. And on the air
clock, from the writing of the one to the arrival of the other: this is what a capture shows, and
it has the way through QEMU and the radio port in it. What the access point did is measured on the
air clock. Where both ends of an interval were stamped by one clock, the figure has no clock
uncertainty; only where a stamp is missing is the other clock used, and the figure then carries the
uncertainty of the clock model.

A message that never came makes its figures absent, never zero.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from harness.checks.figures import FIGURES, PERCENTILES
from harness.evidence.clock import frame_guest_ns
from harness.evidence.handshakes import Handshake, handshakes
from harness.evidence.key_handshakes import KeyHandshake, Kind, key_handshakes
from harness.evidence.model import AssociationEvidence, ClockModel, FrameRecord

SESSION_FIGURES: Final = tuple(name for name in FIGURES if not name.startswith("g1"))
"""Those that the handshake a session begins with can have."""

_EVER: Final = 1 << 63


@dataclass(frozen=True, slots=True)
class TimingValue:
    """One figure in microseconds, and how far off it may be for reasons of the clocks."""

    us: float
    uncertainty_us: float = 0.0


@dataclass(frozen=True, slots=True)
class HandshakeTiming:
    """The figures of one key handshake of a station; those not measured are absent.

    The handshake a security session begins with (``renewal`` 0) has those of its handler and
    completion, too; see `harness.evidence.key_handshakes` for the later ones. ``station`` and
    ``access_point`` are addresses, ``session`` is hSecuritySessionID; None where not known.
    ``retries`` counts retransmissions by the access point, by "m1" and "m3"; copies made by a
    repeat rule are none.
    """

    values: dict[str, TimingValue] = field(default_factory=dict)
    retries: dict[str, int] = field(default_factory=lambda: {"m1": 0, "m3": 0})
    station: str | None = None
    access_point: str | None = None
    session: str | None = None
    kind: Kind = "4-way"
    renewal: int = 0


def eapol_timing(assoc: AssociationEvidence, clock: ClockModel) -> tuple[HandshakeTiming, ...]:
    """Measure the handshakes of one association, in the order of `harness.evidence.handshakes`.

    - assoc_to_m1: association response written → first M1 written (air).
    - m1_to_m2, m3_to_m4: delivery of the M1 (M3) answered → the answer leaves the station (guest);
      which one was answered is told by the replay counter.
    - m1_to_m2_air, m3_to_m4_air: that M1 (M3) written → arrival of the answer (air).
    - g1_to_g2, g1_to_g2_air: the same of a group key handshake.
    - m2_to_m3: arrival of the M2 that was accepted → first M3 written (air).
    - handshake: first M1 written → arrival of the first M4 that arrived (air), retries included.
    - assoc_to_handler: delivery of the association response → entry of PerformPostAssociate.
    - handler: entry → return of PerformPostAssociate.
    - handler_to_completion: return of the handler → entry of the first completion after it.
    - m4_to_completion: the station sends its first M4 → entry of that completion.
    - completion_to_data: entry of that completion → first protected data frame of the station in
      the same session; where no handshake was begun (an open network) the first data frame.

    Every handshake that renews the keys of a session follows the one it began with. What has no
    figure at all, such as an association that was refused, is left out.
    """
    measured = (
        _measured(one, part, clock)
        for one in handshakes(assoc, clock)
        for part in key_handshakes(one.frames)
    )
    return tuple(one for one in measured if one.values)


def _measured(handshake: Handshake, part: KeyHandshake, clock: ClockModel) -> HandshakeTiming:
    messages = _Messages(part.frames)
    values = _air_figures(messages) | _station_figures(messages, clock)
    if part.kind == "4-way" and part.renewal == 0:
        values |= _handler_figures(handshake, messages, clock)
    return HandshakeTiming(
        values={name: values[name] for name in FIGURES if name in values},
        retries={kind.lower(): _retries(part.frames, kind) for kind in ("M1", "M3")},
        station=handshake.station,
        access_point=handshake.access_point,
        session=handshake.session,
        kind=part.kind,
        renewal=part.renewal,
    )


class _Messages:
    """The messages of one handshake, each the one the figures are about."""

    def __init__(self, frames: Sequence[FrameRecord]) -> None:
        self.frames = frames
        self.assoc_resp = _first(_of(frames, "assoc-resp", "down"), delivered=True)
        self.m1 = _first(_of(frames, "M1", "down"))
        self.m2 = _first(_of(frames, "M2", "up"), delivered=True, mic=True)
        self.m3 = _first(_after(_of(frames, "M3", "down"), self.m2))
        self.m4_sent = _first(_after(_of(frames, "M4", "up"), self.m3))
        self.m4 = _first(_after(_of(frames, "M4", "up"), self.m3), delivered=True, mic=True)
        self.g2 = _first(_of(frames, "G2", "up"))

    def asked_by(self, answer: FrameRecord | None, kind: str) -> FrameRecord | None:
        """The delivered message this one answers: same replay counter, first delivered copy."""
        if answer is None:
            return None
        asked = [
            frame
            for frame in _of(self.frames, kind, "down")
            if frame.replay_counter == answer.replay_counter and frame.guest_ns is not None
        ]
        return _first(asked, delivered=True)


def _air_figures(messages: _Messages) -> dict[str, TimingValue]:
    ends = {
        "assoc_to_m1": (messages.assoc_resp, messages.m1),
        "m1_to_m2_air": (messages.asked_by(messages.m2, "M1"), messages.m2),
        "m3_to_m4_air": (messages.asked_by(messages.m4_sent, "M3"), messages.m4_sent),
        "g1_to_g2_air": (messages.asked_by(messages.g2, "G1"), messages.g2),
        "m2_to_m3": (messages.m2, messages.m3),
        "handshake": (messages.m1, messages.m4),
    }
    return {
        name: TimingValue((last.air_ns - first.air_ns) / 1000)
        for name, (first, last) in ends.items()
        if first is not None and last is not None and last.air_ns >= first.air_ns
    }


def _station_figures(messages: _Messages, clock: ClockModel) -> dict[str, TimingValue]:
    pairs = {
        "m1_to_m2": (messages.asked_by(messages.m2, "M1"), messages.m2),
        "m3_to_m4": (messages.asked_by(messages.m4_sent, "M3"), messages.m4_sent),
        "g1_to_g2": (messages.asked_by(messages.g2, "G1"), messages.g2),
    }
    found: dict[str, TimingValue] = {}
    for name, (asked, answer) in pairs.items():
        if asked is not None and answer is not None:
            _put(found, name, frame_guest_ns(asked, clock), frame_guest_ns(answer, clock))
    return found


def _handler_figures(
    handshake: Handshake, messages: _Messages, clock: ClockModel
) -> dict[str, TimingValue]:
    handler, completion = handshake.handler, handshake.completion
    if handler is None:
        return {}
    found: dict[str, TimingValue] = {}
    if messages.assoc_resp is not None:
        delivered = frame_guest_ns(messages.assoc_resp, clock)
        _put(found, "assoc_to_handler", delivered, (handler.start_ns, 0))
    if handler.end_ns is None:
        return found
    _put(found, "handler", (handler.start_ns, 0), (handler.end_ns, 0))
    if completion is None:
        return found
    done = (completion.start_ns, 0)
    _put(found, "handler_to_completion", (handler.end_ns, 0), done)
    if messages.m4_sent is not None:
        _put(found, "m4_to_completion", frame_guest_ns(messages.m4_sent, clock), done)
    until_ns = handshake.stop.start_ns if handshake.stop else _EVER
    keyed = messages.m1 is not None
    data = (frame for frame in handshake.frames if _is_data(frame, protected=keyed))
    sent = (frame_guest_ns(frame, clock) for frame in data)
    after = [stamp for stamp in sent if completion.start_ns <= stamp[0] < until_ns]
    if after:
        _put(found, "completion_to_data", done, min(after))
    return found


def _is_data(frame: FrameRecord, *, protected: bool) -> bool:
    kinds = ("data", "arp", "icmp")
    return frame.direction == "up" and frame.kind in kinds and frame.protected >= protected


def _put(
    found: dict[str, TimingValue], name: str, first: tuple[int, int], last: tuple[int, int]
) -> None:
    """Store last - first, unless the order is wrong beyond what the clocks allow."""
    ns, uncertainty_ns = last[0] - first[0], first[1] + last[1]
    if ns + uncertainty_ns >= 0:
        found[name] = TimingValue(ns / 1000, uncertainty_ns / 1000)


def _of(frames: Iterable[FrameRecord], kind: str, direction: str) -> list[FrameRecord]:
    return [item for item in frames if item.kind == kind and item.direction == direction]


def _after(frames: list[FrameRecord], earlier: FrameRecord | None) -> list[FrameRecord]:
    return [item for item in frames if earlier is not None and item.air_ns >= earlier.air_ns]


def _first(
    frames: Iterable[FrameRecord], *, delivered: bool = False, mic: bool = False
) -> FrameRecord | None:
    for item in frames:
        if (item.delivered or not delivered) and (item.mic_ok is not False or not mic):
            return item
    return None


def _retries(frames: Iterable[FrameRecord], kind: str) -> int:
    return sum(item.retry for item in frames if item.kind == kind and item.direction == "down")


def percentile(ordered: Sequence[float], percent: float) -> float:
    """Nearest-rank percentile of ascending values: the smallest that at least so many reach.

    It is always a value that was measured. With n below 100 the 99th is the maximum, with n below
    20 the 95th is too: the figure then says no more than the maximum does, which ``n`` tells.
    Raises ValueError for no values.
    """
    if not ordered:
        raise ValueError("no values")
    rank = max(1, math.ceil(percent / 100 * len(ordered)))
    return ordered[rank - 1]


def summarise(timings: Iterable[HandshakeTiming]) -> dict[str, dict[str, float | int]]:
    """Percentiles (nearest rank) of every figure measured at least once, in microseconds."""
    collected: dict[str, list[float]] = {}
    for timing in timings:
        for name, value in timing.values.items():
            collected.setdefault(name, []).append(value.us)
    return {name: _summary(sorted(collected[name])) for name in FIGURES if name in collected}


def _summary(ordered: list[float]) -> dict[str, float | int]:
    return {
        "n": len(ordered),
        "min": ordered[0],
        **{name: percentile(ordered, percent) for name, percent in PERCENTILES.items()},
        "max": ordered[-1],
    }
