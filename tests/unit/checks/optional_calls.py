# SPDX-License-Identifier: GPL-2.0-or-later
"""Calls that may happen beside the course of a connection, all of them legal: for `legal`."""

from __future__ import annotations

from harness.evidence import names
from tests.unit.checks.builder import m1, m2, send
from tests.unit.checks.stories import steps
from tests.unit.checks.story import OS, SERVICE, Step, Story
from tests.unit.checks.story_steps import (
    EAP,
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
    registered,
    result,
    short_packet,
)


def _freed(s: Story) -> None:
    address = s.new_handle()
    steps(alloc(address), free(address), free("0x0"))(s)


def _queried(s: Story) -> None:
    address = s.new_handle()
    steps(alloc(address), query(address))(s)


def asks(s: Story, user: int = 1) -> str:
    """A request to the user, of its own id, which is given."""
    guid = f"{{{s.new_handle()}}}"
    s.api(names.SEND_UI_REQUEST, pIhvUIRequest={"guidUIRequest": guid, "dwSessionId": user})
    return guid


def _answer(s: Story, guid: str, code: int = 0) -> None:
    s.call(names.UI_RESPONSE, OS, code, guidUIRequest=guid, dwByteCount=0, pvResponseBuffer=None)


def _request(s: Story) -> None:
    """A request of its own id, answered."""
    guid = asks(s)
    pending(1, guid)(s)
    _answer(s, guid)
    pending(0, guid)(s)


def _answer_refused(answer: int) -> Step:
    """A response the DLL does not take: it may wait on, or give the request up."""

    def run(s: Story) -> None:
        guid = asks(s)
        _answer(s, guid, 87)
        pending(answer, guid)(s)

    return run


def _logoff_of_another(answer: int) -> Step:
    """The documents let a log-off cancel all requests: the other users' may go with it."""

    def run(s: Story) -> None:
        guid = asks(s, user=2)
        s.call(names.SESSION_CHANGE, uEventType=6, pSessionNotification={"dwSessionId": 7})
        pending(answer, guid)(s)

    return run


def _other_adapter_refused(s: Story) -> None:
    """The DLL does not want another adapter; that one has no handle, now or later."""
    s.call(names.INIT_ADAPTER, OS, 50, hDot11SvcHandle=s.new_handle())


def _sent_on_completion(s: Story) -> None:
    """The next packet is sent on the stack of SendPacketCompletion, which names no adapter."""
    first = send(s, complete=False)
    number = s.enter(names.SEND_COMPLETION, hSendCompletion=first, buffer="unchanged")
    second, shown = s.new_handle(), {"destination": s.ap, "ethertype_bytes": "888e", "data": "00"}
    s.api(names.SEND_PACKET, OS, uPacketLen=9, hSendCompletion=second, pvPacket=shown)
    s.leave(number, names.SEND_COMPLETION)
    s.call(names.SEND_COMPLETION, hSendCompletion=second, buffer="unchanged")


def _completed_early(s: Story) -> None:
    """A packet whose completion overtakes SendPacket's return, twice with the same handle."""
    handle = s.new_handle()
    shown = {"destination": s.ap, "ethertype_bytes": "888e", "data": "02030000"}
    for _ in range(2):
        number = s.enter(
            names.SEND_PACKET, SERVICE, hDot11SvcHandle=s.svc, uPacketLen=12, pvPacket=shown,
            hSendCompletion=handle,
        )  # fmt: skip
        s.call(names.SEND_COMPLETION, hSendCompletion=handle, buffer="unchanged")
        s.leave(number, names.SEND_PACKET, SERVICE)


def _rekeyed(s: Story) -> None:
    """Another group key, then the first again, then both are deleted and one is set once more."""
    for index in (2, 1):
        key(uKeyIndex=index)(s)
        s.api(names.SET_DEFAULT_KEY_ID, uDefaultKeyId=index)
    key(uKeyIndex=1, bDelete=1)(s)
    key(uKeyIndex=2, bDelete=1)(s)
    key(uKeyIndex=2, MacAddr=s.ap)(s)
    s.api(names.SET_DEFAULT_KEY_ID, uDefaultKeyId=2)


def _result_meets_stop(s: Story) -> None:
    """The DLL's own StopOneX while the OS is telling the result."""
    number = s.enter(names.ONEX_RESULT, hIhvExtAdapter=s.ihv, msOneXResult=1)
    STOP_ONEX(s)
    s.leave(number, names.ONEX_RESULT)


def _eap(*some: Step) -> Step:
    return steps(START, *some)


OPTIONAL_CALLS: dict[str, list[Step]] = {
    "m1": [
        _eap(packet(), onex(), result()),
        _eap(packet(), onex(skip=1), STOP_ONEX),
        _eap(eapol_start, packet(), onex(), result()),
        _eap(eapol_start, eapol_start, eapol_start, result(1, NOBODY)),
        _eap(packet(EAPOL_KEY), result(1)),
        steps(indication(4), indication(9, 87), extension(4), extension(8, 50)),
        steps(notification(0x40), control(8), short_packet),
        _eap(_result_meets_stop),
        _eap(packet(EAP + "0000"), onex(), result()),
        _eap(packet("0100ffff00", 87), result()),
        _completed_early,
        steps(m1, m2), _freed, _queried, _request, _sent_on_completion, _other_adapter_refused,
        _answer_refused(0), _answer_refused(1), _logoff_of_another(0), _logoff_of_another(1),
    ],
    "pre_associate": [registered(), registered(pusRegistration=[], uNumOfRegistration=0)],
    "keys": [_rekeyed, key(), key(bDelete=1), reason_of(names.VALIDATE_PROFILE, 13, 0x80001)],
    "completion": [_request, _eap(packet(), onex(), result())],
}  # fmt: skip
"""By the step it may follow."""
