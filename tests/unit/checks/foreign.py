# SPDX-License-Identifier: GPL-2.0-or-later
"""Legal lives of DLLs unlike our sample (`foreign_dlls`): what the OS, the user, the driver and the
access point may do to one at any point of a connection, and what it may answer.

A second generator beside `legal`, written independently of it. No rule may find fault with any of
its lives.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

from harness.evidence import names
from tests.unit.checks.builder import associate, begin_post, init_service, load, version
from tests.unit.checks.foreign_dlls import (
    FIRST,
    NETWORKS,
    SECOND,
    THIRD,
    Dll,
    Draw,
    authenticate,
    finish,
    opened,
    prepare,
    register,
    stray,
    wants_packets,
)
from tests.unit.checks.legal import merged
from tests.unit.checks.stories import steps
from tests.unit.checks.story import AP, OS, Story
from tests.unit.checks.story_steps import (
    alloc,
    control,
    extension,
    free,
    indication,
    key,
    notification,
)

OTHER_AP = "02:00:00:00:01:99"
CANCELLED = {"dwWin32Error": 1223, "dwReasonCode": 0x90002}
FAILED = {"dwWin32Error": 5, "dwReasonCode": 0x90001}
DONE = {"dwWin32Error": 0, "dwReasonCode": 0}


def _borrowed(s: Story) -> None:
    """A buffer of the framework, held for a while."""
    address = s.new_handle()
    steps(alloc(address), notification(0x40), free(address), free("0x0"))(s)


EXTRAS = (
    _borrowed, extension(8), extension(0, 50), control(4), indication(2), indication(7, 50),
    notification(0x40), key(bDelete=1),
)  # fmt: skip
"""What may come in between, whatever the network."""


@dataclass
class Life:
    """One adapter being lived; ``there`` while it is."""

    s: Story
    draw: Draw
    dll: Dll
    there: bool = False
    asked: list[str] = field(default_factory=list)
    user_id: int = 1
    hears: bool = False
    """EAPOL is registered, whatever for."""

    # what the DLL says

    def pre(self, tid: int, **codes: int) -> None:
        """PreAssociateCompletion."""
        s = self.s
        s.api(names.PRE_COMPLETION, tid, hConnectSession=s.connect_session, **(DONE | codes))

    def post(self, tid: int, **codes: int) -> None:
        """PostAssociateCompletion; whom it names is left open in every way."""
        s = self.s
        peer = self.draw(st.sampled_from([None, "00:00:00:00:00:00", s.ap]))
        s.api(
            names.POST_COMPLETION, tid, hSecuritySessionID=s.session, pPeer=peer, **(DONE | codes)
        )

    def ask(self) -> str:
        """SendUIRequest, of an id of its own."""
        guid = f"{{{self.s.new_handle()}}}"
        request = {"guidUIRequest": guid, "dwSessionId": self.user_id}
        self.s.api(names.SEND_UI_REQUEST, SECOND, pIhvUIRequest=request)
        self.asked.append(guid)
        return guid

    def pending(self, guid: str, answer: int) -> None:
        """IsUIRequestPending."""
        out = {"pbIsRequestPending": answer}
        self.s.call(names.IS_UI_PENDING, OS, 0, out, guidUIRequest=guid)

    # what happens to it

    def adapter(self) -> None:
        """The adapter arrives; some DLLs ask for EtherTypes, the driver and memory right then."""
        s = self.s
        number = s.enter(
            names.INIT_ADAPTER, hDot11SvcHandle=s.svc, pDot11Adapter={"gAdapterId": s.interface}
        )
        if self.dll.registers == "init":
            register(s, OS, "888e", "88b4", exempted=False)
            self.hears = True
        s.leave(number, names.INIT_ADAPTER, phIhvExtAdapter=s.ihv)
        self.there = True
        if self.draw(st.booleans()):
            self.reset()

    def user(self, *goes_on: Any) -> bool:
        """The user is asked and answers, or not; whether the DLL has what it needs, with which it
        goes on at once, on the stack of ProcessUIResponse."""
        s, guid = self.s, self.ask()
        s.wait_ms(self.draw(st.sampled_from([0, 2_000])))
        self.pending(guid, 1)
        what = self.draw(st.sampled_from(["answers", "answers", "nothing", "refused", "leaves"]))
        if what == "nothing":
            return False
        if what == "leaves":
            s.call(names.SESSION_CHANGE, uEventType=6, dwSessionId=self.user_id)
            self.pending(guid, 0)
            return False
        if what == "refused":  # it is asked once more, and may wait on or give up
            s.call(names.UI_RESPONSE, result=13, guidUIRequest=guid, pvResponseBuffer=None)
            self.pending(guid, self.draw(st.sampled_from([0, 1])))
            return False
        given = None if self.dll.empty_answers else {"length": 8}
        number = s.enter(names.UI_RESPONSE, guidUIRequest=guid, pvResponseBuffer=given)
        for work in goes_on if given else ():
            work(OS)
        s.leave(number, names.UI_RESPONSE)
        self.pending(guid, 0)
        return given is not None

    def crossed(self, function: str, *within: Any, **args: Any) -> None:
        """A handler, with calls of other threads on their way as it is entered."""
        s = self.s
        use = {"hDot11SvcHandle": s.svc, "bExcludeUnencrypted": 1}
        way = self.draw(st.sampled_from(["none", "before", "two before", "within"]))
        tids = {"before": [THIRD], "two before": [THIRD, SECOND]}.get(way, [])
        under_way = [(tid, s.enter(names.SET_EXCLUDE_UNENCRYPTED, tid, **use)) for tid in tids]
        number = s.enter(function, hIhvExtAdapter=s.ihv, **args)
        if way == "within":  # decided on before; the OS was quicker
            under_way.append((53, s.enter(names.SET_EXCLUDE_UNENCRYPTED, 53, **use)))
        for work in within:
            work()
        for tid, call in under_way:
            s.leave(call, names.SET_EXCLUDE_UNENCRYPTED, tid)
        s.leave(number, function, result=None if function == names.DEINIT_ADAPTER else 0)

    def reset(self, *within: Any) -> None:
        """AdapterReset; requests to the user are gone with it."""
        self.crossed(names.ADAPTER_RESET, *within)
        self.hears = False
        for guid in self.asked[-1:]:
            self.pending(guid, 0)
        self.asked.clear()

    def stop(self, *within: Any) -> None:
        """StopPostAssociate."""
        self.crossed(names.STOP_POST, *within, pPeer=self.s.ap, dot11AssocStatus=7)

    def remove(self) -> None:
        """DeinitAdapter."""
        self.crossed(names.DEINIT_ADAPTER)
        self.there = False
        self.asked.clear()

    def ended_pending(self, complete: Any) -> None:
        """AdapterReset with an operation pending: cancelled, on either side's thread, or finished
        by a thread that was just about to."""
        how = self.draw(st.sampled_from(["inside", "worker", "crossing"]))
        tid = {"inside": OS, "worker": SECOND, "crossing": 54}[how]
        codes = DONE if how == "crossing" else CANCELLED
        self.reset(lambda: complete(tid, **codes))

    # a connection

    def connection(self) -> None:
        """From WlanConnect to the end of it."""
        s, draw, dll = self.s, self.draw, self.dll
        s.ap, network = AP, draw(st.sampled_from(NETWORKS))
        s.begin()
        s.connect_session = s.new_session()
        self.profile(network)
        if draw(st.integers(0, 9)) == 0:  # without its user it has no key
            s.call(names.SESSION_CHANGE, uEventType=6, dwSessionId=self.user_id)
            self.handler(names.PRE_ASSOCIATE, network, 1245, hConnectSession=s.connect_session)
            return
        number = self.entered(names.PRE_ASSOCIATE, network, hConnectSession=s.connect_session)
        ethertype = wants_packets(network)
        if dll.registers == "handler" and ethertype:
            register(s, OS, ethertype)
        if dll.works_inside:
            prepare(s, dll, network, OS)
        s.leave(number, names.PRE_ASSOCIATE, pdwReasonCode=0x90000)
        if not dll.works_inside:
            prepare(s, dll, network, FIRST)
        asks = dll.asks == "pre" and network in ("wep", "psk", "vendor")
        course = draw(st.sampled_from(["on", "on", "on", "failed", "reset", "removed"]))
        if course == "removed":
            self.remove()
        elif course == "reset":
            self.ended_pending(self.pre)
        elif course == "failed" or (asks and not self.user(self.pre)):
            self.pre(dll.pre_on, **FAILED)
            self.reset()
        else:
            if not asks:
                self.pre(dll.pre_on)
            self.sessions(network)

    def profile(self, network: str) -> None:
        """The handlers that come before a connection."""
        if self.draw(st.booleans()):
            self.handler(names.VALIDATE_PROFILE, network)
        if self.draw(st.booleans()):
            self.handler(names.CAPABILITY_MATCH, network, pConnectableBssid=None)

    def entered(self, function: str, network: str, **args: Any) -> int:
        """A handler with the profile of a network, entered."""
        place = NETWORKS.index(network)
        text = {"length": 9, "hash": f"{place:016x}"}
        security = None if network == "plain" else {"pszXmlFragmentIhvSecurity": text}
        ssids = [{"length": 3, "ssid": "6c6162"}] * (1 + place % 2)
        return self.s.enter(
            function, hIhvExtAdapter=self.s.ihv, pIhvSecProfile=security,
            pIhvConnProfile={"pszXmlFragmentIhvConnectivity": text},
            pIhvProfileParams={"pSsidList": {"SSIDs": ssids}}, **args,
        )  # fmt: skip

    def handler(self, function: str, network: str, code: int = 0, **args: Any) -> None:
        """The same, and returned."""
        number = self.entered(function, network, **args)
        reason = 0x38005 if code else 0
        self.s.leave(number, function, OS, code, pdwReasonCode=reason)

    def sessions(self, network: str) -> None:
        """One association after the other, by roaming or to the same access point."""
        s, draw = self.s, self.draw
        state = ""
        for roam in range(draw(st.integers(1, 3))):
            if roam:
                self.leave(state)
                s.ap = draw(st.sampled_from([AP, OTHER_AP]))
            associate(s)
            state = self.session(network, may_refuse=not roam)
            if state == "refused":
                self.reset()
                return
        self.end(state)

    def session(self, network: str, *, may_refuse: bool) -> str:
        """From PerformPostAssociate to the port; how far it came."""
        s, draw, dll = self.s, self.draw, self.dll
        if may_refuse and network == "plain" and draw(st.integers(0, 9)) == 0:
            begin_post(s, 50)
            return "refused"
        starts = draw(st.integers(0, 2))
        early = draw(st.booleans())
        begin = lambda s: s.api(names.START_ONEX, OS, pEapAttributes="0x0")  # noqa: E731
        begin_post(s, inside=begin if network == "eap" and early else None)
        more = [stray] if self.hears and not wants_packets(network) else []
        for extra in draw(st.lists(st.sampled_from([*EXTRAS, *more]), max_size=2)):
            extra(s)
        if network == "eap":
            if not early:
                s.api(names.START_ONEX, FIRST, pEapAttributes="0x0")
            result = authenticate(s, draw, starts)
            if result == 1:
                self.post(FIRST, dwWin32Error=5, dwReasonCode=0x50005)
                return "failed"
            if result is None:
                return "authenticating"
        asks = dll.asks == "post" and network in ("psk", "vendor")
        if asks and not self.user():
            self.post(FIRST, **FAILED)
            return "failed"
        if network == "plain" or draw(st.integers(0, 4)) == 0:
            return "pending"
        finish(s, dll, network, self.post)
        opened(s)
        if draw(st.booleans()):
            self.post(SECOND)
        return "done"

    def leave(self, state: str, *within: Any) -> None:
        """StopPostAssociate; an authentication is stopped with it."""
        stops = lambda: self.s.api(names.STOP_ONEX, OS)  # noqa: E731
        own = [stops] if state == "authenticating" and self.draw(st.booleans()) else []
        self.stop(*own, *within)

    def end(self, state: str) -> None:
        """The end of a connection."""
        s, pending = self.s, state in ("pending", "authenticating")
        way = self.draw(st.sampled_from(["stop", "deauth", "reset", "removed", "late stop"]))
        if way in ("reset", "late stop"):
            if pending:
                self.ended_pending(self.post)
            else:
                self.reset()
            if way == "late stop":
                s.call(names.STOP_POST, hIhvExtAdapter=s.ihv, pPeer=s.ap, dot11AssocStatus=7)
            return
        if way == "deauth":
            s.frame("deauth", "down")
        crossing = pending and self.draw(st.booleans())
        self.leave(state, *([lambda: self.post(54)] if crossing and state == "pending" else []))
        if way == "removed":
            self.remove()
        else:
            self.reset()

    def live(self) -> None:
        """The adapter from its arrival to (perhaps) its removal."""
        self.adapter()
        for _ in range(self.draw(st.integers(0, 3))):
            if self.there:
                self.connection()


class Reusing(Story):
    """A story whose OS gives session handles again."""

    reuses = False

    def new_session(self) -> str:
        """The same value again and again, if the OS does so."""
        return "0x44" if self.reuses else super().new_session()


@st.composite
def two_foreign_lives(draw: Any) -> Story:
    """Two adapters of one DLL at the same time."""
    first = draw(foreign_lives(again=False))
    second = Reusing(first.now if draw(st.booleans()) else 1_000_100_000)
    second.now += 1_000 * draw(st.integers(1, 9))
    second.svc, second.ihv, second.sta = "0x5099", "0x7f0099", "02:00:00:00:02:00"
    second.interface, second.reuses = "{other}", first.reuses
    second._handle = 0x9_0000
    Life(second, draw, Dll.drawn(draw), user_id=2).live()
    return merged(first, second)


@st.composite
def foreign_lives(draw: Any, *, again: bool = True) -> Story:
    """A service with a DLL of any habits and one adapter, which may go and come again."""
    s = Reusing()
    s.reuses = draw(st.booleans())
    for step in (load, version, init_service):
        step(s)
    life = Life(s, draw, Dll.drawn(draw))
    life.live()
    if again and draw(st.booleans()):
        if life.there:
            life.remove()
        life.live()
    if again and draw(st.booleans()):
        if life.there:
            life.remove()
        s.call(names.DEINIT_SERVICE, result=None, out={"threads": []})
    return s
