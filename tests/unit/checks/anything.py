# SPDX-License-Identifier: GPL-2.0-or-later
"""Evidence as hypothesis makes it up: anything the types allow."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from harness.evidence import (
    AssociationEvidence,
    ClockModel,
    Echo,
    FrameRecord,
    IhvRecord,
    Notification,
    RunEvidence,
    names,
)
from tests.unit.checks.story import STA

FUNCTIONS = [
    *names.HANDLERS, names.GET_VERSION, names.INIT_SERVICE, names.PRE_COMPLETION,
    names.POST_COMPLETION, names.SEND_PACKET, names.SET_ETHERTYPES, names.SET_DEFAULT_KEY,
    names.SET_DEFAULT_KEY_ID, names.SET_CURRENT_PROFILE, names.ALLOCATE_BUFFER, names.FREE_BUFFER,
    names.GET_USER_DATA, names.SET_USER_DATA, names.SET_AUTH, names.SET_UNICAST_CIPHER,
    names.SET_MULTICAST_CIPHER, names.SET_KEY_MAPPING_KEY, names.SET_EXCLUDE_UNENCRYPTED,
    names.SET_VS_AP_PROPERTIES, names.NIC_EXTENSION, names.SEND_NOTIFICATION,
    names.SEND_UI_REQUEST, names.START_ONEX, names.STOP_ONEX, names.PROCESS_ONEX,
    names.INIT_VIRTUAL_STATION,
]  # fmt: skip
PARAMETERS = [
    "hDot11SvcHandle", "hIhvExtAdapter", "phIhvExtAdapter", "hSecuritySessionID",
    "hConnectSession", "hSendCompletion", "pPeer", "pPortState", "pDot11AssocParams",
    "dwWin32Error", "dwReasonCode", "pdwReasonCode", "uPacketLen", "pvPacket", "pKey",
    "dot11Direction", "uKeyIndex", "AlgorithmId", "MacAddr", "ethertype_bytes", "pExemption",
    "pusRegistration", "handlers", "apis_null", "dwVerMin", "dwVerMax", "dwVerNumUsed", "buffer",
    "ppvBuffer", "pvMemory", "ppvData", "ppIhvUIRequest", "pEapAttributes", "guidUIRequest",
    "pbIsRequestPending", "uEventType", "dwSessionId", "msOneXResult", "pDot11MsOneXResultParams",
    "dwInBufferSize", "pvInBuffer", "data", "truncated", "pvInPacket", "dwInPacketSize", "hash",
    "salt", "exports", "indicationType", "dwOutBufferSize", "pdwBytesReturned", "bDelete",
    "bStatic", "usKeyLength", "ucKey", "Header", "uDefaultKeyId", "dwAuthAlgo", "pProperties",
    "dwKeyLength", "bIsPassPhrase", "pNotificationData", "NotificationSource", "action",
    "packet_type", "uNumOfRegistration", "uNumOfExemption", "pdwOutBufferSize", "gAdapterId",
    "pvResponseBuffer", "pdwDataSize", "bExcludeUnencrypted",
    "PeerMacAddress", "uDot11AssocParamsBytes", "uBeaconOffset", "uBeaconSize", "destination",
]  # fmt: skip
LINE = [
    "access", "busy_ms", "busy_t", "code", "cpu_ms", "error", "exit_code", "exports", "function",
    "how", "memory_kib", "memory_limit_kib", "module", "offset", "salt", "text", "threads",
    "threads_limit", "threads_refused", "waited_ms",
]  # fmt: skip
"""Members of the lines that are no calls."""

leaves = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**40), 2**40), st.sampled_from(["0x1", "0x2", "0x3"]),
    st.sampled_from([STA, "ff:ff:ff:ff:ff:ff", "888e", "8e88", "unchanged", "hung"]),
    st.text(max_size=5),
)  # fmt: skip
inner = st.one_of(
    leaves,
    st.lists(leaves, max_size=2),
    st.dictionaries(st.sampled_from(PARAMETERS), leaves, max_size=3),
)
values = st.one_of(
    leaves,
    st.lists(leaves, max_size=3),
    st.dictionaries(st.sampled_from(PARAMETERS), inner, max_size=4),
)
members = st.dictionaries(st.sampled_from(PARAMETERS), values, max_size=6)
lines = st.dictionaries(st.sampled_from(LINE), values, max_size=8)


@st.composite
def records(draw: Any) -> IhvRecord:
    """Any record; the rules look at the whole line of one that is no call."""
    kinds: Any = st.sampled_from(["enter", "return"] * 2 + ["exception", "load", "unload", "host"])
    kind = draw(kinds)
    return IhvRecord(
        seq=draw(st.integers(1, 60)),
        t_ns=draw(st.integers(0, 30_000_000_000)),
        pid=1,
        tid=draw(st.integers(1, 3)),
        kind=kind,
        call=draw(st.one_of(st.none(), st.integers(1, 12))),
        function=draw(st.sampled_from(FUNCTIONS)),
        args=draw(members) if kind != "return" else {},
        out=draw(members) if kind != "enter" else {},
        result=draw(st.one_of(st.none(), st.sampled_from([0, 5, -1, 5023]))),
        raw={} if kind in ("enter", "return") else draw(lines),
        process=draw(st.integers(0, 2)),
    )


notifications = st.builds(
    Notification,
    t_ns=st.integers(0, 30_000_000_000),
    source=st.sampled_from([8, 16]),
    code=st.sampled_from([4, 10, 11]),
    interface=st.just("{x}"),
    reason=st.one_of(st.none(), st.sampled_from([0, 0x38007, 0x3800E])),
)


@st.composite
def frames(draw: Any) -> FrameRecord:
    """Any frame of the messages the rules look at."""
    kinds: Any = st.sampled_from(["assoc-resp", "M1", "M2", "M3", "M4", "deauth", "icmp"])
    return FrameRecord(
        number=1,
        association=draw(st.integers(0, 2)),
        direction=draw(st.sampled_from(["up", "down"])),
        kind=draw(kinds),
        air_ns=draw(st.integers(0, 30_000_000_000)),
        guest_ns=draw(st.one_of(st.none(), st.integers(0, 30_000_000_000))),
        transmitter=STA,
        receiver=STA,
        length=60,
        acked=draw(st.booleans()),
        delivered=draw(st.booleans()),
        rule=None,
        retry=draw(st.booleans()),
        protected=draw(st.booleans()),
        replay_counter=draw(st.one_of(st.none(), st.integers(0, 3))),
        mic_ok=draw(st.sampled_from([None, True, False])),
        pn=None,
        detail={},
    )


@st.composite
def evidences(draw: Any) -> RunEvidence:
    """Anything the types allow."""
    trace = tuple(draw(st.lists(records(), max_size=40)))
    associations = tuple(
        AssociationEvidence(
            index=index,
            connect_ns=draw(st.integers(0, 20_000_000_000)),
            end_ns=draw(st.integers(0, 30_000_000_000)),
            frames=tuple(draw(st.lists(frames(), max_size=5))),
            ihv=trace,
            echo=draw(st.sampled_from([None, Echo(1, 0, arp=False, protected=False)])),
            notifications=tuple(draw(st.lists(notifications, max_size=3))),
            lab_fault=draw(st.sampled_from([None, None, "broke"])),
        )
        for index in range(draw(st.integers(0, 3)))
    )
    return RunEvidence(trace, associations, ClockModel(0, 10))
