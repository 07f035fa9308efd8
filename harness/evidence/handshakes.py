# SPDX-License-Identifier: GPL-2.0-or-later
"""Cuts one association into handshakes: one for each station and security session.

Most associations are one handshake. With several adapters each station has its own; a station that
roams or reassociates has one for each association on the air, since a new association is a new port
and a new session (A:port-deletion). A handshake begins with the association response that opened
it; a session that follows none, as in a trace without an air, begins with its PerformPostAssociate.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from harness.evidence import fields, names
from harness.evidence.calls import Call, pair
from harness.evidence.clock import frame_guest_ns, to_air_ns
from harness.evidence.model import AssociationEvidence, ClockModel, FrameRecord
from harness.evidence.stations import associated_stations, stations_of

AdapterKey = tuple[int, int | None]
"""Process and hIhvExtAdapter."""


@dataclass(frozen=True, slots=True)
class Handshake:
    """What one station did in one security session; what is not known is None or empty.

    ``frames`` are the station's from the session's association on, in the order of the air clock.
    ``stop`` is the StopPostAssociate that ended the session, if it had completed before.
    """

    station: str | None
    frames: tuple[FrameRecord, ...] = ()
    handler: Call | None = None
    completion: Call | None = None
    stop: Call | None = None

    @property
    def session(self) -> str | None:
        """The hSecuritySessionID in hexadecimal, as the trace writes it."""
        found = fields.handle(self.handler.args, "hSecuritySessionID") if self.handler else None
        return None if found is None else f"0x{found:x}"

    @property
    def access_point(self) -> str | None:
        """The BSSID of the access point associated with, as the air or the OS tells it."""
        answered = [frame.transmitter for frame in self.frames if frame.kind == "assoc-resp"]
        if answered:
            return answered[0]
        state = fields.mapping(self.handler.args, "pPortState") if self.handler else None
        return fields.mac(state or {}, "PeerMacAddress")


def handshakes(association: AssociationEvidence, clock: ClockModel) -> tuple[Handshake, ...]:
    """The handshakes in the order of their stations, those of one station in order of time.

    Where no M1 ties an adapter to a station, what the air shows and what the DLL did stand apart.
    """
    processes, _ = pair(association.ihv)
    calls = [call for process in processes for call in process.calls]
    opened = [call for call in calls if call.function == names.POST_ASSOCIATE]
    frames = sorted(association.frames, key=lambda frame: frame.air_ns)
    stations = sorted(associated_stations(frames))
    if len(stations) < 2:
        return tuple(_cut(_Part(next(iter(stations), None), frames, opened), calls, clock))
    by_adapter = {
        key: [call for call in calls if _adapter(call) == key]
        for key in dict.fromkeys(_adapter(call) for call in opened)
    }
    tied = stations_of(association, by_adapter, stations)
    parts = [
        _Part(
            station,
            [frame for frame in frames if station in (frame.transmitter, frame.receiver)],
            [call for call in opened if tied.get(_adapter(call)) == station],
        )
        for station in stations
    ]
    parts.append(_Part(None, [], [call for call in opened if _adapter(call) not in tied]))
    return tuple(made for part in parts for made in _cut(part, calls, clock))


@dataclass(frozen=True, slots=True)
class _Part:
    """The frames of one station, and the handlers that opened its adapter's sessions."""

    station: str | None
    frames: Sequence[FrameRecord]
    opened: Sequence[Call]


def _cut(part: _Part, calls: Sequence[Call], clock: ClockModel) -> Iterator[Handshake]:
    """The handshakes of one station; what comes before its first association belongs to that."""
    cuts = list(_cuts(part, clock))
    guest_ns, air_ns = [cut[0] for cut in cuts], [cut[1] for cut in cuts]
    for place in range(len(cuts) + 1):
        frames = tuple(one for one in part.frames if bisect_right(air_ns, one.air_ns) == place)
        opened = (one for one in part.opened if bisect_right(guest_ns, one.start_ns) == place)
        handler = next(opened, None)
        if frames or handler:
            completion = _completion(calls, handler)
            stop = _stop(calls, handler, completion)
            yield Handshake(part.station, frames, handler, completion, stop)


def _cuts(part: _Part, clock: ClockModel) -> Iterator[tuple[int, int]]:
    """When each handshake but the first begins, on the guest clock and on the air clock."""
    moments = [(frame_guest_ns(frame, clock)[0], frame.air_ns, True) for frame in _answers(part)]
    moments += [(one.start_ns, to_air_ns(clock, one.start_ns), False) for one in part.opened]
    associated = opened = False
    for guest_ns, air_ns, answer in sorted(moments):
        if opened or (answer and associated):
            yield guest_ns, air_ns
            associated = opened = False
        associated, opened = associated or answer, not answer


def _answers(part: _Part) -> Iterator[FrameRecord]:
    """The association responses that answered a request; another copy of one answers none."""
    asked = True
    for frame in part.frames:
        asked = asked or frame.kind == "assoc-req"
        if asked and frame.kind == "assoc-resp" and frame.delivered:
            asked = False
            yield frame


def _adapter(call: Call) -> AdapterKey:
    return call.process, fields.handle(call.args, "hIhvExtAdapter")


def _completion(calls: Iterable[Call], handler: Call | None) -> Call | None:
    """The first completion of the handler's session that came once the handler had returned."""
    if handler is None:
        return None
    session = handler.args.get("hSecuritySessionID")
    return next(
        (
            call
            for call in calls
            if call.function == names.POST_COMPLETION
            and call.args.get("hSecuritySessionID") == session
            and call.entered_after_return_of(handler)
        ),
        None,
    )


def _stop(calls: Iterable[Call], handler: Call | None, completion: Call | None) -> Call | None:
    """The first StopPostAssociate of the handler's adapter after the completion."""
    if handler is None or completion is None:
        return None
    return next(
        (
            call
            for call in calls
            if call.function == names.STOP_POST
            and _adapter(call) == _adapter(handler)
            and call.key > completion.key
        ),
        None,
    )
