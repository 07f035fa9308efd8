# SPDX-License-Identifier: GPL-2.0-or-later
"""The key handshakes of a conversation, and how long their steps took.

The limits are those that support engineers hold associations to: warn, then fail, in milliseconds.
They are of whole sites and say where to look; a driver is judged by a run's own limits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from harness.field.model import Message

FOUR_WAY: Final = ("M1", "M2", "M3", "M4")
GROUP: Final = ("G1", "G2")
KPI_MS: Final = {
    "M1 → M2": (200, 1000), "M2 → M3": (500, 2000), "M3 → M4": (200, 1000),
    "handshake": (500, 2000), "authentication": (200, 500), "association": (200, 500),
    "G1 → G2": (200, 1000),
}  # fmt: skip


@dataclass(slots=True)
class Handshake:
    """One handshake: its messages in order, repetitions among them; ``kinds`` are those that it
    has."""

    kinds: tuple[str, ...]
    messages: list[Message] = field(default_factory=list)
    ended: bool = False
    """Its last message is there."""

    @property
    def name(self) -> str:
        """Which handshake it is."""
        return "4-way handshake" if self.kinds == FOUR_WAY else "group key handshake"

    @property
    def missing(self) -> tuple[str, ...]:
        """The messages that are not in the capture."""
        return tuple(kind for kind in self.kinds if not self.all_of(kind))

    def all_of(self, kind: str) -> list[Message]:
        """A message, each time it was sent."""
        return [one for one in self.messages if one.kind == kind]

    def steps_us(self) -> dict[str, float]:
        """How long each step took, in microseconds: from the latest asking before an answer to its
        first. The whole goes from the first message to the first that ends it, as in a run.
        Without times there is none."""
        found: dict[str, float] = {}
        for asked, answer in zip(self.kinds, self.kinds[1:], strict=False):
            answers = self.all_of(answer)
            before = [one for one in self.all_of(asked) if answers and _before(one, answers[0])]
            if before and before[-1].wall_ns:
                name = f"{asked} → {answer}"
                found[name] = (answers[0].wall_ns - before[-1].wall_ns) / 1000
        if not self.missing and self.kinds == FOUR_WAY and self.messages[0].wall_ns:
            end = self.all_of(self.kinds[-1])[0]
            found["handshake"] = (end.wall_ns - self.messages[0].wall_ns) / 1000
        return found


def handshakes(messages: Sequence[Message]) -> list[Handshake]:
    """The handshakes among a conversation's messages.

    One begins with its first message, or with any where that was not captured; it has ended when
    its last message was there and one that asks follows, or the station associates anew.
    """
    found: list[Handshake] = []
    open_ones: dict[tuple[str, ...], Handshake] = {}
    for one in messages:
        if one.kind in ("auth", "assoc-req", "assoc-resp", "deauth", "disassoc"):
            open_ones.clear()
        kinds = next((kinds for kinds in (FOUR_WAY, GROUP) if one.kind in kinds), None)
        if kinds is None:
            continue
        current = open_ones.get(kinds)
        if current is None or (one.kind == kinds[0] and current.ended):
            current = open_ones[kinds] = Handshake(kinds)
            found.append(current)
        current.messages.append(one)
        current.ended |= one.kind == kinds[-1]
    return found


def too_slow(steps_us: dict[str, float]) -> list[tuple[str, float, str]]:
    """Steps over their limits: name, microseconds, ``warn`` or ``fail``."""
    found = []
    for name, us in steps_us.items():
        warn, fail = KPI_MS[name]
        if us > warn * 1000:
            found.append((name, us, "fail" if us > fail * 1000 else "warn"))
    return found


def _before(one: Message, other: Message) -> bool:
    return one.number < other.number
