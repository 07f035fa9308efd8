# SPDX-License-Identifier: GPL-2.0-or-later
"""Robust management frames: deauthentication, disassociation, action (IEEE 802.11-2020, 12.2.7).

With a station that protects them, those to it and from it go under its pairwise key once it has
one, and those to all carry a code of the integrity group key. Sources: 11.13 (SA Query), 12.5
(ciphers), table 9-51 (categories).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from hwsim.ap.datapath import DataPath
from hwsim.ap.environment import ApEnvironment
from hwsim.ap.frame_info import FrameInfo, ReceivedFrame
from hwsim.ap.group_key import GroupKey
from hwsim.ap.management import Management, parse_reason
from hwsim.ap.sa_query import (
    REQUEST,
    RESPONSE,
    STATUS_TRY_LATER,
    SaQueries,
    SaQueryAction,
    parse_sa_query,
)
from hwsim.ap.security.mode import AssociationAnswer
from hwsim.ap.security.oci import elements_fit, oci_element
from hwsim.ap.station import Station
from hwsim.frames import BROADCAST
from hwsim.records import FrameKind


@dataclass(frozen=True, slots=True)
class Parting:
    """A deauthentication or disassociation by the access point.

    Attributes:
        kind: ``deauth`` or ``disassoc``.
        reason: its reason code (table 9-49).
        broadcast: one frame to all stations in place of one to each.
        forged: as somebody without keys would send it: unprotected, and the access point goes on
            as if it had never been.
    """

    kind: FrameKind
    reason: int
    broadcast: bool = False
    forged: bool = False

    def info(self) -> FrameInfo:
        """What its record says."""
        forged: dict[str, str | int] = {"forged": "unprotected"} if self.forged else {}
        return FrameInfo(self.kind, detail={"reason": self.reason, **forged})


_NOT_ROBUST: Final = frozenset({4, 7, 15, 20, 21, 127})
"""Categories whose frames are never protected: public, HT, self-protected, VHT, vendor, …"""


class RobustManagement:
    """Sends and receives the robust management frames of one access point."""

    def __init__(
        self,
        environment: ApEnvironment,
        management: Management,
        path: DataPath,
        group: GroupKey,
    ) -> None:
        self._environment = environment
        self._management = management
        self._path = path
        self._group = group
        self._queries = SaQueries(environment, self._send_query)

    def part(self, parting: Parting, receiver: bytes, station: Station | None) -> None:
        """Send it to one receiver, protected if that is a ``station`` whose frames are.

        To the broadcast address it goes as to all.
        """
        if receiver == BROADCAST:
            self._broadcast(parting)
            return
        info = parting.info()
        frame = self._management.goodbye(parting.kind, receiver, parting.reason)
        if not parting.forged:
            frame = self._sealed(station, frame, info)
        self._environment.transmit(frame, info)

    def part_with_all(self, parting: Parting, stations: Sequence[Station]) -> None:
        """Send it to each of the stations, or to all at once if it is broadcast."""
        if parting.broadcast:
            self._broadcast(parting)
        else:
            for station in stations:
                self.part(parting, station.mac, station)

    def _broadcast(self, parting: Parting) -> None:
        """With a code of the integrity group key if there is one."""
        info, bip = parting.info(), self._group.bip
        frame = self._management.goodbye(parting.kind, BROADCAST, parting.reason)
        if bip is not None and not parting.forged:
            frame = self._authenticated(frame, info)
        self._environment.transmit(frame, info)

    def send_to_all(self, body: bytes) -> None:
        """An action frame to all stations; a robust one like a broadcast parting."""
        info, bip = FrameInfo("action"), self._group.bip
        frame = self._management.action(BROADCAST, body)
        if bip is not None and body[0] not in _NOT_ROBUST:
            frame = self._authenticated(frame, info)
        self._environment.transmit(frame, info)

    def _authenticated(self, frame: bytes, info: FrameInfo) -> bytes:
        bip = self._group.bip
        assert bip is not None
        bip.tx_pn += 1
        info.protected, info.pn = True, bip.tx_pn
        return bip.protect(frame, bip.tx_pn)

    def receive_parting(self, station: Station | None, received: ReceivedFrame) -> int | None:
        """The reason of a deauthentication or disassociation to act on; raises WireError."""
        body = self._accepted(station, received)
        if body is None:
            return None
        reason = received.info.detail["reason"] = parse_reason(body)
        return reason

    def _accepted(self, station: Station | None, received: ReceivedFrame) -> bytes | None:
        """The body of a frame to act on; None of one to be ignored, as its info says then."""
        info, body = received.info, received.payload
        if body is None:
            info.detail.setdefault("ignored", "not decrypted")
            return None
        if info.protected and self._path.is_replay(received):
            info.detail["ignored"] = "packet number"
            return None
        if not info.protected and is_protected(station) and not _is_public(info, body):
            info.detail["ignored"] = "not protected"
            return None
        return body

    def receive_action(self, station: Station | None, received: ReceivedFrame) -> bytes | None:
        """An action frame of a station: SA Query is answered, or is an answer.

        The body of another one that is to be acted on is returned.
        """
        body = self._accepted(station, received)
        query = parse_sa_query(body) if body is not None else None
        if query is None:
            return body
        received.info.detail["action"] = query.name
        if station is None or station.state == "authenticated":
            received.info.detail["ignored"] = "not associated"
        elif station.ocv and not elements_fit(query.elements, self._management.oci):
            received.info.detail["ignored"] = "OCI"
        elif query.action == REQUEST:
            self._send_query(station, SaQueryAction(RESPONSE, query.transaction))
        else:
            self._queries.answered(station, query.transaction)
        return None

    def refusal(self, station: Station) -> AssociationAnswer | None:
        """What a station with keys is answered that asks to associate (11.3.5.3); None: go on.

        The request may be forged, so it must come back after an SA Query that nobody answered.
        """
        if not is_protected(station):
            return None
        comeback = self._queries.comeback(station)
        return AssociationAnswer(STATUS_TRY_LATER, comeback) if comeback is not None else None

    def forget(self, station: Station) -> None:
        """The station has left or has associated anew."""
        self._queries.forget(station)

    def _send_query(self, station: Station, query: SaQueryAction) -> None:
        oci = oci_element(self._management.oci) if station.ocv else b""
        self.send(station, query.body() + oci, action=query.name)

    def send(self, station: Station, body: bytes, **detail: str | int) -> None:
        """An action frame to a station, protected if its frames are and it is a robust one."""
        info = FrameInfo("action", detail=detail)
        frame = self._management.action(station.mac, body)
        if body[0] not in _NOT_ROBUST:
            frame = self._sealed(station, frame, info)
        self._environment.transmit(frame, info)

    def _sealed(self, station: Station | None, frame: bytes, info: FrameInfo) -> bytes:
        if station is None or not station.protects_management:
            return frame
        return self._path.seal(station, frame, info)


def is_protected(station: Station | None) -> bool:
    """Whether the station's robust management frames are protected now."""
    return station is not None and station.protects_management and station.pairwise is not None


def _is_public(info: FrameInfo, body: bytes) -> bool:
    return info.kind == "action" and body[:1] != b"" and body[0] in _NOT_ROBUST
