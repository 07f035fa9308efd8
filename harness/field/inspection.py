# SPDX-License-Identifier: GPL-2.0-or-later
"""A capture, inspected: conversations with verdicts and remarks, and what could not be read."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from harness.captures import open_capture
from harness.captures.reader import WANTED
from harness.errors import UsageError
from harness.field.conversations import Conversations
from harness.field.handshakes import Handshake, handshakes
from harness.field.mics import judge_mics
from harness.field.model import AccessPoint, Conversation, DataSeen, Message, Remark
from harness.field.remarks import remarks, whose_turn
from harness.field.secrets import Secrets
from harness.field.security import security_elements, words
from hwsim.frames import mac_text

FORMAT: Final = 1


@dataclass(frozen=True, slots=True)
class Inspected:
    """A conversation, its access point if a beacon of it was captured, its handshakes, what is odd,
    and whose turn it was to speak."""

    conversation: Conversation
    access_point: AccessPoint | None
    handshakes: tuple[Handshake, ...]
    remarks: tuple[Remark, ...]
    turn: str


@dataclass(frozen=True, slots=True)
class Inspection:
    """What a capture holds.

    ``unread`` says in words what of it was passed over, and why.
    """

    path: Path
    packets: int
    conversations: tuple[Inspected, ...]
    access_points: tuple[AccessPoint, ...]
    unread: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """All of it, for other programs; addresses as text, times in nanoseconds since 1970."""
        return {
            "format": FORMAT,
            "capture": str(self.path),
            "packets": self.packets,
            "unread": list(self.unread),
            "access_points": [_access_point(one) for one in self.access_points],
            "conversations": [_conversation(one) for one in self.conversations],
        }


def inspect(path: Path, secrets: Secrets) -> Inspection:
    """Read a capture once, and tell what is in it. Raises `UsageError` for what is none."""
    conversations = Conversations()
    with open_capture(path) as reader:
        conversations.take(reader.frames())
        conversations.finish(reader)
        unknown = sorted(reader.unreadable.items())
        damage = reader.damage
    if unknown and sum(count for _, count in unknown) == reader.packets:
        raise UsageError(f"{path}: link type {unknown[0][0]} cannot be read", hint=WANTED)
    unread = [f"{count} packets of link type {link}, which is not known" for link, count in unknown]
    if damage:
        unread.append(f"what follows damage: {damage}")
    if conversations.left_out:
        unread.append(f"{conversations.left_out} messages beyond the most that are kept")
    found = [_inspected(one, conversations, secrets) for one in conversations.found.values()]
    found.sort(key=lambda one: one.conversation.messages[0].number)
    points = sorted(conversations.access_points.values(), key=lambda one: one.bssid)
    return Inspection(path, reader.packets, tuple(found), tuple(points), tuple(unread))


def _inspected(one: Conversation, known: Conversations, secrets: Secrets) -> Inspected:
    access_point = known.access_points.get(one.access_point)
    judge_mics(one, access_point, secrets)
    runs = tuple(handshakes(one.messages))
    return Inspected(one, access_point, runs, tuple(remarks(one, runs)), whose_turn(one))


def _access_point(one: AccessPoint) -> dict[str, Any]:
    return {
        "bssid": mac_text(one.bssid),
        "ssid": None if one.ssid is None else one.ssid.decode("utf-8", "backslashreplace"),
        "ssid_hex": None if one.ssid is None else one.ssid.hex(),
        "channel": one.channel,
        "security": words(one.rsne or one.wpa) if one.rsne or one.wpa else "none",
        "rsne": one.rsne.hex(),
        "rsnxe": one.rsnxe.hex(),
        "beacons": one.beacons,
    }


def _conversation(one: Inspected) -> dict[str, Any]:
    conversation = one.conversation
    return {
        "station": mac_text(conversation.station),
        "access_point": mac_text(conversation.access_point),
        "reached": conversation.reached,
        "turn": one.turn,
        "chosen": chosen(conversation),
        "messages": [_message(message) for message in conversation.messages],
        "handshakes": [
            {
                "name": run.name,
                "packets": [message.number for message in run.messages],
                "missing": list(run.missing),
                "steps_us": run.steps_us(),
            }
            for run in one.handshakes
        ],
        "data": {"up": _data(conversation.up), "down": _data(conversation.down)},
        "remarks": [
            {"weight": remark.weight, "text": remark.text, "packet": remark.packet}
            for remark in one.remarks
        ],
    }


def chosen(conversation: Conversation) -> str:
    """What the station asked for in its latest association, in words; empty if that is unknown."""
    for message in reversed(conversation.messages):
        if message.kind == "assoc-req" and message.pdu:
            rsne, wpa, _ = security_elements(message.pdu)
            return words(rsne or wpa) if rsne or wpa else "no security"
    return ""


def _message(one: Message) -> dict[str, Any]:
    return {
        "packet": one.number, "wall_ns": one.wall_ns, "kind": one.kind,
        "from": "access point" if one.down else "station", "text": one.text, "code": one.code,
        "replay_counter": one.counter, "mac_copies": one.copies, "mic": one.mic,
        "fcs_wrong": one.damaged,
    }  # fmt: skip


def _data(seen: DataSeen | None) -> dict[str, int] | None:
    if seen is None:
        return None
    return {"frames": seen.frames, "first_ns": seen.first_ns, "last_ns": seen.last_ns}
