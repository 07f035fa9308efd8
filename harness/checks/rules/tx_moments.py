# SPDX-License-Identifier: GPL-2.0-or-later
"""TX rules on the moment of a send, and on one that was refused."""

from __future__ import annotations

from harness import codes
from harness.checks.case import Case
from harness.checks.codes import hexed
from harness.checks.outcomes import Outcomes
from harness.checks.phases import Phase
from harness.checks.registry import rule
from harness.evidence import names


@rule(
    "TX-06", cls="M", source="N:send-operations; I:dot11ext_post_associate_completion",
    text="Packets are sent during post-association, whether the port is authorised yet or not. "
    "(After StopPostAssociate or AdapterReset: STOP-09.)",
    severity="WARN",
    why="the table of phases has no row for SendPacket",
)  # fmt: skip
def sent_during_post_association(case: Case) -> Outcomes:
    """No SendPacket between InitAdapter or PerformPreAssociate and PerformPostAssociate."""
    for _, item in case.all_calls_with_phase():
        if item.call.function != names.SEND_PACKET:
            continue
        if item.phase is Phase.POST:
            yield case.held(item.call)
        elif item.phase in (Phase.INIT, Phase.PRE):
            message = f"SendPacket was called {item.phase}, before PerformPostAssociate"
            yield case.breach(message, item.call, item.since)


@rule(
    "TX-07", cls="D", source="no document says it; from TX-05",
    text="A packet SendPacket refused gets no SendPacketCompletion; the DLL frees it itself.",
    severity="MISS",
    why="it is the OS that gives the completion; that the DLL frees the packet is not seen",
)  # fmt: skip
def refused_send_is_not_completed(case: Case) -> Outcomes:
    """No completion comes for a send that returned an error."""
    for send in case.segments.sends:
        if not send.handle or send.call.result in (0, None):
            continue
        if send.completion is None:
            yield case.held(send.call)
        else:
            yield case.breach(
                f"SendPacket refused the packet with {codes.win32(send.call.result)}, yet a "
                f"completion came for {hexed(send.handle)}",
                send.completion,
                send.call,
            )
