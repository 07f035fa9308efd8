# SPDX-License-Identifier: GPL-2.0-or-later
"""The table of stories: for each rule one that keeps it and one that breaks it and nothing else."""

from __future__ import annotations

from collections.abc import Callable

from harness.checks.shared.windows_crashes import VERIFIER_RULES
from harness.evidence import names
from tests.unit.checks.builder import complete_pre, connect, pre_associate, reset, send, stop, tell
from tests.unit.checks.stories import (
    Findings,
    Pair,
    after,
    api,
    at_end,
    crash,
    in_init,
    in_post,
    in_pre,
    inside,
    steps,
    until,
)
from tests.unit.checks.story import AP, OS, SERVICE, WORKER, Story
from tests.unit.checks.story_steps import (
    EAPOL_KEY,
    GUID,
    NOBODY,
    OTHER_GUID,
    OTHER_THREAD,
    START,
    STOP_ONEX,
    THREAD,
    adapter,
    alloc,
    answered,
    answered_with,
    ask,
    cancelled_post,
    cancelled_pre,
    control,
    deinit,
    deinit_service,
    eapol_start,
    early_request,
    extension,
    free,
    gone_when_completed,
    indication,
    key,
    key_id,
    leaving,
    lent_pre,
    logoff,
    notification,
    onex,
    packet,
    pending,
    pre_associated,
    profile,
    profile_inside,
    query,
    reason_of,
    refused_completed,
    registered,
    reset_with,
    result,
    roam,
    second,
    second_pre,
    short_packet,
    station_dll,
    station_key,
    stopping,
    touches,
    user_data,
    validated,
    without_key_id,
)
from tests.unit.checks.windows_steps import bug_check, logged, verified

Told = Callable[[], Story]
PAIRS: dict[str, Pair] = {}


def pair(rule: str, severity: str, keeps: Told, breaks: Told, **also: str) -> None:
    """Enter a rule; ``also`` are findings that cannot be told apart from it."""
    found: Findings = {rule: severity} | {name.replace("_", "-"): s for name, s in also.items()}
    PAIRS[rule] = Pair(keeps, breaks, found)


def pending_pre(*some: object) -> Told:
    """A pre-association that is not completed, then steps."""
    return lambda: until("ciphers", *some)  # type: ignore[arg-type]


def pending_post(*some: object) -> Told:
    """A session that is not completed, then steps."""
    return lambda: until("m1", *some)  # type: ignore[arg-type]


def refused_first(s: Story) -> None:
    """InitAdapter is refused, then accepted."""
    steps(adapter(21), adapter())(s)


def refused_send(s: Story) -> None:
    """SendPacket on the stack of the caller, refused as out of place."""
    shown = {"destination": AP, "ethertype_bytes": "888e", "data": "00"}
    s.api(names.SEND_PACKET, OS, 5023, uPacketLen=9, hSendCompletion="0x77", pvPacket=shown)


def without_auth(s: Story) -> None:
    """The ciphers, but no authentication algorithm."""
    s.api(names.SET_UNICAST_CIPHER, dwUnicastCipherAlgo=4)
    s.api(names.SET_MULTICAST_CIPHER, dwMulticastCipherAlgo=4)


good: Told = tell
released = steps(alloc("0xa000"), free("0xa000"))

pair("LIFE-07", "WARN", good, lambda: tell(init_adapter=refused_first))
pair("LIFE-08", "MISS", lambda: station_dll(late=False), lambda: station_dll(late=True))
pair("LIFE-09", "FAIL", good, at_end(deinit, deinit_service, alloc("0xa000")))
pair("LIFE-10", "MISS", at_end(deinit, deinit_service), at_end(deinit_service))
pair("LIFE-11", "FAIL", at_end(deinit, leaving(OTHER_THREAD)),
     at_end(deinit, leaving(OTHER_THREAD, THREAD, THREAD)))  # fmt: skip
pair("LIFE-12", "FAIL", at_end(released, deinit, deinit_service),
     at_end(alloc("0xa000"), deinit, deinit_service))  # fmt: skip
pair("ADPT-05", "MISS", at_end(deinit), pending_post(deinit))
pair(
    "ADPT-06", "WARN", at_end(deinit), pending_pre(deinit, lambda s: complete_pre(s, 1223, 0x10001))
)
pair(
    "ADPT-07",
    "MISS",
    in_init(api(names.NIC_EXTENSION, OS)),
    in_init(api(names.NIC_EXTENSION, OS, 5023)),
)
pair("ADPT-10", "WARN", at_end(deinit, lambda s: s.call(names.ADAPTER_RESET, result=1168,
                                                        hIhvExtAdapter="0x7f0010")),
     at_end(deinit, reset))  # fmt: skip
