# SPDX-License-Identifier: GPL-2.0-or-later
"""Whose an event is, where an association is that of several adapters.

A call belongs to the adapter whose handle it carries; one without a handle to the adapter whose
packet it completes, else to that of the call it was made in. A frame belongs to its station, a
notification to its interface. What concerns no single adapter has no owner.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from harness.evidence import fields
from harness.evidence.calls import Call
from harness.evidence.model import AssociationEvidence, FrameRecord, RunEvidence
from harness.evidence.segments import Adapter, Segments, segment
from harness.evidence.stations import stations_of

CallKey = tuple[int, int | None]
"""Process and number of a call."""


@dataclass(frozen=True, slots=True)
class Owner:
    """An adapter and its station on the air; either may be unknown.

    ``adapter`` counts from 1 in the order in which the DLL was given them.
    """

    station: str | None
    adapter: int | None

    @property
    def order(self) -> tuple[bool, str, int]:
        """By station, those without one last: the order of handshakes too."""
        return self.station is None, self.station or "", self.adapter or 0

    @property
    def title(self) -> str:
        """What is known of it, for a heading."""
        station = f"Station {self.station}" if self.station else "Station not known"
        return f"{station}, adapter {self.adapter}" if self.adapter else station

    def __str__(self) -> str:
        return self.station or f"adapter {self.adapter}"


@dataclass(frozen=True, slots=True)
class Owners:
    """The owners in one association; empty where there is only one, since all is its own."""

    by_call: Mapping[CallKey, Owner] = field(default_factory=dict)
    by_station: Mapping[str, Owner] = field(default_factory=dict)
    by_interface: Mapping[str, Owner] = field(default_factory=dict)

    def of_frame(self, frame: FrameRecord) -> Owner | None:
        """The owner of a frame; a broadcast of the access point has none."""
        station = frame.transmitter if frame.direction == "up" else frame.receiver
        return self.by_station.get(station)

    def of_call(self, process: int, call: int | None) -> Owner | None:
        """The owner of a call by its number in its process."""
        return self.by_call.get((process, call))

    def of_interface(self, interface: str) -> Owner | None:
        """The owner of a notification by the interface's GUID."""
        return self.by_interface.get(interface.casefold())


def owners(evidence: RunEvidence) -> dict[int, Owners]:
    """The owners in every association that has several, by its index."""
    parts = segment(evidence)
    numbers = _numbered(parts.adapters)
    if len(set(numbers.values())) < 2:
        return {}
    interfaces = {
        interface.casefold(): numbers[id(one)]
        for one in parts.adapters
        if (interface := _interface(one)) is not None
    }
    adapters = _adapters(parts, numbers)
    found = {one.index: _in(one, adapters, interfaces) for one in evidence.associations}
    return {index: whose for index, whose in found.items() if whose != Owners()}


def _adapters(parts: Segments, numbers: Mapping[int, int]) -> dict[CallKey, tuple[int, Call]]:
    """The number of its adapter for each call that has one."""
    found = {_key(call): (numbers[id(one)], call) for one in parts.adapters for call in one.calls}
    for send in parts.sends:
        if send.completion is not None and _key(send.call) in found:
            found[_key(send.completion)] = found[_key(send.call)][0], send.completion
    for call in parts.calls:  # in order of entry: a call comes after the one it was made in
        if call.parent is not None and _key(call.parent) in found:
            found.setdefault(_key(call), (found[_key(call.parent)][0], call))
    return found


def _in(
    association: AssociationEvidence,
    adapters: Mapping[CallKey, tuple[int, Call]],
    interfaces: Mapping[str, int],
) -> Owners:
    calls: dict[int, list[Call]] = {}
    for record in association.ihv:
        adapter, call = adapters.get((record.process, record.call), (0, None))
        if call is not None and record.kind == "enter":
            calls.setdefault(adapter, []).append(call)
    stations = _stations(association)
    tied = stations_of(association, calls, stations)
    found = {adapter: Owner(tied.get(adapter), adapter) for adapter in calls}
    strangers = [Owner(one, None) for one in stations if one not in tied.values()]
    if len(found) + len(strangers) < 2:
        return Owners()
    return Owners(
        by_call={_key(call): found[adapter] for adapter, own in calls.items() for call in own},
        by_station={one.station: one for one in (*found.values(), *strangers) if one.station},
        by_interface={name: found[one] for name, one in interfaces.items() if one in found},
    )


def _stations(association: AssociationEvidence) -> list[str]:
    """The stations that addressed an access point; a probe request may carry a made-up address."""
    sent = (one for one in association.frames if one.direction == "up" and one.kind != "probe-req")
    return sorted({frame.transmitter for frame in sent})


def _numbered(adapters: list[Adapter]) -> dict[int, int]:
    """The number of each adapter; one that comes back is the same by its interface."""
    known: dict[object, int] = {}
    return {
        id(one): known.setdefault(_interface(one) or id(one), len(known) + 1) for one in adapters
    }


def _interface(adapter: Adapter) -> str | None:
    described = fields.mapping(adapter.init.args, "pDot11Adapter") or {}
    return fields.text(described, "gAdapterId")


def _key(call: Call) -> CallKey:
    return call.process, call.enter.call
