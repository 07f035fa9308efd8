# SPDX-License-Identifier: GPL-2.0-or-later
"""What an OS does to a DLL in each scenario, without a radio: quick enough for every fault.

Unlike the other tests' peer, this OS takes what the DLL does as it comes. The order of calls is
that of the reference guest's service.
"""

from __future__ import annotations

import contextlib
import secrets
import time
from collections.abc import Callable

from tests.wine.access_point import AccessPoint
from tests.wine.peer import (
    AP_TEXT,
    ENTERPRISE_RSNE,
    GUID,
    HostPeer,
    assoc_params,
    fragment,
    profile_args,
)

QUIET_S = 0.08
"""Longer than a fault waits for a handler to have returned (AFTER_RETURN_MS of faults.h)."""
STEP_S = 1.5
"""How long a step of the DLL is waited for; longer than the limits the matrix judges by."""
SUCCESS = 0
SET_AUTH = "Dot11ExtSetAuthAlgorithm"
SET_ETHERTYPES = "Dot11ExtSetEtherTypeHandling"
START_ONEX, PROCESS_ONEX = "Dot11ExtStartOneX", "Dot11ExtProcessSecurityPacket"
IN_PROGRESS = 2
"""DOT11_MSONEX_RESULT."""
IDENTITY = bytes.fromhex("020000050101000501")
"""EAPOL with an EAP-Request/Identity."""
SEND_UI = "Dot11ExtSendUIRequest"
UNKNOWN_REQUEST = "{5f0c6c4e-0000-4000-8000-000000000000}"
STALE_ADAPTER = "0xdead0"
LOGOFF = 6


class Os:
    """Drives one host as the WLAN service would, with every profile naming the fault."""

    def __init__(self, host: HostPeer, fault: str | None) -> None:
        self.host = host
        self.fault = fault
        self.begun_ns: list[int] = []
        """When each association began, on the trace's clock."""
        self.adapter_gone = False
        self.reset_at = 0
        """How many calls of the DLL there were at the last reset."""

    def begin(self) -> None:
        """A new association on a new access point."""
        self.host.ap = AccessPoint()
        self.begun_ns.append(time.clock_gettime_ns(time.CLOCK_MONOTONIC_RAW))

    def pre_associate(self, xml: str | None = None) -> bool:
        """Until the completion, if one comes; whether it came."""
        host = self.host
        self.ask("capability_match")
        if host.pre_associate(fault=self.fault, xml=xml)["status"] != SUCCESS:
            return False

        def own() -> bool:
            done = host.of("Dot11ExtPreAssociateCompletion")
            return any(one["hConnectSession"] == host.connect_session for one in done)

        return self.wait(own)

    def ask(self, call: str, xml: str | None = None, **more: object) -> None:
        """A handler that is given a profile, the association's own or another."""
        args = {**profile_args(), **more}
        security = fragment("correct horse", self.fault) if xml is None else xml
        self.host.call(call, ihv_handle=self.host.adapter, security_xml=security, **args)

    def post_associate(self, params: bytes | None = None) -> bool:
        """Until the completion, if one comes; whether the handler succeeded."""
        host = self.host
        started = host.result(host.post_associate(params), timeout_s=STEP_S)
        if started["result"]["status"] != SUCCESS:
            return False
        if SET_ETHERTYPES not in host.names()[self.reset_at :]:
            return True  # nothing is registered, so nothing is received
        host.deliver(host.ap.m1())
        before = host.names().count("Dot11ExtSetDefaultKeyId")
        self.wait(lambda: host.names().count("Dot11ExtSetDefaultKeyId") > before)
        self.wait(lambda: any(one["hSecuritySessionID"] == host.session
                              for one in host.completions()))  # fmt: skip
        return True

    def wait(self, what: Callable[[], bool]) -> bool:
        """Wait for something the DLL may do; whether it did."""
        with contextlib.suppress(TimeoutError):
            self.host.wait_for(what, "a step of the DLL", STEP_S)
        return what()

    def stop(self) -> None:
        """StopPostAssociate; what it returns is the rules' affair."""
        host = self.host
        stopping = host.post(
            "stop_post_associate", ihv_handle=host.adapter, peer=AP_TEXT, assoc_status=7
        )
        host.result(stopping, timeout_s=STEP_S)
        time.sleep(QUIET_S)

    def reset(self) -> None:
        """AdapterReset, likewise."""
        self.host.call("adapter_reset", ihv_handle=self.host.adapter)
        self.reset_at = len(self.host.calls)
        time.sleep(QUIET_S)

    def ask_ui(self) -> None:
        """IsUIRequestPending for every request so far, else for one never sent."""
        for guid in self.requests() or [UNKNOWN_REQUEST]:
            self.host.call("is_ui_request_pending", guid=guid)

    def requests(self) -> list[str]:
        """The requests sent, each once."""
        sent = [one["pIhvUIRequest"]["guidUIRequest"] for one in self.host.of(SEND_UI)]
        return list(dict.fromkeys(sent))

    def during_pre_association(
        self, act: Callable[[], int], *, answered_meanwhile: bool = False
    ) -> None:
        """Begin a pre-association and act while the DLL's worker is in a framework call.

        The worker goes on when the act is under way, or else when it is answered: not every
        handler of the DLL waits for its worker.
        """
        host = self.host
        before = host.names().count(SET_AUTH)
        host.hold(SET_AUTH)
        started = host.pre_associate(fault=self.fault)
        if started["status"] == SUCCESS and self.wait(
            lambda: host.names().count(SET_AUTH) > before
        ):
            acting = act()
            if answered_meanwhile:
                host.result(acting)
            host.release()
            if not answered_meanwhile:
                host.result(acting)
        else:
            host.release()

    def remove_adapter(self) -> int:
        """DeinitAdapter, without waiting."""
        self.adapter_gone = True
        return self.host.post("deinit_adapter", ihv_handle=self.host.adapter)

    def end(self) -> None:
        """The adapter, then the service, go."""
        if not self.adapter_gone:
            self.host.result(self.remove_adapter())
        self.host.call("deinit_service")
        self.host.wait_exit()


