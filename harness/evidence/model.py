# SPDX-License-Identifier: GPL-2.0-or-later
"""What a run leaves behind, as plain values: the input of timeline, checks, timing and report.

Times are integers in nanoseconds. "Guest clock" is the clock QueryPerformanceCounter reads in the
guest; the IHV trace, the WLAN notifications and the stamps of the radio relay are all on it. "Air
clock" is the host's monotonic clock as the air process reads it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from harness.evidence.crashes import CrashDump, DriverVerifier
from harness.evidence.event_log import LogEvent
from hwsim.records import FrameRecord

__all__ = [
    "AIR_LOSSES",
    "LOSSES",
    "ApAct",
    "AssociationEvidence",
    "ClockModel",
    "CrashDump",
    "DamageKind",
    "DriverVerifier",
    "Echo",
    "FrameRecord",
    "IhvRecord",
    "Lacking",
    "LiveRule",
    "LogEvent",
    "Notification",
    "PerformedOrder",
    "RunEvidence",
    "Stall",
    "TraceDamage",
    "UsbAct",
]


@dataclass(frozen=True, slots=True)
class IhvRecord:
    """One line of the recorder's trace, validated.

    ``seq`` counts from 1 within one process; ``process`` counts the processes of one trace from 0,
    since process ids come back. ``call`` joins an "enter" with its "return". ``raw`` is the whole
    decoded line, for the members only some kinds have (load, exception).
    """

    seq: int
    t_ns: int
    pid: int
    tid: int
    kind: str
    call: int | None = None
    function: str | None = None
    args: Mapping[str, object] = field(default_factory=dict)
    out: Mapping[str, object] = field(default_factory=dict)
    result: int | None = None
    raw: Mapping[str, object] = field(default_factory=dict, repr=False)
    process: int = 0


class DamageKind(StrEnum):
    """What can be wrong with a trace; the value is what reports show."""

    NOT_JSON = "line is not JSON"
    NOT_OBJECT = "line is not a JSON object"
    BAD_FIELD = "field missing or of a wrong type"
    UNKNOWN_KIND = "unknown kind of record"
    TOO_LONG = "line too long"
    CUT_LINE = "last line is cut"
    SEQ_GAP = "records are missing"
    SEQ_DUPLICATE = "sequence number twice"
    CALL_DUPLICATE = "call number twice"
    UNMATCHED_RETURN = "return without its entry"
    NO_LOAD = "process without its load record"
    LATE_LOAD = "load record behind other records of its process"
    OUT_OF_TIME = "time contradicts the sequence"
    NOT_WRITTEN = "recorder could not write records"
    NO_END = "trace ends without the end of its process"
    TRACE_CUT = "trace file was cut short or replaced"
    NO_TRACE = "source of the evidence has no IHV trace"
    FRAME_GAP = "frames are missing"
    UNREAD_LINE = "line of the air or the agent could not be read"
    NO_HANDLE = "handle of an adapter could not be read"
    NOT_SHOWN = "association without its records"
    FILE_CHANGED = "file is not as it was sealed"
    FILE_GONE = "file is missing"
    LINES_LOST = "lines of a sealed file are missing"
    NOT_SEALED = "evidence is not sealed"
    NOT_AN_EVENT = "line is no event of a run"
    EVENT_GAP = "events are missing"
    TWICE = "event twice"
    OUT_OF_ORDER = "line out of order"
    RECORDS_LOST = "records that were read are not in the file"
    NO_PLAN = "what the run is judged by is missing"
    NOT_FINISHED = "run was not finished"
    CRASH_DUMP = "crash dump could not be read"
    EVENT_LOG = "event log could not be read, or not placed in time"
    MORE = "more damage, not listed"


LOSSES: Final = frozenset({
    DamageKind.SEQ_GAP, DamageKind.NO_LOAD, DamageKind.TRACE_CUT, DamageKind.CUT_LINE,
    DamageKind.CALL_DUPLICATE, DamageKind.UNMATCHED_RETURN, DamageKind.OUT_OF_TIME,
    DamageKind.NO_END, DamageKind.NO_TRACE, DamageKind.NO_HANDLE,
})  # fmt: skip
"""Faults with which records of the trace, or whose they are, are missing in a stretch of time."""

AIR_LOSSES: Final = frozenset({DamageKind.FRAME_GAP, DamageKind.UNREAD_LINE})
"""Faults with which frames or notifications are missing from an association."""


@dataclass(frozen=True, slots=True)
class TraceDamage:
    """One fault of the evidence itself, of the trace or of what else was written down.

    ``line`` counts from 1 (0 when no single line is at fault). ``from_ns``..``until_ns`` is the
    stretch of guest time in which records may be missing, None where that is not known;
    ``association`` the one concerned, where that is known instead. ``missing`` says that evidence
    is lost by it: what it may have shown is not known.
    """

    kind: DamageKind
    message: str
    line: int = 0
    process: int | None = None
    from_ns: int | None = None
    until_ns: int | None = None
    association: int | None = None

    @property
    def missing(self) -> bool:
        """Whether evidence is lost by it."""
        return self.kind in _MISSING


_MISSING: Final = LOSSES | AIR_LOSSES | {
    DamageKind.NOT_SHOWN, DamageKind.NOT_FINISHED, DamageKind.NOT_SEALED, DamageKind.FILE_GONE,
    DamageKind.LINES_LOST,
    DamageKind.NOT_AN_EVENT, DamageKind.EVENT_GAP, DamageKind.NO_PLAN, DamageKind.RECORDS_LOST,
    DamageKind.MORE,
}  # fmt: skip


class Lacking(str):
    """A reason that rests on evidence that is missing, or on a lab that stood still.

    A rule that is undecided for such a reason might have been broken.
    """

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Stall:
    """A part of the lab stood still: between two times of the air's clock it did no work."""

    who: str
    from_air_ns: int
    until_air_ns: int

    def __str__(self) -> str:
        return f"{self.who} stood still for {(self.until_air_ns - self.from_air_ns) / 1e9:.1f} s"


