# SPDX-License-Identifier: GPL-2.0-or-later
"""Which station on the air an adapter is, where several are associated at the same time.

Nothing the DLL is given names the adapter's own address. But an M1 that is handed to an adapter by
ReceivePacket is one that the air sent to some station, and no two M1 are alike: their ANonce is
random. So the air's digest of each M1 tells whose it was.
"""

from __future__ import annotations

import hashlib
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import TypeVar

from harness.evidence import fields, names
from harness.evidence.calls import Call
from harness.evidence.model import AssociationEvidence, FrameRecord

DIGEST_CHARACTERS = 16
"""Of SHA-256 in hex, as the air writes it into M1's detail."""

A = TypeVar("A", bound=Hashable)


def associated_stations(frames: Iterable[FrameRecord]) -> list[str]:
    """The stations whose association was answered, in that order."""
    answered = [frame.receiver for frame in frames if frame.kind == "assoc-resp"]
    return list(dict.fromkeys(answered))


def stations_of(
    association: AssociationEvidence,
    adapters: Mapping[A, Sequence[Call]],
    stations: Iterable[str],
) -> dict[A, str]:
    """The station of each adapter, given the calls of each; an adapter not in it has none known.

    An adapter is known by its M1. Every station of the medium is an adapter of the guest, so one
    adapter and one station that are left over belong together.
    """
    found = {adapter: station_of(association, calls) for adapter, calls in adapters.items()}
    known = {adapter: station for adapter, station in found.items() if station is not None}
    nameless = [adapter for adapter in adapters if adapter not in known]
    left_over = [station for station in stations if station not in known.values()]
    if len(nameless) == len(left_over) == 1:
        known[nameless[0]] = left_over[0]
    return known


def asking_stations(frames: Iterable[FrameRecord]) -> set[str]:
    """The stations that asked to associate, answered or not."""
    return {
        frame.transmitter if frame.kind == "assoc-req" else frame.receiver
        for frame in frames
        if (frame.kind, frame.direction) in (("assoc-req", "up"), ("assoc-resp", "down"))
    }


def station_of(association: AssociationEvidence, calls: Iterable[Call]) -> str | None:
    """The station of the adapter that these calls are of; None if its M1 was not seen."""
    asked = {
        str(frame.detail["digest"]): frame.receiver
        for frame in association.frames
        if frame.kind == "M1" and "digest" in frame.detail
    }
    for call in calls:
        if call.function == names.RECEIVE_PACKET:
            found = asked.get(_digest(call) or "")
            if found is not None:
                return found
    return None


def _digest(call: Call) -> str | None:
    packet = fields.mapping(call.args, "pvInBuffer") or {}
    data = fields.text(packet, "data")
    try:
        payload = bytes.fromhex(data or "")
    except ValueError:
        return None
    return hashlib.sha256(payload).hexdigest()[:DIGEST_CHARACTERS]
