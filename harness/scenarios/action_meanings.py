# SPDX-License-Identifier: GPL-2.0-or-later
"""What each action of `[[os]]` does, in words, for docs/scenarios.md."""

from __future__ import annotations

from typing import Final

ACTIONS: Final = {
    "reset": "AdapterReset now, whatever is pending; an attempt of the DLL's ends as failed",
    "reset-then-stop": "as `reset`, with the session's StopPostAssociate after it",
    "disconnect": "as WlanDisconnect by a client",
    "disassociate": "the OS ends the association with this DOT11_ASSOC_STATUS",
    "roam": "to another access point of the network",
    "reassociate": "with the same access point anew",
    "remove-adapter": "the adapter goes, and comes back at once",
    "stop-service": "net stop WlanSvc, then net start WlanSvc",
    "session-change": "ProcessSessionChange with this event of wtsapi32.h; 6, a logoff, ends the "
    "user's requests",
    "ask-ui": "IsUIRequestPending for every request so far; without any for one never sent",
    "answer-ui": "ProcessUIResponse for every pending request, with IsUIRequestPending before and "
    "after; without a pending request it is not carried out",
    "ui-timeout": "the user does not answer: the WLAN service gives the attempt up, with reason "
    "WLAN_REASON_CODE_UI_REQUEST_TIMEOUT",
    "query-ui": "QueryUIRequest",
    "onex-result": "the OS's 802.1X ends, with OneXIndicateResult whose parameters are NULL",
    "indicate": "ReceiveIndication of this type",
    "control": "Control, as a program of the vendor's calls it",
    "packet": "ReceivePacket with these bytes, or with a packet of this form",
    "hold-completion": "the next packet's SendPacketCompletion comes that much later",
    "hold-delivery": "no ReceivePacket for that long: what arrives waits in the backlog",
    "capability-match": "PerformCapabilityMatch once more, without a list of networks",
    "validate": "ValidateProfile once more",
    "change-profile": "the rest of the attempt goes with this fragment in its profile",
    "discovery": "CreateDiscoveryProfiles for the network found",
    "second-pre-associate": "PerformPreAssociate while the first one is pending",
    "stale-handle": "this handler with an adapter handle that InitAdapter never gave",
    "refuse": "the framework function is not carried out and answers this error; with error = 0 it "
    "pretends to have been",
}
