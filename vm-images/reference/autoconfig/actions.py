# SPDX-License-Identifier: GPL-2.0-or-later
"""The actions an order can name, and how each is carried out.

Every action gets the scene and its parameters, and reports once what came of it: what the handler
returned, or nothing where the teardown goes on by itself. What an action calls in the DLL goes to
the IHV host directly, so that no order makes another one due.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from . import codes
from .assoc_params import mac_text
from .attempt import Cause, End, Way, new_handle
from .handler_arguments import bss_entry, profile_arguments
from .host import Arguments
from .loop import Loop
from .packets import EAPOL, Caller

if TYPE_CHECKING:
    from .connection import Connection
    from .framework import Framework
    from .lifecycle import Lifecycle, Outcome

UNKNOWN_REQUEST = "{5f0c6c4e-0000-4000-8000-000000000000}"
STALE_ADAPTER = "0xdead0"
WITH_NETWORKS = frozenset({"create_discovery_profiles", "pre_associate"})
FRAGMENT_TEXTS = {"none": None, "empty": "", "garbage": "<IhvSecurity><Passphrase>\u20ac<<"}
"""What stands in place of the profile's security fragment (orders.FRAGMENTS)."""


@dataclass
class Scene:
    """What actions act on.

    Attributes:
        host: the IHV host, past the orders.
    """

    loop: Loop
    host: Caller
    connection: Connection
    framework: Framework
    lifecycle: Lifecycle


Report = Callable[[Arguments], None]
Action = Callable[[Scene, Arguments, Report], None]


def reset(scene: Scene, _parameters: Arguments, report: Report) -> None:
    """AdapterReset now, whatever is pending; an attempt the DLL takes part in ends as failed."""
    _reset(scene, Way.RESET_FIRST, report)


def reset_then_stop(scene: Scene, _parameters: Arguments, report: Report) -> None:
    """As `reset`, with the session's StopPostAssociate after it (STOP-06)."""
    _reset(scene, Way.RESET_THEN_STOP, report)


def _reset(scene: Scene, way: Way, report: Report) -> None:
    attempt = scene.connection.attempt
    if attempt is not None and attempt.pre_called and attempt.end is None:
        scene.connection.end(End(Cause.FAILURE, codes.REASON_DRIVER_DISCONNECTED, way=way))
        report({})
        return
    if attempt is None or attempt.end is None:
        scene.connection.packets.clear_handling()  # ETH-04
    scene.host.call("adapter_reset", _adapter(scene), report)


def disconnect(scene: Scene, _parameters: Arguments, report: Report) -> None:
    """As WlanDisconnect by a client."""
    scene.connection.disconnect()
    report({})


def roam(scene: Scene, _parameters: Arguments, report: Report) -> None:
    """Another access point of the network; reports when the port is open there, or why not."""
    scene.connection.roam(True, report)


def reassociate(scene: Scene, _parameters: Arguments, report: Report) -> None:
    """The same access point anew; reports as `roam`."""
    scene.connection.roam(False, report)


def disassociate(scene: Scene, parameters: Arguments, report: Report) -> None:
    """The OS ends the association with this DOT11_ASSOC_STATUS."""
    if scene.connection.attempt is not None:
        reason = codes.REASON_DRIVER_DISCONNECTED
        scene.connection.end(End(Cause.FAILURE, reason, parameters["status"]))
    report({})


def remove_adapter(scene: Scene, _parameters: Arguments, report: Report) -> None:
    """The adapter goes (ADPT-05: Stop if due, then DeinitAdapter), and comes back at once."""

    def removal() -> None:
        scene.lifecycle.replug(lambda outcome: report({"error": outcome.error}))

    attempt = scene.connection.attempt
    if attempt is None:
        removal()
    elif attempt.end is not None:
        report({"skipped": "the attempt is at its end already"})
    else:
        end = End(Cause.FAILURE, codes.REASON_DRIVER_DISCONNECTED, way=Way.REMOVE)
        scene.connection.remove(end, removal)


def stop_service(scene: Scene, _parameters: Arguments, report: Report) -> None:
    """As "net stop WlanSvc", then "net start WlanSvc" for what follows."""
    start: Callable[[Outcome], None] = lambda _stopped: scene.lifecycle.start(  # noqa: E731
        lambda outcome: report({"error": outcome.error})
    )
    scene.lifecycle.stop(start)


