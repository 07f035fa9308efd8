# SPDX-License-Identifier: GPL-2.0-or-later
"""What a run is measured by: limits of ours, and what its scenario expects.

No document gives a number for any of these limits: the reason codes SECURITY_TIMEOUT and
IHV_NOT_RESPONDING of wlanapi.h show that Windows has some, but not which. Findings that rest on
one say so.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """How long the checker waits before it calls something missing, in seconds; all are ours."""

    pre_associate_s: float = 10.0
    """From the return of PerformPreAssociate to its completion."""
    post_associate_s: float = 10.0
    """From the return of PerformPostAssociate to its completion."""
    handler_s: float = 5.0
    """A handler that runs longer hangs."""
    busy_s: float = 5.0
    """A process that keeps the processor busy for longer on end is said to spin."""
    os_answer_s: float = 5.0
    """What the OS side owes: send completions, a stop after a deauthentication, notifications."""
    race_s: float = 0.5
    """How long a call that the DLL's other thread had decided on may take to come: one that crosses
    DeinitAdapter, StopPostAssociate or AdapterReset within it proves nothing."""


@dataclass(frozen=True, slots=True)
class Expectation:
    """What the scenario says must come of every association."""

    connected: bool | None = True
    """None: either way is right."""
    echoes: int = 0
    """Echo requests the access point sends; all must be answered."""
    protected: bool = True
    """The echo must be CCMP-protected both ways."""
    messages: tuple[str, ...] = ("M1", "M2", "M3", "M4")
    """Kinds of frames that must be seen on the air."""
    sessions: int = 1
    """Security sessions: one of the association, and one of each roam or reassociation after it."""
    adapters: int = 1
    """WLAN adapters that connect at the same time, each with sessions of its own."""
    stopped: bool = False
    """StopPostAssociate must be seen for a session of the association."""
    orders: tuple[str, ...] = ()
    """What the guest's WLAN service is ordered to do, in words; all of it must be done."""
    air: tuple[str, ...] = ()
    """What the scenario's rules do to messages on the air, in words."""
