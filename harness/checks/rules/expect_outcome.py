# SPDX-License-Identifier: GPL-2.0-or-later
"""EXPECT rules: what the scenario says must come of an association. They are this harness's.

They come last: where another rule already says what went wrong in an association, its consequences
are not reported again. And they ask who failed or refused first (`harness.checks.attribution`):
only what was the DLL's is a FAIL; what scenario, guest, access point or air did is a MISS that
names it.
What the scenario wanted and did not get is never passed over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final

from harness import codes
from harness.checks.attribution.adapter import excused
from harness.checks.attribution.altered import (
    changed_offers,
    contradicted_offer,
    may_end_it,
    none_may_be_taken,
)
from harness.checks.attribution.cause import name_air_rule
from harness.checks.attribution.connections import given_up, how_lost, is_connected
from harness.checks.attribution.interventions import failure_reported_ns, first_intervention
from harness.checks.attribution.messages import cause_of_missing, lost_key
from harness.checks.attribution.not_connected import (
    breach_of,
    completions,
    cut_short,
    error_of,
    never_asked,
    still_pending,
    untried,
    why_not_connected,
)
from harness.checks.attribution.scope import of_session, whole
from harness.checks.case import Case
from harness.checks.finding import Severity
from harness.checks.outcomes import Breach, Held, Outcome, Outcomes, Unknown
from harness.checks.registry import rule
from harness.evidence import fields, names
from harness.evidence.model import AssociationEvidence, FrameRecord

_SOURCE = "this harness: the scenario's expectation"
ECHO_WAIT_NS: Final = 1_000_000_000
"""How long the access points of this lab wait for the answer to an echo request."""

Judge = Callable[[Case, AssociationEvidence], Outcome | None]


def _each(case: Case, judge: Judge, *, by_presence: bool = False) -> Iterator[Outcome]:
    """Judge every association that is not explained already.

    Of one whose evidence is not whole nothing fails the DLL but what is there (`by_presence`).
    """
    for association in case.index.associations:
        if association.lab_fault:
            reason = f"the lab broke in this association: {association.lab_fault}"
            yield Unknown(reason, association.index)
        elif association.index in case.already_explained:
            yield Unknown("a finding of another rule explains this association", association.index)
        else:
            own = case.within(association.index)
            outcome = excused(own, association, judge(own, association))
            fails = isinstance(outcome, Breach) and outcome.severity == "FAIL"
            doubt = (
                case.losses.completeness.doubt(association) if fails and not by_presence else None
            )
            if doubt is not None:
                yield Unknown(doubt, association.index)
            elif outcome is not None:
                yield outcome


@rule(
    "EXPECT-01", cls="ours", source=_SOURCE, last=True,
    text="The association connects where the scenario expects it, and does not where it does not.",
)  # fmt: skip
def connects_as_expected(case: Case) -> Outcomes:
    """The WLAN service's report against the expectation."""
    return _each(case, _connects)


def _connects(case: Case, association: AssociationEvidence) -> Outcome | None:
    if untried(case, association):
        return never_asked(case, association)
    if case.expect.connected in (None, is_connected(case, association)):
        return Held(association.index)
    if not case.expect.connected:
        m3 = [frame for frame in association.frames if frame.kind == "M3" and frame.delivered]
        # An offer that was changed, too, may be what the changed M3 repeats.
        none_to_take = none_may_be_taken(m3) and not changed_offers(whole(case, association))
        done = [call for call in completions(case, association) if error_of(call) == 0]
        offer = contradicted_offer(whole(case, association), m3)
        if offer is not None and done:
            return breach_of(association, _downgraded(case, offer), "FAIL", *done[:1])
        if m3 and not none_to_take:
            return breach_of(association, _had_its_keys(case), "MISS")
        severity: Severity = "FAIL" if done else "MISS"
        who = "the DLL completed with success" if done else "the DLL reported no success"
        message = f"expected no connection, but the WLAN service reports one; {who}"
        if none_to_take:
            message += f", over an M3 that a station must not take: {name_air_rule(case, m3[0])}"
        return breach_of(association, message, severity, *done[:1])
    outcome = why_not_connected(case, association)
    if (
        association.index in case.cannot_connect
        and isinstance(outcome, Breach)
        and outcome.severity == "MISS"
    ):
        message = f"{outcome.message}; the DLL had left out what that needs (see the warning)"
        return replace(outcome, message=message, severity="FAIL")
    return outcome


