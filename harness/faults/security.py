# SPDX-License-Identifier: GPL-2.0-or-later
"""Faults with 802.1X of the OS, and with keys."""

from __future__ import annotations

from harness.faults.model import Fault, table

_CHANCE = "EAPOL-Key and the result come at nearly the same time: which is first is chance"

ONEX = table(
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

KEYS = table(
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
