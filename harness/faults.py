# SPDX-License-Identifier: GPL-2.0-or-later
"""The faults our sample DLL can be told to have, and the rules that must catch them.

A fault proves its rule: a checker that stays silent on a broken DLL is worth nothing. So every rule
a DLL can break has a fault that breaks it and nothing else; where breaking one rule cannot but
break another, the fault names both and says why.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from harness.checks.finding import Severity
from harness.errors import UsageError
from harness.naming import did_you_mean

Where = Literal["connection", "service", "build"]
"""Where the DLL is told of a fault: in the profile, for one connection; in sample.ini beside the
DLL, for the life of the service; or it is another build of the DLL, told of it in the profile."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One way the sample DLL breaks the contract, on purpose."""

    name: str
    meaning: str
    rules: tuple[str, ...]
    """The rule ids that must find it, and no others; the first is the one it is there for."""
    scenario: str = "plain"
    """The scenario that brings it out."""
    associations: int = 1
    """How many it takes to show."""
    where: Where = "connection"
    build: str = "sample.dll"
    """The file of the DLL that has it."""
    on_the_guest: str = ""
    """Why the reference guest cannot bring it out; the tests under Wine can."""
    severity: Severity | None = None
    """Of the finding, where it is not the one of its rule."""
    why_more: str = ""
    """Why it breaks more than one rule."""


def _table(*faults: Fault) -> dict[str, Fault]:
    return {fault.name: fault for fault in faults}


_ADAPTERS = _table(
    Fault(
        "claims-version-1", "says that it speaks interface versions 0 to 1", ("LIFE-03",),
        where="service",
    ),
    Fault(
        "hides-export", "does not export Dot11ExtIhvGetVersionInfo", ("LIFE-02",),
        where="build", build="sample_unnamed.dll",
    ),
    Fault(
        "leaves-handler-null", "leaves a handler of the table NULL", ("LIFE-05",),
        where="service",
    ),
    Fault(
        "keeps-api-table", "calls through the table that is dead after InitService",
        ("LIFE-06", "HOST-01"), why_more="the table is inaccessible by then, so it crashes",
    ),
    Fault(
        "refuses-first-adapter", "refuses the first InitAdapter and takes the next", ("LIFE-07",),
        where="service", on_the_guest="its WLAN service does not ask again for the same adapter",
    ),
    Fault(
        "works-on-after-service", "calls the framework while DeinitService runs", ("LIFE-09",),
        scenario="service-stopped-connected",
    ),
    Fault(
        "leaves-thread", "leaves a thread running when DeinitService returns", ("LIFE-11",),
        scenario="service-stopped-connected",
    ),
    Fault(
        "leaks-buffer", "never frees a buffer of Dot11ExtAllocateBuffer", ("LIFE-12",),
        scenario="service-stopped-connected",
    ),
    Fault(
        "gives-handle-twice", "gives two live adapters one handle", ("ADPT-01",),
        where="service", on_the_guest="a scenario of one network has one adapter",
    ),
    Fault(
        "foreign-service-handle", "calls with a service handle nobody gave, then the right one",
        ("ADPT-02",),
    ),
    Fault(
        "uses-dead-service-handle", "calls with the service handle inside DeinitAdapter",
        ("ADPT-03",), scenario="adapter-removed-connected",
    ),
    Fault(
        "completes-in-deinit", "completes the pre-association in DeinitAdapter", ("ADPT-06",),
        scenario="adapter-removed-pre-pending",
    ),
    Fault(
        "takes-stale-handle", "succeeds for an adapter handle it never gave", ("ADPT-10",),
        scenario="stale-handles",
    ),
)  # fmt: skip

