# SPDX-License-Identifier: GPL-2.0-or-later
"""What an access point tells of others: BSS transition requests and neighbour reports.

Sources, all IEEE 802.11-2020: 9.6.13.8 to 9.6.13.10 (BSS transition management frames), 9.6.6.6 and
9.6.6.7 (neighbour report frames), 9.4.2.36 (Neighbor Report element), 9.4.2.44 (RM enabled
capabilities), annex C (PHY types).
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from hwsim.ap.channels import Band, channel_number, operating_class
from hwsim.ap.network import Network
from hwsim.frames import mac_text

RADIO_MEASUREMENT: Final = 5
NEIGHBOUR_REQUEST: Final = 4
_NEIGHBOUR_RESPONSE: Final = 5
WNM: Final = 10
"""The categories of action frames (9.4.1.11), and of each the actions here."""
_QUERY: Final = 6
_REQUEST: Final = 7
RESPONSE: Final = 8

_CANDIDATES: Final = 0x01
_ABRIDGED: Final = 0x02
_IMMINENT: Final = 0x04
_VALIDITY_TBTT: Final = 200
_ELEMENT_NEIGHBOUR: Final = 52
_PREFERENCE: Final = 3
_REACHABLE: Final = 0x03
_SAME_SECURITY: Final = 0x04
_SAME_AUTHENTICATOR: Final = 0x08
_IN_MOBILITY_DOMAIN: Final = 0x400
_PHYS: Final[dict[Band, int]] = {"2.4 GHz": 6, "5 GHz": 4, "6 GHz": 14}
"""The PHY type of a band's access points: ERP, OFDM, HE (annex C, dot11PHYType)."""

HAS_NEIGHBOUR_REPORTS: Final = bytes.fromhex("46050200000000")
"""RM enabled capabilities: bit 1."""


@dataclass(frozen=True, slots=True)
class TransitionRequest:
    """What stations are asked to do.

    Attributes:
        candidates: where they should go, the best first.
        disassociation_tbtt: in so many beacon intervals they are disassociated; 0: they are not.
        abridged: access points that are not among the candidates are not to be taken.
    """

    candidates: tuple[Network, ...]
    disassociation_tbtt: int = 0
    abridged: bool = False

    def body(self, token: int) -> bytes:
        """The frame's body, for the answer to which the token stands."""
        mode = _CANDIDATES if self.candidates else 0
        mode |= _ABRIDGED if self.abridged else 0
        mode |= _IMMINENT if self.disassociation_tbtt else 0
        head = bytes((WNM, _REQUEST, token, mode)) + struct.pack("<H", self.disassociation_tbtt)
        listed = b"".join(
            neighbour(network, preference=max(255 - place, 1))
            for place, network in enumerate(self.candidates)
        )
        return head + bytes((_VALIDITY_TBTT,)) + listed


class TransitionResponse(NamedTuple):
    """A station's answer: the token, a status (table 9-428; 0 is accepted), where it goes."""

    token: int
    status: int
    target: bytes = b""

    @property
    def detail(self) -> dict[str, str | int]:
        """What a record says of it."""
        told: dict[str, str | int] = {"status": self.status}
        return told | {"target": mac_text(self.target)} if self.target else told


def parse_response(body: bytes) -> TransitionResponse | None:
    """The BSS transition management response in an action frame's body; None for any other."""
    if len(body) < 5 or body[:2] != bytes((WNM, RESPONSE)):
        return None
    target = body[5:11] if body[3] == 0 and len(body) >= 11 else b""
    return TransitionResponse(body[2], body[3], target)


def is_query(body: bytes) -> bool:
    """Whether a station asks where to go; the dialog token is the third byte."""
    return len(body) >= 4 and body[:2] == bytes((WNM, _QUERY))


def is_neighbour_request(body: bytes) -> bool:
    """Whether a station asks for a neighbour report; the dialog token is the third byte."""
    return len(body) >= 3 and body[:2] == bytes((RADIO_MEASUREMENT, NEIGHBOUR_REQUEST))


def neighbour_response(token: int, networks: Sequence[Network]) -> bytes:
    """The body of a neighbour report with those access points."""
    head = bytes((RADIO_MEASUREMENT, _NEIGHBOUR_RESPONSE, token))
    return head + b"".join(neighbour(network) for network in networks)


def neighbour(network: Network, preference: int = 0) -> bytes:
    """A Neighbor Report element; with a preference (255 is the best) it is a candidate."""
    known = _REACHABLE | _SAME_SECURITY
    if network.pmk_caching == "opportunistic":
        known |= _SAME_AUTHENTICATOR
    if network.has_ft:
        known |= _IN_MOBILITY_DOMAIN
    channel = network.channel
    where = bytes((operating_class(channel), channel_number(channel), _PHYS[network.band]))
    content = network.bssid + struct.pack("<I", known) + where
    content += bytes((_PREFERENCE, 1, preference)) if preference else b""
    return bytes((_ELEMENT_NEIGHBOUR, len(content))) + content
