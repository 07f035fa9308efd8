# SPDX-License-Identifier: GPL-2.0-or-later
"""Doubles of what the connection stands on: time, the radio and the IHV host."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from autoconfig.association.connection import Connection
from autoconfig.association.framework import Framework
from autoconfig.ihv_host.call_queue import Arguments, Done
from autoconfig.ihv_host.lifecycle import Lifecycle
from autoconfig.notifications import Notification
from autoconfig.onex.peer import Peer, PeerEvents
from autoconfig.profile.eap import EapMethod, EapUser
from autoconfig.profile.wlan import Profile
from autoconfig.radio.interface import (
    Associated,
    Bss,
    ConnectRequest,
    Lost,
    RadioError,
    RadioEvents,
)
from autoconfig.settings import Settings
from autoconfig.stimuli.context import StimulusContext
from autoconfig.stimuli.runner import ObservedCalls, StimulusRunner

from hil_common.loop import Callback, Loop, Timer

FAKE_HOST = str(Path(__file__).with_name("fake_host.py"))
AP = bytes.fromhex("024849 4c0001")
STATION = bytes.fromhex("020000000000")
SSID = b"hil-lab"
SERVICE = "0xabc0"
ADAPTER = "0x7001"
EAPOL = 0x888E
REQUEST_BODY, RESPONSE_BODY = b"\x31\x04\x05\x00req", b"\x11\x04\x00\x00\x01\xc0res"

BSS = Bss(
    bssid=AP,
    frequency_mhz=2437,
    beacon_period_tu=100,
    capability=0x0411,
    timestamp_us=123456,
    ies=b"\x00\x07" + SSID + b"\x01\x01\x8c",
    rssi_dbm=-30,
    age_ms=50,
)

PROFILE = Profile(
    name="lab",
    ssids=(SSID,),
    oui=0x123456,
    security_xml="<IhvSecurity/>",
    connectivity_xml=None,
    use_ms_onex=False,
    xml="<WLANProfile/>",
)


ENTERPRISE = replace(
    PROFILE,
    use_ms_onex=True,
    eap_method=EapMethod(25, ("00" * 20,)),
    eap_user=EapUser(25, "user", password="secret"),
)


class FakePeer:
    """An EAP peer the test speaks for."""

    def __init__(self, events: PeerEvents) -> None:
        self.events = events
        self.received: list[bytes] = []
        self.closed = False

    def receive(self, frame: bytes) -> None:
        """See Peer."""
        self.received.append(frame)

    def close(self) -> None:
        """See Peer."""
        self.closed = True


class FakeLoop(Loop):
    """A loop whose time moves only by `advance`."""

    def __init__(self) -> None:
        super().__init__()
        self.now_s = 0.0
        self._pending: list[tuple[float, int, Timer]] = []

    def call_after_s(self, delay_s: float, callback: Callback) -> Timer:
        """As Loop, on the made-up clock."""
        timer = Timer(callback)
        heapq.heappush(self._pending, (self.now_s + delay_s, next(self._order), timer))
        return timer

    def advance(self, seconds: float) -> None:
        """Let time pass, running what falls due in its order."""
        end_s = self.now_s + seconds
        while True:
            self.settle()
            if not self._pending or self._pending[0][0] > end_s:
                break
            due_s, _, timer = heapq.heappop(self._pending)
            if timer.pending:
                self.now_s = due_s
                timer.fire()
        self.now_s = end_s

    def settle(self) -> None:
        """Run what was left for the end of the turn."""
        self._run_deferred()


class FakeRadio:
    """Records what is asked of it; the test plays the kernel."""

    def __init__(self) -> None:
        self.mac = STATION
        self.asked: list[tuple[Any, ...]] = []
        self.known: list[Bss] = [BSS]
        self.refuse: set[str] = set()
        self.scan_done: Callable[[bool], None] | None = None
        self.events: RadioEvents | None = None
        self._cookies = itertools.count(100)

    def set_events(self, events: RadioEvents) -> None:
        """See Radio."""
        self.events = events

    def _ask(self, name: str, *details: Any) -> None:
        if name in self.refuse:
            raise RadioError(22, "Invalid argument")
        self.asked.append((name, *details))

    def scan(
        self, ssid: bytes, frequencies_mhz: tuple[int, ...], done: Callable[[bool], None]
    ) -> None:
        """See Radio."""
        self._ask("scan", ssid, frequencies_mhz)
        self.scan_done = done

    def forget(self) -> None:
        """See Radio."""
        self.known = []

    def bss_list(self) -> list[Bss]:
        """See Radio."""
        return self.known

    def connect(self, request: ConnectRequest) -> None:
        """See Radio."""
        self._ask("connect", request)

    def disconnect(self) -> None:
        """See Radio."""
        self._ask("disconnect")

    def set_pairwise_key(self, peer: bytes, cipher: int, key: bytes, counter: bytes) -> None:
        """See Radio."""
        self._ask("pairwise", peer, cipher, key, counter)

    def set_group_key(self, index: int, cipher: int, key: bytes, counter: bytes) -> None:
        """See Radio."""
        self._ask("group", index, cipher, key, counter)

    def delete_key(self, index: int, peer: bytes | None) -> None:
        """See Radio."""
        self._ask("delete_key", index, peer)

    def set_transmit_key(self, index: int) -> None:
        """See Radio."""
        self._ask("transmit_key", index)

    def authorize(self, peer: bytes, authorized: bool) -> None:
        """See Radio."""
        self._ask("authorize", peer, authorized)

    def send_control(self, peer: bytes, ethertype: int, payload: bytes, encrypt: bool) -> int:
        """See Radio."""
        self._ask("send_control", peer, ethertype, payload, encrypt)
        return next(self._cookies)

    def send_data(self, peer: bytes, ethertype: int, payload: bytes) -> None:
        """See Radio."""
        self._ask("send_data", peer, ethertype, payload)

    def listen(self, ethertypes: frozenset[int]) -> None:
        """See Radio."""
        self._ask("listen", ethertypes)

    def names(self) -> list[str]:
        """What was asked, without the listening."""
        return [name for name, *_ in self.asked if name != "listen"]


class FakeHost:
    """Keeps handler calls in order; the test answers them one by one, as the real host does."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, Arguments]] = []
        self._open: list[Done | None] = []
        self.answered = 0

    def call(
        self,
        function: str,
        arguments: Arguments,
        done: Done | None = None,
        dropped: Callable[[], None] | None = None,
    ) -> None:
        """Keep the call; `answer` lets it return."""
        self.calls.append((function, arguments))
        self._open.append(done)

    def names(self) -> list[str]:
        """Functions called so far."""
        return [name for name, _ in self.calls]

    def pending(self) -> str:
        """The handler that runs now, "" if none."""
        return self.calls[self.answered][0] if self.answered < len(self.calls) else ""

    def answer(self, function: str, status: int = 0, **outs: Any) -> Arguments:
        """Let the running handler, which must be `function`, return; its arguments."""
        assert self.pending() == function, f"{self.pending()!r} runs, not {function!r}"
        arguments, done = self.calls[self.answered][1], self._open[self.answered]
        self.answered += 1
        if done is not None:
            done({"status": status, **outs})
        return arguments

    def drop(self) -> None:
        """The process is gone: nothing is answered any more."""
        self.answered = len(self.calls)


