# SPDX-License-Identifier: GPL-2.0-or-later
"""Steps of stories that are no part of the good run: calls, packets, requests, ends."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from typing import Any

from harness.evidence import names
from tests.unit.checks.builder import (
    associate,
    begin_post,
    complete,
    complete_pre,
    reset,
    security_profile,
    send,
    stop,
    tell,
)
from tests.unit.checks.stories import (
    api,
    handler,
    inside,
    until,
)
from tests.unit.checks.story import (
    ALL_HANDLERS,
    AP,
    IHV,
    KEY,
    OS,
    SERVICE,
    SVC,
    WORKER,
    Step,
    Story,
)

GUID, OTHER_GUID = "{00000000-0000-0000-0000-000000000001}", "{ffff0000-0000-0000-0000-00000000}"
SALT = bytes.fromhex("00ff")
EAP, EAPOL_KEY = "0100000501010005ff", "0203000401020304"


def alloc(address: str, **more: Any) -> Step:
    """AllocateBuffer."""
    return lambda s: s.call(
        names.ALLOCATE_BUFFER, WORKER, out={"ppvBuffer": address}, dwByteCount=8, **more
    )


def free(address: str) -> Step:
    """FreeBuffer."""
    return lambda s: s.call(names.FREE_BUFFER, WORKER, None, pvMemory=address)


def deinit(s: Story) -> None:
    """The adapter goes."""
    s.call(names.DEINIT_ADAPTER, result=None, hIhvExtAdapter=s.ihv)


def deinit_service(s: Story) -> None:
    """The service ends."""
    s.call(names.DEINIT_SERVICE, result=None)


def leaving(*threads: dict[str, Any]) -> Step:
    """The service ends; the recorder lists threads."""
    return lambda s: s.call(names.DEINIT_SERVICE, result=None, out={"threads": list(threads)})


THREAD = {"tid": 44, "module": "sample.dll", "offset": "0x1200", "vendor": True}
OTHER_THREAD = THREAD | {"module": "helper.dll", "vendor": False}


def lent(function: str, name: str, **args: Any) -> Step:
    """A handler that is given a buffer at 0xb000 and returns."""
    buffer = {name: {"address": "0xb000", "size": 16}}
    return handler(function, 0, {"pdwReasonCode": 0}, **(buffer | args))


def lent_pre(s: Story) -> None:
    """PerformPreAssociate whose security fragment lies at 0xb000."""
    text = {"address": "0xb000", "size": 92, "length": 90, "hash": "8899aabbccddeeff"}
    security = {"address": "0xa000", "size": 16, "pszXmlFragmentIhvSecurity": text}
    lent(names.PRE_ASSOCIATE, "pIhvConnProfile", hConnectSession=s.connect_session,
         pIhvSecProfile=security)(s)  # fmt: skip


def gone_when_completed(inputs: str) -> Step:
    """PreAssociateCompletion with what the recorder says of the buffers."""
    return lambda s: s.call(
        names.PRE_COMPLETION, WORKER, 0, {"inputs": inputs}, hDot11SvcHandle=s.svc,
        hConnectSession=s.connect_session, dwReasonCode=0, dwWin32Error=0,
    )  # fmt: skip


def touches(address: str) -> Step:
    """The DLL's worker crashes on an address."""
    return lambda s: s.record(
        "exception", WORKER, code="0xc0000005", address="0x2900001000", module="sample.dll",
        offset="0x1000", access=address, access_kind=0, function=None, call=None,
    )  # fmt: skip


def answered_with(memory: str) -> Step:
    """ProcessUIResponse with what the recorder says of the request's memory."""
    return lambda s: s.call(names.UI_RESPONSE, guidUIRequest=GUID, request=memory)


def reset_with(memory: str) -> Step:
    """AdapterReset with what the recorder says of a request's memory."""
    return handler(names.ADAPTER_RESET, requests=[{"guidUIRequest": GUID, "memory": memory}])


def discovered(*addresses: str) -> Step:
    """CreateDiscoveryProfiles that returns a list and a fragment."""
    listed, text = addresses
    security = {"pszXmlFragmentIhvSecurity": {"address": text, "size": 8, "length": 6}}
    out = {
        "pdwReasonCode": 0,
        "pIhvDiscoveryProfileList": {
            "address": "0x1000", "size": 16, "dwCount": 1,
            "pIhvDiscoveryProfiles": {"address": listed, "size": 24},
            "profiles": [{"IhvSecurityProfile": {"address": listed, "size": 16} | security}],
        },
    }  # fmt: skip
    return handler(names.DISCOVERY_PROFILES, 0, out)


def init_service_with(**changes: Any) -> Step:
    """InitService with other out parameters."""
    out = {"handlers": ALL_HANDLERS, "table_poisoned": True} | changes
    return lambda s: s.call(
        names.INIT_SERVICE, dwVerNumUsed=0, pDot11ExtAPI="0x40000", apis_null=[], out=out
    )


def key(**changes: Any) -> Step:
    """SetDefaultKey."""
    return api(names.SET_DEFAULT_KEY, pKey=KEY | changes, dot11Direction=1)