_PRE = _table(
    Fault(
        "completes-pre-association-twice", "calls Dot11ExtPreAssociateCompletion twice",
        ("PRE-02",),
    ),
    Fault(
        "completes-pre-association-inside-handler",
        "calls Dot11ExtPreAssociateCompletion inside PerformPreAssociate", ("PRE-03",),
    ),
    Fault(
        "pre-association-starts-with-odd-reason",
        "starts the operation with a reason code outside the IHV range", ("PRE-04",),
    ),
    Fault(
        "takes-invalid-profile", "starts with a profile that its ValidateProfile refuses",
        ("PRE-05",), scenario="invalid-profile",
    ),
    Fault(
        "pre-association-ends-with-odd-reason",
        "completes it with success and a reason code outside the IHV range", ("PRE-06",),
    ),
    Fault(
        "wrong-connect-session",
        "completes a connect session it was never given, then the right one", ("PRE-07",),
    ),
    Fault(
        "sets-profile-inside-handler", "calls Dot11ExtSetCurrentProfile inside PerformPreAssociate",
        ("PRE-08",),
    ),
    Fault(
        "leaves-out-algorithm", "does not set the multicast cipher", ("PRE-10", "EXPECT-01"),
        why_more="the OS then has no consistent set to associate with, so it does not connect",
    ),
    Fault(
        "reset-forgets-pre-association", "does not complete the pre-association a reset cancels",
        ("PRE-11",), scenario="reset-pre-pending",
    ),
    Fault(
        "keeps-profile", "reads the profile when PerformPreAssociate has returned",
        ("PRE-12", "HOST-01"), why_more="the profile is gone by then, so it crashes",
    ),
    Fault(
        "takes-second-pre-association", "takes a second one while the first is pending",
        ("PRE-13",), scenario="second-pre-associate",
    ),
    Fault(
        "station-key-of-31-bytes", "gives a virtual station a key of 31 bytes", ("VS-01",),
        where="build", build="sample_station.dll",
    ),
    Fault(
        "registers-late", "calls Dot11ExtSetEtherTypeHandling after the pre-association",
        ("ETH-01",),
    ),
    Fault(
        "little-endian-registration", "registers an EtherType in the processor's byte order",
        ("ETH-02",),
    ),
    Fault(
        "registers-once", "does not register EtherTypes again after a reset",
        ("ETH-05", "EXPECT-01"), associations=2,
        why_more="it gets no EAPOL then, so it does not connect",
    ),
    Fault(
        "exemption-out-of-range", "asks for an exemption whose action does not exist", ("ETH-06",),
    ),
)  # fmt: skip

_PACKETS = _table(
    Fault(
        "broken-ethertype", "sends a packet whose EtherType is not in network byte order",
        ("TX-01",),
    ),
    Fault("sends-to-group", "sends a packet to a group address", ("TX-02",)),
    Fault(
        "changes-buffer-in-flight", "writes to a packet before its SendPacketCompletion",
        ("TX-03",), scenario="late-send-completion",
    ),
    Fault(
        "reuses-completion-handle", "sends two packets with one completion handle", ("TX-04",),
    ),
    Fault("sends-in-pre-association", "sends a packet before the association", ("TX-06",)),
    Fault(
        "trusts-packet-length", "believes the length a received packet claims",
        ("RX-03", "HOST-01"), scenario="short-and-garbled-packets",
        why_more="it reads where nothing is, so it crashes",
    ),
    Fault(
        "ntstatus-from-receive", "returns an NTSTATUS value from ReceivePacket", ("RX-04",),
    ),
)  # fmt: skip

_POST = _table(
    Fault("writes-port-state", "writes to the DOT11_PORT_STATE it was handed", ("POST-03",)),
    Fault(
        "ntstatus-from-post-associate", "returns an NTSTATUS value from PerformPostAssociate",
        ("POST-04",),
    ),
    Fault(
        "never-completes", "returns ERROR_SUCCESS from PerformPostAssociate and never completes",
        ("POST-05",),
    ),
    Fault(
        "completes-inside-handler",
        "calls Dot11ExtPostAssociateCompletion inside PerformPostAssociate", ("POST-06",),
    ),
    Fault(
        "wrong-session", "completes a security session it was never given, then the right one",
        ("POST-07",),
    ),
    Fault(
        "reason-out-of-range", "completes with success and a reason code outside the IHV range",
        ("POST-08",),
    ),
    Fault(
        "completes-before-keys", "completes with success before it has set a key", ("POST-11",),
    ),
    Fault(
        "names-another-peer", "completes for a peer that is not the access point", ("POST-12",),
    ),
    Fault(
        "reset-forgets-post-association", "does not complete the session a reset cancels",
        ("POST-13",), scenario="reset-post-pending",
    ),
    Fault(
        "refuses-to-roam", "refuses a second session of one pre-association",
        ("POST-14", "EXPECT-06"), scenario="reassociation",
        why_more="POST-14 only warns, and the connection the scenario wants ends with the refusal",
    ),
    Fault(
        "trusts-association-offsets", "reads the request wherever the parameters say it is",
        ("POST-15", "HOST-01"), scenario="hostile-offset-past-end",
        why_more="nothing is there, so it crashes",
    ),
    Fault(
        "sets-algorithm-while-connected", "sets the authentication algorithm in post-association",
        ("POST-16",),
    ),
    Fault(
        "error-and-completes",
        "returns an error from PerformPostAssociate and completes all the same", ("POST-17",),
    ),
)  # fmt: skip

