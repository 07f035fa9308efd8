# SPDX-License-Identifier: GPL-2.0-or-later
"""Faults around the life of service and adapter, and those of the DLL's process."""

from __future__ import annotations

from harness.faults.model import Fault, table

ADAPTERS = table(
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

HOST = table(
    Fault("crashes", "writes through a NULL pointer in PerformPostAssociate", ("HOST-01",)),
    Fault("hangs", "never returns from PerformPostAssociate", ("HOST-02",)),
    Fault("reports-a-failure", "completes a good handshake with an error", ("EXPECT-01",)),
    Fault("sets-wrong-key", "sets another pairwise key than the handshake's", ("EXPECT-02",)),
    Fault(
        "keeps-pairwise-key", "answers a renewal of the pairwise key, and keeps the old one",
        ("EXPECT-02",), scenario="pairwise-rekey",
    ),
    Fault(
        "keeps-group-key", "answers a renewal of the group key, and keeps the old one",
        ("EXPECT-02",), scenario="group-rekey",
    ),
    Fault(
        "answers-anybody", "takes a message of a third address for the access point's",
        ("EXPECT-01",), scenario="eapol-spoofed",
    ),
)  # fmt: skip