def _downgraded(case: Case, offer: FrameRecord) -> str:
    """What is wrong with a connection over an M3 whose RSNE is not the one the DLL was handed."""
    return (
        "expected no connection, but the WLAN service reports one; the DLL completed with success, "
        f"though the RSNE in M3 is not that of the {offer.kind} it was handed: "
        f"{name_air_rule(case, offer)} had changed it (IEEE 802.11-2020, 12.7.6.4)"
    )


def _had_its_keys(case: Case) -> str:
    """Why a connection that the scenario does not want is not the DLL's doing: M3 was delivered."""
    unwanted = "expected no connection, but the WLAN service reports one: the station was given M3"
    if case.expect.air or case.expect.orders:
        return (
            f'{unwanted}, so it could finish first (`connected = "either"` in [expect] allows both)'
        )
    return (
        f"{unwanted}, and the scenario has no [[air]] or [[os]] that would keep it from connecting"
    )


@rule(
    "EXPECT-02", cls="ours", source=_SOURCE, last=True,
    text="Every echo request of the access point is answered, and so is its ARP request, which "
    "goes under the group key.",
)  # fmt: skip
def echoes_are_answered(case: Case) -> Outcomes:
    """No answer at all fails; some missing is a warning, as the air may lose frames."""
    return _each(case, _answered)


def _answered(case: Case, association: AssociationEvidence) -> Outcome | None:
    if not (case.expect.connected and case.expect.echoes and is_connected(case, association)):
        return None
    if _lacks_sessions(case, association):
        return None  # EXPECT-06 says why
    echo = association.echo
    if echo is not None and 0 < echo.sent <= echo.answered and echo.arp:
        return Held(association.index)
    lost = how_lost(case, association)
    silent = lost is not None and _was_silent(case, association, lost.cause.at_ns)
    if (lost is not None and not silent) or _last_failed(case, association):
        return None  # EXPECT-08 says who ended the connection, EXPECT-06 that the DLL failed
    if echo is not None and 0 < echo.sent <= echo.answered:
        return _no_broadcast(case, association)
    if echo is None or echo.sent == 0:
        message = "connected, but the access point sent no echo request, though one is wanted"
        why = given_up(case, association)
        if why is not None:
            return breach_of(association, f"{message}: {why.what}", why.severity, *why.calls)
        return breach_of(association, message, "MISS")
    what = "answered" if echo.arp else "answered, not even ARP"
    message = f"connected, but {echo.answered} of {echo.sent} echo requests were {what}"
    if echo.answered:
        return breach_of(association, message, "WARN")
    kept_back = _kept_back(case, association, "arp", "icmp")
    if kept_back:
        return breach_of(association, f"{message}: {kept_back}", "MISS")
    return breach_of(association, message, "FAIL")


def _no_request_sent(case: Case, association: AssociationEvidence) -> bool:
    """No echo was asked for, as the access point had given the station up."""
    echo = association.echo
    sent = echo is not None and echo.sent > 0
    return case.expect.echoes > 0 and not sent and given_up(case, association) is not None


def _was_silent(case: Case, association: AssociationEvidence, until_ns: int) -> bool:
    """Whether the station had left an echo request unanswered, for as long as the access point
    waits, when it lost the connection: what it lost had carried no data then."""
    of = whole(case, association).upto(until_ns)
    frames = of.frames("arp", "icmp")
    answers = [of.when(frame) for frame in frames if frame.direction == "up"]
    asked = [
        of.when(frame)
        for frame in frames
        if frame.kind == "icmp" and frame.direction == "down" and frame.delivered
    ]
    return any(
        when > max(answers, default=-1) and until_ns - when >= ECHO_WAIT_NS for when in asked
    )