# --- handlers beside the connection ---


def session_change(scene: Scene, parameters: Arguments, report: Report) -> None:
    """ProcessSessionChange; a logoff ends the user's requests on this side too (UI-06)."""
    if parameters["event"] == codes.WTS_SESSION_LOGOFF:
        scene.framework.cancel_ui_requests()
    scene.host.call("process_session_change", {"event_type": parameters["event"]}, report)


def ask_ui(scene: Scene, _parameters: Arguments, report: Report) -> None:
    """IsUIRequestPending for every request of this host so far, else for one never sent."""
    guids = scene.framework.ui_requests_known() or [UNKNOWN_REQUEST]
    _in_turn(scene, [("is_ui_request_pending", {"guid": guid}) for guid in guids], report)


def answer_ui(scene: Scene, parameters: Arguments, report: Report) -> None:
    """Answer every pending request, asking before and after; without one as `ask_ui`."""
    guids = scene.framework.take_ui_requests()
    if not guids:
        ask_ui(scene, {}, report)
        return
    calls: list[tuple[str, Arguments]] = []
    for guid in guids:
        calls.append(("is_ui_request_pending", {"guid": guid}))
        calls.append(("process_ui_response", {"guid": guid, "data": parameters.get("data")}))
        calls.append(("is_ui_request_pending", {"guid": guid}))
    _in_turn(scene, calls, report)


def query_ui(scene: Scene, parameters: Arguments, report: Report) -> None:
    """QueryUIRequest; the host frees what it returns."""
    arguments = {**_adapter(scene), "phase": parameters.get("phase", 0)}
    scene.host.call("query_ui_request", arguments, report)


def indicate(scene: Scene, parameters: Arguments, report: Report) -> None:
    """ReceiveIndication, without data if none is given."""
    arguments = {**_adapter(scene), "type": parameters["type"], "data": parameters.get("data")}
    scene.host.call("receive_indication", arguments, report)


def control(scene: Scene, parameters: Arguments, report: Report) -> None:
    """Control with this input and a buffer of this size."""
    arguments = {
        **_adapter(scene),
        "data": parameters.get("data"),
        "out_size": parameters.get("out_size", 0),
    }
    scene.host.call("control", arguments, report)


def packet(scene: Scene, parameters: Arguments, report: Report) -> None:
    """ReceivePacket with these bytes, or with a packet of the access point of this form."""
    attempt = scene.connection.attempt
    if attempt is None or attempt.bss is None:
        report({"skipped": "no access point"})
        return
    data = parameters.get("data") or packet_of(attempt.bss.bssid, parameters.get("form", "noise"))
    scene.host.call("receive_packet", {**_adapter(scene), "data": data}, report)


def packet_of(peer: bytes, form: str) -> str:
    """A received packet of one of orders.PACKET_FORMS, in hex."""
    header = peer + EAPOL.to_bytes(2, "big")
    # Version, type EAPOL-Key, body length; descriptor, key information of M1, key length.
    key = bytes.fromhex("0203005f") + bytes.fromhex("02008a0010") + bytes(8) + bytes(range(32))
    forms = {
        "below-header": header[:7],
        "header-only": header,
        "one-byte": header + key[:1],
        "truncated": header + key,
        "lying-length": header + key + bytes(48) + b"\xff\xff",
        "noise": header + bytes(37 * n % 256 for n in range(200)),
    }
    return forms[form].hex()


def hold_completion(scene: Scene, parameters: Arguments, report: Report) -> None:
    """The next packet sent gets its SendPacketCompletion that much later."""
    scene.connection.packets.hold_completion(parameters["delay_ms"] / 1000)
    report({})


def hold_delivery(scene: Scene, parameters: Arguments, report: Report) -> None:
    """No ReceivePacket for that long: what arrives waits in the backlog (ETH-07)."""
    scene.connection.packets.hold_delivery(parameters["delay_ms"] / 1000)
    report({})


# --- profiles ---


def capability_match(scene: Scene, parameters: Arguments, report: Report) -> None:
    """PerformCapabilityMatch once more, without a BSS list: the profile alone (PROF-02)."""
    _with_profile(scene, "capability_match", parameters, report)


def validate(scene: Scene, parameters: Arguments, report: Report) -> None:
    """ValidateProfile with the association's profile, or another security fragment in it."""
    _with_profile(scene, "validate_profile", parameters, report)