def plain(os: Os) -> None:
    """An association, used by nobody, and its end."""
    os.begin()
    if os.pre_associate() and os.post_associate():
        os.stop()
    os.reset()


def late_send_completion(os: Os) -> None:
    """Packets are on their way for 300 ms."""
    os.host.completion_delay_s = 0.3
    plain(os)


def deauthentication(os: Os) -> None:
    """The access point sends the station away after M2."""
    os.host.after_m2 = lambda: None
    os.begin()
    if os.pre_associate():
        os.host.result(os.host.post_associate(), timeout_s=STEP_S)
        os.host.deliver(os.host.ap.m1())
        os.wait(lambda: "M2" in os.host.heard)
        os.stop()
    os.reset()


def connected(act: Callable[[Os], None]) -> Callable[[Os], None]:
    """A scenario that acts while the connection stands."""

    def scenario(os: Os) -> None:
        os.begin()
        if os.pre_associate() and os.post_associate():
            act(os)
            os.stop()
        os.reset()

    return scenario


def reset_pre_pending(os: Os) -> None:
    """AdapterReset while the pre-association is at work."""
    os.begin()
    os.during_pre_association(
        lambda: os.host.post("adapter_reset", ihv_handle=os.host.adapter)
    )  # fmt: skip
    time.sleep(QUIET_S)


def reset_post_pending(os: Os) -> None:
    """AdapterReset while the session is pending."""
    os.begin()
    if os.pre_associate():
        os.host.result(os.host.post_associate(), timeout_s=STEP_S)
    os.reset()


def stop_after_reset(os: Os) -> None:
    """The same, and StopPostAssociate after it."""
    reset_post_pending(os)
    os.stop()


def reset_idle(os: Os) -> None:
    """A reset with nothing begun, and two after the connection."""
    os.reset()
    plain(os)
    os.reset()


def removed_pre_pending(os: Os) -> None:
    """The adapter goes while the pre-association is at work."""
    os.begin()
    os.during_pre_association(os.remove_adapter)


