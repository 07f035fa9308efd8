# SPDX-License-Identifier: GPL-2.0-or-later
"""STOP rules: what comes during and after StopPostAssociate."""

from __future__ import annotations

from bisect import bisect_left
from typing import Final

from harness import codes
from harness.checks.case import Case
from harness.checks.outcomes import Outcomes
from harness.checks.phases import Phase
from harness.checks.registry import rule
from harness.checks.shared.operations import SET_KEYS
from harness.evidence import fields, names
from harness.evidence.calls import Call

LOOK_BACK: Final = 32
"""Framework calls before a StopPostAssociate that are looked at for one still in progress."""


@rule(
    "STOP-05", cls="M", source="N:interface-to-the-native-802-11-802-1x-module",
    text="After StopPostAssociate there is no StartOneX until the next PerformPostAssociate.",
)  # fmt: skip
def no_onex_after_stop(case: Case) -> Outcomes:
    """StartOneX is not entered once a stop has returned."""
    for _, item in case.all_calls_with_phase():
        if item.call.function != names.START_ONEX:
            continue
        if item.phase is Phase.POST:
            yield case.held(item.call)
        elif item.phase is Phase.STOPPED and item.not_concurrent:
            message = "StartOneX was called after StopPostAssociate"
            yield case.breach(message, item.call, item.since)


@rule(
    "STOP-06", cls="S", source="S:ihvsample.cpp (a comment)",
    text="StopPostAssociate may come after AdapterReset; it then does nothing and succeeds.",
)  # fmt: skip
def stop_after_reset_succeeds(case: Case) -> Outcomes:
    """A stop in the phase after a reset does not return an error."""
    for _, item in case.all_calls_with_phase():
        call = item.call
        if call.function != names.STOP_POST or item.phase is not Phase.RESET:
            continue
        if call.returned is None:
            continue
        message = f"StopPostAssociate after AdapterReset returned {codes.win32(call.result)}"
        yield case.breach(message, call, item.since) if call.result else case.held(call)


@rule(
    "STOP-07", cls="S", source="S:ihvonexext.cpp (a comment)",
    text="The OS stops its own 802.1X when the port goes down, even without StopOneX.",
    severity="MISS",
    why="it is the OS that stops it",
)  # fmt: skip
def os_stops_onex(case: Case) -> Outcomes:
    """No 802.1X result is indicated once StopPostAssociate has returned."""
    for adapter in case.segments.adapters:
        running = False
        for item in case.calls_with_phase(adapter):
            call = item.call
            if call.function == names.START_ONEX:
                running = item.phase is Phase.POST
            elif call.function in (names.POST_ASSOCIATE, names.STOP_ONEX):
                running = False
            elif call.function == names.ONEX_RESULT and item.phase is Phase.STOPPED and running:
                if item.not_concurrent:
                    message = "an 802.1X result was indicated after StopPostAssociate"
                    yield case.breach(message, call, item.since)
            elif call.function == names.STOP_POST and running:
                yield case.held(call)


@rule(
    "STOP-08", cls="D", source="S:ihvsample.cpp (holds its lock across framework calls)",
    text="StopPostAssociate does not deadlock against a framework call in progress on another "
    "thread.",
)  # fmt: skip
def stop_does_not_deadlock(case: Case) -> Outcomes:
    """A stop that met a framework call of another thread came back."""
    for adapter in case.segments.adapters:
        keys = [call.key for call in adapter.calls]
        for stop in adapter.calls:
            if stop.function != names.STOP_POST:
                continue
            position = bisect_left(keys, stop.key)
            near = adapter.calls[max(0, position - LOOK_BACK) : position + LOOK_BACK]
            met = [call for call in near if _side_by_side(call, stop)]
            if met and stop.returned is not None:
                yield case.held(stop)
            elif met and case.ended_inside(stop):
                message = f"StopPostAssociate hung while {names.short(met[0].function)} was running"
                yield case.breach(message, stop, met[0])


def _side_by_side(call: Call, stop: Call) -> bool:
    if names.is_handler(call.function) or call.tid == stop.tid:
        return False
    begun_before_end = stop.returned is None or not call.entered_after_return_of(stop)
    return begun_before_end and not stop.entered_after_return_of(call)


@rule(
    "STOP-09", cls="D", source="from STOP-02 and STOP-03",
    text="After StopPostAssociate or AdapterReset no packet is sent and no key set for the port "
    "that is gone, until the next pre- or post-association. (Deleting keys is fine.)",
)  # fmt: skip
def nothing_for_a_dead_port(case: Case) -> Outcomes:
    """No SendPacket and no key once the stop or reset has returned."""
    for _, item in case.all_calls_with_phase():
        call = item.call
        sets_key = call.function in SET_KEYS and not fields.integer(call.args, "bDelete")
        if call.function != names.SEND_PACKET and not sets_key:
            continue
        if item.phase is Phase.POST:
            yield case.held(call)
        elif item.phase in (Phase.STOPPED, Phase.RESET) and item.not_concurrent:
            message = f"{names.short(call.function)} was called {item.phase}"
            yield case.breach(message, call, item.since)
