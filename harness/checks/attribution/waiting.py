# SPDX-License-Identifier: GPL-2.0-or-later
"""For whom a DLL waits that has not completed its operation: if for somebody, the move is not
its own, and its silence proves nothing."""

from __future__ import annotations

from typing import Final

from harness.checks.attribution.adapter import without_adapter
from harness.checks.attribution.altered import in_order
from harness.checks.attribution.scope import Scope, of_session
from harness.checks.case import Case
from harness.evidence import fields, names
from harness.evidence.calls import Call
from harness.evidence.model import AssociationEvidence
from harness.evidence.segments import Adapter, PreOperation, Session

WTS_SESSION_LOGOFF = 6
PART_TO_MOVE: Final = 10
"""The part of an operation's time in which the move must have been the DLL's own, before silence is
held against it: a tenth."""
WPA_ALGORITHMS = (3, 4)
"""DOT11_AUTH_ALGO_WPA and DOT11_AUTH_ALGO_WPA_PSK."""


def waits_for(case: Case, of: PreOperation | Session, until_ns: int) -> str | None:
    """Whose move it was at that moment, in words; None if it was the DLL's own."""
    adapter = without_adapter(case, of.association, until_ns, until_ns)
    if adapter is not None:
        return adapter
    user = awaited_user(case, of.adapter, until_ns)
    if user is not None or isinstance(of, PreOperation):
        return user
    return _awaited_os(case, of, until_ns) or _awaited_access_point(case, of, until_ns)


