# SPDX-License-Identifier: GPL-2.0-or-later
"""Names and constants of the IHV Extensions interface as they stand in a trace.

Function names and the order of the handler table are those of ``wlanihv.h``; reason code blocks are
those of ``l2cmn.h``; notification codes are those of ``wlanapi.h``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

GET_VERSION: Final = "Dot11ExtIhvGetVersionInfo"
INIT_SERVICE: Final = "Dot11ExtIhvInitService"
INIT_VIRTUAL_STATION: Final = "Dot11ExtIhvInitVirtualStation"

DEINIT_SERVICE: Final = "Dot11ExtIhvDeinitService"
INIT_ADAPTER: Final = "Dot11ExtIhvInitAdapter"
DEINIT_ADAPTER: Final = "Dot11ExtIhvDeinitAdapter"
PRE_ASSOCIATE: Final = "Dot11ExtIhvPerformPreAssociate"
ADAPTER_RESET: Final = "Dot11ExtIhvAdapterReset"
POST_ASSOCIATE: Final = "Dot11ExtIhvPerformPostAssociate"
STOP_POST: Final = "Dot11ExtIhvStopPostAssociate"
RECEIVE_PACKET: Final = "Dot11ExtIhvReceivePacket"
SEND_COMPLETION: Final = "Dot11ExtIhvSendPacketCompletion"
VALIDATE_PROFILE: Final = "Dot11ExtIhvValidateProfile"
CAPABILITY_MATCH: Final = "Dot11ExtIhvPerformCapabilityMatch"
DISCOVERY_PROFILES: Final = "Dot11ExtIhvCreateDiscoveryProfiles"
SESSION_CHANGE: Final = "Dot11ExtIhvProcessSessionChange"
RECEIVE_INDICATION: Final = "Dot11ExtIhvReceiveIndication"
IS_UI_PENDING: Final = "Dot11ExtIhvIsUIRequestPending"
UI_RESPONSE: Final = "Dot11ExtIhvProcessUIResponse"
QUERY_UI: Final = "Dot11ExtIhvQueryUIRequest"
ONEX_RESULT: Final = "Dot11ExtIhvOnexIndicateResult"
CONTROL: Final = "Dot11ExtIhvControl"

HANDLERS: Final = (
    DEINIT_SERVICE, INIT_ADAPTER, DEINIT_ADAPTER, PRE_ASSOCIATE, ADAPTER_RESET, POST_ASSOCIATE,
    STOP_POST, VALIDATE_PROFILE, CAPABILITY_MATCH, DISCOVERY_PROFILES, SESSION_CHANGE,
    RECEIVE_INDICATION, RECEIVE_PACKET, SEND_COMPLETION, IS_UI_PENDING, UI_RESPONSE, QUERY_UI,
    ONEX_RESULT, CONTROL,
)  # fmt: skip
"""The 19 members of DOT11EXT_IHV_HANDLERS in their order (wlanihv.h)."""

ALLOCATE_BUFFER: Final = "Dot11ExtAllocateBuffer"
FREE_BUFFER: Final = "Dot11ExtFreeBuffer"
PRE_COMPLETION: Final = "Dot11ExtPreAssociateCompletion"
POST_COMPLETION: Final = "Dot11ExtPostAssociateCompletion"
COMPLETIONS: Final = frozenset({PRE_COMPLETION, POST_COMPLETION})
SEND_PACKET: Final = "Dot11ExtSendPacket"
SET_ETHERTYPES: Final = "Dot11ExtSetEtherTypeHandling"
SET_CURRENT_PROFILE: Final = "Dot11ExtSetCurrentProfile"
SET_USER_DATA: Final = "Dot11ExtSetProfileCustomUserData"
GET_USER_DATA: Final = "Dot11ExtGetProfileCustomUserData"
SET_AUTH: Final = "Dot11ExtSetAuthAlgorithm"
SET_UNICAST_CIPHER: Final = "Dot11ExtSetUnicastCipherAlgorithm"
SET_MULTICAST_CIPHER: Final = "Dot11ExtSetMulticastCipherAlgorithm"
SET_DEFAULT_KEY: Final = "Dot11ExtSetDefaultKey"
SET_KEY_MAPPING_KEY: Final = "Dot11ExtSetKeyMappingKey"
SET_DEFAULT_KEY_ID: Final = "Dot11ExtSetDefaultKeyId"
SET_EXCLUDE_UNENCRYPTED: Final = "Dot11ExtSetExcludeUnencrypted"
SET_VS_AP_PROPERTIES: Final = "Dot11ExtSetVirtualStationAPProperties"
NIC_EXTENSION: Final = "Dot11ExtNicSpecificExtension"
SEND_NOTIFICATION: Final = "Dot11ExtSendNotification"
SEND_UI_REQUEST: Final = "Dot11ExtSendUIRequest"
START_ONEX: Final = "Dot11ExtStartOneX"
STOP_ONEX: Final = "Dot11ExtStopOneX"
PROCESS_ONEX: Final = "Dot11ExtProcessSecurityPacket"

EAPOL: Final = "888e"
"""The EtherType of EAPOL, its two bytes as they lie in memory (IEEE 802.1X-2020, 11.1.4)."""
EAPOL_KEY: Final = 3
"""The packet type of EAPOL-Key."""
ONEX_SUCCESS: Final = 0
ONEX_FAILURE: Final = 1
ONEX_IN_PROGRESS: Final = 2
"""DOT11_MSONEX_RESULT: the OS's 802.1X succeeded, failed, or goes on (wlanihv.h)."""

SOURCE_ACM: Final = 8
SOURCE_MSM: Final = 16
ACM_CONNECTION_COMPLETE: Final = 10
ACM_ATTEMPT_FAIL: Final = 11
ACM_DISCONNECTING: Final = 20
ACM_DISCONNECTED: Final = 21
MSM_CONNECTED: Final = 4

REASON_IHV_FIRST: Final = 0x90000
REASON_IHV_LAST: Final = 0x9FFFF
REASON_L2_FIRST: Final = 0x10000
REASON_L2_LAST: Final = 0xAFFFF
REASON_NETWORK_NOT_AVAILABLE: Final = 0x2800B
REASON_SECURITY_TIMEOUT: Final = 0x38007
REASON_IHV_NOT_AVAILABLE: Final = 0x3800D
REASON_IHV_NOT_RESPONDING: Final = 0x3800E


def is_handler(function: str) -> bool:
    """True for what the OS calls in the DLL (exports and handlers)."""
    return function.startswith("Dot11ExtIhv")


def short(function: str) -> str:
    """The name without its Dot11Ext or Dot11ExtIhv prefix, for messages."""
    return function.removeprefix("Dot11ExtIhv").removeprefix("Dot11Ext")


IDENTIFIED: Final[Mapping[str, str]] = {
    INIT_ADAPTER: "hDot11SvcHandle",
    PRE_ASSOCIATE: "hConnectSession",
    POST_ASSOCIATE: "hSecuritySessionID",
    PRE_COMPLETION: "hConnectSession",
    POST_COMPLETION: "hSecuritySessionID",
}
"""The handle by which a call begins or ends something, which every record of it has."""
