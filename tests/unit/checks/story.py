# SPDX-License-Identifier: GPL-2.0-or-later
"""A run told as it comes in: recorder lines through the parser, frames, notifications.

Every record and frame moves the guest clock by 10 µs; `wait_ms` moves it further.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from harness.evidence import (
    AssociationEvidence,
    ClockModel,
    CrashDump,
    DriverVerifier,
    FrameRecord,
    LogEvent,
    Notification,
    RunEvidence,
    names,
    parse_trace,
)

AP = "02:00:00:00:01:00"
STA = "02:00:00:00:00:00"
SVC, IHV = "0x5000", "0x7f0010"
OFFSET_NS = 5_000_000_000
OS, WORKER, SERVICE = 8, 20, 30
"""Thread ids: the OS's handler thread, the DLL's worker, another thread of the DLL."""
ALL_HANDLERS = dict.fromkeys(names.HANDLERS, True)
ASSOC_PARAMS = {
    "Header": {"Type": 128, "Revision": 2, "Size": 96}, "MacAddr": AP, "uStatus": 0,
    "uAssocReqOffset": 96, "uAssocReqSize": 40, "uAssocRespOffset": 136, "uAssocRespSize": 60,
    "uBeaconOffset": 196, "uBeaconSize": 80,
}  # fmt: skip
KEY = {
    "Header": {"Type": 128, "Revision": 1, "Size": 24}, "uKeyIndex": 1, "AlgorithmId": 4,
    "MacAddr": "00:00:00:00:00:00", "bDelete": 0, "bStatic": 0, "usKeyLength": 28,
    "ucKey": {"length": 28, "hash": "0011223344556677"},
}  # fmt: skip


def port_state(**changes: Any) -> dict[str, Any]:
    """DOT11_PORT_STATE as the recorder writes it."""
    state = {"PeerMacAddress": AP, "uSessionId": 1, "bPortControlled": 1, "bPortAuthorized": 0}
    return state | changes


class Story:
    """One run being told."""

    def __init__(self, start_ns: int = 1_000_000_000) -> None:
        self.now = start_ns
        self.svc, self.ihv, self.ap, self.sta = SVC, IHV, AP, STA
        self.interface = "{guid}"
        self.pid = 100
        self.lines: list[str] = []
        self.frames: list[FrameRecord] = []
        self.notifications: list[Notification] = []
        self.associations: list[dict[str, Any]] = []
        self.log_events: list[LogEvent] = []
        self.crashes: list[CrashDump] = []
        self.verifier: DriverVerifier | None = None
        self._seq = 0
        self._calls = 0
        self._handle = 0x9000
        self.connect_session = self.session = "0x0"

    # time and names

    def tick(self) -> int:
        """Move the guest clock on by one event."""
        self.now += 10_000
        return self.now

    def wait_ms(self, ms: float) -> None:
        """Let time pass."""
        self.now += int(ms * 1e6)

    def new_session(self) -> str:
        """A session handle of the OS."""
        return self.new_handle()

    def new_handle(self) -> str:
        """A handle never handed out before."""
        self._handle += 0x10
        return hex(self._handle)

    # the recorder

    def record(self, kind: str, tid: int = OS, **members: Any) -> None:
        """One line of the recorder."""
        self._seq += 1
        line = {"seq": self._seq, "t": self.tick(), "pid": self.pid, "tid": tid, "kind": kind}
        self.lines.append(json.dumps(line | members))

    def enter(self, function: str, tid: int = OS, **args: Any) -> int:
        """Enter a function; gives the number of the call."""
        self._calls += 1
        self.record("enter", tid, call=self._calls, function=function, args=args)
        return self._calls

    def leave(
        self, call: int, function: str, tid: int = OS, result: int | None = 0, **out: Any
    ) -> None:
        """Return from a call."""
        self.record("return", tid, call=call, function=function, result=result, out=out)

    def call(
        self,
        function: str,
        tid: int = OS,
        result: int | None = 0,
        out: dict[str, Any] | None = None,
        **args: Any,
    ) -> None:
        """A call that returns at once."""
        number = self.enter(function, tid, **args)
        self.leave(number, function, tid, result, **(out or {}))

    def api(self, function: str, tid: int = WORKER, result: int | None = 0, **args: Any) -> None:
        """A framework call of the DLL."""
        self.call(function, tid, result, hDot11SvcHandle=self.svc, **args)

    # the rest of the world

    def frame(self, kind: Any, direction: Any, **changes: Any) -> None:
        """A frame crosses the air."""
        guest_ns = self.tick()
        ends = (self.sta, self.ap) if direction == "up" else (self.ap, self.sta)
        index = self.associations[-1]["index"] if self.associations else 0
        values: dict[str, Any] = {
            "number": len(self.frames) + 1, "association": index, "direction": direction,
            "kind": kind, "air_ns": guest_ns - OFFSET_NS, "guest_ns": guest_ns,
            "transmitter": ends[0], "receiver": ends[1], "length": 120, "acked": True,
            "delivered": True, "rule": None, "retry": False, "protected": False,
            "replay_counter": None, "mic_ok": None, "pn": None, "detail": {},
        }  # fmt: skip
        self.frames.append(FrameRecord(**(values | changes)))

    def notify(self, source: int, code: int, reason: int | None = 0) -> None:
        """The agent is notified."""
        self.notifications.append(Notification(self.tick(), source, code, self.interface, reason))

    # processes and associations

    def load(self, **changes: Any) -> None:
        """A process loads the DLL."""
        exports = {names.GET_VERSION: True, names.INIT_SERVICE: True}
        members: dict[str, Any] = {
            "recorder": 1, "vendor": "C:\\drivers\\ihvsample\\sample.dll",
            "qpc_frequency": 10_000_000, "salt": "00ff", "exports": exports, "error": 0,
        }  # fmt: skip
        self.record("load", **(members | changes))

    def restart(self) -> None:
        """The host process is replaced by a new one."""
        self.pid += 1
        self._seq = 0
        self._calls = 0

    def begin(self) -> None:
        """The agent calls WlanConnect."""
        self.end()
        index = len(self.associations) + 1
        self.associations.append({"index": index, "connect_ns": self.tick()})

    def end(self, **members: Any) -> None:
        """The association ends now, unless it has already."""
        if self.associations:
            self.associations[-1] = {"end_ns": self.tick()} | self.associations[-1] | members

    # the result

    def trace(self) -> str:
        """The trace file so far."""
        return "".join(line + "\n" for line in self.lines)

    def evidence(self, torn: str = "") -> RunEvidence:
        """Everything told so far, as evidence; ends the last association. ``torn`` is what there
        is of a last line."""
        self.end()
        records, damage = parse_trace(self.trace() + torn)
        starts = [item["connect_ns"] for item in self.associations] + [1 << 62]
        associations = tuple(
            AssociationEvidence(
                frames=tuple(f for f in self.frames if f.association == item["index"]),
                ihv=tuple(r for r in records if begin <= r.t_ns < until),
                notifications=tuple(n for n in self.notifications if begin <= n.t_ns < until),
                **item,
            )
            for item, begin, until in zip(self.associations, starts, starts[1:], strict=False)
        )
        return RunEvidence(
            records, associations, ClockModel(OFFSET_NS, 100_000), damage,
            log_events=tuple(self.log_events), crashes=tuple(self.crashes), verifier=self.verifier,
        )  # fmt: skip


Step = Callable[[Story], None]
