# SPDX-License-Identifier: GPL-2.0-or-later
"""The events of Windows' log that concern a WLAN driver: what each says, and its members.

The members of WLAN-AutoConfig's events, and their order, are those of its manifest as published for
Windows 10 (build 18990, all of version 0). Names of providers, channels and members are the same
in every language of Windows; the texts beside them are not, and are not used.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from harness import codes
from harness.evidence.event_log import LogEvent

WLAN: Final = "Microsoft-Windows-WLAN-AutoConfig"
BUGCHECK: Final = "Microsoft-Windows-WER-SystemErrorReporting"
APPLICATION_ERROR: Final = "Application Error"
KERNEL_POWER: Final = "Microsoft-Windows-Kernel-Power"

START_FAILED, STARTED, STOPPED, STOPPED_UNEXPECTEDLY, TIMED_OUT = range(10000, 10005)
"""The life of the DLL ("WLAN extensibility module"), in the System log."""
IHV_SECURITY_STARTED, IHV_SECURITY_SUCCEEDED, IHV_SECURITY_FAILED = 11007, 11008, 11009
"""The DLL's post-association, as the WLAN service saw it."""
BUGCHECK_ID: Final = 1001
APPLICATION_ERROR_ID: Final = 1000
KERNEL_POWER_ID: Final = 41

_INTERFACE = ("InterfaceGuid", "InterfaceDescription", "ConnectionMode", "ProfileName", "SSID",
              "BSSType")  # fmt: skip
_DEVICE = ("Adapter", "DeviceGuid", "LocalMac", "SSID", "BSSType")
_EAP = (*_DEVICE, "EapType", "VendorID", "VendorType", "AuthorID")
_SECURITY = (*_DEVICE, "Auth", "AuthVal", "Cipher", "CipherVal", "FIPSMode", "OnexEnabled",
             "ConnectionId")  # fmt: skip
_MODULE = ("ExtensibleModulePath",)

WLAN_EVENTS: Final[dict[int, tuple[str, tuple[str, ...]]]] = {
    8000: ("connecting", (*_INTERFACE, "ConnectionId")),
    8001: ("connected", (*_INTERFACE, "PHYType", "AuthenticationAlgorithm", "CipherAlgorithm",
                         "OnexEnabled", "ConnectionId", "NonBroadcast")),
    8002: ("connection failed", (*_INTERFACE, "FailureReason", "ReasonCode", "ConnectionId",
                                 "RSSI")),
    8003: ("disconnected", (*_INTERFACE, "Reason", "ConnectionId", "ReasonCode")),
    START_FAILED: ("IHV module failed to start", (*_MODULE, "ErrorCode")),
    STARTED: ("IHV module started", _MODULE),
    STOPPED: ("IHV module stopped", _MODULE),
    STOPPED_UNEXPECTEDLY: ("IHV module stopped unexpectedly", _MODULE),
    TIMED_OUT: ("IHV module timed out", _MODULE),
    11000: ("associating", (*_DEVICE, "Auth", "Cipher", "OnexEnabled", "IhvConnectivitySetting",
                            "ConnectionId")),
    11001: ("associated", (*_DEVICE, "ConnectionId", "MgmtFrameProtection")),
    11002: ("association failed", (*_DEVICE, "FailureReason", "ReasonCode", "Dot11StatusCode",
                                   "ConnectionId", "RSSI")),
    11003: ("security started", _SECURITY),
    11004: ("security stopped", (*_DEVICE, "SecurityHint", "SecurityHintCode", "ConnectionId")),
    11005: ("security succeeded", (*_DEVICE, "ConnectionId")),
    11006: ("security failed", (*_DEVICE, "PeerMac", "ReasonText", "ReasonCode", "ErrorCode",
                                "ConnectionId")),
    IHV_SECURITY_STARTED: ("IHV security started", (*_DEVICE, "IhvSecuritySetting",
                                                    "ConnectionId")),
    IHV_SECURITY_SUCCEEDED: ("IHV security succeeded", (*_DEVICE, "ConnectionId")),
    IHV_SECURITY_FAILED: ("IHV security failed", (*_DEVICE, "PeerMac", "IhvReasonCode",
                                                  "IhvDataLength", "IhvData", "ConnectionId")),
    11010: ("security started", _SECURITY),
    12011: ("802.1X started", (*_EAP, "ConnectionId")),
    12012: ("802.1X succeeded", (*_DEVICE, "Identity", "User", "Domain", "ConnectionId",
                                 "ExplicitCredentials")),
    12013: ("802.1X failed", (*_DEVICE, "PeerMac", "Identity", "User", "Domain", "ReasonText",
                              "ReasonCode", "ErrorCode", "EAPReasonCode", "EAPRootCauseString",
                              "EAPErrorCode", "ConnectionId", "ExplicitCredentials")),
    12014: ("802.1X restarted", (*_EAP, "RestartReason", "ConnectionId")),
}  # fmt: skip
"""What each event of WLAN-AutoConfig says, in our words, and its members in their order."""

_APPLICATION_ERROR: Final = (
    "AppName", "AppVersion", "AppTimeStamp", "ModuleName", "ModuleVersion", "ModuleTimeStamp",
    "ExceptionCode", "FaultingOffset", "ProcessId", "ProcessCreationTime", "AppPath", "ModulePath",
    "IntegratorReportId",
)  # fmt: skip
"""The members of the event that Windows Error Reporting writes; older Windows names none."""

_NAMING: Final[dict[str, Callable[[int | None], str]]] = {
    "ReasonCode": codes.reason,
    "SecurityHintCode": codes.reason,
    "IhvReasonCode": codes.reason,
    "ErrorCode": codes.win32,
    "Dot11StatusCode": codes.dot11_status,
    "EAPReasonCode": codes.eap_reason,
    "EAPErrorCode": codes.win32,
}
"""Members that are codes, and what names them."""

_SHOWN: Final = ("SSID", "ProfileName", "PeerMac", "ExtensibleModulePath", "RSSI", "EapType",
                 "IhvDataLength", "ConnectionId")  # fmt: skip


def label(event: LogEvent) -> str:
    """The event in a few words: its number, and what it says where that is known."""
    if event.provider == WLAN and event.event_id in WLAN_EVENTS:
        return f"event {event.event_id} {WLAN_EVENTS[event.event_id][0]}"
    known = {
        (BUGCHECK, BUGCHECK_ID): "bug check",
        (APPLICATION_ERROR, APPLICATION_ERROR_ID): "program crashed",
        (KERNEL_POWER, KERNEL_POWER_ID): "not shut down in order",
    }
    told = known.get((event.provider, event.event_id))
    return f"event {event.event_id} {told or f'of {event.provider}'}"


def details(event: LogEvent) -> dict[str, str | int]:
    """What of an event is worth a line: codes by name, and the members that tell which it is."""
    if event.provider != WLAN:
        return dict(event.data)
    found: dict[str, str | int] = {name: event.data[name] for name in _SHOWN if name in event.data}
    for name, naming in _NAMING.items():
        if name in event.data:
            code = event.number(name)
            found[name] = event.data[name] if code is None else naming(code)
    return found


def fields_of(provider: str, event_id: int) -> tuple[str, ...]:
    """The members of an event in the order in which they are written; empty where not known."""
    if (provider, event_id) == (APPLICATION_ERROR, APPLICATION_ERROR_ID):
        return _APPLICATION_ERROR
    known = WLAN_EVENTS.get(event_id) if provider == WLAN else None
    return known[1] if known else ()
