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

Where = Literal["connection", "service"]
"""Where the DLL is told of a fault: in the profile, for one connection; or in sample.ini beside the
DLL, for the life of the service."""


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
        "keeps-api-table", "calls through the table that is dead after InitService",
        ("LIFE-06", "HOST-01"), why_more="the table is inaccessible by then, so it crashes",
    ),
    Fault(
        "foreign-service-handle", "calls with a service handle nobody gave, then the right one",
        ("ADPT-02",),
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
        "registers-late", "calls Dot11ExtSetEtherTypeHandling after the pre-association",
        ("ETH-01",),
    ),
    Fault(
        "little-endian-registration", "registers an EtherType in the processor's byte order",
        ("ETH-02",),
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
        ("TX-03",),
    ),
    Fault(
        "reuses-completion-handle", "sends two packets with one completion handle", ("TX-04",),
    ),
    Fault("sends-in-pre-association", "sends a packet before the association", ("TX-06",)),
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
        "stops-onex-after-reset", "calls Dot11ExtStopOneX after AdapterReset has returned",
        ("RST-05",), associations=2,
    ),
    Fault(
        "key-id-from-before-reset", "makes a key the default that the reset has deleted",
        ("RST-07",), associations=2,
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
    Fault("frees-foreign-memory", "gives FreeBuffer memory of another allocator", ("MEM-02",)),
    Fault("notifies-of-nothing", "calls Dot11ExtSendNotification with NULL", ("MEM-03",)),
)  # fmt: skip

_HOST = _table(
    Fault("crashes", "writes through a NULL pointer in PerformPostAssociate", ("HOST-01",)),
    Fault("hangs", "never returns from PerformPostAssociate", ("HOST-02",)),
    Fault("reports-a-failure", "completes a good handshake with an error", ("EXPECT-01",)),
    Fault("sets-wrong-key", "sets another pairwise key than the handshake's", ("EXPECT-02",)),
)  # fmt: skip

FAULTS: dict[str, Fault] = (
    _ADAPTERS | _PRE | _PACKETS | _POST | _END | _KEYS | _OTHER | _HOST
)  # fmt: skip
"""All faults by name, family by family in the order of the contract."""


def find_fault(name: str) -> Fault:
    """The fault `name`; raises `UsageError` that lists them all."""
    try:
        return FAULTS[name]
    except KeyError:
        raise UsageError(f"no fault {name!r}", hint=f"take one of {', '.join(FAULTS)}") from None