_END = _table(
    Fault(
        "completes-after-stop", "completes after StopPostAssociate has returned", ("STOP-04",),
        scenario="deauthentication",
    ),
    Fault(
        "starts-onex-after-stop", "calls Dot11ExtStartOneX after StopPostAssociate",
        ("STOP-05",), scenario="reassociation",
        on_the_guest="how soon the next session begins there is chance",
    ),
    Fault(
        "stop-after-reset-fails", "returns an error from StopPostAssociate after a reset",
        ("STOP-06",), scenario="stop-after-reset",
    ),
    Fault(
        "deadlocks-in-stop", "waits in StopPostAssociate for what its other thread holds",
        ("STOP-08", "HOST-02"), why_more="a deadlock is a handler that does not return",
    ),
    Fault(
        "sends-after-reset", "sends a packet after AdapterReset has returned", ("STOP-09",),
        associations=2,
    ),
    Fault(
        "connects-once", "refuses PerformPreAssociate after a reset", ("RST-02",), associations=2,
    ),
    Fault(
        "resets-with-another-code", "completes what a reset cancels with ERROR_INVALID_STATE",
        ("RST-03",), scenario="reset-post-pending",
    ),
    Fault(
        "keeps-ui-request-after-reset", "says a request is pending that a reset has cancelled",
        ("RST-04",), scenario="ui-request-reset",
    ),
    Fault(
        "stops-onex-after-reset", "calls Dot11ExtStopOneX after AdapterReset has returned",
        ("RST-05",), associations=2,
    ),
    Fault(
        "second-reset-fails", "returns an error from a second AdapterReset", ("RST-06",),
        scenario="reset-idle",
    ),
    Fault(
        "key-id-from-before-reset", "makes a key the default that the reset has deleted",
        ("RST-07",), associations=2,
    ),
)  # fmt: skip

_CHANCE = "EAPOL-Key and the result come at nearly the same time: which is first is chance"

_ONEX = _table(
    Fault("starts-onex-early", "calls Dot11ExtStartOneX in pre-association", ("ONEX-01",)),
    Fault(
        "starts-onex-unregistered", "calls Dot11ExtStartOneX with EAPOL not registered",
        ("ONEX-02",), scenario="eap-tls", on_the_guest="without EAPOL nothing goes on",
    ),
    Fault(
        "hands-on-eapol-key", "gives EAPOL-Key to Dot11ExtProcessSecurityPacket", ("ONEX-03",),
        scenario="eap-tls", on_the_guest=_CHANCE,
    ),
    Fault(
        "hands-on-own-packet", "gives Dot11ExtProcessSecurityPacket a packet nobody sent",
        ("ONEX-04",), scenario="eap-tls",
    ),
    Fault("stops-idle-onex", "calls Dot11ExtStopOneX with nothing pending", ("ONEX-05",)),
    Fault(
        "hands-on-after-stop", "calls Dot11ExtProcessSecurityPacket after Dot11ExtStopOneX",
        ("ONEX-06",), scenario="eap-stopped",
    ),
    Fault(
        "hands-on-after-result", "calls Dot11ExtProcessSecurityPacket after the result",
        ("ONEX-07",), scenario="eap-tls",
    ),
    Fault(
        "own-eap-attributes", "gives Dot11ExtStartOneX attributes in memory of its own",
        ("ONEX-09",), scenario="eap-tls",
    ),
    Fault(
        "trusts-onex-result", "reads the result's parameters though they may be NULL",
        ("ONEX-10", "HOST-01"), scenario="eap-tls", on_the_guest="it gives parameters each time",
        why_more="it reads through NULL, so it crashes",
    ),
    Fault(
        "refuses-early-key", "refuses an EAPOL-Key that comes before the result", ("ONEX-12",),
        scenario="eap-tls", on_the_guest=_CHANCE,
    ),
    Fault(
        "completes-before-result", "completes with success while 802.1X is in progress",
        ("ONEX-13",), scenario="eap-tls",
        on_the_guest="with its own key set, the authentication does not end there: no M1 comes",
    ),
)  # fmt: skip

