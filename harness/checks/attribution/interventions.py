# SPDX-License-Identifier: GPL-2.0-or-later
"""What scenario, guest and access point did to an operation of the DLL; the first of it counts."""

from __future__ import annotations

from typing import Final

from harness import codes
from harness.checks.attribution.adapter import ordered_adapter
from harness.checks.attribution.altered import changed_offers, may_end_it
from harness.checks.attribution.cause import (
    BSS_TRANSITION,
    Cause,
    name_air_rule,
    name_ap_act,
    name_os_order,
)
from harness.checks.attribution.scope import Scope
from harness.checks.attribution.waiting import waited_for
from harness.checks.case import Case
from harness.evidence import fields, names
from harness.evidence.calls import Call
from harness.evidence.connection import BROADCAST
from harness.evidence.model import ApAct, AssociationEvidence, FrameRecord, PerformedOrder
from harness.evidence.segments import PreOperation, Session

ENDING: Final = frozenset(
    {"reset", "reset-then-stop", "disconnect", "disassociate", "remove-adapter", "stop-service"}
)
"""Actions of [[os]] that end an operation or a connection."""
DISTURBING: Final = frozenset(
    {
        "stop",
        "start",
        "move",
        "switch-channel",
        "deauthenticate",
        "disassociate",
        "bss-transition",
    }
)
"""Acts of access points that may cost a station its connection."""
_AT_ONCE_NS: Final = 1_000_000_000
"""How long behind its order a deauthentication is the order's."""
_PROVOKING: Final = frozenset({"change-profile", "hold-delivery", "hold-completion"})
"""Orders that change or withhold what an operation of the DLL needs."""
_GAVE_UP: Final = frozenset({names.REASON_IHV_NOT_RESPONDING, names.REASON_SECURITY_TIMEOUT})


_GOODBYES: Final = ("deauthenticate", "disassociate")


def first_intervention(of: Scope, operation: PreOperation | Session) -> Cause | None:
    """What another party than the DLL did first that may have kept the operation from success;
    None if nobody did anything in that time."""
    refused = _refusal(of)
    found = [refused] if refused else []
    end = operation.ended_by
    if end is not None and end.start_ns <= of.until_ns:
        why = why_ended(of, operation, end)
        found += [why] if why else []
    left = first_disconnect_frame(of.after(operation.handler.start_ns))
    if left is not None:
        found.append(cause_of_disconnect(of, left))
    found += _provocations(of)
    found += [cause_of_act(of, act) for act in _disturbances(of, operation)]
    found += ordered_adapter(of)
    return min(found, key=lambda cause: cause.at_ns, default=None)


def _provocations(of: Scope) -> list[Cause]:
    """Orders and rules that changed what the DLL was given."""
    changed = [
        Cause("scenario", f"{name_air_rule(of.case, frame)} acted on {frame.kind}", of.when(frame))
        for frame in (*changed_offers(of), *of.frames("M1", "M3", "G1", "rc4-key", "eapol"))
        if may_end_it(frame)
    ]
    return changed + [
        Cause("scenario", f"{name_os_order(of.case, order)} was carried out", order.t_ns or 0)
        for order in of.association.performed
        if order.do in _PROVOKING and (order.t_ns or 0) <= of.until_ns
    ]


def _disturbances(of: Scope, operation: PreOperation | Session) -> list[ApAct]:
    """What the operation's access point, or any before there is one, did by order in that time."""
    peer = None
    if isinstance(operation, Session):
        state = fields.mapping(operation.handler.args, "pPortState") or {}
        peer = fields.mac(state, "PeerMacAddress")
    return [act for act in ap_disturbances(of) if peer in (None, act.bssid)]


def ap_disturbances(of: Scope) -> list[ApAct]:
    """What access points did by order in that time that may cost a station its connection."""
    return [
        act
        for act in of.association.ap_acts
        if act.do in DISTURBING and of.since_ns <= of.when_ns(act.air_ns) <= of.until_ns
    ]


