# SPDX-License-Identifier: GPL-2.0-or-later
"""Windows' event log as XML: what `wevtutil qe … /f:xml` and EventRecord.ToXml() give.

The file was written in the guest, so nothing in it is trusted. It is cut into its events first, and
each is parsed by itself: one that is damaged costs no other, none can be larger than its bound, and
since a document type can only stand before the first element there is none in what is parsed, and
with it no entity.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final
from xml.parsers import expat

from harness.evidence.event_log import LogEvent
from harness.evidence.event_names import fields_of
from harness.evidence.model import DamageKind, TraceDamage

MAX_BYTES: Final = 64 << 20
MAX_EVENT: Final = 256 << 10
"""Characters of one event; Windows' own bound is 64 KiB of binary data."""
MAX_EVENTS: Final = 50_000
MAX_DEPTH: Final = 16
MAX_TEXT: Final = 4096
"""Characters kept of one member."""
MAX_MEMBERS: Final = 64
MAX_DAMAGE: Final = 100

_END: Final = "</Event>"
_START: Final = re.compile(r"<Event(?=[\s>])")
_BESIDE: Final = re.compile(r"\s+|<\?xml[^>]{0,200}\?>|</?Events[^>]{0,200}>")
"""What may stand between events."""
_TIME: Final = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(?:Z|\+00:00)")


@dataclass(frozen=True, slots=True)
class EventFile:
    """What is in an exported log, in its order, and what is wrong with it."""

    events: tuple[LogEvent, ...] = ()
    damage: tuple[TraceDamage, ...] = ()


def read_event_xml(data: bytes, name: str) -> EventFile:
    """The events of an exported log called `name`; never raises. Pure."""
    damage: list[TraceDamage] = []

    def damaged(what: str) -> None:
        if len(damage) < MAX_DAMAGE:
            damage.append(TraceDamage(DamageKind.EVENT_LOG, f"{name}: {what}"))

    if len(data) > MAX_BYTES:
        damaged(f"has more than {MAX_BYTES} bytes; the rest is left out")
    events: list[LogEvent] = []
    for number, part in enumerate(_parts(_text(data[:MAX_BYTES])), 1):
        if number > MAX_EVENTS:
            damaged(f"has more than {MAX_EVENTS} parts; the rest is left out")
            break
        try:
            events.append(_event(part))
        except (ValueError, expat.ExpatError) as error:
            damaged(f"part {number} is no event: {error}")
    return EventFile(tuple(events), tuple(damage))


def _text(data: bytes) -> str:
    """UTF-8 unless it says or shows that it is UTF-16; what cannot be decoded is replaced."""
    for mark, coding in (
        (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF8, "utf-8"), (b"<\0", "utf-16-le"), (b"\0<", "utf-16-be"),
    ):  # fmt: skip
        if data.startswith(mark):
            return data.decode(coding, errors="replace").removeprefix("\ufeff")
    return data.decode(errors="replace")


def _parts(text: str) -> Iterator[str]:
    """The text cut into events, and what else stands between them, in time linear in its length."""
    at, end = 0, -1
    while start := _START.search(text, at):
        if beside := _BESIDE.sub("", text[at : start.start()]):
            yield beside
        if end < start.end():  # looked for once for all that come before it
            found = text.find(_END, start.end())
            end = len(text) if found < 0 else found
        following = _START.search(text, start.end())
        next_at = following.start() if following else len(text)
        if next_at <= end:
            at = next_at
            yield text[start.start() : at]
        else:
            at = end + len(_END)
            yield text[start.start() : at]
    if beside := _BESIDE.sub("", text[at:]):
        yield beside


def _event(part: str) -> LogEvent:
    """The event that a part is; raises ValueError or ExpatError if it is none."""
    if not part.startswith("<Event"):
        raise ValueError(f"there is {part[:40]!r}")
    if len(part) > MAX_EVENT:
        raise ValueError(f"it has {len(part)} characters, more than {MAX_EVENT}")
    if not part.endswith(_END):
        raise ValueError("it is cut")
    reader = _Reader()
    reader.parse(part)
    provider, event_id = reader.system.get("Provider", ""), _whole(reader.system, "EventID")
    if event_id is None or not provider:
        raise ValueError("it has no provider, or no number")
    return LogEvent(
        _utc_ns(reader.system.get("TimeCreated", "")),
        provider,
        event_id,
        reader.system.get("Channel", ""),
        _whole(reader.system, "EventRecordID"),
        _named(reader.data, fields_of(provider, event_id)),
    )


@dataclass(slots=True)
class _Reader:
    """One event's element by element: what of System is needed, and the members of its data.

    Members of EventData have their names in an attribute, or none; those of UserData are elements.
    """

    system: dict[str, str] = field(default_factory=dict)
    data: list[tuple[str, str]] = field(default_factory=list)
    _path: list[str] = field(default_factory=list)
    _name: str = ""
    _text: list[str] = field(default_factory=list)
    _leaf: bool = False

    def parse(self, part: str) -> None:
        parser = expat.ParserCreate("utf-8")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text.append
        parser.Parse(part.encode(errors="replace"), True)

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self._path.append(tag.rpartition(":")[2])
        if len(self._path) > MAX_DEPTH:
            raise ValueError(f"it is more than {MAX_DEPTH} elements deep")
        self._text.clear()
        self._leaf, self._name = True, attributes.get("Name", "")
        if self._path[1:2] == ["System"] and len(self._path) == 3:
            told = attributes.get("Name") or attributes.get("SystemTime")
            if told:
                self.system[self._path[2]] = told[:MAX_TEXT]

    def _end(self, tag: str) -> None:
        text = "".join(self._text)[:MAX_TEXT]
        self._text.clear()
        path, leaf = self._path.copy(), self._leaf
        self._path.pop()
        self._leaf = False
        if path[1:2] == ["System"] and len(path) == 3:
            self.system.setdefault(path[2], text)
        elif path[1:2] in (["EventData"], ["UserData"]) and leaf and len(path) > 2:
            if len(self.data) == MAX_MEMBERS:
                raise ValueError(f"it has more than {MAX_MEMBERS} members")
            self.data.append((self._name if path[2] == "Data" else path[-1], text))


def _named(data: list[tuple[str, str]], order: tuple[str, ...]) -> dict[str, str]:
    """Members by name; those without one by their place in the published order, or by number."""
    named: dict[str, str] = {}
    for place, (name, text) in enumerate(data):
        own = name[:100] or (order[place] if place < len(order) else f"#{place + 1}")
        named.setdefault(own, text)
    return named


def _whole(system: dict[str, str], name: str) -> int | None:
    text = system.get(name, "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else None


def _utc_ns(text: str) -> int:
    """A SystemTime, in nanoseconds since 1970; raises ValueError if it is none."""
    found = _TIME.fullmatch(text.strip())
    if not found:
        raise ValueError(f"its time {text[:40]!r} is none")
    whole = datetime.fromisoformat(found[1]).replace(tzinfo=UTC)
    return int(whole.timestamp()) * 1_000_000_000 + int((found[2] or "").ljust(9, "0"))
