# SPDX-License-Identifier: GPL-2.0-or-later
"""The stimuli that a scenario can name and the guest's WLAN service can carry out: events, actions,
their parameters and limits. The harness checks a scenario by these tables, the guest what it is
sent; a scenario's user reads of them as the orders of `[[os]]`.
"""

from __future__ import annotations

from typing import Final, Literal, get_args

MAX_STIMULI: Final = 32
MAX_DATA_BYTES: Final = 4096
MAX_DELAY_MS: Final = 10_000
MAX_AFTER_MS: Final = 60_000
MAX_OUT_SIZE: Final = 1 << 16

MOMENTS: Final = {
    "connect": "WlanConnect was taken; the scan is next",
    "idle": "the network was found; the DLL's first handler of the association is next",
    "connected": "the port is open and the WLAN client was told",
    "roamed": "the port of another association of the connection is open, the client was told",
    "disconnect": "WlanDisconnect was taken; nothing was done for it yet",
    "waits-for-user": "a SendUIRequest of the DLL was taken and answered; nobody has replied to it",
}
"""Events of the WLAN service's own, with what has just happened then."""

HANDLERS: Final = {
    "pre_associate": "Dot11ExtIhvPerformPreAssociate",
    "post_associate": "Dot11ExtIhvPerformPostAssociate",
    "stop_post_associate": "Dot11ExtIhvStopPostAssociate",
    "adapter_reset": "Dot11ExtIhvAdapterReset",
    "receive_packet": "Dot11ExtIhvReceivePacket",
    "send_packet_completion": "Dot11ExtIhvSendPacketCompletion",
    "validate_profile": "Dot11ExtIhvValidateProfile",
    "capability_match": "Dot11ExtIhvPerformCapabilityMatch",
    "onex_indicate_result": "Dot11ExtIhvOnexIndicateResult",
}
"""The handlers the guest calls by itself once an adapter is there, by the IHV host's name."""

FRAMEWORK_FUNCTIONS: Final = tuple(
    f"Dot11Ext{name}"
    for name in (
        "SetProfileCustomUserData", "GetProfileCustomUserData", "SetCurrentProfile",
        "SendUIRequest", "PreAssociateCompletion", "PostAssociateCompletion", "SendNotification",
        "SendPacket", "SetEtherTypeHandling", "SetAuthAlgorithm", "SetUnicastCipherAlgorithm",
        "SetMulticastCipherAlgorithm", "SetDefaultKey", "SetKeyMappingKey", "SetDefaultKeyId",
        "NicSpecificExtension", "SetExcludeUnencrypted", "StartOneX", "StopOneX",
        "ProcessSecurityPacket",
    )
)  # fmt: skip
"""The functions of DOT11EXT_APIS that reach the WLAN service (buffers stay in the IHV host)."""

SEND_UI_REQUEST: Final = "Dot11ExtSendUIRequest"

EVENTS: Final = (*MOMENTS, *HANDLERS.values(), *FRAMEWORK_FUNCTIONS)

Action = Literal[
    "reset", "reset-then-stop", "disconnect", "disassociate", "roam", "reassociate",
    "remove-adapter", "stop-service", "session-change", "ask-ui", "answer-ui", "ui-timeout",
    "query-ui", "onex-result",
    "indicate", "control", "packet", "hold-completion", "hold-delivery", "capability-match",
    "validate", "change-profile", "discovery", "second-pre-associate", "stale-handle", "refuse",
]  # fmt: skip

PacketForm = Literal[
    "below-header", "header-only", "one-byte", "truncated", "lying-length", "noise"
]
"""below-header: 7 bytes, not even a whole EtherType. header-only: 8 bytes, address and EtherType,
no payload. one-byte: 9 bytes. truncated: an EAPOL-Key that ends within its nonce. lying-length: an
EAPOL-Key whose key data is said to be longer than the packet. noise: 200 bytes, no EAPOL at all."""
Fragment = Literal["own", "none", "empty", "garbage"]
UiRequest = Literal["pending", "zero", "unknown"]
OnexResult = Literal["success", "failure", "in-progress"]
"""DOT11_MSONEX_RESULT from 0 on."""
StaleHandler = Literal[
    "Dot11ExtIhvAdapterReset", "Dot11ExtIhvStopPostAssociate", "Dot11ExtIhvReceivePacket",
    "Dot11ExtIhvReceiveIndication", "Dot11ExtIhvControl", "Dot11ExtIhvValidateProfile",
    "Dot11ExtIhvPerformCapabilityMatch", "Dot11ExtIhvPerformPreAssociate",
    "Dot11ExtIhvQueryUIRequest", "Dot11ExtIhvCreateDiscoveryProfiles", "Dot11ExtIhvDeinitAdapter",
]  # fmt: skip
AssociationHostility = Literal[
    "offset-past-end", "size-past-end", "sum-wraps", "offset-in-header", "truncated"
]
"""What a DLL must not trust in the parameters of PerformPostAssociate (POST-15)."""

NUMBER: Final = "a whole number from 0 to 0xffffffff"
HEX: Final = "bytes in hex"
TEXT: Final = "a text"
FLAG: Final = "a flag"

PARAMETERS: Final[dict[str, dict[str, str]]] = {
    "reset": {},
    "reset-then-stop": {},
    "disconnect": {},
    "roam": {},
    "reassociate": {},
    "disassociate": {"status": NUMBER},
    "remove-adapter": {},
    "stop-service": {},
    "session-change": {"event": NUMBER},
    "ask-ui": {},
    "answer-ui": {"data": HEX, "request": TEXT},
    "ui-timeout": {},
    "onex-result": {"result": TEXT},
    "query-ui": {"phase": NUMBER},
    "indicate": {"type": NUMBER, "data": HEX},
    "control": {"data": HEX, "out_size": NUMBER},
    "packet": {"data": HEX, "form": TEXT},
    "hold-completion": {"delay_ms": NUMBER},
    "hold-delivery": {"delay_ms": NUMBER},
    "capability-match": {"fragment": TEXT},
    "validate": {"fragment": TEXT},
    "change-profile": {"fragment": TEXT},
    "discovery": {"insecure": FLAG},
    "second-pre-associate": {},
    "stale-handle": {"handler": TEXT},
    "refuse": {"error": NUMBER},
}
"""Each action with the parameters it may have and what they are."""

CHOICES: Final[dict[str, tuple[str, ...]]] = {
    "form": get_args(PacketForm),
    "fragment": get_args(Fragment),
    "handler": get_args(StaleHandler),
    "request": get_args(UiRequest),
    "result": get_args(OnexResult),
}
"""Parameters that are one of a few words."""

NEEDED: Final[dict[str, frozenset[str]]] = {
    "disassociate": frozenset({"status"}),
    "session-change": frozenset({"event"}),
    "indicate": frozenset({"type"}),
    "hold-completion": frozenset({"delay_ms"}),
    "hold-delivery": frozenset({"delay_ms"}),
    "change-profile": frozenset({"fragment"}),
    "stale-handle": frozenset({"handler"}),
    "onex-result": frozenset({"result"}),
    "refuse": frozenset({"error"}),
}
"""The parameters an action cannot do without."""