@dataclass(frozen=True, slots=True)
class Notification:
    """A WLAN notification as the agent received it (wlanapi.h WLAN_NOTIFICATION_DATA)."""

    t_ns: int
    source: int
    code: int
    interface: str
    reason: int | None = None
    profile: str | None = None


@dataclass(frozen=True, slots=True)
class ClockModel:
    """How the two clocks are tied: guest = air + offset_ns, at most uncertainty_ns off."""

    offset_ns: int
    uncertainty_ns: int


@dataclass(frozen=True, slots=True)
class Echo:
    """Outcome of the data path probe the access point made after the port was authorised."""

    sent: int
    answered: int
    arp: bool
    protected: bool
    rtt_us: tuple[int, ...] = ()

    @property
    def shortfall(self) -> tuple[float, bool]:
        """How much was lacking: a larger one is worse. Some requests unanswered; none sent, as no
        station was there; none answered. Between equals: broadcast that was not answered."""
        if not self.sent:
            return 1, True
        return (2 if not self.answered else 1 - self.answered / self.sent), not self.arp


@dataclass(frozen=True, slots=True)
class PerformedOrder:
    """One order of the scenario that the guest's WLAN service carried out.

    ``place`` is its place among the scenario's, from 1, ``on`` the event and ``do`` the action.
    ``t_ns`` is when it began, None where the guest did not tell.
    """

    place: int
    on: str
    do: str
    t_ns: int | None = None


@dataclass(frozen=True, slots=True)
class ApAct:
    """Something an access point did because the scenario orders it, on the air's clock.

    ``place`` is the order's place among the scenario's, from 1, 0 for one of a call; ``do`` as in
    `hwsim.ap.orders`; ``channel`` is the one the access point was on afterwards.
    """

    place: int
    do: str
    bssid: str
    channel: int
    air_ns: int


@dataclass(frozen=True, slots=True)
class UsbAct:
    """Something the emulated USB adapter did because the scenario orders it, on the air's clock.

    ``place`` is the order's place among the scenario's, from 1; ``do`` as in
    `hwsim.adapter_orders`, or plug, when one that was unplugged is plugged in again. ``until_ns``
    is when it ends, None of what has no end in the association; ``transfers`` are held up.
    """

    place: int
    do: str
    transfers: tuple[str, ...]
    air_ns: int
    until_ns: int | None = None


@dataclass(frozen=True, slots=True)
class LiveRule:
    """What a client did with a rule of the air while the association lasted, on the air's clock.

    ``change``: added, changed, removed or triggered (`hwsim.live_rules`). ``place`` is the rule's
    place, ``was`` that of the one whose stead it takes, 0 for none; ``words`` say what it does.
    """

    change: str
    place: int
    was: int
    words: str
    air_ns: int
    medium: int = 1


@dataclass(frozen=True, slots=True)
class AssociationEvidence:
    """Everything about one connection attempt, on the guest clock where a clock is not named.

    ``lab_fault`` says in words what part of the lab broke, None if none did.
    """

    index: int
    connect_ns: int
    end_ns: int
    frames: tuple[FrameRecord, ...] = ()
    ihv: tuple[IhvRecord, ...] = ()
    notifications: tuple[Notification, ...] = ()
    echo: Echo | None = None
    lab_fault: str | None = None
    orders: tuple[int, ...] = ()
    """Places (from 1) of the scenario's orders that the guest's WLAN service carried out."""
    performed: tuple[PerformedOrder, ...] = ()
    """The same orders each time they were carried out, in that order."""
    ap_acts: tuple[ApAct, ...] = ()
    """What access points did by the scenario's orders."""
    usb_acts: tuple[UsbAct, ...] = ()
    """What the emulated USB adapter did by the scenario's orders."""
    live_rules: tuple[LiveRule, ...] = ()
    """What was done with the air's rules while it lasted."""
    frame_span: tuple[int, int] | None = None
    """The last frame number given out before it began, and when it was over; None: not known."""
    frames_due: tuple[int, ...] = ()
    """Numbers given out by then whose record was still to come (a frame that is delayed)."""
    log_events: tuple[LogEvent, ...] = ()
    """What the guest's own event log has of it."""
    crashes: tuple[CrashDump, ...] = ()
    """Crashes of the guest or its programs meanwhile, by dumps and by that log."""
    unread_lines: int = 0
    """Lines of the air and of agent.exe that could not be read while it lasted."""


@dataclass(frozen=True, slots=True)
class RunEvidence:
    """A whole run, or a window of it made by `harness.evidence.window`."""

    trace: tuple[IhvRecord, ...]
    associations: tuple[AssociationEvidence, ...]
    clock: ClockModel
    damage: tuple[TraceDamage, ...] = ()
    stalls: tuple[Stall, ...] = ()
    log_events: tuple[LogEvent, ...] = ()
    """The guest's own event log, those of associations too."""
    crashes: tuple[CrashDump, ...] = ()
    """Crashes of programs and of Windows, by dumps and by that log."""
    verifier: DriverVerifier | None = None
    """Windows' Driver Verifier, if it was on."""
