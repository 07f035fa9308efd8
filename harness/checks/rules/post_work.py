# SPDX-License-Identifier: GPL-2.0-or-later
"""POST rules on what a success needs, on a reset with it pending, and on roaming."""

from __future__ import annotations

from typing import Final

from harness import codes
from harness.checks.case import Case
from harness.checks.codes import hexed, is_success_reason
from harness.checks.outcomes import Outcome, Outcomes
from harness.checks.phases import Phase
from harness.checks.registry import rule
from harness.checks.rules.post_parameters import unusual_parameters
from harness.checks.shared.operations import SET_KEYS, pending_at_reset
from harness.evidence import fields, names
from harness.evidence.calls import Call
from harness.evidence.segments import Adapter, Session

OPEN_SYSTEM: Final = 1
"""DOT11_AUTH_ALGO_80211_OPEN."""
IHV_ALGORITHMS_FROM: Final = 0x80000000

KEYS_OF_EACH_SESSION: Final = frozenset({3, 4, 6, 7, 9, 10})
"""DOT11_AUTH_ALGORITHM values of WPA, WPA2, WPA3 and OWE, whose handshakes make keys anew for each
association; those of before it are gone with its port (A:port-deletion). Static WEP keys stay."""


def _codes(call: Call) -> tuple[int | None, int | None]:
    error, reason = ("dwWin32Error", "dwReasonCode")
    return fields.integer(call.args, error), fields.integer(call.args, reason)


@rule(
    "POST-11", cls="D", source="from POST-09; N:performing-a-post-association-operation",
    text="Before a success opens the port of a network that is not open, a key was set: otherwise "
    "data would flow unprotected.",
)  # fmt: skip
def keys_before_success(case: Case) -> Outcomes:
    """A key is set since InitAdapter or the last reset when a session is completed with success."""
    for session in case.segments.sessions:
        adapter = session.adapter
        if adapter is None or not session.handler.succeeded:
            continue
        for call in session.completions[:1]:
            error, reason = _codes(call)
            end = session.ended_by
            regular = call.entered_after_return_of(session.handler) and call.result in (0, None)
            ended = end is not None and end.key < call.key
            if error != 0 or reason is None or not is_success_reason(reason):
                continue
            if regular and not ended:
                yield from _protected(case, adapter, session, call)


def _protected(case: Case, adapter: Adapter, session: Session, done: Call) -> Outcomes:
    own = case.index.since_reset(adapter, done)
    chosen = [call for call in own if call.function == names.SET_AUTH and call.result in (0, None)]
    auth = fields.integer(chosen[-1].args, "dwAuthAlgo") if chosen else None
    if auth in (None, OPEN_SYSTEM):
        return
    before = _session_before(own, session) if auth in KEYS_OF_EACH_SESSION else None
    new = [call for call in own if before is None or call.key > before.key]
    if any(call.function in SET_KEYS and not fields.integer(call.args, "bDelete") for call in new):
        yield case.held(session)
        return
    private = any(call.function == names.NIC_EXTENSION for call in own)
    lost = (
        "a private request to the driver may have set them"
        if private
        else case.losses.lost_before(done)
    )
    if auth is not None and auth >= IHV_ALGORITHMS_FROM:
        lost = "an algorithm of the vendor's own may need no key of the OS"
    if lost:
        yield case.unknown(lost, done)
        return
    since = " since the session before it ended" if before else ""
    yield case.breach(
        f"session {hexed(session.handle)} was completed with success under authentication {auth} "
        f"without a key having been set{since}",
        done,
        session.handler,
    )


def _session_before(own: list[Call], session: Session) -> Call | None:
    """What ended the adapter's session before this one, since the last reset; None without one."""
    earlier = [call for call in own if call.key < session.handler.key]
    begun = [call for call in earlier if call.function == names.POST_ASSOCIATE and call.succeeded]
    if not begun:
        return None
    stops = [call for call in earlier if call.function == names.STOP_POST]
    return stops[-1] if stops and stops[-1].key > begun[-1].key else session.handler


@rule(
    "POST-13", cls="C",
    source="N:802-11-wlan-adapter-reset; I:dot11ext_post_associate_completion; against "
    "N:native-802-11-ihv-extensibility-functions",
    text="AdapterReset with a post-association pending: it is completed, before AdapterReset "
    "returns. (The table of phases bans the function after a reset, and Microsoft's sample does "
    "not call it. Of the code RST-03 speaks.)",
)  # fmt: skip
def reset_completes_it(case: Case) -> Outcomes:
    """A session that is pending when AdapterReset is entered gets its completion."""
    for session in case.segments.sessions:
        reset = pending_at_reset(session)
        if reset is None or reset.returned is None:
            continue
        yield case.completed_by(reset, session, f"session {hexed(session.handle)}")


@rule(
    "POST-14", cls="D",
    source="A:port-deletion; A:implicit-disassociation-operations; N:ieee-ethertype-handling",
    text="One pre-association can be followed by many cycles of StopPostAssociate and "
    "PerformPostAssociate: roaming and reassociation need no new one.",
)  # fmt: skip
def roams_without_pre_association(case: Case) -> Outcomes:
    """A PerformPostAssociate right after a StopPostAssociate is accepted as the first one was."""
    for adapter in case.segments.adapters:
        accepted = False
        for item in case.calls_with_phase(adapter):
            call = item.call
            begun_anew = call.function in (names.PRE_ASSOCIATE, names.ADAPTER_RESET)
            if begun_anew or item.phase is Phase.UNSEEN:
                accepted = False
            if call.function != names.POST_ASSOCIATE or call.returned is None:
                continue
            if accepted and item.phase is Phase.STOPPED and unusual_parameters(call) is None:
                yield _accepted(case, call, item.since)
            accepted = accepted or call.succeeded


def _accepted(case: Case, call: Call, stop: Call) -> Outcome:
    if call.succeeded:
        return case.held(call)
    explained = case.index.why_refused(call)
    if explained:
        return case.unknown(explained, call)
    return case.breach(
        f"PerformPostAssociate returned {codes.win32(call.result)} in a second association of one "
        "pre-association",
        call,
        stop,
    )
