# SPDX-License-Identifier: GPL-2.0-or-later
"""Evidence of a run: reading it, tying its clocks, cutting it into sessions, laying it out in time.

Pure: text and values in, values out.
"""

from harness.evidence.calls import Call, Process, pair
from harness.evidence.clock import order, tighten, to_air_ns, to_guest_ns
from harness.evidence.event_log import WallClock
from harness.evidence.losses import unended
from harness.evidence.model import (
    ApAct,
    AssociationEvidence,
    ClockModel,
    CrashDump,
    DamageKind,
    DriverVerifier,
    Echo,
    FrameRecord,
    IhvRecord,
    Lacking,
    LiveRule,
    LogEvent,
    Notification,
    PerformedOrder,
    RunEvidence,
    Stall,
    TraceDamage,
    UsbAct,
)
from harness.evidence.performed import performed_orders
from harness.evidence.segments import Segments, Session, segment
from harness.evidence.states import AdapterState, adapter_states
from harness.evidence.timeline import TimelineEvent, timeline, timelines
from harness.evidence.trace import TraceParser, parse_trace
from harness.evidence.windows import split, window

__all__ = [
    "AdapterState",
    "ApAct",
    "AssociationEvidence",
    "Call",
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
    "Process",
    "RunEvidence",
    "Segments",
    "Session",
    "Stall",
    "TimelineEvent",
    "TraceDamage",
    "TraceParser",
    "UsbAct",
    "WallClock",
    "adapter_states",
    "order",
    "pair",
    "parse_trace",
    "performed_orders",
    "segment",
    "split",
    "tighten",
    "timeline",
    "timelines",
    "to_air_ns",
    "to_guest_ns",
    "unended",
    "window",
]