def _no_broadcast(case: Case, association: AssociationEvidence) -> Outcome:
    """All was answered but the ARP request: what is for everybody does not reach the station."""
    message = "connected, but no ARP request of the access point was answered; echo requests were"
    kept_back = _kept_back(case, association, "arp")
    if kept_back:
        return breach_of(association, f"{message}: {kept_back}", "MISS")
    under_a_key = any(frame.protected for frame in whole(case, association).frames("arp"))
    return breach_of(association, message, "FAIL" if under_a_key else "WARN")


def _kept_back(case: Case, association: AssociationEvidence, *kinds: str) -> str | None:
    """Why the air itself, or a rule of the scenario, kept requests from being answered."""
    of = whole(case, association)
    given = of.frames("M1", "M3", "G1", "rc4-key")
    changed = next((frame for frame in given if may_end_it(frame)), None)
    if changed is not None:  # the station may have another key, or wait for another packet number
        return f"{name_air_rule(case, changed)} acted on {changed.kind}"
    frames = of.frames(*kinds)
    asked_ns = max((of.when(frame) for frame in frames if frame.direction == "down"), default=-1)
    lost = lost_key(of.upto(asked_ns))
    if lost is not None:
        return lost
    ruled = next((frame for frame in frames if frame.rule not in (None, "repeat")), None)
    if ruled is not None:
        return f"{name_air_rule(case, ruled)} acted on {ruled.kind}"
    if any(frame.detail.get("delivery") == "given up" for frame in frames):
        return "the station dozed, and did not ask for what waited for it at the access point"
    if frames and not any(frame.delivered for frame in frames if frame.direction == "down"):
        return "no echo request got through on the air"
    return None


@rule(
    "EXPECT-03", cls="ours", source=_SOURCE, last=True,
    text="The messages the scenario names are seen on the air.",
)  # fmt: skip
def messages_are_seen(case: Case) -> Outcomes:
    """The first expected message that is missing, and whose it is."""
    return _each(case, _messages)


def _messages(case: Case, association: AssociationEvidence) -> Outcome | None:
    if not case.expect.messages:
        return None
    if case.expect.connected and not is_connected(case, association):
        return None  # EXPECT-01 says why
    if case.expect.connected and how_lost(case, association) is not None:
        return None  # EXPECT-08 says why
    if case.expect.connected and _no_request_sent(case, association):
        return None  # EXPECT-02 says why
    seen = {frame.kind for frame in association.frames}
    for kind in case.expect.messages:
        if kind not in seen:
            cause = cause_of_missing(whole(case, association), kind)
            message = f"no {kind} was seen: {cause.what}"
            return breach_of(association, message, cause.severity, *cause.calls)
    return Held(association.index)


@rule(
    "EXPECT-04", cls="ours", source=_SOURCE, last=True,
    text="Data is protected both ways.",
)  # fmt: skip
def data_is_protected(case: Case) -> Outcomes:
    """The echo went protected, and no data frame of the station went in the clear."""
    return _each(case, _protected, by_presence=True)


def _protected(case: Case, association: AssociationEvidence) -> Outcome | None:
    echo = association.echo
    if not case.expect.protected or echo is None or echo.answered == 0:
        return None
    kinds = ("arp", "icmp") if _sends_own(case, association) else ("data", "arp", "icmp")
    clear = [frame for frame in association.frames if _is_clear(frame, kinds)]
    if echo.protected and not clear:
        return Held(association.index)
    what = f"{len(clear)} data frames of the station were not protected" if clear else (
        "the echo was answered without protection"
    )  # fmt: skip
    return breach_of(association, what, "FAIL")


def _is_clear(frame: FrameRecord, kinds: tuple[str, ...]) -> bool:
    return frame.direction == "up" and frame.kind in kinds and not frame.protected


def _sends_own(case: Case, association: AssociationEvidence) -> bool:
    """The DLL sends EtherTypes of its own; on the air they cannot be told from other data."""
    sent = whole(case, association).calls(names.SEND_PACKET)
    packets = (fields.mapping(call.args, "pvPacket") or {} for call in sent if call.succeeded)
    types = (fields.text(packet, "ethertype_bytes") or names.EAPOL for packet in packets)
    return any(ethertype.lower() != names.EAPOL for ethertype in types)