def removed_connected(os: Os) -> None:
    """The adapter goes while the connection stands."""
    os.begin()
    if os.pre_associate() and os.post_associate():
        os.stop()
    os.host.result(os.remove_adapter())


def second_pre_associate(os: Os) -> None:
    """PerformPreAssociate comes again while the first is pending."""

    def again() -> int:
        args = {**profile_args(), "connect_session": os.host.new_handle()}
        security = fragment("correct horse", os.fault)
        return os.host.post(
            "pre_associate", ihv_handle=os.host.adapter, security_xml=security, **args
        )

    def completed() -> bool:
        done = os.host.of("Dot11ExtPreAssociateCompletion")
        return any(one["hConnectSession"] == os.host.connect_session for one in done)

    os.begin()
    os.during_pre_association(again, answered_meanwhile=True)
    os.wait(completed)
    os.post_associate()
    os.stop()
    os.reset()


def stale_handles(os: Os) -> None:
    """Two handlers with a handle that no InitAdapter gave."""
    os.ask("validate_profile")
    for call, args in (("adapter_reset", {}), ("receive_indication", {"type": 0})):
        os.host.call(call, ihv_handle=os.host.adapter, pass_handle=STALE_ADAPTER, **args)
    plain(os)


def hostile_parameters(os: Os) -> None:
    """The beacon is said to lie far behind the structure."""
    params = bytearray(assoc_params())
    params[36:44] = (0x00100000).to_bytes(4, "little") + (64).to_bytes(4, "little")
    os.begin()
    if os.pre_associate() and os.post_associate(bytes(params)):
        os.stop()
    os.reset()


def profile_handlers(os: Os) -> None:
    """Profiles good and broken are validated; discovery profiles and a request are asked for."""
    broken = "<IhvSecurity><Passphrase>"
    os.begin()
    os.ask("validate_profile")
    os.ask("validate_profile", xml=broken)
    os.ask("create_discovery_profiles", insecure=False)
    if os.pre_associate() and os.post_associate():
        os.host.call("query_ui_request", ihv_handle=os.host.adapter, phase=2)
        os.stop()
    os.reset()


def invalid_profile(os: Os) -> None:
    """A broken profile is validated, and begun with."""
    broken = "<IhvSecurity><Passphrase>"
    os.begin()
    os.ask("validate_profile", xml=broken)
    os.pre_associate(broken)
    os.reset()


def _reassociate(os: Os) -> None:
    os.stop()
    os.host.ap = AccessPoint()
    os.post_associate()


def _garble(os: Os) -> None:
    short = "02000000010" + "0888e" + "02"
    os.host.call("receive_packet", ihv_handle=os.host.adapter, data=short)


def _answer(os: Os) -> None:
    os.ask_ui()
    for guid in os.requests():
        os.host.call("process_ui_response", guid=guid, data="01")
    os.ask_ui()


def _log_off(os: Os) -> None:
    os.host.call("process_session_change", event_type=LOGOFF)
    os.ask_ui()


def _ask_after_reset(os: Os) -> None:
    plain(os)
    os.ask_ui()


def _control(os: Os) -> None:
    for size in (0, 1, 64):
        os.host.call("control", ihv_handle=os.host.adapter, data="01020304", out_size=size)


def _indicate(os: Os) -> None:
    os.host.call("receive_indication", ihv_handle=os.host.adapter, type=5)


def _authenticate(os: Os) -> bool:
    """802.1X through the OS up to the first packet handed on, with a key that comes early."""
    host = os.host
    named = f"<Fault>{os.fault}</Fault>" if os.fault else ""
    xml = f"<IhvSecurity><Enterprise/>{named}</IhvSecurity>"
    os.begin()
    host.ap.m3_rsne = ENTERPRISE_RSNE  # of the new access point
    host.pre_associate(xml=xml, enterprise=True)
    os.wait(lambda: any(one["hConnectSession"] == host.connect_session
                        for one in host.of("Dot11ExtPreAssociateCompletion")))  # fmt: skip
    params = assoc_params(request_rsne=ENTERPRISE_RSNE, beacon_rsne=ENTERPRISE_RSNE)
    before = host.names().count(START_ONEX)
    host.result(host.post_associate(params))
    lists = host.of(SET_ETHERTYPES)
    if (
        not os.wait(lambda: host.names().count(START_ONEX) > before)
        or not lists[-1]["pusRegistration"]
    ):
        return False
    _indicate_onex(os, IN_PROGRESS)
    host.result(host.deliver(IDENTITY))
    os.wait(lambda: PROCESS_ONEX in host.names())
    return True


