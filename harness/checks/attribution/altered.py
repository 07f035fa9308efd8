# SPDX-License-Identifier: GPL-2.0-or-later
"""Which messages were changed or inserted by a rule of the scenario, and what that asks of a
station: `hwsim.rules.acceptance` says it, frame by frame."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from harness.checks.attribution.scope import Scope
from harness.evidence import fields, names
from harness.evidence.calls import Call
from harness.evidence.model import FrameRecord
from hwsim.errors import WireError
from hwsim.frames import ELEMENT_RSN, element

_BEACON_FIXED: Final = 12
"""Timestamp, interval and capabilities come before the elements (9.3.3.2)."""
_OFFERS = ("beacon", "probe-resp", "assoc-resp")


def in_order(frame: FrameRecord) -> bool:
    """A station is to take it: no rule changed it, or only what is to be passed over."""
    return frame.rule != "insert" and frame.detail.get("acceptable", "yes") == "yes"


def may_end_it(frame: FrameRecord) -> bool:
    """It reached the station, and a rule made it such that the station may end the handshake."""
    return frame.delivered and frame.detail.get("acceptable", "yes") in ("refuse", "open")


def just_to_be_passed_over(of: Scope, within_ns: int) -> bool:
    """The last message that reached the station, not longer ago than that, is one to be passed over
    in silence: no reason to fail, as a better one may come."""
    given = [frame for frame in of.frames("M1", "M3", "G1") if frame.delivered]
    last = max(given, key=of.when, default=None)
    return (
        last is not None
        and last.detail.get("acceptable") == "discard"
        and of.until_ns - of.when(last) < within_ns
    )


def changed_offers(of: Scope) -> list[FrameRecord]:
    """What was said of the network until then in other words than M3 says it: an element that M3
    repeats, changed by a rule. Over the difference a station may end the handshake."""
    return [
        frame
        for frame in of.association.frames
        if frame.kind in _OFFERS and may_end_it(frame) and of.when(frame) <= of.until_ns
    ]


def contradicted_offer(of: Scope, m3: Sequence[FrameRecord]) -> FrameRecord | None:
    """The changed beacon or probe response whose RSNE the DLL was handed with the association,
    where every M3 is as the access point meant it and says another one (IEEE 802.11-2020,
    12.7.6.4: the handshake is not to be completed then)."""
    if not m3 or any("altered" in frame.detail or not in_order(frame) for frame in m3):
        return None
    handed = {_handed_rsne(call) for call in of.calls(names.POST_ASSOCIATE)}
    if len(handed) != 1:
        return None
    (rsne,) = handed
    for frame in changed_offers(of):
        told, meant = frame.detail.get("rsne"), frame.detail.get("meant_rsne")
        if rsne is not None and told == rsne and told != meant:
            return frame
    return None


def _handed_rsne(call: Call) -> str | None:
    """The RSNE, in hex, of the beacon or probe response that a PerformPostAssociate is given."""
    params = fields.mapping(call.args, "pDot11AssocParams") or {}
    beacon = fields.octets((fields.mapping(params, "bodies") or {}).get("Beacon"))
    try:
        rsne = element(beacon or b"", ELEMENT_RSN, _BEACON_FIXED)
    except WireError:
        return None
    return rsne.hex() if rsne else None


def none_may_be_taken(frames: Iterable[FrameRecord]) -> bool:
    """There are some, and a station must take none of them."""
    found = [frame.detail.get("acceptable", "yes") for frame in frames]
    return bool(found) and all(one in ("refuse", "discard") for one in found)


def corrupted_on_the_way(frame: FrameRecord) -> bool:
    """A message of the station that a rule changed: what is wrong with it is not the station's."""
    return frame.direction == "up" and frame.rule == "corrupt"