pair("PRE-01", "MISS", good, in_pre(early_request))
pair(
    "PRE-05",
    "WARN",
    lambda: after("connect", validated("00ff"), pre_associated("00ff", 87), reset),
    lambda: after("connect", validated()),
)
pair("PRE-08", "FAIL", in_pre(profile(names.GET_USER_DATA)),
     lambda: tell(pre_associate=profile_inside))  # fmt: skip
pair("PRE-09", "MISS", in_pre(extension(8)), in_pre(extension(8, 5023)))
pair("PRE-10", "WARN", good, lambda: tell(ciphers=without_auth))
pair("PRE-11", "WARN", pending_pre(cancelled_pre(1223)), pending_pre(reset))
pair("PRE-12", "WARN",
     lambda: tell(pre_associate=lent_pre, pre_completion=gone_when_completed("gone")),
     lambda: until("ciphers", touches("0xb010"), pre_associate=lent_pre),
     HOST_01="FAIL")  # fmt: skip
pair("PRE-13", "WARN", in_pre(second_pre(5023)), pending_pre(second_pre(0)))
pair("ETH-03", "MISS", good, lambda: after("init_adapter", packet()), RX_01="MISS")
pair(
    "ETH-04",
    "MISS",
    lambda: tell(associations=2),
    lambda: after("reset", connect, pre_associate, packet()),
    RX_01="MISS",
)
pair("ETH-05", "WARN", second(registers=True), second(registers=False))
pair("ETH-06", "WARN", good, in_pre(registered(pExemption=None)), KEY_11="WARN")
pair("TX-06", "WARN", good, in_pre(lambda s: (send(s), None)[1]))
pair("TX-07", "MISS", in_post(lambda s: (send(s, complete=False, result=5), None)[1]),
     in_post(refused_completed))  # fmt: skip
pair("RX-01", "MISS", good, in_post(packet(ethertype_bytes="88b4")))
pair("RX-02", "MISS", good, in_post(inside(names.RECEIVE_PACKET, refused_send)))
pair(
    "RX-03",
    "WARN",
    in_post(short_packet),
    crash(names.RECEIVE_PACKET, dwInBufferSize=5),
    HOST_01="FAIL",
)
pair("RX-04", "FAIL", good, in_post(packet(result=0xC000000D)))
pair("POST-11", "WARN", good, lambda: tell(keys=lambda s: None))
pair("POST-13", "WARN", pending_post(cancelled_post(1223)), pending_post(reset))
pair("POST-14", "WARN", lambda: roam(0), lambda: roam(5))
pair("STOP-05", "FAIL", in_post(START, result()), lambda: after("stop", START))
pair(
    "STOP-06",
    "WARN",
    at_end(stop),
    at_end(lambda s: s.call(names.STOP_POST, result=5023, hIhvExtAdapter="0x7f0010", pPeer=None)),
)
pair("STOP-07", "MISS", pending_post(START, stop), pending_post(START, stop, result(1)))
pair("STOP-08", "WARN", pending_post(stopping(back=True)), pending_post(stopping(back=False)),
     HOST_02="FAIL")  # fmt: skip
pair("STOP-09", "WARN", good, lambda: after("stop", lambda s: (send(s), None)[1]))
pair("RST-03", "WARN", pending_pre(cancelled_pre(1223)), pending_pre(cancelled_pre(5023)))
pair("RST-04", "FAIL", at_end(ask(), reset, pending(0)), at_end(ask(), reset, pending(1)))
pair("RST-05", "FAIL", lambda: tell(associations=2), at_end(START))
pair(
    "RST-06",
    "WARN",
    at_end(reset),
    at_end(lambda s: s.call(names.ADAPTER_RESET, result=5, hIhvExtAdapter="0x7f0010")),
)
pair(
    "RST-07",
    "WARN",
    lambda: tell(associations=2),
    lambda: tell(associations=2, keys=steps(key(uKeyIndex=2), key_id(1))),
)
pair("ONEX-01", "FAIL", in_post(START, result()), in_pre(START))
pair("ONEX-02", "FAIL", in_post(START, result()),
     lambda: until("post_associate", START, ethertypes=registered(
         pusRegistration=["88b4"], pExemption=[], uNumOfExemption=0)))  # fmt: skip
pair("ONEX-03", "FAIL", in_post(START, packet(), onex(), result()),
     in_post(START, packet(EAPOL_KEY), onex(EAPOL_KEY), result()))  # fmt: skip
pair("ONEX-04", "WARN", in_post(START, packet(), onex(skip=1), result()),
     in_post(START, packet(), onex(), onex("0100ffff"), result()))  # fmt: skip
pair("ONEX-05", "WARN", in_post(START, STOP_ONEX), in_post(STOP_ONEX))
pair("ONEX-06", "FAIL", in_post(START, packet(), onex(), STOP_ONEX),
     in_post(START, packet(), STOP_ONEX, onex()))  # fmt: skip
pair("ONEX-07", "WARN", in_post(START, packet(), onex(), result()),
     in_post(START, packet(), result(), onex()))  # fmt: skip
