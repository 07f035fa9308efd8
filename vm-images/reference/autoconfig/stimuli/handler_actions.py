# SPDX-License-Identifier: GPL-2.0-or-later
"""Actions that call a handler of the DLL beside the connection, which goes on as it is."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

from hil_common.stimuli import OnexResult

from .. import codes
from ..association.assoc_params import mac_text
from ..association.handler_arguments import bss_entry, profile_arguments
from ..association.packets import EAPOL
from ..handles import new_handle
from ..ihv_host.call_queue import Arguments
from ..profile.wlan import Profile
from .context import Report, StimulusContext

ONEX_RESULTS = get_args(OnexResult)
UNKNOWN_REQUEST = "{5f0c6c4e-0000-4000-8000-000000000000}"
UNSENT_REQUESTS = {"zero": "{00000000-0000-0000-0000-000000000000}", "unknown": UNKNOWN_REQUEST}
"""Requests that no DLL has sent (UiRequest)."""
STALE_ADAPTER = "0xdead0"
WITH_NETWORKS = frozenset({"create_discovery_profiles", "pre_associate"})
FRAGMENT_TEXTS = {"none": None, "empty": "", "garbage": "<IhvSecurity><Passphrase>\u20ac<<"}
"""What stands in place of the profile's security fragment (Fragment)."""


def session_change(context: StimulusContext, parameters: Arguments, report: Report) -> None:
    """ProcessSessionChange; a logoff ends the user's requests on this side too (UI-06)."""
    if parameters["event"] == codes.WTS_SESSION_LOGOFF:
        context.framework.cancel_ui_requests()
    context.host.call("process_session_change", {"event_type": parameters["event"]}, report)


def ask_ui(context: StimulusContext, _parameters: Arguments, report: Report) -> None:
    """IsUIRequestPending for every request of this host so far, else for one never sent."""
    guids = context.framework.ui_requests_known() or [UNKNOWN_REQUEST]
    _in_turn(context, [("is_ui_request_pending", {"guid": guid}) for guid in guids], report)


def answer_ui(context: StimulusContext, parameters: Arguments, report: Report) -> None:
    """Answer every pending request, asking before and after; or one that was never sent."""
    which = parameters.get("request", "pending")
    guids = (
        [UNSENT_REQUESTS[which]]
        if which in UNSENT_REQUESTS
        else context.framework.take_ui_requests()
    )
    if not guids:
        report({"skipped": "no request is pending"})
        return
    calls: list[tuple[str, Arguments]] = []
    for guid in guids:
        calls.append(("is_ui_request_pending", {"guid": guid}))
        calls.append(("process_ui_response", {"guid": guid, "data": parameters.get("data")}))
        calls.append(("is_ui_request_pending", {"guid": guid}))
    _in_turn(context, calls, report)


def onex_result(context: StimulusContext, parameters: Arguments, report: Report) -> None:
    """OnexIndicateResult without parameters, which are optional; 802.1X ends with it."""
    arguments = context.connection.onex.end_bare(ONEX_RESULTS.index(parameters["result"]))
    if arguments is None:
        report({"skipped": "802.1X is not at work"})
    else:
        context.host.call("onex_indicate_result", arguments, report)


def query_ui(context: StimulusContext, parameters: Arguments, report: Report) -> None:
    """QueryUIRequest; the host frees what it returns."""
    arguments = {**context.adapter(), "phase": parameters.get("phase", 0)}
    context.host.call("query_ui_request", arguments, report)


def indicate(context: StimulusContext, parameters: Arguments, report: Report) -> None:
    """ReceiveIndication, without data if none is given."""
    arguments = {**context.adapter(), "type": parameters["type"], "data": parameters.get("data")}
    context.host.call("receive_indication", arguments, report)


def control(context: StimulusContext, parameters: Arguments, report: Report) -> None:
    """Control with this input and a buffer of this size."""
    arguments = {
        **context.adapter(),
        "data": parameters.get("data"),
        "out_size": parameters.get("out_size", 0),
    }
    context.host.call("control", arguments, report)


def packet(context: StimulusContext, parameters: Arguments, report: Report) -> None:
    """ReceivePacket with these bytes, or with a packet of the access point of this form."""
    attempt = context.connection.attempt
    if attempt is None or attempt.bss is None:
        report({"skipped": "no access point"})
        return
    data = parameters.get("data") or packet_of(attempt.bss.bssid, parameters.get("form", "noise"))
    context.host.call("receive_packet", {**context.adapter(), "data": data}, report)


def packet_of(peer: bytes, form: str) -> str:
    """A received packet of a PacketForm, in hex."""
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


# --- profiles ---


def capability_match(context: StimulusContext, parameters: Arguments, report: Report) -> None:
    """PerformCapabilityMatch once more, without a BSS list: the profile alone (PROF-02)."""
    _with_profile(context, "capability_match", parameters, report)


def validate(context: StimulusContext, parameters: Arguments, report: Report) -> None:
    """ValidateProfile with the association's profile, or another security fragment in it."""
    _with_profile(context, "validate_profile", parameters, report)


def discovery(context: StimulusContext, parameters: Arguments, report: Report) -> None:
    """CreateDiscoveryProfiles for the network found; the host frees what it returns."""
    insecure = parameters.get("insecure", False)
    _with_profile(context, "create_discovery_profiles", {"insecure": insecure}, report)


def second_pre_associate(context: StimulusContext, _parameters: Arguments, report: Report) -> None:
    """PerformPreAssociate while the first one is pending (PRE-13)."""
    attempt = context.connection.attempt
    if attempt is None or not attempt.connect_session:
        report({"skipped": "no pre-association is pending"})
        return
    _with_profile(context, "pre_associate", {"connect_session": new_handle()}, report)


def stale_handle(context: StimulusContext, parameters: Arguments, report: Report) -> None:
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
        _with_profile(context, call, {**stale, "connect_session": new_handle()}, report)
    else:
        context.host.call(call, {**context.adapter(), **stale, **arguments}, report)


def with_fragment(profile: Profile, fragment: str) -> Profile:
    """The profile with a Fragment for its security fragment."""
    if fragment == "own":
        return profile
    return replace(profile, security_xml=FRAGMENT_TEXTS[fragment])


def _with_profile(
    context: StimulusContext, call: str, parameters: Arguments, report: Report
) -> None:
    attempt = context.connection.attempt
    if attempt is None:
        report({"skipped": "no association, so no profile"})
        return
    more = dict(parameters)
    profile = with_fragment(attempt.profile, more.pop("fragment", "own"))
    arguments = profile_arguments(context.connection.ihv_handle, profile)
    if call in WITH_NETWORKS and attempt.bss is not None:
        arguments["bss_list"] = [bss_entry(attempt.bss)]
    context.host.call(call, {**arguments, **more}, report)


def _in_turn(context: StimulusContext, calls: list[tuple[str, Arguments]], report: Report) -> None:
    """Call one after the other; report all results in their order."""
    results: list[Arguments] = []

    def returned(result: Arguments) -> None:
        results.append(result)
        if len(results) == len(calls):
            report({"results": results})

    for function, arguments in calls:
        context.host.call(function, arguments, returned)
