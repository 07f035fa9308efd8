# SPDX-License-Identifier: GPL-2.0-or-later
"""The steps of a good run, in order, and `tell`, which runs them with changes.

A test takes the good story and skips, replaces or adds steps.
"""

from __future__ import annotations

from typing import Any

from harness.evidence import (
    Echo,
    names,
)
from tests.unit.checks.story import (
    ALL_HANDLERS,
    ASSOC_PARAMS,
    KEY,
    OS,
    SERVICE,
    WORKER,
    Step,
    Story,
    port_state,
)


def load(s: Story) -> None:
    """The DLL is loaded."""
    s.load()


def version(s: Story) -> None:
    """It reports version 0 to 0."""
    range_ = {"pDot11IHVVersionInfo": {"dwVerMin": 0, "dwVerMax": 0}}
    s.call(names.GET_VERSION, out=range_)


def init_service(s: Story) -> None:
    """It takes the API table and gives its handlers."""
    s.call(
        names.INIT_SERVICE, dwVerNumUsed=0, pDot11ExtAPI="0x40000", apis_null=[],
        out={"handlers": ALL_HANDLERS, "table_poisoned": True},
    )  # fmt: skip


def init_adapter(s: Story) -> None:
    """The adapter arrives."""
    s.call(
        names.INIT_ADAPTER, hDot11SvcHandle=s.svc, pDot11Adapter={"gAdapterId": s.interface},
        out={"phIhvExtAdapter": s.ihv},
    )  # fmt: skip


def connect(s: Story) -> None:
    """The agent connects."""
    s.begin()
    s.connect_session = s.new_session()


def security_profile(s: Story) -> dict[str, Any]:
    """The same profile as the recorder shows it each time: it never lies at the same place."""
    at = 0xA0_0000 + 0x1000 * len(s.lines)
    fragment = {"address": hex(at), "size": 92, "length": 90, "hash": "8899aabbccddeeff"}
    return {"address": hex(at + 0x100), "size": 16, "pszXmlFragmentIhvSecurity": fragment}


def pre_associate(s: Story) -> None:
    """Pre-association is started."""
    s.call(
        names.PRE_ASSOCIATE, hIhvExtAdapter=s.ihv, hConnectSession=s.connect_session,
        pIhvSecProfile=security_profile(s), out={"pdwReasonCode": 0},
    )  # fmt: skip


def ethertypes(s: Story) -> None:
    """The DLL asks for EAPOL."""
    exemption = {"ethertype_bytes": "888e", "action": 2, "packet_type": 3}
    s.api(
        names.SET_ETHERTYPES, uMaxBackLog=10, uNumOfExemption=1, pExemption=[exemption],
        uNumOfRegistration=1, pusRegistration=["888e"],
    )  # fmt: skip


def ciphers(s: Story) -> None:
    """It sets algorithms."""
    s.api(names.SET_AUTH, dwAuthAlgo=7)
    s.api(names.SET_UNICAST_CIPHER, dwUnicastCipherAlgo=4)
    s.api(names.SET_MULTICAST_CIPHER, dwMulticastCipherAlgo=4)
    s.api("Dot11ExtSetExcludeUnencrypted", bExcludeUnencrypted=1)


def pre_completion(s: Story) -> None:
    """It completes the pre-association."""
    complete_pre(s)


def complete_pre(s: Story, error: int = 0, reason: int = 0, **changes: Any) -> None:
    """A PreAssociateCompletion with chosen codes."""
    args = {"hConnectSession": s.connect_session, "dwReasonCode": reason, "dwWin32Error": error}
    tid = changes.pop("tid", WORKER)
    s.api(names.PRE_COMPLETION, tid, **(args | changes))


def associate(s: Story) -> None:
    """Authentication and association on the air."""
    s.frame("auth", "up")
    s.frame("auth", "down")
    s.frame("assoc-req", "up")
    s.frame("assoc-resp", "down")


def post_associate(s: Story) -> None:
    """Post-association is started."""
    begin_post(s)


def begin_post(
    s: Story,
    result: int | None = 0,
    inside: Step | None = None,
    out: dict[str, Any] | None = None,
    **changes: Any,
) -> None:
    """A PerformPostAssociate with chosen parts."""
    s.session = s.new_session()
    args = {
        "hIhvExtAdapter": s.ihv, "hSecuritySessionID": s.session,
        "pPortState": port_state(PeerMacAddress=s.ap),
        "uDot11AssocParamsBytes": 276, "pDot11AssocParams": ASSOC_PARAMS | {"MacAddr": s.ap},
    }  # fmt: skip
    call = s.enter(names.POST_ASSOCIATE, **(args | changes))
    if inside:
        inside(s)
    state = out if out is not None else {"pPortState": port_state(PeerMacAddress=s.ap)}
    s.leave(call, names.POST_ASSOCIATE, OS, result, **state)