def cause_of_act(of: Scope, act: ApAct) -> Cause:
    """That an access point did by order what the station had to live with."""
    return Cause("scenario", f"{name_ap_act(of.case, act)} was carried out", of.when_ns(act.air_ns))


def failure_reported_ns(failure: Call) -> int:
    """When the DLL reported a failure: a handler that refuses does it by its return."""
    if names.is_handler(failure.function):
        return failure.end_ns or failure.start_ns
    return failure.start_ns


def _refusal(of: Scope) -> Cause | None:
    """The first framework function that returned an error, and that no later call made good."""
    failed: dict[str, Call] = {}
    for call in of.calls():
        if names.is_handler(call.function) or (call.end_ns or 0) > of.until_ns:
            continue
        if call.result not in (0, None):
            failed.setdefault(call.function, call)
        elif call.succeeded:
            failed.pop(call.function, None)
    first = min(failed.values(), key=lambda call: call.key, default=None)
    return answer_of_the_os(of.case, of.association, first) if first else None


def answer_of_the_os(case: Case, association: AssociationEvidence, refused: Call) -> Cause:
    """A framework function that returned an error: by an order, or as the guest's own word."""
    answer = f"answered {names.short(refused.function)} with {codes.win32(refused.result)}"
    for order in association.performed:
        if order.do == "refuse" and order.on == refused.function and _within(order, refused):
            what = f"{name_os_order(case, order)} {answer}"
            return Cause("scenario", what, refused.start_ns, (refused,))
    return Cause("guest", f"the guest's WLAN service {answer}", refused.start_ns, (refused,))


def _within(order: PerformedOrder, call: Call) -> bool:
    if order.t_ns is None:
        return True
    return call.start_ns <= order.t_ns and (call.end_ns is None or order.t_ns <= call.end_ns)


def ended(of: Scope, operation: PreOperation | Session, end: Call) -> Cause:
    """That the OS ended an operation that was not completed yet, and why if that is known."""
    what = f"the guest's WLAN service ended it ({names.short(end.function)})"
    return why_ended(of, operation, end) or Cause("guest", what, end.start_ns, (end,))


def why_ended(of: Scope, operation: PreOperation | Session, end: Call) -> Cause | None:
    """Why the OS ended it; None if nothing says so, as when a client disconnects."""
    order = ending_order(of.association, end.start_ns)
    if order is not None:
        at_ns = end.start_ns if order.t_ns is None else order.t_ns
        return Cause("scenario", f"{name_os_order(of.case, order)} ended it", at_ns, (end,))
    begun_ns = operation.handler.start_ns
    left = first_disconnect_frame(of.after(begun_ns).upto(end.start_ns))
    if left is not None:
        return cause_of_disconnect(of, left)
    acts = _disturbances(of.upto(end.start_ns), operation)
    if acts:
        return cause_of_act(of, acts[-1])
    if done := ordered_adapter(of.upto(end.start_ns)):
        return done[-1]
    reasons = (item.reason for item in of.association.notifications if item.t_ns >= begun_ns)
    reason = next((reason for reason in reasons if reason), None)
    if reason in _GAVE_UP:
        return _gave_up(of.case, operation, end, reason)
    if reason is None:
        return None
    what = f"the guest's WLAN service ended it with reason {codes.reason(reason)}"
    return Cause("guest", f"{what} ({names.short(end.function)})", end.start_ns, (end,))


def ending_order(association: AssociationEvidence, until_ns: int) -> PerformedOrder | None:
    """The last order that ends something, carried out before that moment."""
    done = [
        order
        for order in association.performed
        if order.do in ENDING and (order.t_ns is None or order.t_ns <= until_ns)
    ]
    return done[-1] if done else None


