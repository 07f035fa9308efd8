# SPDX-License-Identifier: GPL-2.0-or-later
"""Rules of the medium: which message they act on, and what happens to it.

A rule acts on the message as a whole. hwsim radios do not retransmit at the MAC layer (their
transmit status is final), so a dropped message is lost as if every attempt had failed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from random import Random
from typing import Final, Literal, NamedTuple, get_args

from hwsim.records import Direction, FrameKind
from hwsim.rules.frame_fields import BytesAt, FrameFields

Action = Literal[
    "drop", "drop-ack", "delay", "repeat", "reorder", "edit", "corrupt", "insert", "refuse",
    "deauthenticate", "disassociate",
]  # fmt: skip
"""drop: not heard, not acknowledged. drop-ack: heard, but its sender is told that it was not.
delay: heard and acknowledged later. repeat: heard again, ``copies`` times more, each with a new
sequence number, so that no receiver takes it for a MAC retransmission. reorder: it comes after the
next of its kind, or :data:`REORDER_LIMIT_MS` later. edit: it says something else, under a MIC and
encryption that fit that. corrupt: its bytes are changed under the MIC and encryption it has.
insert: it is heard, and another frame after it. refuse: heard; the access point answers the
authentication or association with a status code, and nothing else comes of it.
deauthenticate, disassociate: heard; the access point answers with that frame and, for a message of
the station, with nothing else; with a delay the message is heard as ever, and that frame comes so
much later."""

Message = Literal[
    "beacon", "probe-req", "probe-resp", "auth", "assoc-req", "assoc-resp", "eapol-start", "eap",
    "M1", "M2", "M3", "M4", "G1", "G2", "rc4-key", "data", "deauth", "disassoc", "action",
]  # fmt: skip
"""What a rule can name; ``data`` includes ARP and ICMP, ``assoc-…`` reassociation, ``rc4-key``
hands out a key of dynamic WEP."""

DEAUTHENTICATION_REASON: Final = 3
"""The station is leaving, or has left (IEEE 802.11-2020, table 9-49)."""
REORDER_LIMIT_MS: Final = 2000
"""How long a message waits for the next of its kind."""

NEVER: Final = -1
"""In the place of the number of a message: the rule acts when it is asked to, and then only."""

MAX_COPIED: Final = 64
"""So many frames of a kind are kept to be copied."""

GOODBYES: Final = ("deauth", "disassoc")
"""The messages that deauthenticate and disassociate send."""

ACTIONS: Final[tuple[str, ...]] = get_args(Action)
MESSAGES: Final[tuple[str, ...]] = get_args(Message)

_AS_MESSAGE: Final[dict[str, str]] = {
    **{message: message for message in MESSAGES}, "arp": "data", "icmp": "data",
}  # fmt: skip


def message_of(kind: FrameKind) -> str | None:
    """What rules call a kind of frame; None for one that they cannot name."""
    return _AS_MESSAGE.get(kind)


@dataclass(frozen=True, slots=True)
class Occurrence:
    """The nth message of a kind in an association, counted in both directions, from 1."""

    message: Message
    nth: int = 1


@dataclass(frozen=True, slots=True)
class Condition:
    """What must hold besides for a message to fit a rule; None holds always.

    ``access_point`` and ``station`` are numbers from 1. ``after``: that message has passed,
    ``before``: it has not. ``bytes_at`` counts from the EAPOL PDU, else from the frame's body.
    """

    access_point: int | None = None
    station: int | None = None
    replay_counter: int | None = None
    bytes_at: BytesAt | None = None
    after: Occurrence | None = None
    before: Occurrence | None = None


@dataclass(frozen=True, slots=True)
class Insertion:
    """A frame that a rule inserts: a copy of an earlier one of an access point, or bytes.

    ``source`` takes the place of the copy's source address; a ``plain`` one is not protected,
    whatever the copied one was; ``fields`` are the copy's own.
    """

    copy_of: Occurrence | None = None
    frame: bytes = b""
    source: bytes | None = None
    plain: bool = False
    fields: FrameFields | None = None


@dataclass(frozen=True, slots=True)
class FrameRule:
    """``nth`` counts the messages that fit ``message``, ``direction`` and ``condition``; 0 stands
    for every one, :data:`NEVER` for none, and with ``onwards`` it acts on the nth and all that
    follow.

    ``delay_ms`` or ``delay_us`` (least and most) belong to delay and to what comes later,
    ``copies`` to repeat, ``fields`` to edit and corrupt, ``status`` and ``comeback_tu`` to refuse,
    ``reason``, ``broadcast`` and ``forged`` (unprotected, and the access point goes on as if it had
    never been) to deauthenticate and disassociate. ``direction`` None fits both.
    ``probability`` is of 1. ``place`` is its place among the rules of its association, from 1;
    ``live``: it was given while the association lasted.
    """

    message: Message
    nth: int
    action: Action
    delay_ms: int = 0
    copies: int = 1
    direction: Direction | None = None
    place: int = 0
    onwards: bool = False
    probability: float = 1.0
    condition: Condition = Condition()
    delay_us: tuple[int, int] | None = None
    fields: FrameFields | None = None
    insertion: Insertion | None = None
    status: int = 1
    comeback_tu: int = 0
    reason: int = DEAUTHENTICATION_REASON
    broadcast: bool = False
    forged: bool = False
    live: bool = False

    def is_turn(self, count: int) -> bool:
        """Whether it acts on the message that fits it as the ``count``-th."""
        return self.nth in (0, count) or (self.onwards and count > self.nth)

    def phrase(self) -> str:
        """What it does, with its particulars, for a capture's comment."""
        return f"rule: {self.action}{self._particulars()}{', given live' if self.live else ''}"

    def words(self) -> str:
        """The rule in words, for a person: "drop M3 (number 2)"."""
        which = f"number {self.nth} and on" if self.onwards else f"number {self.nth}"
        which = {0: "every one", NEVER: "when asked to"}.get(self.nth, which)
        return f"{self.action} {self.message}{self._particulars()} ({which})"

    def _particulars(self) -> str:
        extra = {
            "delay": f" ({self.delay_ms} ms)" if self.delay_us is None else "",
            "repeat": f" ({self.copies} more)",
            "refuse": f" (status {self.status})",
            "deauthenticate": f" (reason {self.reason})",
            "disassociate": f" (reason {self.reason})",
        }.get(self.action, "")
        return f" ({self.fields.phrase()})" if self.fields is not None else extra