@rule(
    "EXPECT-05", cls="ours", source=_SOURCE, last=True,
    text="StopPostAssociate is seen where the scenario ends the association itself.",
)  # fmt: skip
def stop_is_seen(case: Case) -> Outcomes:
    """A session of the association was stopped."""
    return _each(case, _stopped)


def _stopped(case: Case, association: AssociationEvidence) -> Outcome | None:
    if not case.expect.stopped:
        return None
    sessions = case.index.sessions_of(association.index)
    if any(session.stop is not None for session in sessions):
        return Held(association.index)
    what = "StopPostAssociate was not called" if sessions else "no session was opened to be stopped"
    return breach_of(association, what, "MISS")


@rule(
    "EXPECT-06", cls="ours", source=_SOURCE, last=True,
    text="A connection goes on to as many further associations as the scenario orders, each with a "
    "session of its own that is completed.",
)  # fmt: skip
def roams_as_expected(case: Case) -> Outcomes:
    """The sessions of a connected association, where the scenario wants more than one."""
    return _each(case, _roamed)


def _roamed(case: Case, association: AssociationEvidence) -> Outcome | None:
    if case.expect.sessions < 2 or not is_connected(case, association):
        return None
    if _lacks_sessions(case, association):
        found = len(case.index.sessions_of(association.index))
        message = f"{case.expect.sessions} sessions were expected, but {found} were opened"
        lost = how_lost(case, association)
        if lost is not None:
            return breach_of(association, f"{message}: {lost.sentence}", lost.cause.severity)
        return breach_of(association, message, "MISS")
    last = case.index.sessions_of(association.index)[-1]
    first = next((call for call in last.completions if last.covers(call)), None)
    if last.handler.result:
        error, shown_by = last.handler.result, last.handler
        message = "the DLL refused the session after roaming"
    elif first is None:
        return still_pending(case, association, last, "the session after roaming")
    elif (error := error_of(first) or 0) == 0:
        return case.held(last)
    else:
        shown_by, message = first, "the DLL completed the session after roaming"
    message = f"{message} with error {codes.win32(error)}"
    act = cut_short(case, association, last, first) if shown_by is first else None
    act = act or first_intervention(
        of_session(case, association, last, failure_reported_ns(shown_by)), last
    )
    if act is None:
        return breach_of(association, message, "FAIL", shown_by, last.handler)
    message = f"{message}; before that {act.what}"
    return breach_of(association, message, act.severity, shown_by, last.handler)


@rule(
    "EXPECT-08", cls="ours", source=_SOURCE, last=True,
    text="A connection that the scenario wants lasts until the scenario ends it.",
)  # fmt: skip
def connection_lasts(case: Case) -> Outcomes:
    """Neither access point, guest nor driver ended it; who did, and why, is told."""
    return _each(case, _lasts)


def _lasts(case: Case, association: AssociationEvidence) -> Outcome | None:
    if not case.expect.connected or not is_connected(case, association):
        return None  # EXPECT-01 says why
    lost = how_lost(case, association)
    if lost is None:
        return Held(association.index)
    if case.expect.sessions > 1 and _last_failed(case, association):
        return None  # EXPECT-06 says that the DLL failed
    unanswered = _answered(case, association)
    if isinstance(unanswered, Breach) and unanswered.severity == "FAIL":
        return None  # EXPECT-02 says that it carried no data
    message = lost.sentence
    if lost.cause.party == "scenario":
        message += "; a scenario that wants that says [expect] connected = 'either'"
    return breach_of(association, message, lost.cause.severity, *lost.cause.calls)


def _last_failed(case: Case, association: AssociationEvidence) -> bool:
    last = case.index.sessions_of(association.index)[-1:]
    done = any(error_of(call) for session in last for call in session.completions[:1])
    return done or any(session.handler.result for session in last)


def _lacks_sessions(case: Case, association: AssociationEvidence) -> bool:
    return len(case.index.sessions_of(association.index)) < case.expect.sessions
