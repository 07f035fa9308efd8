# SPDX-License-Identifier: GPL-2.0-or-later
"""Exported event logs, made up of events with the published members in their order."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from xml.sax.saxutils import escape, quoteattr

from harness.evidence.event_names import WLAN, WLAN_EVENTS

SPACE = "http://schemas.microsoft.com/win/2004/08/events/event"
OPERATIONAL = "Microsoft-Windows-WLAN-AutoConfig/Operational"
GUID = "{11111111-2222-3333-4444-555555555555}"
NOON_NS = 1_795_867_200_000_000_000
"""2026-11-28 12:00 UTC."""

USUAL = {
    "InterfaceGuid": GUID, "DeviceGuid": GUID, "InterfaceDescription": "WLAN 802.11n USB adapter",
    "Adapter": "WLAN 802.11n USB adapter", "ConnectionMode": "Manual connection with a profile",
    "ProfileName": "lab", "SSID": "lab", "BSSType": "Infrastructure", "ConnectionId": "0x1",
    "LocalMac": "02:00:00:00:00:01", "PeerMac": "02:00:00:00:01:00",
    "ExtensibleModulePath": r"C:\Windows\System32\drivers\acmeihv.dll", "ReasonCode": "0",
    "ErrorCode": "0x0", "IhvReasonCode": "0", "IhvDataLength": "0",
}  # fmt: skip


def system_time(utc_ns: int) -> str:
    """As Windows writes it, in units of 100 ns."""
    whole = datetime.fromtimestamp(utc_ns // 1_000_000_000, UTC)
    return f"{whole:%Y-%m-%dT%H:%M:%S}.{utc_ns % 1_000_000_000 // 100:07}Z"


def event_xml(
    event_id: int,
    utc_ns: int = NOON_NS,
    *,
    provider: str = WLAN,
    channel: str = OPERATIONAL,
    record: int = 1,
    named: bool = True,
    message: str = "",
    data: Mapping[str, str] | None = None,
    **members: str,
) -> str:
    """An event of WLAN-AutoConfig with all its members, or one of another provider with `data`."""
    if data is None:
        order = WLAN_EVENTS[event_id][1] if event_id in WLAN_EVENTS else ()
        data = {name: members.get(name, USUAL.get(name, "1")) for name in order}
    written = "".join(
        f"<Data{f' Name={quoteattr(name)}' if named else ''}>{escape(text)}</Data>"
        for name, text in data.items()
    )
    rendered = (
        f"<RenderingInfo Culture='de-DE'><Message>{escape(message)}</Message></RenderingInfo>"
    )
    return (
        f"<Event xmlns='{SPACE}'><System><Provider Name={quoteattr(provider)}/>"
        f"<EventID>{event_id}</EventID><Version>0</Version><Level>4</Level>"
        f"<TimeCreated SystemTime='{system_time(utc_ns)}'/><EventRecordID>{record}</EventRecordID>"
        f"<Correlation/><Execution ProcessID='1188' ThreadID='4904'/><Channel>{channel}</Channel>"
        f"<Computer>lab</Computer><Security UserID='S-1-5-18'/></System>"
        f"<EventData>{written}</EventData>{rendered if message else ''}</Event>"
    )
