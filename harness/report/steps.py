# SPDX-License-Identifier: GPL-2.0-or-later
"""From the events of a timeline to the steps a ladder diagram draws.

A step is one row: a frame, a call with its return, a return on its own, a notification. A handler
that returned before anything else happened is one step; one that took longer is two, with a bar
between them. Framework calls are one step each, their result in the label when it is not zero.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, final

from harness import codes
from harness.evidence.owners import Owner
from harness.evidence.timeline import TimelineEvent
from harness.results.wording import reason_code, span_us, win32
from harness.text import clean

Kind = Literal["frame", "handler", "return", "framework", "completion", "note", "crash", "limit"]

COMPLETION = "PostAssociateCompletion"
HANDLER = "PerformPostAssociate"
_LABEL_LIMIT = 54
_FRAME_NAMES = {
    "auth": "authentication",
    "assoc-req": "association request",
    "assoc-resp": "association response",
    "probe-req": "probe request",
    "probe-resp": "probe response",
    "deauth": "deauthentication",
    "disassoc": "disassociation",
    "arp": "ARP",
    "icmp": "ICMP echo",
    "eap": "EAP",
    "eapol-start": "EAPOL-Start",
    "eapol-logoff": "EAPOL-Logoff",
    "rc4-key": "EAPOL-Key (RC4)",
}
_ENDS = {"dot11_reason": "reason", "dot11_status": "status"}
"""Why a station is sent away, or refused; a status of 0 is none."""


@final
@dataclass(frozen=True)
class Step:
    """One row of the ladder; ``at_ns`` is on the guest's clock.

    ``up`` is the direction of a frame (True: from the station). ``end_ns`` is when a call returned.
    ``open_end`` says of a handler that it never did; ``end_ns`` is then when its process crashed or
    was replaced, None if neither was seen. ``owner`` is the adapter it is of, where there are
    several; ``access_point`` likewise; ``to`` the one asked by a station that changes it.
    """

    kind: Kind
    at_ns: int
    label: str
    detail: str = ""
    uncertainty_ns: int = 0
    up: bool = False
    lost: bool = False
    retry: bool = False
    ruled: bool = False
    end_ns: int | None = None
    open_end: bool = False
    seq: int | None = None
    owner: Owner | None = None
    to: str = ""
    access_point: str = ""

    @property
    def main(self) -> bool:
        """It belongs to the handler this whole harness is about, or to its completion."""
        return self.kind == "completion" or self.label.startswith(HANDLER)


def steps(events: Sequence[TimelineEvent]) -> tuple[Step, ...]:
    """Return the steps of a timeline in order of time."""
    ordered = sorted(events, key=lambda event: event.at_ns)
    returns = _pair(ordered)
    made = (_steps_of(place, ordered, returns) for place in range(len(ordered)))
    return tuple(sorted((step for group in made for step in group), key=lambda step: step.at_ns))


def _pair(events: Sequence[TimelineEvent]) -> dict[int, int]:
    """Map the place of each entered call to the place of its return, by thread and nesting."""
    waiting: dict[tuple[object, str], list[int]] = {}
    found: dict[int, int] = {}
    for place, event in enumerate(events):
        if event.lane not in ("handler", "framework"):
            continue
        stack = waiting.setdefault((event.detail.get("tid"), event.label), [])
        if event.direction == "enter":
            stack.append(place)
        elif event.direction == "return" and stack:
            found[stack.pop()] = place
    return found


def _steps_of(
    place: int, events: Sequence[TimelineEvent], returns: dict[int, int]
) -> Iterator[Step]:
    event = events[place]
    if event.lane == "air":
        yield _frame(event)
    elif event.lane == "wlan" or event.direction == "":
        yield _note(event)
    elif event.direction == "enter" and event.lane == "framework":
        yield _framework(event, _at(events, returns.get(place)))
    elif event.direction == "enter":
        yield from _handler(event, events, place, returns.get(place))


def _at(events: Sequence[TimelineEvent], place: int | None) -> TimelineEvent | None:
    return None if place is None else events[place]


def _frame(event: TimelineEvent) -> Step:
    detail = event.detail
    lost, rule = bool(detail.get("lost")), str(detail.get("rule", ""))
    remarks = [_frame_name(event)]
    remarks += [f"{word} {detail[name]}" for name, word in _ENDS.items() if detail.get(name)]
    remarks += ["again"] if detail.get("retry") else []
    remarks += ["protected"] if detail.get("protected") else []
    remarks += [f"MIC {detail['mic']}"] if detail.get("mic") == "wrong" else []
    if "freq_mhz" in detail:
        remarks.append(f"{detail['freq_mhz']} MHz, not heard")
    elif rule or lost:
        remarks.append(_rule_remark(rule, lost))
        remarks += [str(detail[key]) for key in ("altered", "inserted") if key in detail]
    return Step(
        "frame", event.at_ns, _short(" · ".join(remarks)), described(event),
        event.uncertainty_ns, up=event.direction == "up", lost=lost,
        retry=bool(detail.get("retry")), ruled=bool(rule), owner=event.owner,
        to=str(detail.get("to", "")), access_point=str(detail.get("access_point", "")),
    )  # fmt: skip


def _frame_name(event: TimelineEvent) -> str:
    name = _FRAME_NAMES.get(event.label, event.label)
    told = [str(event.detail[key]) for key in ("code", "eap_type") if key in event.detail]
    asked = [f"to {event.detail['to']}"] if "to" in event.detail else []
    return " ".join((name, *told, *asked))


def _rule_remark(rule: str, lost: bool) -> str:
    known = {"drop": "dropped by rule", "drop-ack": "ACK dropped by rule"}
    if rule:
        return known.get(rule, f"{rule} by rule")
    return "lost" if lost else ""


def _note(event: TimelineEvent) -> Step:
    crashed = event.label.startswith("exception")
    kind: Kind = "crash" if crashed else "note"
    seq = event.detail.get("seq")
    return Step(
        kind, event.at_ns, _short(event.label), described(event), event.uncertainty_ns,
        seq=seq if isinstance(seq, int) else None, owner=event.owner,
    )  # fmt: skip


def _framework(event: TimelineEvent, returned: TimelineEvent | None) -> Step:
    kind: Kind = "completion" if event.label == COMPLETION else "framework"
    label = event.label
    if kind == "completion":
        error, reason = event.detail.get("dwWin32Error"), event.detail.get("dwReasonCode")
        if isinstance(error, int) and isinstance(reason, int):
            label = _completed(label, error, reason)
    result = returned.detail.get("result") if returned else None
    if isinstance(result, int) and result != 0:
        label = f"{label} → {win32(result)}"
    return _call_step(kind, event, label, returned)


def _completed(label: str, error: int, reason: int) -> str:
    """A completion with its codes, by name as far as they fit; its details have all of them."""
    told = win32(error) if error else "0"
    named = f"{label}({told}, {reason_code(reason).partition(' ')[0]})"
    return named if len(named) <= _LABEL_LIMIT - 8 else f"{label}({told}, {reason:#x})"


def _handler(
    event: TimelineEvent, events: Sequence[TimelineEvent], place: int, end: int | None
) -> Iterator[Step]:
    returned = _at(events, end)
    if returned is None or end is None:
        gone = next((later for later in events[place + 1 :] if _ends_process(later)), None)
        label = f"{event.label} never returned"
        yield _call_step("handler", event, label, gone, open_end=True)
    elif end == place + 1:
        yield _call_step("handler", event, f"{event.label}{_outcome(event, returned)}", returned)
    else:
        yield _call_step("handler", event, event.label, returned)
        label = f"{event.label}{_outcome(event, returned)}"
        yield _call_step("return", returned, label, returned)


def _ends_process(event: TimelineEvent) -> bool:
    return event.lane == "handler" and event.label.startswith(("exception", "DLL "))


def _outcome(event: TimelineEvent, returned: TimelineEvent) -> str:
    """Return result and duration of a handler; success goes without saying but for the main one."""
    result = returned.detail.get("result")
    span = span_us((returned.at_ns - event.at_ns) / 1000)
    if not isinstance(result, int) or (result == 0 and event.label != HANDLER):
        return f", {span}"
    return f" → {win32(result)}, {span}"


def _call_step(
    kind: Kind,
    event: TimelineEvent,
    label: str,
    returned: TimelineEvent | None,
    *,
    open_end: bool = False,
) -> Step:
    seq = event.detail.get("seq")
    return Step(
        kind, event.at_ns, _short(label), described(event), event.uncertainty_ns,
        end_ns=returned.at_ns if returned else None, open_end=open_end,
        seq=seq if isinstance(seq, int) else None, owner=event.owner,
    )  # fmt: skip


NAMED: dict[str, Callable[[int], str]] = {
    "dwWin32Error": codes.win32,
    "dwReasonCode": codes.reason,
    "result": codes.win32,
    "reason": codes.reason,
    "dot11AssocStatus": codes.assoc_status,
    "dot11_reason": codes.dot11_reason,
    "dot11_status": codes.dot11_status,
}
"""Details that are codes, and what names them."""

HANDED_OUT = ("hSecuritySessionID", "hConnectSession", "hSendCompletion", "buffer", "pPeer")
"""Details that one call hands out and another one uses."""

SLICE_ROWS = 14


def described(event: TimelineEvent, without: Iterable[str] = ()) -> str:
    """Return the event's details in one line, for a tooltip or a table cell; codes by name."""
    shown = {name: value for name, value in event.detail.items() if name not in without}
    return clean(", ".join(f"{name} {_named(name, one)}" for name, one in shown.items()), 400)


