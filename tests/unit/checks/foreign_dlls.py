# SPDX-License-Identifier: GPL-2.0-or-later
"""DLLs unlike our sample, as they are seen across the interface: for `foreign`.

What a DLL does for a kind of network, on which of its threads or on whose stack, in which order,
and whom it asks. Written from the contract, not from our sample's trace.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from harness.evidence import names
from tests.unit.checks.builder import connected
from tests.unit.checks.story import OS, Story
from tests.unit.checks.story_steps import EAP, EAPOL_KEY, onex, packet

Draw = Callable[[st.SearchStrategy[Any]], Any]
Work = Callable[[int], None]
"""Something a DLL does on a thread."""

FIRST, SECOND, THIRD = 50, 51, 52
"""Threads of the DLL's own."""
NETWORKS = ("open", "wep", "shared", "psk", "eap", "vendor", "vendor without packets", "plain")
WITH_EAPOL = ("psk", "eap")


@dataclass(frozen=True)
class Dll:
    """The habits of a DLL.

    ``registers``: where it asks for EtherTypes. ``pre_on``, ``post_on``: the threads it completes
    on; a handler's name stands for that handler's stack. ``asks``: when it asks the user.
    """

    registers: str
    pre_on: int
    post_on: int | str
    works_inside: bool
    asks: str
    id_first: bool
    per_station: bool
    bip: bool
    empty_answers: bool
    keeps_data: bool

    @classmethod
    def drawn(cls, draw: Draw) -> Dll:
        """Any combination of them."""
        either = st.booleans()
        return cls(
            registers=draw(st.sampled_from(["init", "handler", "worker"])),
            pre_on=draw(st.sampled_from([FIRST, SECOND])),
            post_on=draw(st.sampled_from([FIRST, SECOND, "receive", "sent", "indication"])),
            works_inside=draw(either), asks=draw(st.sampled_from(["never", "pre", "post"])),
            id_first=draw(either), per_station=draw(either), bip=draw(either),
            empty_answers=draw(either), keeps_data=draw(either),
        )  # fmt: skip


def wants_packets(network: str) -> str | None:
    """The EtherType a network is about."""
    return "888e" if network in WITH_EAPOL else "88b4" if network == "vendor" else None


def register(s: Story, tid: int, *ethertypes: str, exempted: bool = True) -> None:
    """SetEtherTypeHandling; EAPOL is exempted from protection, unless nothing is protected yet."""
    exempt = [
        {"ethertype_bytes": one, "action": 1, "packet_type": 1}
        for one in ethertypes if one == "888e" and exempted
    ]  # fmt: skip
    s.api(
        names.SET_ETHERTYPES, tid, uMaxBackLog=10, uNumOfExemption=len(exempt), pExemption=exempt,
        uNumOfRegistration=len(ethertypes), pusRegistration=list(ethertypes),
    )  # fmt: skip


def default_key(s: Story, dll: Dll, tid: int, index: int, **changes: Any) -> None:
    """SetDefaultKey, for the access point or without an address."""
    key = {
        "Header": {"Type": 128, "Revision": 1, "Size": 24}, "uKeyIndex": index, "AlgorithmId": 4,
        "MacAddr": s.ap if dll.per_station else "00:00:00:00:00:00", "bDelete": 0, "bStatic": 0,
        "usKeyLength": 28, "ucKey": {"length": 28, "hash": "0011223344556677"},
    } | changes  # fmt: skip
    s.api(names.SET_DEFAULT_KEY, tid, pKey=key, dot11Direction=3 if index else 1)


def named_key(s: Story, dll: Dll, tid: int, index: int, **changes: Any) -> None:
    """A default key and its id, in the order the DLL likes."""
    if dll.id_first:
        s.api(names.SET_DEFAULT_KEY_ID, tid, uDefaultKeyId=index)
    default_key(s, dll, tid, index, **changes)
    if not dll.id_first:
        s.api(names.SET_DEFAULT_KEY_ID, tid, uDefaultKeyId=index)


ALGORITHMS = {
    "open": (1, 0), "wep": (1, 0x101), "shared": (2, 1), "psk": (7, 4), "eap": (6, 4),
    "vendor": (0x80000001, 0x80000002), "vendor without packets": (0x80000001, 0x80000002),
}  # fmt: skip
"""Authentication and cipher; "plain" leaves both to the OS."""


def prepare(s: Story, dll: Dll, network: str, tid: int) -> None:
    """The work of a pre-association."""
    chosen, ethertype = ALGORITHMS.get(network), wants_packets(network)
    if ethertype and dll.registers != "handler":
        register(s, tid, ethertype)
    if chosen is None:
        return
    if dll.keeps_data and tid != OS:
        custom_data(s, tid)
    auth, cipher = chosen
    s.api(names.SET_MULTICAST_CIPHER, tid, dwMulticastCipherAlgo=cipher)
    s.api(names.SET_UNICAST_CIPHER, tid, dwUnicastCipherAlgo=cipher)
    s.api(names.SET_AUTH, tid, dwAuthAlgo=auth)
    if network != "open":
        s.api(names.SET_EXCLUDE_UNENCRYPTED, tid, bExcludeUnencrypted=1)
    if network == "wep":
        for index in (3, 2, 1):
            static = {"AlgorithmId": 5, "usKeyLength": 13, "bStatic": 1}
            default_key(s, dll, tid, index, MacAddr="00:00:00:00:00:00", **static)
    if network in ("wep", "shared"):
        static = {"AlgorithmId": 1, "usKeyLength": 5, "bStatic": 1}
        named_key(s, dll, tid, 0, MacAddr="00:00:00:00:00:00", **static)