def registered(**changes: Any) -> Step:
    """SetEtherTypeHandling."""
    exemption = {"ethertype_bytes": "888e", "action": 2, "packet_type": 3}
    args: dict[str, Any] = {
        "uMaxBackLog": 10, "uNumOfExemption": 1, "pExemption": [exemption],
        "uNumOfRegistration": 1, "pusRegistration": ["888e"],
    }  # fmt: skip
    return api(names.SET_ETHERTYPES, **(args | changes))


def packet(data: str = EAP, result: int = 0, **changes: Any) -> Step:
    """ReceivePacket of an EAPOL packet."""
    shown = {"source": AP, "ethertype_bytes": "888e", "data": data, "truncated": False} | changes
    size = len(data) // 2 + 8
    return handler(names.RECEIVE_PACKET, result, dwInBufferSize=size, pvInBuffer=shown)


def short_packet(s: Story) -> None:
    """ReceivePacket of five bytes."""
    handler(names.RECEIVE_PACKET, 87, dwInBufferSize=5, pvInBuffer={"truncated": False})(s)


def onex(data: str = EAP, skip: int = 0) -> Step:
    """ProcessSecurityPacket."""
    given = bytes.fromhex(data)[skip:]
    digest = hmac.new(SALT, given, hashlib.sha256).digest()[:8].hex()
    secret = {"length": len(given), "hash": digest}
    return api(names.PROCESS_ONEX, SERVICE, dwInPacketSize=len(given), pvInPacket=secret)


def result(code: int = 0, params: Any = ()) -> Step:
    """OnexIndicateResult."""
    given = {"Dot11OnexAuthStatus": 3} if params == () else params
    return handler(names.ONEX_RESULT, msOneXResult=code, pDot11MsOneXResultParams=given)


NOBODY = {"Dot11OnexAuthStatus": 2}
"""The parameters of a failure for want of an authenticator."""


def eapol_start(s: Story) -> None:
    """The OS sends EAPOL-Start."""
    s.frame("eapol-start", "up")


START = api(names.START_ONEX, SERVICE, pEapAttributes="0x0")
STOP_ONEX = api(names.STOP_ONEX, SERVICE)


def ask(guid: str = GUID) -> Step:
    """SendUIRequest."""
    return api(names.SEND_UI_REQUEST, pIhvUIRequest={"guidUIRequest": guid, "dwSessionId": 1})


def pending(answer: int, guid: str = GUID) -> Step:
    """IsUIRequestPending."""
    out = {"pbIsRequestPending": answer}
    return lambda s: s.call(names.IS_UI_PENDING, OS, 0, out, guidUIRequest=guid)


def answered(s: Story) -> None:
    """ProcessUIResponse."""
    s.call(names.UI_RESPONSE, guidUIRequest=GUID, dwByteCount=0, pvResponseBuffer=None)


def logoff(s: Story) -> None:
    """The user logs off."""
    s.call(names.SESSION_CHANGE, uEventType=6, dwSessionId=1)


def adapter(result: int = 0, svc: str = SVC) -> Step:
    """InitAdapter."""
    out = {"phIhvExtAdapter": IHV} if result == 0 else {}
    return lambda s: s.call(
        names.INIT_ADAPTER, OS, result, out, hDot11SvcHandle=svc,
        pDot11Adapter={"gAdapterId": GUID},
    )  # fmt: skip


def station_dll(*, late: bool) -> Story:
    """A DLL that exports InitVirtualStation."""
    own: Step = lambda s: s.call(names.INIT_VIRTUAL_STATION)  # noqa: E731
    exports = {names.GET_VERSION: True, names.INIT_SERVICE: True, names.INIT_VIRTUAL_STATION: True}
    place = "init_adapter" if late else "init_service"
    return tell(load=lambda s: s.load(exports=exports), after={place: own})


def profile(function: str, **more: Any) -> Step:
    """A framework call with the connect session."""
    return lambda s: s.api(
        function, WORKER, hConnectSession=s.connect_session, dwSessionID=1, **more
    )


def profile_inside(s: Story) -> None:
    """PerformPreAssociate that reads custom user data on its own stack."""
    args = {"hIhvExtAdapter": IHV, "hConnectSession": s.connect_session}
    number = s.enter(names.PRE_ASSOCIATE, **args)
    s.api(names.GET_USER_DATA, OS, hConnectSession=s.connect_session, dwSessionID=1)
    s.leave(number, names.PRE_ASSOCIATE, pdwReasonCode=0)


def second_pre(code: int) -> Step:
    """A second PerformPreAssociate while the first is pending."""
    reason = 0x90001 if code else 0

    def run(s: Story) -> None:
        first = s.connect_session
        handler(
            names.PRE_ASSOCIATE, code, {"pdwReasonCode": reason}, hConnectSession=s.new_handle()
        )(s)
        s.connect_session = first

    return run


def cancelled_pre(error: int) -> Step:
    """AdapterReset in which the pending pre-association is completed."""
    return inside(names.ADAPTER_RESET, lambda s: complete_pre(s, error, 0x10001))


