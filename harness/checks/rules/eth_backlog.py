# SPDX-License-Identifier: GPL-2.0-or-later
"""ETH-07: how many packets the OS keeps while the DLL is not ready for the next one.

The queue is inside the OS, but both its ends are seen: EAPOL-Key frames when they reach the
station, and ReceivePacket. They are told apart from other packets by their replay counter.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from harness.checks.case import Case
from harness.checks.outcomes import Outcome, Outcomes
from harness.checks.registry import rule
from harness.checks.shared.ethertypes import EAPOL, calls_with_lists
from harness.evidence import fields, names
from harness.evidence.calls import Call
from harness.evidence.segments import Session

EAPOL_KEY: Final = 3
REPLAY_COUNTER: Final = slice(9, 17)
"""IEEE 802.11-2020 12.7.2: behind the EAPOL header (4), type, key information and key length."""
IN_FLIGHT_NS: Final = 200_000_000
"""What reached the radio this shortly before may still be on its way to the queue."""


@dataclass(frozen=True, slots=True)
class Flow:
    """One session's EAPOL-Key frames: when they reached the station, and when the DLL got them."""

    session: Session
    max_backlog: int
    arrived_ns: tuple[int, ...]
    given: tuple[Call, ...]


@rule(
    "ETH-07", cls="M(OS)", source="I:dot11ext_set_ethertype_handling",
    text="uMaxBackLog bounds the packets queued behind ReceivePacket; what is too many is dropped, "
    "the oldest first. (Which ones are dropped is seen only where their replay counters differ.)",
)  # fmt: skip
def backlog_is_bounded(case: Case) -> Outcomes:
    """Where more came than the DLL asked to be kept: never more waited than that."""
    for flow in _flows(case):
        if _overflows(flow):
            yield _bounded(case, flow)


def _overflows(flow: Flow) -> bool:
    """More packets came between two deliveries, or before the first, than may wait."""
    cuts = [0, *(bisect_left(flow.arrived_ns, call.start_ns) for call in flow.given)]
    most = max((after - before for before, after in pairwise(cuts)), default=0)
    return most > flow.max_backlog + 1


def _bounded(case: Case, flow: Flow) -> Outcome:
    handler = flow.session.handler
    for number, call in enumerate(flow.given):
        before = bisect_left(flow.arrived_ns, call.start_ns - IN_FLIGHT_NS)
        # In order: what comes from here on and did not arrive later had been waiting.
        waiting = (len(flow.given) - number) - (len(flow.arrived_ns) - before)
        if waiting > flow.max_backlog + 1:  # one of them is being delivered
            return case.breach(
                f"{waiting} packets were waiting for ReceivePacket; the DLL asked for at most "
                f"{flow.max_backlog} to be kept",
                call,
                handler,
            )
    lost = case.losses.why_absence_proves_nothing(
        handler.process, flow.session.association, flow.arrived_ns[0], flow.arrived_ns[-1]
    )
    return case.unknown(lost, handler) if lost else case.held(flow.session)


def _flows(case: Case) -> Iterator[Flow]:
    for adapter in case.segments.adapters:
        backlog: dict[int, int] = {}
        packets: dict[int, list[Call]] = {}
        sessions = [item for item in case.segments.sessions if item.adapter is adapter]
        starts = [item.handler.key for item in sessions]
        for item, lists in calls_with_lists(case, adapter):
            at = bisect_left(starts, item.call.key) - 1
            if item.call.function != names.RECEIVE_PACKET or at < 0 or lists.set_by is None:
                continue
            size = fields.integer(lists.set_by.args, "uMaxBackLog")
            if size is not None and replay_counter(item.call) is not None:
                backlog[at] = size
                packets.setdefault(at, []).append(item.call)
        for at, given in packets.items():
            yield _flow(case, sessions[at], backlog[at], given)


def _flow(case: Case, session: Session, max_backlog: int, given: list[Call]) -> Flow:
    association = case.index.association(session.association)
    end_ns = session.ended_by.start_ns if session.ended_by else case.index.end_ns
    arrived = [
        (frame.guest_ns, frame.replay_counter)
        for frame in (case.index.frames_of(association, session.adapter) if association else ())
        if frame.direction == "down"
        and frame.delivered
        and frame.guest_ns is not None
        and frame.replay_counter is not None
        and frame.guest_ns < end_ns
    ]
    counters = {counter for _, counter in arrived}
    own = tuple(call for call in given if replay_counter(call) in counters)
    times = tuple(at_ns for at_ns, _ in arrived)
    return Flow(session, max_backlog, times, own) if own else Flow(session, max_backlog, (), ())


def replay_counter(call: Call) -> int | None:
    """The replay counter of the EAPOL-Key frame ReceivePacket was given, None if it is none."""
    packet = fields.mapping(call.args, "pvInBuffer") or {}
    octets = fields.octets(packet.get("data"))
    if fields.text(packet, "ethertype_bytes") != EAPOL or octets is None:
        return None
    if len(octets) < REPLAY_COUNTER.stop or octets[1] != EAPOL_KEY:
        return None
    return int.from_bytes(octets[REPLAY_COUNTER], "big")
