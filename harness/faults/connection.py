# SPDX-License-Identifier: GPL-2.0-or-later
"""Faults in an association, from its beginning to its end: operations, packets, stop, reset."""

from __future__ import annotations

from harness.faults.model import Fault, table

PRE = table(
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

PACKETS = table(
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
        "reuses-completion-handle", "sends two packets with one completion handle",
        ("TX-04",), scenario="late-send-completion",
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

POST = table(
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

END = table(
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
