# SPDX-License-Identifier: GPL-2.0-or-later
"""`events.jsonl` read back: what a run was, what it is judged by, and all but its IHV trace.

The file may come from anywhere and be damaged: a line that is no event is named and left out, and
so is one whose times contradict the moment at which it was written down.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Generic, TypeVar

from pydantic import TypeAdapter, ValidationError

from harness.evidence.clock import to_air_ns
from harness.evidence.crashes import DriverVerifier
from harness.evidence.event_log import WallClock
from harness.evidence.model import (
    ApAct,
    AssociationEvidence,
    ClockModel,
    DamageKind,
    LiveRule,
    Notification,
    PerformedOrder,
    Stall,
    TraceDamage,
    UsbAct,
)
from harness.evidence.performed import performed_orders
from harness.evidence.sources.base import EVENTS, UNKNOWN_CLOCK
from hwsim.errors import RecordError
from hwsim.records import FrameRecord

EARLY_NS: Final = 5_000_000
GUEST_EARLY_NS: Final = 1_000_000_000
"""How much later than its line a thing may seem to be, of the guest by the drift of its clock."""
LATE_NS: Final = 8_000_000_000
"""How long before its line was written a thing may have happened; held back by a rule, longer."""
HELD_BACK_NS: Final = 60_000_000_000

_Value = TypeVar("_Value")
_ADAPTERS: Final[dict[Any, TypeAdapter[Any]]] = {}
PlanT = TypeVar("PlanT")
PlanReader = Callable[[Mapping[str, Any]], PlanT]
"""What makes of the event "plan" what a run is judged by; raises TypeError or ValueError."""


@dataclass(frozen=True, slots=True)
class _Moment:
    """When a frame or notification was, by its line, and when that line was written.

    ``subject`` is what the line is about. ``air_ns`` and ``guest_ns`` are as found in the file, on
    the air's and the guest's clock; ``host_ns`` is the host's monotonic clock, which is the air's.
    """

    line: int
    subject: object
    air_ns: object
    guest_ns: object
    host_ns: int
    clock: ClockModel
    held_back_ns: int = 0


@dataclass(slots=True)
class EventLog(Generic[PlanT]):
    """What the lines say, by association index where they are of one; times in nanoseconds.

    ``run`` and ``environment`` are parts of a RunResult as JSON, None if their event is missing;
    ``connects`` are on the guest's clock. ``damage`` names each line that was left out.
    """

    run: dict[str, Any] | None = None
    environment: dict[str, Any] | None = None
    bssid: str | None = None
    plan: PlanT | None = None
    frames: dict[int, list[FrameRecord]] = field(default_factory=dict)
    notifications: list[Notification] = field(default_factory=list)
    performed: dict[int, tuple[PerformedOrder, ...]] = field(default_factory=dict)
    ap_acts: dict[int, list[ApAct]] = field(default_factory=dict)
    usb_acts: dict[int, list[UsbAct]] = field(default_factory=dict)
    live_rules: dict[int, list[LiveRule]] = field(default_factory=dict)
    connects: dict[int, int] = field(default_factory=dict)
    associations: dict[int, AssociationEvidence] = field(default_factory=dict)
    stalls: list[Stall] = field(default_factory=list)
    clock: ClockModel = UNKNOWN_CLOCK
    wall_clocks: list[WallClock] = field(default_factory=list)
    verifier: DriverVerifier | None = None
    end: dict[str, Any] | None = None
    reached_ns: int = 0
    """When the guest, or its radio, was first reached, on the air's clock; 0: not known."""
    ended_ns: int = 0
    duration_s: float = 0.0
    damage: list[TraceDamage] = field(default_factory=list)
    moments: list[_Moment] = field(default_factory=list)


def read_events(
    data: bytes, read_plan: PlanReader[PlanT], *, sealed: bool = False
) -> EventLog[PlanT]:
    """What `events.jsonl` says, and what is wrong with it; never raises.

    Times of lines that are `sealed` are taken as they stand.
    """
    log, seen = EventLog[PlanT](), _Numbers()
    times: list[int] = []
    under_way: int | None = None
    for line, event in _events(data, log):
        number = event.get("n")
        if not seen.take(number, line, under_way, log):
            continue
        try:
            times.append(int(event["host_ns"]))
            subject = _take(event, log, read_plan)
            held_back = HELD_BACK_NS if event.get("rule") == "delay" else 0
            log.moments.append(_Moment(
                line, subject, event.get("air_ns"), event.get("guest_ns", event.get("t_ns")),
                times[-1], log.clock, held_back,
            ))  # fmt: skip
        except (KeyError, TypeError, ValueError, AttributeError, RecordError) as error:
            what = f"{EVENTS}:{line}: not an event of a run: {error}"
            log.damage.append(TraceDamage(DamageKind.NOT_AN_EVENT, what, line, None, None, None,
                                          under_way))  # fmt: skip
        if event.get("event") in ("attempt", "association"):
            index = event.get("association")
            under_way = index if isinstance(index, int) else None
    seen.close(log)
    if not sealed and not log.stalls:
        _leave_out_doubtful(log)
    log.duration_s = (max(times) - min(times)) / 1e9 if times else 0.0
    return log


