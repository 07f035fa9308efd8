# SPDX-License-Identifier: GPL-2.0-or-later
"""Lives of an adapter told at random, of which every one is legal: what the OS may do to a DLL in
each state, and what a DLL may answer. No rule may find fault with any of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from hypothesis import strategies as st

from harness.evidence import names
from tests.unit.checks.builder import (
    associate,
    begin_post,
    ciphers,
    complete,
    complete_pre,
    connect,
    connected,
    ethertypes,
    init_adapter,
    init_service,
    keys,
    load,
    m1,
    m2,
    m3,
    m4,
    reset,
    stop,
    version,
)
from tests.unit.checks.optional_calls import OPTIONAL_CALLS, asks
from tests.unit.checks.stories import steps
from tests.unit.checks.story import AP, OS, SERVICE, WORKER, Step, Story
from tests.unit.checks.story_steps import (
    deinit,
    deinit_service,
    extension,
    packet,
    pending,
    registered,
)

Draw = Callable[[st.SearchStrategy[Any]], Any]

OTHER_AP = "02:00:00:00:01:99"
CANCELLED = {"error": 1223, "reason": 0x90002}
FAILURES = [(5, 0x90001), (1223, 0x38005), (0x80070005, 0x10001)]


class Life(Story):
    """A story whose OS hands out session handles again, once what they named is over."""

    reuses = False

    def new_session(self) -> str:
        """The same few values again and again, if the OS does so."""
        return "0x44" if self.reuses else super().new_session()


# Calls of the DLL's threads that straddle a call of the OS.


def _straddled(function: str, begins: str, *within: Step, **args: Any) -> Step:
    """A handler, with a framework call of another thread under way at its beginning or end."""

    def run(s: Story) -> None:
        use = {"hDot11SvcHandle": s.svc, "bExcludeUnencrypted": 1}
        under_way = s.enter(names.SET_EXCLUDE_UNENCRYPTED, 44, **use) if begins == "before" else 0
        number = s.enter(function, **({"hIhvExtAdapter": s.ihv} | args))
        if begins == "within":
            under_way = s.enter(names.SET_EXCLUDE_UNENCRYPTED, 44, **use)
        steps(*within)(s)
        if under_way and args.get("back", True):
            s.leave(under_way, names.SET_EXCLUDE_UNENCRYPTED, 44)
        s.leave(number, function, result=None if function == names.DEINIT_ADAPTER else 0)

    return run


def _stop(draw: Draw, s: Story) -> None:
    begins = draw(st.sampled_from(["never", "before", "within"]))
    _straddled(names.STOP_POST, begins, pPeer=s.ap, dot11AssocStatus=7)(s)


def _reset(draw: Draw, s: Story, *within: Step) -> None:
    begins = draw(st.sampled_from(["never", "before", "within"]))
    guid = asks(s) if draw(st.booleans()) else None
    _straddled(names.ADAPTER_RESET, begins, *within)(s)
    if guid:
        pending(0, guid)(s)
    if draw(st.booleans()):
        reset(s)


def _deinit(draw: Draw, s: Story) -> None:
    _straddled(names.DEINIT_ADAPTER, draw(st.sampled_from(["never", "before"])))(s)


# The parts of a connection.


def _pre(
    s: Story, fragment: str | None, code: int = 0, within: Step | None = None, **profile: Any
) -> None:
    connect(s)
    text = fragment and {"length": 90, "hash": fragment}
    args = {"pIhvSecProfile": {"pszXmlFragmentIhvSecurity": text}} | profile
    given = {"hIhvExtAdapter": s.ihv, "hConnectSession": s.connect_session}
    number = s.enter(names.PRE_ASSOCIATE, **(given | args))
    if within:
        within(s)
    s.leave(number, names.PRE_ASSOCIATE, OS, code, pdwReasonCode=0x90001 if code else 0)


@dataclass(frozen=True)
class Network:
    """What a DLL does for a kind of network: in pre-association, and before it completes."""

    prepares: tuple[Step, ...]
    secures: tuple[Step, ...]
    fragment: str | None
    """Hash of the profile's security fragment; None where the profile has none."""


def _open(s: Story) -> None:
    s.api(names.SET_AUTH, dwAuthAlgo=1)
    s.api(names.SET_UNICAST_CIPHER, dwUnicastCipherAlgo=0)
    s.api(names.SET_MULTICAST_CIPHER, dwMulticastCipherAlgo=0)


def _of_the_vendor(s: Story) -> None:
    s.api(names.SET_AUTH, dwAuthAlgo=0x80000001)
    s.api(names.SET_UNICAST_CIPHER, dwUnicastCipherAlgo=0x80000002)
    s.api(names.SET_MULTICAST_CIPHER, dwMulticastCipherAlgo=0x80000002)


_own_packets = registered(pusRegistration=["88b4"], pExemption=[], uNumOfExemption=0)
WPA2 = Network((ethertypes, ciphers), (m1, m2, m3, m4, keys), "01")
NETWORKS = (
    WPA2, WPA2, WPA2, Network((_open,), (), "02"), Network((), (), None),
    Network(
        (_own_packets, _of_the_vendor),
        (packet("0102", ethertype_bytes="88b4"), extension(8)),
        "03",
    ),
)  # fmt: skip
"""EAPOL of the DLL's own; an open network; security left to the OS; all of it the vendor's own."""


def _early(network: Network) -> Step:
    """The DLL's worker is quicker than the thread of the OS."""
    return steps(*network.prepares, complete_pre)