class Traits(NamedTuple):
    """What a condition asks of a message; ``body`` is what its offsets count in."""

    access_point: int = 0
    station: int = 0
    replay_counter: int | None = None
    body: bytes = b""


_NO_TRAITS: Final = Traits()


@dataclass(slots=True)
class _InForce:
    """A rule, the stream its chance comes from, and what was before it (``passed``).

    ``fitted`` is how many messages fitted it, ``acted`` how many it acted on; ``armed``: it acts on
    the next that fits.
    """

    rule: FrameRule
    random: Random
    passed: Counter[str]
    fitted: int = 0
    acted: int = 0
    armed: bool = False

    def is_turn(self) -> bool:
        """Count a message that fits; whether the rule acts on it, if no other has come first."""
        self.fitted += 1
        turn = self.rule.is_turn(self.fitted)
        if turn and self.rule.probability < 1:
            turn = self.random.random() < self.rule.probability
        return turn or self.armed


class FrameRules:
    """The rules of one association, each with its count of messages seen since it is in force.

    They can be added, changed and removed while it lasts; no two of them ever have one place.
    ``seed`` decides what probability and ranges leave open: the same seed and the same messages,
    the same outcome. ``copied`` are the messages of which they want copies.
    """

    def __init__(self, rules: Iterable[FrameRule] = (), seed: str = "") -> None:
        self.seed = seed
        self._in_force: list[_InForce] = []
        self._seen: Counter[str] = Counter()
        self._places = 0
        self.copied: frozenset[str] = frozenset()
        self.empty = True
        """No rule is in force, so that frames need not be matched."""
        self.add(rules)

    def replaced(self, rules: Iterable[FrameRule], seed: str) -> FrameRules:
        """Others in the stead of all, which have seen nothing yet; their places go on."""
        others = FrameRules(seed=seed)
        others._places = self._places
        others.add(rules, live=True)
        return others

    def add(self, rules: Iterable[FrameRule], *, live: bool = False) -> tuple[FrameRule, ...]:
        """Have these in force, too, behind those there are; what they are now, with their places.

        Messages count for them, and for what they are to come after, from now on.
        """
        added = [self._new(rule, live=live) for rule in rules]
        self._set([*self._in_force, *added])
        return tuple(one.rule for one in added)

    def change(self, place: int, rule: FrameRule) -> FrameRule | None:
        """Have another rule in the stead of one; None if there is none at that place."""
        found = self._at(place)
        if found is None:
            return None
        changed = self._new(rule, live=True)
        self._set([changed if one is found else one for one in self._in_force])
        return changed.rule

    def remove(self, place: int) -> FrameRule | None:
        """Have one in force no more; None if there is none at that place."""
        found = self._at(place)
        self._set([one for one in self._in_force if one is not found])
        return found.rule if found is not None else None

    def arm(self, place: int) -> None:
        """Let a rule act on the next message that fits it, whichever that is."""
        found = self._at(place)
        if found is not None:
            found.armed = True

    def get(self, place: int) -> FrameRule | None:
        """The rule at a place, if it is in force."""
        found = self._at(place)
        return found.rule if found is not None else None

    @property
    def counts(self) -> list[tuple[FrameRule, int, int]]:
        """The rules in force; how many messages fitted each, and on how many it acted."""
        return [(one.rule, one.fitted, one.acted) for one in self._in_force]

    def match(
        self, kind: FrameKind, direction: Direction, traits: Traits = _NO_TRAITS
    ) -> FrameRule | None:
        """Count the message in every rule that fits it; the first rule whose turn it is acts."""
        message = message_of(kind)
        if message is None or self.empty:
            return None
        acting: _InForce | None = None
        for one in self._in_force:
            rule = one.rule
            if rule.message != message or rule.direction not in (None, direction):
                continue
            if not self._holds(one, traits):
                continue
            turn = one.is_turn()
            if acting is None and turn:
                acting = one
        self._seen[message] += 1
        if acting is None:
            return None
        acting.acted += 1
        acting.armed = False
        return acting.rule

    def delay_ns(self, rule: FrameRule) -> int:
        """How long a rule has its frame wait: its own time, or one in its range."""
        found = self._at(rule.place)
        if rule.delay_us is None or found is None:
            return rule.delay_ms * 1_000_000
        return found.random.randint(*rule.delay_us) * 1000

    def _new(self, rule: FrameRule, *, live: bool) -> _InForce:
        self._places += 1
        stream = Random(f"{self.seed}/{self._places}")  # noqa: S311 -- to be had again, no secret
        return _InForce(replace(rule, place=self._places, live=live), stream, Counter(self._seen))

    def _set(self, in_force: list[_InForce]) -> None:
        self._in_force = in_force
        self.empty = not in_force
        insertions = (one.rule.insertion for one in in_force)
        wanted = [insertion.copy_of for insertion in insertions if insertion is not None]
        self.copied = frozenset(one.message for one in wanted if one is not None)

    def _at(self, place: int) -> _InForce | None:
        return next((one for one in self._in_force if one.rule.place == place), None)

    def _holds(self, one: _InForce, traits: Traits) -> bool:
        condition = one.rule.condition
        at = condition.bytes_at
        return (
            condition.access_point in (None, traits.access_point)
            and condition.station in (None, traits.station)
            and condition.replay_counter in (None, traits.replay_counter)
            and (at is None or traits.body[at.offset :].startswith(at.data))
            and (condition.after is None or self._passed(condition.after, one))
            and (condition.before is None or not self._passed(condition.before, one))
        )

    def _passed(self, occurrence: Occurrence, one: _InForce) -> bool:
        message = occurrence.message
        return self._seen[message] - one.passed[message] >= occurrence.nth