class _Numbers:
    """The numbers of the events: each there, once, in order; the moment of a gap is known by the
    association under way."""

    def __init__(self) -> None:
        self._seen: set[int] = set()
        self._gaps: dict[int, int | None] = {}
        self._highest = 0

    def take(self, number: object, line: int, under_way: int | None, log: EventLog[PlanT]) -> bool:
        """Whether the event is to be taken; runs of earlier versions have no numbers."""
        if type(number) is not int:
            return True
        if number in self._seen:
            what = f"{EVENTS}:{line}: event {number} is there twice"
            log.damage.append(TraceDamage(DamageKind.TWICE, what, line))
            return False
        self._seen.add(number)
        if number < self._highest:
            what = f"{EVENTS}:{line}: event {number} is behind event {self._highest}"
            log.damage.append(TraceDamage(DamageKind.OUT_OF_ORDER, what, line))
        for missed in range(self._highest + 1, min(number, self._highest + 100_000)):
            self._gaps[missed] = under_way
        self._highest = max(self._highest, number)
        return True

    def close(self, log: EventLog[PlanT]) -> None:
        """Note the numbers that never came as gaps, by the association under way then."""
        missing = [number for number in self._gaps if number not in self._seen]
        for place in dict.fromkeys(self._gaps[number] for number in missing):
            own = [number for number in missing if self._gaps[number] == place]
            which = f"event {own[0]}" if len(own) == 1 else f"{len(own)} events from {own[0]} on"
            what = f"{EVENTS}: {which} missing"
            log.damage.append(
                TraceDamage(DamageKind.EVENT_GAP, what, association=place)
            )  # fmt: skip


def _events(data: bytes, log: EventLog[PlanT]) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, line in enumerate(data.split(b"\n"), 1):
        if not line.strip():
            continue
        try:
            event = json.loads(line)
        except (ValueError, RecursionError):
            event = None
        if isinstance(event, dict) and isinstance(event.get("event"), str):
            yield number, event
        else:
            what = f"{EVENTS}:{number}: not an event of a run"
            log.damage.append(TraceDamage(DamageKind.NOT_AN_EVENT, what, number))


def _take(
    event: dict[str, Any], log: EventLog[PlanT], read_plan: PlanReader[PlanT]
) -> FrameRecord | Notification | None:
    """Take what an event says; the frame or notification it is about, if it is."""
    match event["event"]:
        case "begin":
            log.run = dict(event["run"])
        case "environment":
            log.environment = dict(event["environment"])
        case "port" | "guest":  # a guest that an earlier run began with is there already
            log.reached_ns = log.reached_ns or int(event["host_ns"])
        case "on air":
            log.bssid = str(event["bssid"])
        case "plan":
            log.plan = read_plan(event)
        case "connect":
            log.connects[_counted(event["association"])] = int(event["connect_ns"])
            if event["clock"]:
                log.clock = typed(ClockModel, event["clock"])
        case "frame":
            frame = FrameRecord.from_json(event)
            log.frames.setdefault(frame.association, []).append(frame)
            return frame
        case "notification":
            log.notifications.append(found := _notification(event))
            return found
        case "order":
            log.ap_acts.setdefault(_whole(event["association"]), []).append(ap_act_of(event))
        case "usb":
            log.usb_acts.setdefault(_whole(event["association"]), []).append(usb_act_of(event))
        case "rule":
            log.live_rules.setdefault(_whole(event["association"]), []).append(live_rule_of(event))
        case "orders":
            log.performed[event["association"]] = performed_orders(event["done"])
        case "association":
            one = _association(event)
            log.associations[one.index] = one
            log.clock = typed(ClockModel, event["clock"])
        case "wall clock":
            log.wall_clocks.append(wall_clock_of(event))
        case "not fetched":
            log.damage.append(not_fetched_of(event))
        case "driver verifier":
            members = {name: event[name] for name in ("miniport", "drivers", "ndis_wifi")}
            log.verifier = typed(DriverVerifier, members)
        case "stall":
            log.stalls.append(stall_of(event))
        case "end":
            log.end, log.ended_ns = event, int(event["host_ns"])
    return None


def typed(kind: type[_Value], members: Mapping[str, Any]) -> _Value:
    """What an event says, each member of its type; raises TypeError or ValueError otherwise."""
    kind(**members)  # a member that is missing, or that nobody knows, is a TypeError
    try:
        value: _Value = _adapter(kind).validate_json(json.dumps(members), strict=True)
    except ValidationError as error:
        place = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise ValueError(f"{place} has a wrong value") from None
    return value