class Rig:
    """A connection over doubles, with shortcuts to bring it to a state."""

    def __init__(self, settings: Settings | None = None) -> None:
        self.loop = FakeLoop()
        self.radio = FakeRadio()
        self.host = FakeHost()
        self.told: list[Notification] = []
        self.stimuli = StimulusRunner()
        self.connection = Connection(
            self.loop,
            self.radio,
            ObservedCalls(self.host, self.stimuli),
            settings or Settings(),
            self.told.append,
            self.start_eap,
            self.stimuli.event,
        )
        self.peers: list[FakePeer] = []
        self.no_peer: Exception | None = None
        self.framework = Framework(self.connection)
        self.lifecycle = Lifecycle("{G}", "rig", self.connection, self.framework.new_host)
        self.stimuli.use(
            StimulusContext(self.loop, self.host, self.connection, self.framework, self.lifecycle)
        )

    def start_eap(self, _profile: Profile, events: PeerEvents) -> Peer:
        """An EAP peer, unless the test says why there is none."""
        if self.no_peer is not None:
            raise self.no_peer
        self.peers.append(FakePeer(events))
        return self.peers[-1]

    # --- the DLL's side ---

    def dll(self, function: str, **arguments: Any) -> int:
        """A framework call of the DLL; its status."""
        arguments.setdefault("hDot11SvcHandle", SERVICE)
        refused = self.stimuli.framework_call(f"Dot11Ext{function}")
        if refused is not None:
            return refused
        status = self.framework.answer(f"Dot11Ext{function}", arguments)["status"]
        assert isinstance(status, int)
        self.stimuli.framework_answered(f"Dot11Ext{function}", status)
        return status

    def set_up_security(self, auth: int = 7) -> None:
        """What a WPA2 DLL sets in its pre-association."""
        exemption = {"ethertype_bytes": "888e", "action": 2, "packet_type": 3}
        status = self.dll(
            "SetEtherTypeHandling", uMaxBackLog=3, uNumOfExemption=1, pExemption=[exemption],
            uNumOfRegistration=1, pusRegistration=["888e"],
        )  # fmt: skip
        assert status == 0
        assert self.dll("SetAuthAlgorithm", dwAuthAlgo=auth) == 0
        assert self.dll("SetUnicastCipherAlgorithm", dwUnicastCipherAlgo=4) == 0
        assert self.dll("SetMulticastCipherAlgorithm", dwMulticastCipherAlgo=4) == 0

    def complete_pre(self, reason: int = 0, error: int = 0, session: str | None = None) -> int:
        """PreAssociateCompletion."""
        attempt = self.connection.attempt
        known = attempt.connect_session if attempt else "0x0"
        return self.dll(
            "PreAssociateCompletion", hConnectSession=session or known,
            dwReasonCode=reason, dwWin32Error=error,
        )  # fmt: skip

    def complete_post(self, reason: int = 0, error: int = 0, session: str | None = None) -> int:
        """PostAssociateCompletion."""
        attempt = self.connection.attempt
        known = attempt.session if attempt else "0x0"
        return self.dll(
            "PostAssociateCompletion", hSecuritySessionID=session or known, pPeer=None,
            dwReasonCode=reason, dwWin32Error=error,
        )  # fmt: skip

    # --- the harness's side ---

    def stimulus(self, on: str, do: str, **parameters: Any) -> None:
        """A plan of one stimulus."""
        self.stimuli.give([{"on": on, "do": do, **parameters}])

    def done(self) -> list[Arguments]:
        """What was carried out of it, times left out; none of it may be in progress."""
        told: list[list[Arguments]] = []
        self.stimuli.collect(told.append)
        (done,) = told
        return [{name: one[name] for name in one if name != "t_ns"} for one in done]

    # --- states ---

    def initialise(self) -> Rig:
        """InitAdapter done."""
        self.connection.initializing(SERVICE)
        self.connection.ready(ADAPTER)
        return self

    def to_pre_pending(self, profile: Profile = PROFILE) -> Rig:
        """PerformPreAssociate was called and has not returned."""
        self.connection.connect(profile)
        self.host.answer("capability_match", reason=0)
        assert self.host.pending() == "pre_associate"
        return self

    def to_associating(self) -> Rig:
        """The radio was asked to associate."""
        self.to_pre_pending()
        self.set_up_security()
        self.host.answer("pre_associate", reason=0)
        assert self.complete_pre() == 0
        return self

    def to_post_pending(self, returned: bool = True) -> Rig:
        """PerformPostAssociate was called, and has returned or not."""
        self.to_associating()
        self.associated()
        if returned:
            self.host.answer("post_associate")
        return self

    def to_onex(self, profile: Profile = ENTERPRISE) -> Rig:
        """PerformPostAssociate of an 802.1X profile has returned."""
        self.connection.connect(profile)
        self.host.answer("capability_match", reason=0)
        self.set_up_security(auth=6)
        self.host.answer("pre_associate", reason=0)
        assert self.complete_pre() == 0
        self.associated()
        self.host.answer("post_associate")
        return self

    def to_connected(self) -> Rig:
        """The port is open."""
        self.to_post_pending()
        assert self.complete_post() == 0
        return self

    # --- the radio's side ---

    def associated(self) -> None:
        """The kernel reports the association."""
        self.connection.on_associated(Associated(AP, REQUEST_BODY, RESPONSE_BODY))

    def lost(self, by_peer: bool = False, deauthenticated: bool = True, reason: int = 3) -> None:
        """The kernel reports its end."""
        self.connection.on_lost(Lost(by_peer, deauthenticated, reason))

    def packet(self, payload: bytes, ethertype: int = EAPOL, protected: bool = False) -> None:
        """A packet from the access point."""
        self.connection.on_packet(AP, ethertype, payload, protected)

    # --- what came of it ---

    def codes(self) -> list[tuple[int, int]]:
        """Notifications so far as (source, code)."""
        return [(each.source, each.code) for each in self.told]

    def reason(self, source: int, code: int) -> int:
        """The reason code of the last such notification."""
        found = [n for n in self.told if (n.source, n.code) == (source, code)]
        reason = found[-1].fields["reason"]
        assert isinstance(reason, int)
        return reason

    def finish_down(self, *handlers: str) -> None:
        """Let these handlers return one after the other; none must remain."""
        for handler in handlers:
            self.host.answer(handler)
        assert self.host.pending() == ""