_KEYS = _table(
    Fault("outbound-default-key", "sets a default key for sending only", ("KEY-01",)),
    Fault("key-index-out-of-range", "sets a default key of index 9", ("KEY-02",)),
    Fault("key-for-group-address", "sets a default key for a group address", ("KEY-03",)),
    Fault("key-without-header", "leaves the header of a default key empty", ("KEY-04",)),
    Fault(
        "dynamic-key-too-early", "sets a key that is not static before the association",
        ("KEY-05",),
    ),
    Fault("key-too-short", "sets a CCMP key of 5 bytes", ("KEY-06",)),
    Fault("no-such-algorithm", "asks for an authentication algorithm 77", ("KEY-08",)),
    Fault("key-id-never-set", "makes a key the default that it never set", ("KEY-09",)),
    Fault(
        "eapol-not-exempted", "excludes unencrypted frames without an exemption for EAPOL",
        ("KEY-11",),
    ),
)  # fmt: skip

_OTHER = _table(
    Fault("reuses-ui-guid", "sends two user interface requests of one GUID", ("UI-02",)),
    Fault(
        "overwrites-ui-request", "writes to a request that is pending", ("UI-03",),
    ),
    Fault(
        "forgets-ui-request", "says that a request is not pending that is", ("UI-04",),
        scenario="ui-request-answered", severity="WARN",
    ),
    Fault(
        "keeps-answered-ui-request", "says that a request is pending that was answered",
        ("UI-05",), scenario="ui-request-answered",
    ),
    Fault(
        "keeps-ui-request-after-logoff", "says that a request is pending whose user has logged off",
        ("UI-06",), scenario="session-changes",
    ),
    Fault(
        "query-gives-own-memory", "returns memory of its own from QueryUIRequest", ("UI-07",),
        scenario="profile-handlers",
    ),
    Fault(
        "knows-any-indication", "succeeds for an indication no document knows", ("IND-01",),
        scenario="unknown-indication", severity="WARN",
    ),
    Fault(
        "frees-what-it-gave", "frees what QueryUIRequest has given to the OS", ("MEM-01",),
        scenario="profile-handlers",
    ),
    Fault("frees-foreign-memory", "gives FreeBuffer memory of another allocator", ("MEM-02",)),
    Fault("notifies-of-nothing", "calls Dot11ExtSendNotification with NULL", ("MEM-03",)),
    Fault(
        "validates-with-odd-reason", "gives a reason from ValidateProfile that is not a DLL's",
        ("PROF-01",), scenario="profile-handlers",
    ),
    Fault(
        "matches-with-odd-reason", "gives a reason from PerformCapabilityMatch that is not a DLL's",
        ("PROF-02",),
    ),
    Fault(
        "discovers-without-reason", "gives no reason for an error of CreateDiscoveryProfiles",
        ("PROF-03",), scenario="profile-handlers",
    ),
    Fault(
        "control-returns-too-much", "returns more from Control than fits", ("CTRL-01",),
        scenario="control-small-buffers",
    ),
)  # fmt: skip

_HOST = _table(
    Fault("crashes", "writes through a NULL pointer in PerformPostAssociate", ("HOST-01",)),
    Fault("hangs", "never returns from PerformPostAssociate", ("HOST-02",)),
    Fault("reports-a-failure", "completes a good handshake with an error", ("EXPECT-01",)),
    Fault("sets-wrong-key", "sets another pairwise key than the handshake's", ("EXPECT-02",)),
)  # fmt: skip

FAULTS: dict[str, Fault] = (
    _ADAPTERS | _PRE | _PACKETS | _POST | _END | _ONEX | _KEYS | _OTHER | _HOST
)  # fmt: skip
"""All faults by name, family by family in the order of the contract."""


def find_fault(name: str) -> Fault:
    """The fault `name`; raises `UsageError` with the nearest one."""
    try:
        return FAULTS[name]
    except KeyError:
        near = did_you_mean(name, FAULTS)
        raise UsageError(f"no fault {name!r}", hint=near or "`hil faults` lists them all") from None