def _adapter(kind: Any) -> TypeAdapter[Any]:
    if kind not in _ADAPTERS:  # made once each: that takes long
        _ADAPTERS[kind] = TypeAdapter(kind)
    return _ADAPTERS[kind]


def ap_act_of(event: Mapping[str, Any]) -> ApAct:
    """The act of an access point that an event reports; raises as `typed`, or KeyError."""
    members = ("place", "do", "bssid", "channel", "air_ns")
    return typed(ApAct, {name: event[name] for name in members})


def usb_act_of(event: Mapping[str, Any]) -> UsbAct:
    """The act of the USB adapter that an event reports; raises as `typed`, or KeyError."""
    members = ("place", "do", "transfers", "air_ns", "until_ns")
    return typed(UsbAct, {name: event[name] for name in members})


def live_rule_of(event: Mapping[str, Any]) -> LiveRule:
    """What an event says was done with a rule of the air; raises as `typed`, or KeyError."""
    members = ("change", "place", "was", "words", "air_ns")
    told = {name: event[name] for name in members}
    return typed(LiveRule, {**told, "medium": event.get("medium", 1)})


def not_fetched_of(event: Mapping[str, Any]) -> TraceDamage:
    """What an event says could not be had of a guest's own log and dumps."""
    what = f"of the guest's own log and dumps was not had: {event['what']}"
    return TraceDamage(DamageKind.EVENT_LOG, what[:500])


def wall_clock_of(event: Mapping[str, Any]) -> WallClock:
    """A reading of the guest's calendar and clock that an event reports; raises as `ap_act_of`."""
    members = ("utc_ns", "guest_ns", "uncertainty_ns")
    return typed(WallClock, {name: event[name] for name in members})


def _whole(index: object) -> int:
    if type(index) is not int:
        raise ValueError("association has a wrong value")
    return index


def stall_of(event: Mapping[str, Any]) -> Stall:
    """The stall an event reports; raises KeyError, TypeError or ValueError if it reports none."""
    return Stall(str(event["who"]), int(event["from_air_ns"]), int(event["until_air_ns"]))


def _counted(index: object) -> int:
    """The place of an association, which are counted from 1."""
    if type(index) is not int or index < 1:
        raise ValueError("association has a wrong value")
    return index


def _notification(event: Mapping[str, Any]) -> Notification:
    members = ("t_ns", "source", "code", "interface", "reason", "profile")
    return typed(Notification, {name: event[name] for name in members})


def _leave_out_doubtful(log: EventLog[PlanT]) -> None:
    """What cannot have been at its time is no evidence. (Where a part of the lab stood still, lines
    come as late as it stood.)"""
    known = [one.clock for one in log.moments if one.clock != UNKNOWN_CLOCK]
    for one in log.moments:
        clock = known[0] if one.clock == UNKNOWN_CLOCK and known else one.clock
        off_s = _off_s(one, clock)
        if not off_s:
            continue
        place = None
        if isinstance(one.subject, FrameRecord):
            log.frames[one.subject.association].remove(one.subject)
            place = one.subject.association
        elif isinstance(one.subject, Notification):
            log.notifications.remove(one.subject)
        what = f"{EVENTS}:{one.line}: its time is {off_s:+.1f} s off the moment it was written"
        log.damage.append(TraceDamage(DamageKind.NOT_AN_EVENT, what, one.line, association=place))


def _off_s(one: _Moment, clock: ClockModel) -> float:
    """How far from the moment its line was written a thing was, if that cannot be; else 0."""
    times = [(one.air_ns, EARLY_NS)] if isinstance(one.air_ns, int) else []
    if isinstance(one.guest_ns, int) and clock.uncertainty_ns < LATE_NS:
        early_ns = GUEST_EARLY_NS + clock.uncertainty_ns
        times.append((to_air_ns(clock, one.guest_ns), early_ns))
    for air_ns, early_ns in times:
        off_ns = air_ns - one.host_ns
        if off_ns > early_ns or -off_ns > LATE_NS + one.held_back_ns:
            return off_ns / 1e9
    return 0.0


def _association(event: Mapping[str, Any]) -> AssociationEvidence:
    demanded = ("index", "connect_ns", "end_ns", "echo", "lab_fault")
    later = ("orders", "frame_span", "frames_due", "unread_lines")
    members = {name: event[name] for name in demanded}
    members |= {name: event[name] for name in later if name in event}
    _counted(event["index"])
    one = typed(AssociationEvidence, members)
    if one.echo and min(one.echo.sent, one.echo.answered, *one.echo.rtt_us) < 0:
        raise ValueError("echo has a wrong value")
    return one
