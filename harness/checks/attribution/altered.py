# SPDX-License-Identifier: GPL-2.0-or-later
"""Which messages were changed or inserted by a rule of the scenario, and what that asks of a
station: `hwsim.rules.acceptance` says it, frame by frame."""

from __future__ import annotations

from collections.abc import Iterable

from harness.checks.attribution.scope import Scope
from harness.evidence.model import FrameRecord

_OFFERS = ("beacon", "probe-resp", "assoc-resp")


def in_order(frame: FrameRecord) -> bool:
    """A station is to take it: no rule changed it, or only what is to be passed over."""
    return frame.rule != "insert" and frame.detail.get("acceptable", "yes") == "yes"


def may_end_it(frame: FrameRecord) -> bool:
    """It reached the station, and a rule made it such that the station may end the handshake."""
    return frame.delivered and frame.detail.get("acceptable", "yes") in ("refuse", "open")


def changed_offers(of: Scope) -> list[FrameRecord]:
    """What was said of the network until then in other words than M3 says it: an element that M3
    repeats, changed by a rule. Over the difference a station may end the handshake."""
    return [
        frame
        for frame in of.association.frames
        if frame.kind in _OFFERS and may_end_it(frame) and of.when(frame) <= of.until_ns
    ]


def none_may_be_taken(frames: Iterable[FrameRecord]) -> bool:
    """There are some, and a station must take none of them."""
    found = [frame.detail.get("acceptable", "yes") for frame in frames]
    return bool(found) and all(one in ("refuse", "discard") for one in found)


def corrupted_on_the_way(frame: FrameRecord) -> bool:
    """A message of the station that a rule changed: what is wrong with it is not the station's."""
    return frame.direction == "up" and frame.rule == "corrupt"
