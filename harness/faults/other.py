# SPDX-License-Identifier: GPL-2.0-or-later
"""Faults in handlers beside the connection: UI requests, indications, memory, profiles."""

from __future__ import annotations

from harness.faults.model import Fault, table

OTHER = table(
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