def _named(name: str, value: str | int) -> str:
    naming = NAMED.get(name)
    return naming(value) if naming and isinstance(value, int) and value else str(value)


def slice_around(
    events: Iterable[TimelineEvent], at_ns: int | None, seqs: Sequence[int], around: int = 3
) -> tuple[TimelineEvent, ...]:
    """Return the events that show a finding.

    Those it names, the calls that handed out what these use, and the nearest before and after.
    """
    ordered = sorted(events, key=lambda event: event.at_ns)
    named = {place for place, event in enumerate(ordered) if event.detail.get("seq") in seqs}
    wanted = dict.fromkeys(sorted(named))
    wanted |= dict.fromkeys(one for place in sorted(named) for one in _sources(ordered, place))
    if at_ns is not None:
        before = [place for place, event in enumerate(ordered) if event.at_ns <= at_ns]
        after = [place for place, event in enumerate(ordered) if event.at_ns > at_ns]
        wanted |= dict.fromkeys([*reversed(before[-around:]), *after[: around - 1]])
        air = [place for place in before if ordered[place].lane == "air"]
        wanted |= dict.fromkeys(air[-1:])  # the frame the capture is to be opened at
    return tuple(ordered[place] for place in sorted(list(wanted)[:SLICE_ROWS]))


def _sources(ordered: Sequence[TimelineEvent], place: int) -> Iterator[int]:
    """The events before one that handed out what it uses: this value first, the newest last."""
    used = ordered[place]
    for name in HANDED_OUT:
        value = used.detail.get(name)
        if value is None:
            continue
        given = [
            one
            for one, event in enumerate(ordered[:place])
            if name in event.detail and event.owner == used.owner and event.lane == "handler"
        ]
        yield from [one for one in given if ordered[one].detail[name] == value][:1]
        yield from given[-1:]


def _short(text: str) -> str:
    return clean(text, _LABEL_LIMIT)
