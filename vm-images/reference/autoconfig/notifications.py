# SPDX-License-Identifier: GPL-2.0-or-later
"""WLAN notifications: sources, codes and the fields wlanapi.dll builds its structures from.

Codes: WLAN_NOTIFICATION_ACM and WLAN_NOTIFICATION_MSM of wlanapi.h.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

SOURCE_ACM = 0x08
SOURCE_MSM = 0x10
SOURCE_IHV = 0x40

ACM_CONNECTION_START = 9
ACM_CONNECTION_COMPLETE = 10
ACM_CONNECTION_ATTEMPT_FAIL = 11
ACM_DISCONNECTING = 20
ACM_DISCONNECTED = 21

MSM_ASSOCIATING = 1
MSM_ASSOCIATED = 2
MSM_AUTHENTICATING = 3
MSM_CONNECTED = 4
MSM_ROAMING_START = 5
MSM_ROAMING_END = 6
MSM_DISASSOCIATING = 9
MSM_DISCONNECTED = 10

INFRASTRUCTURE = 1
MODE_PROFILE = 0


@dataclass(frozen=True)
class Notification:
    """One notification of the adapter.

    Attributes:
        source: SOURCE_*.
        code: ACM_* or MSM_*, or the DLL's own for SOURCE_IHV.
        fields: members of WLAN_CONNECTION_NOTIFICATION_DATA or WLAN_MSM_NOTIFICATION_DATA.
        data: the DLL's own bytes in hex (SOURCE_IHV), else None.
    """

    source: int
    code: int
    fields: dict[str, Any]
    data: str | None = None


def connection_fields(profile: str, ssid: bytes, reason: int, peer: bytes | None) -> dict[str, Any]:
    """What both structures are built from; the peer is zero as long as there is none."""
    return {
        "profile": profile,
        "ssid": ssid.hex(),
        "bss_type": INFRASTRUCTURE,
        "reason": reason,
        "peer": (peer or bytes(6)).hex(":"),
        "connection_mode": MODE_PROFILE,
        "security_enabled": True,
    }