def _connection(draw: Draw, s: Story) -> bool:
    """One connection, from its pre-association to its end; whether the adapter is still there."""
    s.ap, network = AP, draw(st.sampled_from(NETWORKS))
    course = draw(st.sampled_from(["done"] * 4 + ["refused", "failed", "early", "reset", "deinit"]))
    if course == "refused":
        _pre(
            s,
            "01",
            5,
            pIhvConnProfile={"pszXmlFragmentIhvConnectivity": {"length": 9, "hash": "00"}},
        )
        if draw(st.booleans()):
            reset(s)
        return True
    _pre(s, network.fragment, within=_early(network) if course == "early" else None)
    if course != "early":
        if network is WPA2:
            _optional(draw, s, "pre_associate")
        steps(*network.prepares)(s)
    match course:
        case "failed":
            complete_pre(s, *draw(st.sampled_from(FAILURES)))
            _reset(draw, s)
            return True
        case "reset":
            tid = draw(st.sampled_from([OS, WORKER]))
            _reset(draw, s, lambda s: complete_pre(s, tid=tid, **CANCELLED))
            return True
        case "deinit":
            _deinit(draw, s)
            return False
        case "done":
            complete_pre(s)
    return _sessions(draw, s, network)


def _sessions(draw: Draw, s: Story, network: Network) -> bool:
    """The sessions of a connection that roams; whether the adapter is still there."""
    for roam in range(draw(st.integers(1, 3))):
        if roam:
            _stop(draw, s)
            left, s.ap = s.ap, draw(st.sampled_from([AP, OTHER_AP]))
        associate(s)
        courses = ["done", "done", "failed", "pending", *([] if roam else ["refused"])]
        course = draw(st.sampled_from(courses))
        begin_post(s, 5023 if course == "refused" else 0)
        if course == "refused":
            return _end(draw, s, alive=False, pending=False)
        if roam and left != s.ap and draw(st.booleans()):
            s.frame("deauth", "down", transmitter=left)  # it had not heard of the roam
        for step in network.secures[: None if course == "done" else draw(st.integers(0, 3))]:
            step(s)
            _optional(draw, s, step.__name__)
        if course == "failed":
            complete(s, *draw(st.sampled_from(FAILURES)))
        elif course == "done":
            complete(s)
            connected(s)
            if network is WPA2:
                _optional(draw, s, "completion")
            if draw(st.booleans()):
                complete(s)
    return _end(draw, s, alive=True, pending=course == "pending")


def _optional(draw: Draw, s: Story, name: str) -> None:
    for extra in draw(
        st.lists(st.sampled_from(OPTIONAL_CALLS.get(name) or [lambda s: None]), max_size=2)
    ):
        extra(s)


def _end(draw: Draw, s: Story, *, alive: bool, pending: bool) -> bool:
    """The end of a connection; whether the adapter is still there."""
    way = draw(st.sampled_from(["stop", "deauth", "standing", "deinit"]))
    if way == "standing":
        tid = draw(st.sampled_from([OS, SERVICE]))
        _reset(draw, s, *([lambda s: complete(s, tid=tid, **CANCELLED)] if pending else []))
        if draw(st.booleans()):
            stop(s)
            reset(s)
        return True
    if way == "deauth":
        s.frame("deauth", "down")
    if alive or draw(st.booleans()):
        _stop(draw, s)
    if way == "deinit":
        _deinit(draw, s)
        return False
    _reset(draw, s)
    return True


def _live(draw: Draw, s: Story) -> bool:
    """An adapter from arrival to (perhaps) removal; whether it is still there."""
    init_adapter(s)
    if draw(st.booleans()):
        reset(s)
    return all(_connection(draw, s) for _ in range(draw(st.integers(0, 3))))


@st.composite
def lives(draw: Any, *, again: bool = True) -> Life:
    """A service with one adapter, which may be taken away and come again; it may end in order."""
    s = Life()
    s.reuses = draw(st.booleans())
    for step in (load, version, init_service):
        step(s)
    there = _live(draw, s)
    if again and draw(st.booleans()):
        if there:
            _deinit(draw, s)
        there = _live(draw, s)
    if again and draw(st.booleans()):
        if there:
            deinit(s)
        deinit_service(s)
    return s


@st.composite
def two_lives(draw: Any) -> Story:
    """Two adapters of one DLL at the same time, whose sessions the OS may give the same handles."""
    first = draw(lives(again=False))
    second = Life(first.now if draw(st.booleans()) else 1_000_100_000)
    second.now += 1_000 * draw(st.integers(1, 9))
    second.svc, second.ihv, second.sta = "0x5099", "0x7f0099", "02:00:00:00:02:00"
    second.interface = "{other}"
    second.reuses = first.reuses
    second._handle = 0x9_0000
    _live(draw, second)
    return merged(first, second)


def merged(first: Story, second: Story) -> Story:
    """Both stories by their clocks, on threads of their own, as one process wrote them."""
    lines = [json.loads(line) for line in first.lines]
    for line in second.lines:
        told = json.loads(line)
        told["tid"] += 100
        told["call"] += 100_000
        lines.append(told)
    lines.sort(key=lambda line: int(line["t"]))
    both = Story()
    both.lines = [json.dumps(line | {"seq": seq}) for seq, line in enumerate(lines, 1)]
    both.associations = first.associations or second.associations
    starts = [item["connect_ns"] for item in both.associations]
    both.frames = [
        replace(frame, association=sum(start <= frame.guest_ns for start in starts))
        for frame in sorted([*first.frames, *second.frames], key=lambda frame: frame.guest_ns or 0)
        if frame.guest_ns is not None
    ]
    both.notifications = [*first.notifications, *second.notifications]
    both.now = max(first.now, second.now)
    return both
