# SPDX-License-Identifier: GPL-2.0-or-later
"""The engine on generated evidence: never raises, deterministic, silent on what is legal."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from harness.checks import Expectation, eapol_timing, evaluate
from harness.evidence import (
    AssociationEvidence,
    ClockModel,
    Echo,
    FrameRecord,
    IhvRecord,
    Notification,
    RunEvidence,
    names,
    timeline,
    window,
)
from tests.unit.checks.builder import (
    ASSOCIATION,
    PROLOGUE,
    STA,
    Step,
    Story,
    complete,
    m1,
    reset,
    send,
    stop,
    tell,
)
from tests.unit.checks.stories import (
    EAPOL_KEY,
    NOBODY,
    START,
    STOP_ONEX,
    alloc,
    control,
    eapol_start,
    extension,
    free,
    indication,
    key,
    notification,
    onex,
    packet,
    pending,
    query,
    reason_of,
    result,
    short_packet,
    steps,
)

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


@settings(max_examples=150, deadline=None)
@given(evidences(), st.booleans())
def test_never_raises_and_is_deterministic(evidence: RunEvidence, connected: bool) -> None:
    """Whatever the records say, there is a result, and the same one each time."""
    expect = Expectation(connected=connected, echoes=1, stopped=not connected)
    first = evaluate(evidence, expect=expect)
    assert first == evaluate(evidence, expect=expect)
    for association in evidence.associations:
        timeline(association, evidence.clock)
        eapol_timing(association, evidence.clock)


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_damaged_story_never_raises(data: st.DataObject) -> None:
    """A good story with lines lost, doubled or cut still has a result."""
    story = tell(associations=2)
    for _ in range(data.draw(st.integers(1, 6))):
        position = data.draw(st.integers(0, len(story.lines) - 1))
        match data.draw(st.sampled_from(["lose", "double", "cut", "garbage"])):
            case "lose":
                del story.lines[position]
            case "double":
                story.lines.insert(position, story.lines[position])
            case "cut":
                story.lines[position] = story.lines[position][:-9]
            case _:
                story.lines[position] = "\x00[[["
    evaluate(story.evidence())


def _request(s: Story) -> None:
    """A request of its own id, answered."""
    guid = f"{{{s.new_handle()}}}"
    s.api(names.SEND_UI_REQUEST, pIhvUIRequest={"guidUIRequest": guid, "dwSessionId": 1})
    pending(1, guid)(s)
    s.call(names.UI_RESPONSE, guidUIRequest=guid, dwByteCount=0, pvResponseBuffer=None)
    pending(0, guid)(s)


NOTHING: list[Step] = [lambda s: None]
LEGAL: dict[str, list[Step]] = {
    "m1": [
        steps(START, packet(), onex(), result()),
        steps(START, packet(), onex(skip=1), STOP_ONEX),
        steps(START, eapol_start, packet(), onex(), result()),
        steps(START, eapol_start, eapol_start, eapol_start, result(1, NOBODY)),
        steps(START, packet(EAPOL_KEY), result(1)),
        steps(alloc("0xa000"), free("0xa000"), free("0x0")),
        steps(alloc("0xb000"), query("0xb000")),
        steps(indication(4), indication(9, 87), extension(4), extension(8, 50)),
        steps(notification(0x40), control(8), short_packet),
        _request,
    ],
    "keys": [key(), key(bDelete=1), reason_of(names.VALIDATE_PROFILE, 13, 0x80001)],
    "completion": [_request, steps(START, packet(), onex(), result())],
}
"""What may happen besides, by the step it may follow; no rule may find fault with it."""


@st.composite
def legal_stories(draw: Any) -> Story:
    """What the OS and a DLL may do: refusals, retransmissions, deauthentication, roaming."""
    story = Story()
    for step in PROLOGUE:
        step(story)
    known = {step.__name__: step for step in ASSOCIATION}
    up_to_post = ("connect", "pre_associate", "ethertypes", "ciphers", "pre_completion")
    one = ("associate", "post_associate", "m1", "m2", "m3", "m4", "keys", "completion")
    for _ in range(draw(st.integers(1, 4))):
        for name in up_to_post:
            known[name](story)
        for roam in range(draw(st.integers(1, 3))):
            if roam:
                stop(story)
            ends_at = draw(st.integers(2, len(one)))
            for name in one[:ends_at]:
                known[name](story)
                for extra in draw(st.lists(st.sampled_from(LEGAL.get(name, NOTHING)), max_size=2)):
                    extra(story)
                if name == "m1" and draw(st.booleans()):
                    m1(story)
                    send(story)
            if ends_at == len(one):
                known["connected"](story)
                if draw(st.booleans()):
                    complete(story)
        if draw(st.booleans()):
            story.frame("deauth", "down")
        stop(story)
        if draw(st.booleans()):
            reset(story)
        reset(story)
    return story


@settings(max_examples=100, deadline=None)
@given(legal_stories())
def test_legal_story_yields_no_finding(story: Story) -> None:
    """Nothing to find; expectations aside, as these stories are about no scenario."""
    judged = evaluate(story.evidence())
    found = [(item.rule, item.message) for item in judged.findings if "EXPECT" not in item.rule]
    assert found == []


def test_cost_is_linear_enough() -> None:
    """A window costs the same after 200 associations as after 20; no wall-clock limit is set.

    Counted in records, which is what the rules walk over.
    """
    sizes = {}
    for count in (20, 200):
        evidence = tell(associations=count).evidence()
        sizes[count] = len(window(evidence, count).trace)
    assert sizes[20] == sizes[200]