def _indicate_onex(os: Os, result: int, **params: object) -> None:
    more = {"params": {"auth_status": 3, "reason": 0, **params}} if params else {}
    indicating = os.host.post(
        "onex_indicate_result", ihv_handle=os.host.adapter, result=result, **more
    )
    os.host.result(indicating, timeout_s=STEP_S)


def eap_tls(os: Os) -> None:
    """An authentication that succeeds; M1 comes before its result."""
    if _authenticate(os):
        msk = secrets.token_bytes(64)
        os.host.ap.pmk = msk[:32]
        before = len(os.host.completions())
        os.host.result(os.host.deliver(os.host.ap.m1()))
        _indicate_onex(os, 0, send_key=msk[:32].hex(), recv_key=msk[32:].hex())
        os.wait(lambda: "Dot11ExtSetDefaultKeyId" in os.host.names())
        os.wait(lambda: len(os.host.completions()) > before)
    os.stop()
    os.reset()


def eap_stopped(os: Os) -> None:
    """The port goes while the authentication is in progress."""
    _authenticate(os)
    os.stop()
    os.reset()


SCENARIOS: dict[str, Callable[[Os], None]] = {
    "plain": plain,
    "late-send-completion": late_send_completion,
    "eap-tls": eap_tls,
    "eap-stopped": eap_stopped,
    "deauthentication": deauthentication,
    "reset-pre-pending": reset_pre_pending,
    "reset-post-pending": reset_post_pending,
    "stop-after-reset": stop_after_reset,
    "reset-idle": reset_idle,
    "adapter-removed-pre-pending": removed_pre_pending,
    "adapter-removed-connected": removed_connected,
    "service-stopped-connected": removed_connected,
    "second-pre-associate": second_pre_associate,
    "stale-handles": stale_handles,
    "hostile-offset-past-end": hostile_parameters,
    "profile-handlers": profile_handlers,
    "invalid-profile": invalid_profile,
    "reassociation": connected(_reassociate),
    "short-and-garbled-packets": connected(_garble),
    "ui-request-answered": connected(_answer),
    "ui-request-reset": _ask_after_reset,
    "session-changes": connected(_log_off),
    "control-small-buffers": connected(_control),
    "unknown-indication": connected(_indicate),
}
"""What each scenario of the faults means to the DLL."""

LAST = {"adapter-removed-pre-pending", "adapter-removed-connected", "service-stopped-connected"}
"""Scenarios after which this OS has no adapter any more."""


# Faults of the service's life, which no association brings out.


def _first_adapter_refused(os: Os) -> None:
    """InitAdapter again when it was refused."""
    os.host.wait_for(lambda: bool(os.host.events), "service event", 60.0)
    for _ in range(2):
        made = os.host.call(
            "init_adapter", guid=GUID, description="x", mode=4, svc_handle=os.host.new_handle()
        )
    os.host.adapter = made["ihv_handle"]


def _two_adapters(os: Os) -> None:
    """A second adapter beside the first."""
    os.host.start()
    os.host.call(
        "init_adapter", guid=GUID[:-2] + "F}", description="y", mode=4,
        svc_handle=os.host.new_handle(),
    )  # fmt: skip


def _refused_service(os: Os) -> None:
    """The service does not come up."""
    os.host.wait_for(lambda: bool(os.host.events), "service event", 60.0)
    assert os.host.events[0]["state"] == "failed"
    os.host.wait_exit()


STARTS: dict[str, Callable[[Os], None]] = {
    "refuses-first-adapter": _first_adapter_refused,
    "gives-handle-twice": _two_adapters,
    "leaves-handler-null": _refused_service,
    "hides-export": _refused_service,
}
"""How the service starts with faults that show there; nothing comes after it."""
