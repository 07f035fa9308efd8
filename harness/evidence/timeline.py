# SPDX-License-Identifier: GPL-2.0-or-later
"""All evidence of one association on one clock: what the ladder diagram of the report draws."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field
from typing import Final, Literal

from harness.evidence import event_names, fields, names
from harness.evidence.clock import frame_guest_ns, to_guest_ns
from harness.evidence.model import (
    ApAct,
    AssociationEvidence,
    ClockModel,
    CrashDump,
    FrameRecord,
    IhvRecord,
    LiveRule,
    LogEvent,
    Notification,
    RunEvidence,
    UsbAct,
)
from harness.evidence.owners import Owner, Owners, owners

Lane = Literal["air", "handler", "framework", "wlan"]
Direction = Literal["up", "down", "enter", "return", ""]

SHOWN_ARGUMENTS: Final = (
    "dwReasonCode", "dwWin32Error", "hSecuritySessionID", "hConnectSession", "hSendCompletion",
    "uPacketLen", "dwInBufferSize", "pPeer", "dot11AssocStatus", "uDefaultKeyId", "buffer",
)  # fmt: skip
"""Arguments worth a line in the diagram; the trace file has all of them."""

_NOTIFICATIONS: Final = {
    (8, 9): "ACM connection start", (8, 10): "ACM connection complete",
    (8, 11): "ACM connection attempt fail", (8, 20): "ACM disconnecting",
    (8, 21): "ACM disconnected", (16, 1): "MSM associating", (16, 2): "MSM associated",
    (16, 3): "MSM authenticating", (16, 4): "MSM connected", (16, 5): "MSM roaming start",
    (16, 6): "MSM roaming end", (16, 9): "MSM disassociating", (16, 10): "MSM disconnected",
}  # fmt: skip
"""wlanapi.h: WLAN_NOTIFICATION_ACM and WLAN_NOTIFICATION_MSM."""


@dataclass(frozen=True, slots=True)
class TimelineEvent:
    """One event: when (guest clock, with its uncertainty), in which lane, and what it was.

    ``direction`` is up or down for frames (up: from the station), enter or return for calls.
    ``owner`` is the adapter and station concerned, where the association has several.
    """

    at_ns: int
    uncertainty_ns: int
    lane: Lane
    label: str
    direction: Direction
    detail: dict[str, str | int] = field(default_factory=dict)
    owner: Owner | None = None


def timelines(
    evidence: RunEvidence, packets: Mapping[int, int] | None = None
) -> dict[int, tuple[TimelineEvent, ...]]:
    """The timeline of every association of a run, by its index.

    ``packets`` has the number in the capture of a frame's number, for the frames in it.
    """
    several = owners(evidence)
    return {
        one.index: timeline(one, evidence.clock, several.get(one.index), packets)
        for one in evidence.associations
    }


def timeline(
    assoc: AssociationEvidence,
    clock: ClockModel,
    whose: Owners | None = None,
    packets: Mapping[int, int] | None = None,
) -> tuple[TimelineEvent, ...]:
    """Every frame, call and notification of the association in the order of the guest clock.

    Events of the air clock (frames that never reached the guest) carry the clock's uncertainty;
    their place among events closer than that is not meaningful. Where there are several access
    points a frame says which one it is of, and where the station changes its access point a request
    to associate says which one it asks.
    """
    whose = whose or Owners()
    points = {frame.transmitter for frame in assoc.frames if frame.direction == "down"}
    roams = len({frame.transmitter for frame in assoc.frames if frame.kind == "assoc-resp"}) > 1
    events = [
        TimelineEvent(assoc.connect_ns, 0, "wlan", "WlanConnect", "enter"),
        *(
            _frame(one, clock, whose.of_frame(one), roams, packets or {}, points)
            for one in assoc.frames
        ),
        *_trace(assoc.ihv, whose),
        *(_notification(item, whose) for item in assoc.notifications),
        *(_log_event(item, whose) for item in assoc.log_events),
        *(_crash(item) for item in assoc.crashes),
        *(_ap_act(act, clock) for act in assoc.ap_acts),
        *(_usb_act(act, clock) for act in assoc.usb_acts),
        *(_live_rule(one, clock) for one in assoc.live_rules),
    ]
    return tuple(sorted(events, key=lambda event: event.at_ns))


def _frame(
    frame: FrameRecord,
    clock: ClockModel,
    owner: Owner | None,
    roams: bool,
    packets: Mapping[int, int],
    points: Set[str],
) -> TimelineEvent:
    at_ns, uncertainty_ns = frame_guest_ns(frame, clock)
    detail: dict[str, str | int] = {"number": frame.number, "length": frame.length}
    optional: dict[str, str | int | None] = {
        "pcapng": packets.get(frame.number),
        "to": frame.receiver if roams and frame.kind == "assoc-req" else None,
        "rule": frame.rule,
        "altered": frame.detail.get("altered"),
        "inserted": frame.detail.get("inserted"),
        "source": frame.detail.get("source"),
        "replay_counter": frame.replay_counter,
        "pn": frame.pn,
        "freq_mhz": frame.detail.get("freq_mhz"),
        "code": frame.detail.get("code"),
        "dot11_reason": frame.detail.get("reason")
        if frame.kind in ("deauth", "disassoc")
        else None,
        "dot11_status": frame.detail.get("status")
        if frame.kind in ("auth", "assoc-resp")
        else None,
        "eap_type": frame.detail.get("eap_type"),
        "mic": None if frame.mic_ok is None else ("right" if frame.mic_ok else "wrong"),
    }
    point = frame.transmitter if frame.direction == "down" else frame.receiver
    optional["access_point"] = point if len(points) > 1 and point in points else None
    detail |= {name: value for name, value in optional.items() if value is not None}
    flags = {"retry": frame.retry, "protected": frame.protected, "lost": not frame.delivered}
    detail |= {name: 1 for name, value in flags.items() if value}
    return TimelineEvent(at_ns, uncertainty_ns, "air", frame.kind, frame.direction, detail, owner)


def _ap_act(act: ApAct, clock: ClockModel) -> TimelineEvent:
    """What an access point did by order: among the frames, without a direction."""
    detail: dict[str, str | int] = {"access_point": act.bssid, "channel": act.channel}
    at_ns = to_guest_ns(clock, act.air_ns)
    return TimelineEvent(at_ns, clock.uncertainty_ns, "air", f"ordered: {act.do}", "", detail)


def _usb_act(act: UsbAct, clock: ClockModel) -> TimelineEvent:
    """What the USB adapter did by order: among the frames, without a direction."""
    held: dict[str, str | int] = {"transfers": ", ".join(act.transfers)} if act.transfers else {}
    at_ns = to_guest_ns(clock, act.air_ns)
    return TimelineEvent(at_ns, clock.uncertainty_ns, "air", f"adapter: {act.do}", "", held)


def _live_rule(rule: LiveRule, clock: ClockModel) -> TimelineEvent:
    """What was done with a rule of the air meanwhile: among the frames, without a direction."""
    detail: dict[str, str | int] = {"rule": rule.place, "says": rule.words}
    at_ns = to_guest_ns(clock, rule.air_ns)
    return TimelineEvent(at_ns, clock.uncertainty_ns, "air", f"rule {rule.change}", "", detail)


def _trace(records: tuple[IhvRecord, ...], whose: Owners) -> Iterator[TimelineEvent]:
    entered = {
        (record.process, record.call): record for record in records if record.kind == "enter"
    }
    for record in records:
        if record.kind == "exception":
            code = fields.text(record.raw, "code") or "exception"
            module = fields.text(record.raw, "module") or "unknown module"
            detail: dict[str, str | int] = {"seq": record.seq, "module": module}
            yield TimelineEvent(record.t_ns, 0, "handler", f"exception {code}", "", detail)
        elif record.kind in ("load", "unload"):
            label = f"DLL {record.kind}"
            yield TimelineEvent(record.t_ns, 0, "handler", label, "", {"seq": record.seq})
        elif record.kind == "host":
            label = f"host process {fields.text(record.raw, 'how') or 'ended'}"
            yield TimelineEvent(record.t_ns, 0, "handler", label, "", {"seq": record.seq})
        else:
            owner = whose.of_call(record.process, record.call)
            yield _call(record, entered.get((record.process, record.call)), owner)


def _call(record: IhvRecord, enter: IhvRecord | None, owner: Owner | None) -> TimelineEvent:
    function = record.function or "?"
    lane: Lane = "handler" if names.is_handler(function) else "framework"
    detail: dict[str, str | int] = {"seq": record.seq, "tid": record.tid}
    if record.kind == "enter":
        shown = ((name, record.args.get(name)) for name in SHOWN_ARGUMENTS)
        detail |= {name: value for name, value in shown if isinstance(value, (str, int))}
        return TimelineEvent(record.t_ns, 0, lane, names.short(function), "enter", detail, owner)
    if record.result is not None:
        detail["result"] = record.result
    if enter is not None:
        detail["duration_us"] = (record.t_ns - enter.t_ns) // 1000
    return TimelineEvent(record.t_ns, 0, lane, names.short(function), "return", detail, owner)


def _log_event(event: LogEvent, whose: Owners) -> TimelineEvent:
    """An event of the guest's own log, among what its WLAN service told."""
    interface = event.connection[0] if event.connection else ""
    return TimelineEvent(
        event.t_ns or 0, event.uncertainty_ns, "wlan", event_names.label(event), "",
        event_names.details(event), whose.of_interface(interface),
    )  # fmt: skip


def _crash(crash: CrashDump) -> TimelineEvent:
    """A crash by the time that its dump or report has, which is whole seconds."""
    detail: dict[str, str | int] = {"told by": crash.told_by}
    label = f"exception {crash.code:#010x} in {crash.where}"
    if crash.system:
        label = f"bug check {crash.code:#x}"
        detail["parameters"] = ", ".join(f"{one:#x}" for one in crash.parameters)
        detail |= {"driver": crash.module} if crash.module else {}
    return TimelineEvent(crash.t_ns or 0, 1_000_000_000, "handler", label, "", detail)


def _notification(item: Notification, whose: Owners) -> TimelineEvent:
    label = _NOTIFICATIONS.get((item.source, item.code), f"notification {item.source}/{item.code}")
    detail: dict[str, str | int] = {"source": item.source, "code": item.code}
    if item.reason is not None:
        detail["reason"] = item.reason
    owner = whose.of_interface(item.interface)
    return TimelineEvent(item.t_ns, 0, "wlan", label, "", detail, owner)