def waited_for(case: Case, of: PreOperation | Session, until_ns: int) -> str | None:
    """Whom it waited for at that moment, or until so shortly before it that it had no time left for
    its own move, in words; None if it had the move, and time."""
    now = waits_for(case, of, until_ns)
    if now is not None:
        return now
    lasted_ns = until_ns - (of.handler.end_ns or of.handler.start_ns)
    time_ns = max(lasted_ns // PART_TO_MOVE, 0)
    before = waits_for(case, of, until_ns - time_ns)
    return f"{before}, until less than {time_ns / 1e9:.1f} s before" if before else None


def _own(case: Case, adapter: Adapter | None, since: Call | None, until_ns: int) -> list[Call]:
    """The adapter's calls up to that moment, from ``since`` on."""
    calls = adapter.calls if adapter else case.segments.calls
    return [
        call
        for call in calls
        if call.start_ns <= until_ns and (since is None or call.key > since.key)
    ]


def awaited_user(case: Case, adapter: Adapter | None, until_ns: int) -> str | None:
    """A request to the user that nobody has answered, and that nothing has ended."""
    own = _own(case, adapter, None, until_ns)
    resets = [call.key for call in own if call.function == names.ADAPTER_RESET]
    answered = {
        fields.text(call.args, "guidUIRequest")
        for call in case.index.calls(names.UI_RESPONSE)
        if call.start_ns <= until_ns
    }
    logoffs = [
        call.key
        for call in case.index.calls(names.SESSION_CHANGE)
        if fields.integer(call.args, "uEventType") == WTS_SESSION_LOGOFF
        and call.start_ns <= until_ns
    ]
    over = max([*(key for key in resets if key[0] < until_ns), *logoffs], default=(0, 0))
    for call in own:
        guid = fields.text(call.args, "guidUIRequest")
        sent = call.function == names.SEND_UI_REQUEST and call.succeeded
        if sent and call.key > over and guid not in answered:
            return "the user, whom SendUIRequest has asked and who has not answered"
    return None


def _awaited_os(case: Case, session: Session, until_ns: int) -> str | None:
    """802.1X of the OS, asked for by StartOneX and without a result."""
    started: Call | None = None
    for call in _own(case, session.adapter, session.handler, until_ns):
        if call.function == names.START_ONEX and call.succeeded:
            started = call
        elif call.function == names.STOP_ONEX and call.succeeded:
            started = None
        elif call.function == names.ONEX_RESULT:
            result = fields.integer(call.args, "msOneXResult")
            started = started if result == names.ONEX_IN_PROGRESS else None
    return "the OS's own 802.1X, which came to no result" if started else None


def _awaited_access_point(case: Case, session: Session, until_ns: int) -> str | None:
    """A message of the 4-way handshake, or a WEP key handed out, that never reached the DLL."""
    association = case.index.association(session.association)
    if association is None or not association.frames or session.adapter is None:
        return None
    case = case.within(association.index)
    seen = of_session(case, association, session, until_ns)
    given = [frame for frame in seen.frames("M1", "M3") if frame.delivered]
    reached = {frame.kind for frame in given if in_order(frame)}
    changed = {frame.kind for frame in given} - reached
    if changed:
        return f"{min(changed)} of the access point as it is without the scenario's rule"
    own = _own(case, session.adapter, session.handler, until_ns)
    if "rc4-key" in case.expect.messages:
        return _awaited_wep_keys(seen, own)
    if not reached:
        return _first_message(case, association, own)
    if "M3" in reached:
        return _awaited_group_message(session.adapter, seen)
    handed = [call for call in own if call.function == names.RECEIVE_PACKET]
    if not handed:  # a DLL that did not ask for EAPOL waits in vain by its own doing
        asked = any(_asks_for_eapol(call) for call in session.adapter.calls)
        return "the OS, which did not hand M1 on to it" if asked else None
    sent = [call for call in own if call.function == names.SEND_PACKET and call.succeeded]
    answered = bool(sent) and sent[-1].key > handed[-1].key
    return "M3 of the access point" if answered else None


def by_wpa(adapter: Adapter, until_ns: int) -> bool:
    """Whether the DLL associates by WPA: then the group key comes behind M4, in a handshake of its
    own, and the connection is not complete before."""
    chosen = [
        fields.integer(call.args, "dwAuthAlgo")
        for call in adapter.calls
        if call.function == names.SET_AUTH and call.succeeded and call.start_ns <= until_ns
    ]
    return bool(chosen) and chosen[-1] in WPA_ALGORITHMS


def _awaited_group_message(adapter: Adapter, seen: Scope) -> str | None:
    """G1, where it belongs to the handshake that a connection begins with, behind an M4."""
    answered = any(frame.delivered for frame in seen.frames("M4"))
    if not answered or not by_wpa(adapter, seen.until_ns):
        return None
    given = [frame for frame in seen.frames("G1") if frame.delivered]
    if any(in_order(frame) for frame in given):
        return None
    return "G1 of the access point" + (" as it is without the scenario's rule" if given else "")


def _awaited_wep_keys(seen: Scope, own: list[Call]) -> str | None:
    """The broadcast and the unicast key of dynamic WEP, which follow 802.1X and are sent once."""
    authenticated = any(
        call.function == names.ONEX_RESULT
        and fields.integer(call.args, "msOneXResult") == names.ONEX_SUCCESS
        for call in own
    )
    given = [frame for frame in seen.frames("rc4-key") if frame.delivered and in_order(frame)]
    kinds = {frame.detail.get("key") for frame in given}
    if not authenticated or {"broadcast", "unicast"} <= kinds:
        return None
    return "the WEP keys of the access point"


def _asks_for_eapol(call: Call) -> bool:
    registered = fields.sequence(call.args, "pusRegistration") or []
    return call.function == names.SET_ETHERTYPES and call.succeeded and names.EAPOL in registered


def _first_message(case: Case, association: AssociationEvidence, own: list[Call]) -> str | None:
    awaited = "M1" in case.expect.messages or any(f.kind == "M1" for f in association.frames)
    done = any(call.function in (names.RECEIVE_PACKET, names.SEND_PACKET) for call in own)
    refused = any(
        call.function == names.ONEX_RESULT
        and fields.integer(call.args, "msOneXResult") == names.ONEX_FAILURE
        for call in own
    )
    if not awaited or done or refused:
        return None
    return "M1 of the access point, which never reached the station"
