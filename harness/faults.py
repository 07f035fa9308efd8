# SPDX-License-Identifier: GPL-2.0-or-later
"""The faults our sample DLL can be told to have, and the rules that must catch them.

A fault proves its rule: a checker that stays silent on a broken DLL is worth nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from harness.errors import UsageError


@dataclass(frozen=True, slots=True)
class Fault:
    """One way the sample DLL breaks the contract, on purpose."""

    name: str
    meaning: str
    rules: tuple[str, ...]
    """The rule ids that must find it, and no others."""
    scenario: str = "plain"
    """The scenario that brings it out."""


FAULTS: dict[str, Fault] = {
    fault.name: fault
    for fault in (
        Fault(
            "never-completes",
            "returns ERROR_SUCCESS from PerformPostAssociate and never completes",
            ("POST-05",),
        ),
        Fault(
            "completes-inside-handler",
            "calls Dot11ExtPostAssociateCompletion inside PerformPostAssociate",
            ("POST-06",),
        ),
        Fault(
            "wrong-session",
            "completes a security session it was never given, then the right one",
            ("POST-07",),
        ),
        Fault(
            "error-and-completes",
            "returns an error from PerformPostAssociate and completes all the same",
            ("POST-17",),
        ),
        Fault(
            "reason-out-of-range",
            "completes with success and a reason code outside the IHV range",
            ("POST-08",),
        ),
        Fault(
            "completes-after-stop",
            "completes after StopPostAssociate has returned",
            ("STOP-04",),
            scenario="deauthentication",
        ),
        Fault("writes-port-state", "writes to the DOT11_PORT_STATE it was handed", ("POST-03",)),
        Fault(
            "broken-ethertype",
            "sends a packet whose EtherType is not in network byte order",
            ("TX-01",),
        ),
        Fault("crashes", "writes through a NULL pointer in PerformPostAssociate", ("HOST-01",)),
        Fault("hangs", "never returns from PerformPostAssociate", ("HOST-02",)),
    )
}
"""All faults by name."""


def find_fault(name: str) -> Fault:
    """The fault `name`; raises `UsageError` that lists them all."""
    try:
        return FAULTS[name]
    except KeyError:
        raise UsageError(f"no fault {name!r}", hint=f"take one of {', '.join(FAULTS)}") from None
