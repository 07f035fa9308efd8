# SPDX-License-Identifier: GPL-2.0-or-later
"""An inspection, for a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from harness.field.inspection import Inspected, Inspection, chosen
from harness.field.model import Message
from harness.field.security import words
from harness.text import clean, milliseconds
from hwsim.frames import mac_text

_MARKS: Final = {3: "!!", 2: " !", 1: "  "}
_MOST_MESSAGES: Final = 60


def lines(one: Inspection) -> Iterator[str]:
    """All of it: access points, then each conversation with what is odd about it first."""
    yield clean(f"{one.path}: {one.packets} packets")
    for text in one.unread:
        yield f"  not read: {text}"
    for point in one.access_points:
        ssid = "hidden" if point.ssid is None else point.ssid.decode("utf-8", "backslashreplace")
        where = "" if point.channel is None else f", channel {point.channel}"
        security = words(point.rsne or point.wpa) if point.rsne or point.wpa else "no security"
        yield clean(f"  access point {mac_text(point.bssid)} “{ssid}”{where}: {security}")
    for found in one.conversations:
        yield ""
        yield from _conversation(found)
    if not one.conversations:
        yield "No message between a station and an access point is in it."


def _conversation(one: Inspected) -> Iterator[str]:
    conversation = one.conversation
    ends = f"{mac_text(conversation.station)} with {mac_text(conversation.access_point)}"
    asked = chosen(conversation)
    yield clean(f"{ends}: came to {conversation.reached}" + (f"; {asked}" if asked else ""))
    if one.turn:
        yield f"  it was the turn of {one.turn}"
    for remark in one.remarks:
        where = "" if remark.packet is None else f"  (packet {remark.packet})"
        yield clean(f"  {_MARKS[remark.weight]} {remark.text}{where}")
    for run in one.handshakes:
        steps = [f"{name} {milliseconds(us)}" for name, us in run.steps_us().items()]
        if steps:
            yield f"  {run.name}: {', '.join(steps)} ms"
    for seen, text in ((conversation.up, "from"), (conversation.down, "to")):
        if seen is not None:
            yield f"  {seen.frames} encrypted frames {text} the station"
    first_ns = conversation.messages[0].wall_ns
    for message in conversation.messages[:_MOST_MESSAGES]:
        yield _message(message, first_ns)
    more = len(conversation.messages) - _MOST_MESSAGES
    if more > 0:
        yield f"  … and {more} messages more (--json has them all)"


def _message(one: Message, first_ns: int) -> str:
    at = f"{(one.wall_ns - first_ns) / 1e6:12.3f}" if one.wall_ns else " " * 12
    arrow = "←" if one.down else "→"
    told = [one.text] if one.text else []
    told += [] if one.counter is None else [f"replay counter {one.counter}"]
    told += [] if one.mic in ("none", "unknown") else [f"MIC {one.mic}"]
    told += ["MIC not checked: no key"] if one.mic == "unknown" else []
    told += [f"sent again by the MAC {one.copies} times"] if one.copies else []
    told += ["wrong checksum"] if one.damaged else []
    return clean(f"  {one.number:>7} {at} ms {arrow} {one.kind:<11} {', '.join(told)}".rstrip())