def discovery(scene: Scene, parameters: Arguments, report: Report) -> None:
    """CreateDiscoveryProfiles for the network found; the host frees what it returns."""
    insecure = parameters.get("insecure", False)
    _with_profile(scene, "create_discovery_profiles", {"insecure": insecure}, report)


def second_pre_associate(scene: Scene, _parameters: Arguments, report: Report) -> None:
    """PerformPreAssociate while the first one is pending (PRE-13)."""
    attempt = scene.connection.attempt
    if attempt is None or not attempt.connect_session:
        report({"skipped": "no pre-association is pending"})
        return
    _with_profile(scene, "pre_associate", {"connect_session": new_handle()}, report)


def stale_handle(scene: Scene, parameters: Arguments, report: Report) -> None:
    """A handler with an adapter handle that InitAdapter never gave (ADPT-10)."""
    calls: dict[str, tuple[str, Arguments | None]] = {
        "Dot11ExtIhvAdapterReset": ("adapter_reset", {}),
        "Dot11ExtIhvStopPostAssociate": (
            "stop_post_associate", {"peer": mac_text(bytes(6)), "assoc_status": 7},
        ),
        "Dot11ExtIhvReceivePacket": ("receive_packet", {"data": packet_of(bytes(6), "one-byte")}),
        "Dot11ExtIhvReceiveIndication": ("receive_indication", {"type": 0}),
        "Dot11ExtIhvControl": ("control", {"out_size": 4}),
        "Dot11ExtIhvValidateProfile": ("validate_profile", None),
        "Dot11ExtIhvPerformCapabilityMatch": ("capability_match", None),
        "Dot11ExtIhvPerformPreAssociate": ("pre_associate", None),
        "Dot11ExtIhvQueryUIRequest": ("query_ui_request", {}),
        "Dot11ExtIhvCreateDiscoveryProfiles": ("create_discovery_profiles", None),
        "Dot11ExtIhvDeinitAdapter": ("deinit_adapter", {}),
    }  # fmt: skip
    call, arguments = calls[parameters["handler"]]
    stale = {"pass_handle": STALE_ADAPTER}
    if arguments is None:
        _with_profile(scene, call, {**stale, "connect_session": new_handle()}, report)
    else:
        scene.host.call(call, {**_adapter(scene), **stale, **arguments}, report)


def _with_profile(scene: Scene, call: str, parameters: Arguments, report: Report) -> None:
    attempt = scene.connection.attempt
    if attempt is None:
        report({"skipped": "no association, so no profile"})
        return
    arguments = profile_arguments(scene.connection.ihv_handle, attempt.profile)
    more = dict(parameters)
    fragment = more.pop("fragment", "own")
    if fragment != "own":
        arguments["security_xml"] = FRAGMENT_TEXTS[fragment]
    if call in WITH_NETWORKS and attempt.bss is not None:
        arguments["bss_list"] = [bss_entry(attempt.bss)]
    scene.host.call(call, {**arguments, **more}, report)


def _adapter(scene: Scene) -> Arguments:
    return {"ihv_handle": scene.connection.ihv_handle}


def _in_turn(scene: Scene, calls: list[tuple[str, Arguments]], report: Report) -> None:
    """Call one after the other; report all results in their order."""
    results: list[Arguments] = []

    def returned(result: Arguments) -> None:
        results.append(result)
        if len(results) == len(calls):
            report({"results": results})

    for function, arguments in calls:
        scene.host.call(function, arguments, returned)


ACTIONS: dict[str, Action] = {
    "reset": reset,
    "reset-then-stop": reset_then_stop,
    "disconnect": disconnect,
    "roam": roam,
    "reassociate": reassociate,
    "disassociate": disassociate,
    "remove-adapter": remove_adapter,
    "stop-service": stop_service,
    "session-change": session_change,
    "ask-ui": ask_ui,
    "answer-ui": answer_ui,
    "query-ui": query_ui,
    "indicate": indicate,
    "control": control,
    "packet": packet,
    "hold-completion": hold_completion,
    "hold-delivery": hold_delivery,
    "capability-match": capability_match,
    "validate": validate,
    "discovery": discovery,
    "second-pre-associate": second_pre_associate,
    "stale-handle": stale_handle,
}
"""Every action of `orders.PARAMETERS` but "refuse", which is the performer's own."""
