# SPDX-License-Identifier: GPL-2.0-or-later
"""Whether a connection came about, and how one that stood came to its end.

A client that disconnects is told "disconnecting" before "disconnected" (wlanapi.h); a connection
that is lost ends with "disconnected" alone. A deauthentication that reached the station before the
client asked to disconnect ended it, too, whatever the client was told later; a forged one only if
the station went by it, which one with protected management frames does not. What a scenario ends
by an order on its own disconnect was used to its end.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from harness.evidence import names
from harness.evidence.model import AssociationEvidence, FrameRecord, Notification

BROADCAST: Final = "ff:ff:ff:ff:ff:ff"


@dataclass(frozen=True, slots=True)
class Lost:
    """A connection that was lost: when (guest clock), and by which frame or with which reason."""

    at_ns: int
    frame: FrameRecord | None = None
    reason: int | None = None


def connected_reports(association: AssociationEvidence) -> list[Notification]:
    """Reports of the port's opening (MSM); where the MSM reported nothing, those of the ACM.

    The ACM's connection complete also ends an attempt that failed, mostly with its reason.
    """
    reports = association.notifications
    if any(item.source == names.SOURCE_MSM for item in reports):
        wanted = (names.SOURCE_MSM, names.MSM_CONNECTED)
        return [item for item in reports if (item.source, item.code) == wanted and not item.reason]
    acm = [item for item in reports if item.source == names.SOURCE_ACM]
    failed = {item.interface for item in acm if item.code == names.ACM_ATTEMPT_FAIL}
    return [item for item in acm if _is_connected(item) and item.interface not in failed]


def found_no_network(association: AssociationEvidence) -> bool:
    """The WLAN service reports that the network was not there: the DLL is not called then."""
    return any(
        item.source == names.SOURCE_ACM and item.reason == names.REASON_NETWORK_NOT_AVAILABLE
        for item in association.notifications
    )


def lost_connection(association: AssociationEvidence) -> Lost | None:
    """The first connection that was lost before the scenario ended it, else None."""
    acm = [item for item in association.notifications if item.source == names.SOURCE_ACM]
    made = [item for item in acm if _is_connected(item)]
    if not made:
        return None
    left = [item.t_ns for item in acm if item.code == names.ACM_DISCONNECTING]
    for order in association.performed:
        if order.on == "disconnect":  # one without a time was the connection's end all the same
            left.append(made[0].t_ns if order.t_ns is None else order.t_ns)
    used_ns = min(left, default=association.end_ns + 1)
    sent_away = _sent_away(association, made[0].t_ns, used_ns)
    connected = {item.interface.casefold() for item in made}
    for item in acm:
        gone = item.code == names.ACM_DISCONNECTED and item.interface.casefold() in connected
        if gone and item.t_ns < used_ns:
            return sent_away or Lost(item.t_ns, reason=item.reason)
    return sent_away


def _is_connected(item: Notification) -> bool:
    return item.code == names.ACM_CONNECTION_COMPLETE and not item.reason


def _sent_away(association: AssociationEvidence, since_ns: int, until_ns: int) -> Lost | None:
    """A deauthentication or disassociation by the access point a station is associated with."""
    points: dict[str, str] = {}
    frames = sorted(association.frames, key=lambda frame: frame.air_ns)
    for place, frame in enumerate(frames):
        if frame.direction != "down" or not frame.delivered or frame.guest_ns is None:
            continue
        if frame.kind == "assoc-resp":
            points[frame.receiver] = frame.transmitter
        elif (
            frame.kind in ("deauth", "disassoc")
            and since_ns <= frame.guest_ns < until_ns
            and points.get(frame.receiver, frame.transmitter) == frame.transmitter
            and not ("forged" in frame.detail and _goes_on(frame, frames[place + 1 :]))
        ):
            return Lost(frame.guest_ns, frame)
    return None


def _goes_on(forged: FrameRecord, later: Iterable[FrameRecord]) -> bool:
    """Whether a station sends something under its keys behind a forged frame to it, before it
    associates anew: it passed the frame over."""
    for frame in later:
        if frame.direction == "up" and forged.receiver in (frame.transmitter, BROADCAST):
            if frame.kind in ("auth", "assoc-req"):
                return False
            if frame.protected:
                return True
    return False
