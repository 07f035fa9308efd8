# SPDX-License-Identifier: GPL-2.0-or-later
"""The evidence of a run as it comes in: kept in memory for judging, and on disk as it arrived.

A disk that fills up must not cost the evidence already in memory: writing stops, `fault` says so,
and the run ends as a lab fault with what it has. What a run is and what it is judged by is written
down first, so that a run that is killed can be judged from what there is.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

from harness.checks import CheckLimits, Expectation
from harness.evidence import (
    ApAct,
    AssociationEvidence,
    ClockModel,
    IhvRecord,
    LiveRule,
    Notification,
    Stall,
    TraceDamage,
    TraceParser,
    UsbAct,
)
from harness.evidence.crashes import DriverVerifier
from harness.evidence.event_log import WallClock
from harness.evidence.sources import EVENTS, TRACE
from harness.evidence.sources.events import (
    ap_act_of,
    live_rule_of,
    not_fetched_of,
    stall_of,
    usb_act_of,
)
from harness.evidence.trace import CUT_LINE
from hwsim.records import FrameRecord

HEARTBEAT_S = 0.25
LATE_S = 1.0
"""A heartbeat that comes later than this is a harness that stood still."""


class Recording:
    """Everything seen so far. Frames and notifications come from other threads."""

    def __init__(self, events: BinaryIO, trace: BinaryIO) -> None:
        self.fault = ""
        self._read_to = 0
        self._last = b""
        self._events = events
        self._trace_file = trace
        self._parser = TraceParser()
        self._trace: list[IhvRecord] = []
        self._frames: list[FrameRecord] = []
        self._notifications: list[Notification] = []
        self._stalls: list[Stall] = []
        self.wall_clocks: list[WallClock] = []
        self.verifier: DriverVerifier | None = None
        self.lacking: list[TraceDamage] = []
        self._ap_acts: dict[int, list[ApAct]] = {}
        self._usb_acts: dict[int, list[UsbAct]] = {}
        self._live_rules: dict[int, list[LiveRule]] = {}
        self._events_told = 0
        self._lock = threading.Lock()

    def frame(self, record: FrameRecord) -> None:
        """Keep a frame that crossed the air, and write it down; called by the air's thread."""
        with self._lock:
            self._frames.append(record)
        self.event({"event": "frame", **record.to_json()})

    def notification(self, notification: Notification) -> None:
        """The guest's WLAN service notified the agent."""
        with self._lock:
            self._notifications.append(notification)
        self.event({"event": "notification", **dataclasses.asdict(notification)})

    def event(self, event: dict[str, Any]) -> None:
        """Any other event: written down with its number and the host's monotonic time."""
        with self._lock:
            self._events_told += 1
            head = {"n": self._events_told, "host_ns": time.monotonic_ns()}
            self._write(self._events, json.dumps(head | event).encode() + b"\n", EVENTS)

    def air_event(self, event: dict[str, Any]) -> None:
        """What the air tells unasked; a stall of the air or the guest is kept, and so is what
        access points and the USB adapter were ordered to do, and what was done with rules."""
        self.event(event)
        if event.get("event") == "stall":
            self._stalls.append(stall_of(event))
        elif event.get("event") == "order":
            self._ap_acts.setdefault(int(event["association"]), []).append(ap_act_of(event))
        elif event.get("event") == "usb":
            self._usb_acts.setdefault(int(event["association"]), []).append(usb_act_of(event))
        elif event.get("event") == "rule":
            found = self._live_rules.setdefault(int(event["association"]), [])
            found.append(live_rule_of(event))

    def live_rules(self, association: int) -> tuple[LiveRule, ...]:
        """What was done with the air's rules in that association, so far."""
        return tuple(self._live_rules.get(association, ()))

    def ap_acts(self, association: int) -> tuple[ApAct, ...]:
        """What access points did by order in that association, so far."""
        return tuple(self._ap_acts.get(association, ()))

    def usb_acts(self, association: int) -> tuple[UsbAct, ...]:
        """What the USB adapter did by order in that association, so far."""
        return tuple(self._usb_acts.get(association, ()))

    def stall(self, stall: Stall) -> None:
        """A part of the lab stood still."""
        self.air_event({"event": "stall", **dataclasses.asdict(stall)})

    def wall_clock(self, reading: WallClock) -> None:
        """The guest's calendar and its clock, read at once: what places events of its own log.

        Of the boot that the run takes place in: another boot's counter begins anew.
        """
        self.wall_clocks.append(reading)
        self.event({"event": "wall clock", **dataclasses.asdict(reading)})

    def driver_verifier(self, verifier: DriverVerifier) -> None:
        """Windows' Driver Verifier is on, as this says: whose its bug checks are is then known."""
        self.verifier = verifier
        self.event({"event": "driver verifier", **dataclasses.asdict(verifier)})

    def not_fetched(self, what: str) -> None:
        """Something that would bear witness in the guest could not be had."""
        told = {"event": "not fetched", "what": what}
        self.lacking.append(not_fetched_of(told))
        self.event(told)

    def stalls(self) -> tuple[Stall, ...]:
        """When a part of the lab stood still, so far."""
        return tuple(self._stalls)

    def begin(self, run: dict[str, Any]) -> None:
        """The run begins: what its result says that does not follow from the evidence."""
        self.event({"event": "begin", "run": run})

    def judged_by(self, limits: CheckLimits, expect: Expectation) -> None:
        """By what the run is judged, so that it can be judged again from its files."""
        values = {"limits": dataclasses.asdict(limits), "expect": dataclasses.asdict(expect)}
        self.event({"event": "plan", **values})

    def environment(self, environment: dict[str, Any]) -> None:
        """Where the run takes place, as soon as that is known."""
        self.event({"event": "environment", "environment": environment})

    def attempt(self, index: int) -> None:
        """What comes from now on is of this association."""
        self.event({"event": "attempt", "association": index})

    def connect(self, index: int, connect_ns: int, clock: ClockModel | None) -> None:
        """An association was asked for, at this guest time."""
        told = dataclasses.asdict(clock) if clock else None
        values = {"association": index, "connect_ns": connect_ns, "clock": told}
        self.event({"event": "connect", **values})

    def end(self, **values: Any) -> None:
        """The run is over: how it ended, and what was written down of it."""
        records = {
            str(process): max(one.seq for one in self._trace if one.process == process)
            for process in sorted({one.process for one in self._trace})
        }
        self.event({"event": "end", **values, "records": len(self._trace), "last_seq": records})

    def association(self, evidence: AssociationEvidence, clock: ClockModel) -> None:
        """An association has ended: what of it is in no other line."""
        self.event(
            {
                "event": "association",
                "index": evidence.index,
                "connect_ns": evidence.connect_ns,
                "end_ns": evidence.end_ns,
                "echo": dataclasses.asdict(evidence.echo) if evidence.echo else None,
                "lab_fault": evidence.lab_fault,
                "orders": list(evidence.orders),
                "frame_span": evidence.frame_span,
                "frames_due": list(evidence.frames_due),
                "unread_lines": evidence.unread_lines,
                "clock": dataclasses.asdict(clock),
            }
        )

    def trace(self, data: bytes) -> tuple[IhvRecord, ...]:
        """The next piece of the guest's trace file; the records it completed."""
        with self._lock:
            self._write(self._trace_file, data, TRACE)
        records = self._parser.feed(data)
        self._trace += records
        return records

    def new_trace(self) -> None:
        """The guest's trace file begins anew, by our doing."""
        self._read_to, self._last = 0, b""
        self._parser.begin_anew()

    def pull(self, read: Callable[[int], bytes]) -> tuple[IhvRecord, ...]:
        """What is new in the guest's trace file, of which `read` gives all from an offset on.

        The last byte known is read again each time: if it is not there any more, the file was cut
        short or replaced, which is noted in the recording, and what it holds now is read anew.
        """
        known = len(self._last)
        data = read(self._read_to - known)
        if data[:known] == self._last:
            data = data[known:]
        else:
            self.trace(b"\n" + CUT_LINE)
            self.new_trace()
            data = read(0)
        self._read_to += len(data)
        self._last = data[-1:] or self._last
        return self.trace(data) if data else ()

    def finish_trace(self) -> None:
        """The trace has ended: a cut last line is damage now."""
        self._trace += self._parser.finish()

    def records(self) -> tuple[IhvRecord, ...]:
        """All records of the trace so far."""
        return tuple(self._trace)

    def damage(self) -> tuple[TraceDamage, ...]:
        """What was wrong with the trace itself."""
        return self._parser.damage

    def frames(self, association: int) -> tuple[FrameRecord, ...]:
        """The frames of one association so far, in the order in which the air told them."""
        with self._lock:
            return tuple(frame for frame in self._frames if frame.association == association)

    def notifications(self, since_ns: int) -> tuple[Notification, ...]:
        """The notifications since a moment of guest time."""
        with self._lock:
            return tuple(n for n in self._notifications if n.t_ns >= since_ns)

    def _write(self, file: BinaryIO, data: bytes, name: str) -> None:
        if self.fault:
            return
        try:
            file.write(data)
            file.flush()
        except (OSError, ValueError) as error:
            self.fault = f"{name} cannot be written: {error}"


@contextlib.contextmanager
def open_recording(folder: Path) -> Iterator[Recording]:
    """A recording whose files are in `folder`."""
    with contextlib.ExitStack() as stack:
        events, trace = ((folder / name).open("wb") for name in (EVENTS, TRACE))
        for file in (events, trace):
            stack.callback(_close, file)
        recording = Recording(events, trace)
        stack.enter_context(_heartbeat(recording))
        yield recording


@contextlib.contextmanager
def _heartbeat(recording: Recording) -> Iterator[None]:
    """Note when this process stood still: suspended, stopped, or without a processor.

    The air's clock is the host's monotonic one.
    """
    over = threading.Event()

    def beat() -> None:
        before_ns = time.monotonic_ns()
        while not over.wait(HEARTBEAT_S):
            now_ns = time.monotonic_ns()
            if now_ns - before_ns > LATE_S * 1e9:
                recording.stall(Stall("the harness", before_ns, now_ns))
            before_ns = now_ns

    thread = threading.Thread(target=beat, name="heartbeat", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _close(file: BinaryIO) -> None:
    with contextlib.suppress(OSError):  # what could not be flushed was told already
        file.close()
