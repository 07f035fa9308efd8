# SPDX-License-Identifier: GPL-2.0-or-later
"""Rules of the medium: what happens to the nth message of a kind.

A rule acts on the message as a whole. hwsim radios do not retransmit at the MAC layer (their
transmit status is final), so a dropped message is lost as if every attempt had failed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final, Literal, get_args

from hwsim.records import Direction, FrameKind

Action = Literal["drop", "drop-ack", "delay", "repeat", "deauthenticate"]
"""drop: not heard, not acknowledged. drop-ack: heard, but its sender is told that it was not.
delay: heard and acknowledged later. repeat: heard again, ``copies`` times more, each with a new
sequence number, so that no receiver takes it for a MAC retransmission.
deauthenticate: heard; the access point answers with a deauthentication (reason 3) and, for a
message of the station, with nothing else."""

Message = Literal[
    "auth", "assoc-req", "assoc-resp", "eapol-start", "eap", "M1", "M2", "M3", "M4", "G1", "G2",
    "data",
]  # fmt: skip
"""What a rule can name; ``data`` includes ARP and ICMP, ``assoc-…`` reassociation."""

DEAUTHENTICATION_REASON: Final = 3
"""The station is leaving, or has left (IEEE 802.11-2020, table 9-49)."""

ACTIONS: Final[tuple[str, ...]] = get_args(Action)
MESSAGES: Final[tuple[str, ...]] = get_args(Message)

_AS_MESSAGE: dict[FrameKind, Message] = {
    "auth": "auth", "assoc-req": "assoc-req", "assoc-resp": "assoc-resp",
    "eapol-start": "eapol-start", "eap": "eap", "M1": "M1", "M2": "M2",
    "M3": "M3", "M4": "M4", "G1": "G1", "G2": "G2", "data": "data", "arp": "data", "icmp": "data",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class FrameRule:
    """``nth`` counts the messages that fit ``message`` and ``direction``; 0 stands for every one.

    ``delay_ms`` belongs to delay, ``copies`` to repeat, ``direction`` ``None`` fits both.
    ``place`` is its place among the rules of its association, from 1.
    """

    message: Message
    nth: int
    action: Action
    delay_ms: int = 0
    copies: int = 1
    direction: Direction | None = None
    place: int = 0


class FrameRules:
    """The rules of one association, each with its count of messages seen."""

    def __init__(self, rules: Iterable[FrameRule] = ()) -> None:
        self._rules = tuple(replace(rule, place=n) for n, rule in enumerate(rules, 1))
        self._counts = [0] * len(self._rules)

    def match(self, kind: FrameKind, direction: Direction) -> FrameRule | None:
        """Count the message in every rule that fits it; the first rule whose turn it is acts."""
        message = _AS_MESSAGE.get(kind)
        if message is None or not self._rules:
            return None
        acting: FrameRule | None = None
        for index, rule in enumerate(self._rules):
            if rule.message != message or rule.direction not in (None, direction):
                continue
            self._counts[index] += 1
            if acting is None and rule.nth in (0, self._counts[index]):
                acting = rule
        return acting