def m1(s: Story) -> None:
    """M1 reaches the DLL."""
    message(s, "M1", 1)


def message(s: Story, kind: str, counter: int) -> None:
    """A message of the access point reaches the station and the DLL."""
    s.frame(kind, "down", replay_counter=counter)
    s.call(
        names.RECEIVE_PACKET, hIhvExtAdapter=s.ihv, dwInBufferSize=121,
        pvInBuffer={"source": s.ap, "ethertype_bytes": "888e"},
    )  # fmt: skip


def m2(s: Story) -> None:
    """The DLL answers M1."""
    send(s)
    s.frame("M2", "up", replay_counter=1, mic_ok=True)


def send(s: Story, complete: bool = True, buffer: str = "unchanged", **changes: Any) -> str:
    """A packet of the DLL; gives its completion handle."""
    handle = str(changes.pop("handle", None) or s.new_handle())
    packet = {"address": "0x9000", "destination": s.ap, "ethertype_bytes": "888e", "data": "00"}
    result = changes.pop("result", 0)
    length = changes.pop("length", 121)
    s.api(
        names.SEND_PACKET, SERVICE, result, uPacketLen=length, hSendCompletion=handle,
        pvPacket=packet | changes,
    )  # fmt: skip
    if complete:
        s.call(names.SEND_COMPLETION, hSendCompletion=handle, buffer=buffer)
    return handle


def m3(s: Story) -> None:
    """M3 reaches the DLL."""
    message(s, "M3", 2)


def m4(s: Story) -> None:
    """The DLL answers M3."""
    send(s)
    s.frame("M4", "up", replay_counter=2, mic_ok=True)


def keys(s: Story) -> None:
    """It plumbs the keys."""
    s.api(names.SET_KEY_MAPPING_KEY, SERVICE, pKey=KEY | {"PeerMacAddr": s.ap})
    s.api(names.SET_DEFAULT_KEY, SERVICE, pKey=KEY, dot11Direction=1)
    s.api(names.SET_DEFAULT_KEY_ID, SERVICE, uDefaultKeyId=1)


def completion(s: Story) -> None:
    """It completes the session."""
    complete(s)


def complete(s: Story, error: int = 0, reason: int = 0, **changes: Any) -> None:
    """A PostAssociateCompletion with chosen parts."""
    args = {
        "hSecuritySessionID": s.session, "pPeer": None,
        "dwReasonCode": reason, "dwWin32Error": error,
    }  # fmt: skip
    tid = changes.pop("tid", SERVICE)
    svc = changes.pop("svc", s.svc)
    result = changes.pop("result", 0)
    s.call(names.POST_COMPLETION, tid, result, hDot11SvcHandle=svc, **(args | changes))


def connected(s: Story) -> None:
    """The WLAN service reports the connection."""
    s.notify(names.SOURCE_MSM, names.MSM_CONNECTED)
    s.notify(names.SOURCE_ACM, names.ACM_CONNECTION_COMPLETE)


def echo(s: Story) -> None:
    """The access point probes the data path."""
    for kind, direction in (("arp", "down"), ("arp", "up"), ("icmp", "down"), ("icmp", "up")):
        s.frame(kind, direction, protected=True, pn=1)
    s.associations[-1]["echo"] = Echo(1, 1, arp=True, protected=True, rtt_us=(900,))


def stop(s: Story, peer: str | None = None) -> None:
    """The OS stops the session, or that with another peer."""
    s.call(names.STOP_POST, hIhvExtAdapter=s.ihv, pPeer=peer or s.ap, dot11AssocStatus=7)


def reset(s: Story) -> None:
    """The OS resets the adapter."""
    s.call(names.ADAPTER_RESET, hIhvExtAdapter=s.ihv)


PROLOGUE: tuple[Step, ...] = (load, version, init_service, init_adapter)
ASSOCIATION: tuple[Step, ...] = (
    connect, pre_associate, ethertypes, ciphers, pre_completion, associate, post_associate,
    m1, m2, m3, m4, keys, completion, connected, echo, stop, reset,
)  # fmt: skip


def tell(
    *,
    associations: int = 1,
    without: tuple[str, ...] = (),
    after: dict[str, Step] | None = None,
    story: Story | None = None,
    **instead: Step,
) -> Story:
    """Run the good story; leave steps out, put others in their place, or add some after one.

    Changes hold for the last association (and for the prologue); those before it are good.
    """
    s = story or Story()
    known = {step.__name__ for step in PROLOGUE + ASSOCIATION}
    changed = {*without, *instead, *(after or {})}
    assert changed <= known, changed - known
    run = list(PROLOGUE) if story is None else []
    for _ in range(associations - 1):
        for step in [*run, *ASSOCIATION]:
            step(s)
        run = []
    for step in [*run, *ASSOCIATION]:
        name = step.__name__
        if name not in without:
            instead.get(name, step)(s)
        extra = (after or {}).get(name)
        if extra:
            extra(s)
    return s