def _gave_up(case: Case, operation: PreOperation | Session, end: Call, reason: int | None) -> Cause:
    """The service gave up waiting: the DLL's fault only if it had the move, and time enough."""
    since_ns = operation.handler.end_ns or operation.handler.start_ns
    waited_s = (end.start_ns - since_ns) / 1e9
    pre = isinstance(operation, PreOperation)
    ours_s = case.limits.pre_associate_s if pre else case.limits.post_associate_s
    ours = case.limits.setting("pre_associate_s" if pre else "post_associate_s")
    limit = f"the guest's WLAN service gave up after {waited_s:.1f} s "
    limit += f"(reason {codes.reason(reason)})"
    waits = waited_for(case, operation, end.start_ns)
    if waits is not None:
        what = f"{limit}, while the DLL waited for {waits}; the limit, {ours}, is this harness's"
        return Cause("guest", what, end.start_ns, (end,))
    if waited_s < ours_s:
        what = f"{limit}, which is less than this harness's {ours}"
        return Cause("guest", what, end.start_ns, (end,))
    what = f"{limit}; the limit, {ours}, is this harness's"
    return Cause("driver", what, end.start_ns, (end,))


def first_disconnect_frame(of: Scope) -> FrameRecord | None:
    """The first deauthentication or disassociation by the access point in that time."""
    gone = (frame for frame in of.frames("deauth", "disassoc") if frame.direction == "down")
    return next((frame for frame in gone if frame.delivered), None)


def cause_of_disconnect(of: Scope, frame: FrameRecord) -> Cause:
    """A deauthentication by the access point: by a rule or an order, or of its own accord.

    Why the access point gave a handshake up is not asked here; see `connections`.
    """
    reason = disconnect_reason(frame)
    if frame.rule is not None and frame.rule in (*_GOODBYES, "insert"):
        what = f"{name_air_rule(of.case, frame)} sent the station away ({reason})"
        return Cause("scenario", what, of.when(frame))
    ruled = _rule_behind(of, frame)
    if ruled is not None:
        rule = name_air_rule(of.case, ruled)
        what = f"{rule} made the access point send the station away ({reason})"
        return Cause("scenario", what, of.when(frame))
    act = _act_behind(of, frame)
    if act is not None:
        what = f"{name_ap_act(of.case, act)} made it send the station away ({reason})"
        return Cause("scenario", what, of.when(frame))
    kind = "deauthenticated" if frame.kind == "deauth" else "disassociated"
    return Cause("access point", f"the access point {kind} it ({reason})", of.when(frame))


def disconnect_reason(frame: FrameRecord) -> str:
    """The reason of a deauthentication or disassociation, for a sentence."""
    code = frame.detail.get("reason")
    return f"reason {codes.dot11_reason(code if isinstance(code, int) else None)}"


def _act_behind(of: Scope, frame: FrameRecord) -> ApAct | None:
    """The order by which the access point deauthenticated its stations."""
    acts = [
        act
        for act in of.association.ap_acts
        if act.bssid == frame.transmitter
        and frame.air_ns - act.air_ns >= 0
        and _sent_by(act, frame)
    ]
    return acts[-1] if acts else None


def _sent_by(act: ApAct, frame: FrameRecord) -> bool:
    """Whether an earlier order is one that sends such a frame: at once, or when stations that were
    asked to go elsewhere are still there."""
    if act.do == "bss-transition":
        return frame.detail.get("reason") == BSS_TRANSITION
    return act.do in _GOODBYES and frame.air_ns - act.air_ns < _AT_ONCE_NS


def _rule_behind(of: Scope, frame: FrameRecord) -> FrameRecord | None:
    """The message on which a rule made the access point deauthenticate the station."""
    ruled = [
        other
        for other in of.association.frames
        if other.rule in _GOODBYES
        and other.air_ns <= frame.air_ns
        and frame.receiver in (other.transmitter, other.receiver, BROADCAST)
    ]
    return ruled[-1] if ruled and not _followed_before(of, ruled[-1], frame) else None


def _followed_before(of: Scope, ruled: FrameRecord, frame: FrameRecord) -> bool:
    """What the rule had follow was another frame already, which did not end it: a forged one."""
    return any(
        other.kind in ("deauth", "disassoc")
        and other.direction == "down"
        and ruled.air_ns <= other.air_ns < frame.air_ns
        and other.receiver in (frame.receiver, BROADCAST)
        for other in of.association.frames
    )