def custom_data(s: Story, tid: int) -> None:
    """What it keeps with the profile: read, set and, by a new profile, emptied."""
    named = {"hConnectSession": s.connect_session, "dwSessionID": 1}
    given = {"hDot11SvcHandle": s.svc, **named}
    s.call(names.GET_USER_DATA, tid, 0, {"pdwDataSize": 0, "ppvData": "0x0"}, **given)
    s.api(names.SET_USER_DATA, tid, dwDataSize=4, **named)
    s.api(names.SET_CURRENT_PROFILE, tid, hConnectSession=s.connect_session)


def dynamic_keys(s: Story, dll: Dll, network: str, tid: int) -> None:
    """The keys of a handshake of its own."""
    if network == "vendor":
        named_key(s, dll, tid, 9, AlgorithmId=0x80000002, usKeyLength=3)
        return
    if not dll.per_station:
        pair = {"PeerMacAddr": s.ap, "AlgorithmId": 4, "bDelete": 0, "bStatic": 0,
                "usKeyLength": 28}  # fmt: skip
        s.api(names.SET_KEY_MAPPING_KEY, tid, pKey=pair)
    named_key(s, dll, tid, 1)
    if dll.bip:
        default_key(s, dll, tid, 4, AlgorithmId=6, MacAddr="00:00:00:00:00:00")


def transmit(s: Story, tid: int, ethertype: str = "888e") -> str:
    """SendPacket; gives its completion handle."""
    handle = s.new_handle()
    shown = {"destination": s.ap, "ethertype_bytes": ethertype, "data": "0203"}
    s.api(names.SEND_PACKET, tid, uPacketLen=10, hSendCompletion=handle, pvPacket=shown)
    return handle


def sent(s: Story, handle: str, *within: Work) -> None:
    """SendPacketCompletion, with what the DLL does on its stack."""
    number = s.enter(names.SEND_COMPLETION, hSendCompletion=handle, buffer="unchanged")
    for work in within:
        work(OS)
    s.leave(number, names.SEND_COMPLETION)


def received(s: Story, ethertype: str, *within: Work) -> None:
    """ReceivePacket, with what the DLL does on its stack."""
    shown = {"source": s.ap, "ethertype_bytes": ethertype, "data": EAPOL_KEY, "truncated": False}
    size = len(EAPOL_KEY) // 2 + 8
    args = {"hIhvExtAdapter": s.ihv, "dwInBufferSize": size, "pvInBuffer": shown}
    number = s.enter(names.RECEIVE_PACKET, **args)
    for work in within:
        work(OS)
    s.leave(number, names.RECEIVE_PACKET)


def indicated(s: Story, *within: Work) -> None:
    """ReceiveIndication of the driver, with what the DLL does on its stack."""
    args = {"hIhvExtAdapter": s.ihv, "indicationType": 0, "pvBuffer": None}
    number = s.enter(names.RECEIVE_INDICATION, **args)
    for work in within:
        work(OS)
    s.leave(number, names.RECEIVE_INDICATION)


def authenticate(s: Story, draw: Draw, starts: int) -> int | None:
    """802.1X by the OS: StartOneX has been called. The result, None if it does not come."""
    for _ in range(starts):
        s.frame("eapol-start", "up")
    for _ in range(draw(st.integers(1, 2))):
        packet(EAP)(s)
        onex(EAP)(s)
    if draw(st.booleans()):
        packet(EAPOL_KEY)(s)  # before its time: it is kept
    result = draw(st.sampled_from([0, 0, 0, 1, None]))
    if result is not None:
        given = draw(st.sampled_from([None, {"Dot11OnexAuthStatus": 3 + result}]))
        args = {"hIhvExtAdapter": s.ihv, "pDot11MsOneXResultParams": given}
        s.call(names.ONEX_RESULT, msOneXResult=result, **args)
    return result


def stray(s: Story) -> None:
    """A packet the network has no use for."""
    packet(EAP, result=13)(s)


def finish(s: Story, dll: Dll, network: str, done: Work) -> None:
    """The last exchange of a session, and its completion where the DLL likes to make it."""
    ethertype = wants_packets(network)
    if ethertype is None:
        if dll.post_on == "indication":
            indicated(s, done)
        else:
            done(dll.post_on if isinstance(dll.post_on, int) else THIRD)
        return
    s.frame("M1" if network == "psk" else "data", "down")

    def keys(tid: int) -> None:
        dynamic_keys(s, dll, network, tid)

    if dll.post_on == "receive":
        pending: list[str] = []
        received(s, ethertype, lambda tid: pending.append(transmit(s, tid, ethertype)), keys, done)
        sent(s, pending[0])
    elif dll.post_on == "sent":
        received(s, ethertype)
        sent(s, transmit(s, FIRST, ethertype), keys, done)
    elif dll.post_on == "indication":
        received(s, ethertype)
        sent(s, transmit(s, SECOND, ethertype))
        keys(FIRST)
        indicated(s, done)
    else:
        received(s, ethertype)
        sent(s, transmit(s, SECOND, ethertype))
        keys(THIRD)
        done(int(dll.post_on))


def opened(s: Story) -> None:
    """The WLAN service reports the connection."""
    connected(s)
