# SPDX-License-Identifier: GPL-2.0-or-later
"""A breach put into a legal life is found, wherever in it that is: leniency has its bounds."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from harness.checks import evaluate
from harness.evidence import names
from tests.unit.checks.foreign import foreign_lives
from tests.unit.checks.legal import lives
from tests.unit.checks.story import OS, SERVICE, SVC, Story

Line = dict[str, Any]
Call = tuple[str, int, Line]
"""A function, the thread it is called on, and its arguments."""
Find = Callable[[list[Line]], Iterator[tuple[int, Call]]]
"""Where in a trace (behind which record) a call of the DLL breaks a rule."""


def after(function: str, call: Callable[[Line, Line], Call | None]) -> Find:
    """Behind the return of a function; the call is made of its two records, None for none."""

    def found(lines: list[Line]) -> Iterator[tuple[int, Call]]:
        entered = {line.get("call"): line for line in lines if line["kind"] == "enter"}
        for place, line in enumerate(lines):
            if line["kind"] == "return" and line["function"] == function:
                made = call(entered[line["call"]], line)
                if made is not None:
                    yield place, made

    return found


def of_the_adapter(function: str, **args: Any) -> Call:
    """A framework call with the adapter's handle."""
    return function, SERVICE, {"hDot11SvcHandle": SVC} | args


def completes(session: str, tid: int = SERVICE) -> Call:
    """PostAssociateCompletion with success."""
    args = {"hSecuritySessionID": session, "pPeer": None, "dwReasonCode": 0, "dwWin32Error": 0}
    function, _, given = of_the_adapter(names.POST_COMPLETION, **args)
    return function, tid, given


def inside_post(lines: list[Line]) -> Iterator[tuple[int, Call]]:
    """On the stack of PerformPostAssociate."""
    for place, line in enumerate(lines):
        if line["kind"] == "enter" and line["function"] == names.POST_ASSOCIATE:
            yield place, completes(line["args"]["hSecuritySessionID"], OS)


def after_stop(lines: list[Line]) -> Iterator[tuple[int, Call]]:
    """The session that was accepted last is completed once it has been stopped."""
    session, accepted = "", False
    for place, line in enumerate(lines):
        match line["kind"], line.get("function"):
            case "enter", names.POST_ASSOCIATE:
                session = line["args"]["hSecuritySessionID"]
            case "return", names.POST_ASSOCIATE:
                accepted = line["result"] == 0
            case "return", names.ADAPTER_RESET:
                accepted = False
            case "return", names.STOP_POST if accepted:
                yield place, completes(session)
                accepted = False


BREACHES: dict[str, tuple[Find, set[str]]] = {
    "foreign handle": (
        after(names.SET_AUTH, lambda e, r: (
            names.SET_EXCLUDE_UNENCRYPTED, SERVICE, {"hDot11SvcHandle": "0xbad"}
        )), {"ADPT-02"},
    ),
    "dead handle": (
        after(names.DEINIT_ADAPTER, lambda e, r: of_the_adapter(names.SET_EXCLUDE_UNENCRYPTED)),
        {"ADPT-03"},
    ),
    "completes twice": (
        after(names.PRE_COMPLETION, lambda e, r: (
            None if r["result"] else (e["function"], SERVICE, e["args"])
        )), {"PRE-02"},
    ),
    "completes at once": (inside_post, {"POST-06"}),
    "completes what it refused": (
        after(names.POST_ASSOCIATE, lambda e, r: (
            completes(e["args"]["hSecuritySessionID"]) if r["result"] else None
        )), {"POST-17"},
    ),
    "completes after the stop": (after_stop, {"STOP-04"}),
    "starts 802.1X after the stop": (
        after(names.STOP_POST, lambda e, r: of_the_adapter(names.START_ONEX, pEapAttributes=None)),
        {"STOP-05", "RST-05"},
    ),
    "stops 802.1X after the reset": (
        after(names.ADAPTER_RESET, lambda e, r: of_the_adapter(names.STOP_ONEX)), {"RST-05"},
    ),
    "frees what it never had": (
        after(names.SET_AUTH, lambda e, r: (names.FREE_BUFFER, SERVICE, {"pvMemory": "0xbad"})),
        {"MEM-02"},
    ),
    "asks twice": (
        after(names.SEND_UI_REQUEST, lambda e, r: (e["function"], SERVICE, e["args"])), {"UI-02"},
    ),
}  # fmt: skip
"""By what the DLL does: the places for it, and the rules of which one must find it."""


def with_call(lines: list[Line], place: int, call: Call) -> list[str]:
    """The trace with one more call, which returns at once."""
    function, tid, args = call
    shared = {"t": lines[place]["t"] + 1, "pid": 100, "tid": tid, "call": 900_000}
    shared |= {"function": function}
    more = [shared | {"kind": "enter", "args": args}, shared | {"kind": "return", "result": 0}]
    told = [*lines[: place + 1], *more, *lines[place + 1 :]]
    return [json.dumps(line | {"seq": seq}) for seq, line in enumerate(told, 1)]


@pytest.mark.parametrize("breach", BREACHES)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(st.one_of(lives(), foreign_lives()), st.data())
def test_a_breach_in_a_legal_life_is_found(breach: str, story: Story, data: st.DataObject) -> None:
    """One of the rules that speak of it has a finding that fails the DLL."""
    find, rules = BREACHES[breach]
    lines = [json.loads(line) for line in story.lines]
    places = list(find(lines))
    assume(places)  # not every life does what the breach follows
    story.lines = with_call(lines, *data.draw(st.sampled_from(places)))
    found = {(item.rule, item.severity) for item in evaluate(story.evidence()).findings}
    assert found & {(rule, "FAIL") for rule in rules}