pair("ONEX-08", "MISS", in_post(START, eapol_start, eapol_start, eapol_start, result(1, NOBODY)),
     in_post(START, eapol_start, eapol_start, result(1, NOBODY)))  # fmt: skip
pair("ONEX-09", "FAIL", in_post(alloc("0xa000"), api(names.START_ONEX, pEapAttributes="0xa000"),
                                result()),
     in_post(api(names.START_ONEX, pEapAttributes="0xa000"), result()))  # fmt: skip
pair(
    "ONEX-10",
    "FAIL",
    in_post(START, result(1, None)),
    crash(names.ONEX_RESULT, pDot11MsOneXResultParams=None),
    HOST_01="FAIL",
)
pair("ONEX-12", "WARN", in_post(START, packet(EAPOL_KEY), result()),
     in_post(START, packet(EAPOL_KEY, 5023), result()))  # fmt: skip
pair("ONEX-13", "WARN", in_post(START, result()), in_post(packet(), onex()))
pair("KEY-04", "WARN", good, in_post(key(Header={"Type": 0, "Revision": 0, "Size": 0})))
pair("KEY-05", "WARN", in_pre(key(bStatic=1)), in_pre(key()))
pair("KEY-06", "WARN", good, in_post(key(AlgorithmId=5, usKeyLength=5)))
pair(
    "KEY-07",
    "MISS",
    in_post(key(bDelete=1)),
    in_post(api(names.SET_DEFAULT_KEY, SERVICE, 87, pKey={"bDelete": 1}, dot11Direction=1)),
)
pair("KEY-08", "WARN", good, in_pre(api(names.SET_AUTH, dwAuthAlgo=77)))
pair("KEY-09", "WARN", good, lambda: tell(keys=steps(without_key_id, key_id(3))))
pair("KEY-11", "WARN", good, lambda: tell(ethertypes=registered(pExemption=[], uNumOfExemption=0)))
pair(
    "UI-01",
    "MISS",
    in_post(ask()),
    in_post(api(names.SEND_UI_REQUEST, WORKER, 5023, pIhvUIRequest={"guidUIRequest": GUID})),
)
pair("UI-02", "FAIL", in_post(ask(), ask(OTHER_GUID)), in_post(ask(), ask()))
pair("UI-03", "FAIL", in_post(ask(), answered_with("unchanged")),
     at_end(ask(), reset_with("changed")))  # fmt: skip
pair("UI-04", "FAIL", in_post(ask(), pending(1), pending(0, OTHER_GUID)),
     in_post(pending(1)))  # fmt: skip
pair("UI-05", "FAIL", in_post(ask(), answered, pending(0)), in_post(ask(), answered, pending(1)))
pair("UI-06", "FAIL", in_post(ask(), logoff, pending(0)), in_post(ask(), logoff, pending(1)))
pair("UI-07", "WARN", in_post(alloc("0xa000"), query("0xa000")), in_post(query("0xa000")))
pair("IND-01", "WARN", in_post(indication(4), indication(5, 87)), in_post(indication(5)))
pair("MEM-01", "FAIL", in_post(alloc("0xa000"), query("0xa000")),
     in_post(alloc("0xa000"), query("0xa000"), free("0xa000")))  # fmt: skip
pair("MEM-02", "FAIL", in_post(released), in_post(released, free("0xa000")))
pair("MEM-03", "WARN", in_post(notification(0x40)), in_post(notification(8)))
pair("PROF-01", "FAIL", in_init(reason_of(names.VALIDATE_PROFILE, 13, 0x90001)),
     in_post(reason_of(names.VALIDATE_PROFILE, 13, 0)))  # fmt: skip
pair("PROF-02", "WARN", in_post(reason_of(names.CAPABILITY_MATCH, 13, 0x90001)),
     in_post(reason_of(names.CAPABILITY_MATCH, 13, 0)))  # fmt: skip
pair("PROF-03", "FAIL", in_post(reason_of(names.DISCOVERY_PROFILES, 0, 0)),
     in_post(reason_of(names.DISCOVERY_PROFILES, 0, 0x38005)))  # fmt: skip
pair("PROF-04", "MISS", in_pre(user_data(0)), in_pre(user_data(9)))
pair("CTRL-01", "WARN", in_post(control(8)), in_post(control(9)))
pair("NIC-01", "MISS", in_post(extension(8)), in_post(extension(9)))
pair("VS-01", "FAIL", in_pre(station_key(32, 0), station_key(9, 1)), in_pre(station_key(31, 0)))
pair("HOST-07", "WARN", at_end(logged(10001)), at_end(logged(10003)))
for _number, _rule in enumerate(VERIFIER_RULES, 1):
    pair(f"NDIS-{_number:02}", "FAIL", at_end(verified()),
         at_end(verified(), bug_check(_rule.code)))  # fmt: skip