def cancelled_post(error: int) -> Step:
    """AdapterReset in which the pending session is completed."""
    return inside(names.ADAPTER_RESET, lambda s: complete(s, error, 0x10001))


def roam(code: int) -> Story:
    """Stop, then a second association of the same pre-association."""
    return until("completion", stop, associate, lambda s: begin_post(s, code), stop, reset)


def stopping(*, back: bool) -> Step:
    """StopPostAssociate while SendPacket of another thread is running."""

    def run(s: Story) -> None:
        number = s.enter(names.SET_EXCLUDE_UNENCRYPTED, SERVICE, hDot11SvcHandle=s.svc)
        args = {"hIhvExtAdapter": IHV, "pPeer": AP, "dot11AssocStatus": 7}
        held = s.enter(names.STOP_POST, **args)
        if back:
            s.leave(number, names.SET_EXCLUDE_UNENCRYPTED, SERVICE)
            s.leave(held, names.STOP_POST)
        else:
            s.wait_ms(20_000)

    return run


def without_key_id(s: Story) -> None:
    """The keys, without the call that names the default one."""
    s.api(names.SET_KEY_MAPPING_KEY, SERVICE, pKey=KEY | {"PeerMacAddr": AP})
    s.api(names.SET_DEFAULT_KEY, SERVICE, pKey=KEY, dot11Direction=1)


def key_id(index: int) -> Step:
    """SetDefaultKeyId."""
    return api(names.SET_DEFAULT_KEY_ID, uDefaultKeyId=index)


def refused_completed(s: Story) -> None:
    """A refused packet that is completed nevertheless."""
    handle = send(s, complete=False, result=5)
    s.call(names.SEND_COMPLETION, hSendCompletion=handle, buffer="unknown")


def reason_of(function: str, code: int, reason: int) -> Step:
    """A handler with a reason."""
    return handler(function, code, {"pdwReasonCode": reason})


def with_profile(function: str, digest: str, code: int, **args: Any) -> Step:
    """A handler that is given a profile: that of the good story unless its hash says otherwise."""

    def run(s: Story) -> None:
        security = security_profile(s)
        if digest:
            security["pszXmlFragmentIhvSecurity"]["hash"] = digest
        out = {"pdwReasonCode": 0x90001 if code else 0}
        handler(function, code, out, pIhvSecProfile=security, **args)(s)

    return run


def validated(digest: str = "", code: int = 87) -> Step:
    """ValidateProfile."""
    return with_profile(names.VALIDATE_PROFILE, digest, code)


def pre_associated(digest: str, code: int) -> Step:
    """PerformPreAssociate with another profile than the story's."""
    return lambda s: with_profile(
        names.PRE_ASSOCIATE, digest, code, hConnectSession=s.new_handle()
    )(s)


def user_data(size: int) -> Step:
    """SetCurrentProfile, then what is left of the custom user data."""

    def run(s: Story) -> None:
        profile(names.SET_CURRENT_PROFILE)(s)
        s.call(
            names.GET_USER_DATA, WORKER, 0, {"pdwDataSize": size, "ppvData": "0x0"},
            hDot11SvcHandle=s.svc, hConnectSession=s.connect_session, dwSessionID=1,
        )  # fmt: skip

    return run


def station_key(length: int, phrase: int) -> Step:
    """SetVirtualStationAPProperties."""
    return profile(
        names.SET_VS_AP_PROPERTIES,
        pProperties=[{"bIsPassPhrase": phrase, "dwKeyLength": length}],
    )


def extension(told: int, code: int = 0) -> Step:
    """NicSpecificExtension."""
    return lambda s: s.call(
        names.NIC_EXTENSION, WORKER, code, {"pdwOutBufferSize": told}, hDot11SvcHandle=s.svc,
        pdwOutBufferSize=8,
    )  # fmt: skip


def control(told: int) -> Step:
    """Control."""
    return handler(names.CONTROL, 0, {"pdwBytesReturned": told}, dwOutBufferSize=8)


def notification(source: int) -> Step:
    """SendNotification."""
    return api(names.SEND_NOTIFICATION, pNotificationData={"NotificationSource": source})


def indication(kind: int, code: int = 0) -> Step:
    """ReceiveIndication."""
    return handler(names.RECEIVE_INDICATION, code, indicationType=kind, pvBuffer=None)


def query(address: str) -> Step:
    """QueryUIRequest."""
    return handler(names.QUERY_UI, 0, {"ppIhvUIRequest": address})


def early_request(s: Story) -> None:
    """The station asks to associate before pre-association is done."""
    s.frame("assoc-req", "up")


def second(*, registers: bool) -> Callable[[], Story]:
    """Two associations; the second registers EtherTypes again or does not."""
    none: Step = lambda s: None  # noqa: E731
    quiet = {"m1": none, "m2": none, "m3": none, "m4": none}
    if registers:
        return lambda: tell(associations=2)
    return lambda: tell(associations=2, ethertypes=none, **quiet)
