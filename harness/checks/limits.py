# SPDX-License-Identifier: GPL-2.0-or-later
"""What a run is measured by: limits of this harness, and what its scenario expects.

No document gives a number for any of these limits: the reason codes SECURITY_TIMEOUT and
IHV_NOT_RESPONDING of wlanapi.h show that Windows has some, but not which. Findings that rest on
one say so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from harness.evidence import names
from hwsim.records import FOUR_WAY

_STARTING: Final = frozenset(
    {"start", "load", names.GET_VERSION, names.INIT_SERVICE, names.INIT_VIRTUAL_STATION}
)


@dataclass(frozen=True, slots=True)
class CheckLimits:
    """The [limits] of lab.toml that findings rest on, by the same names.

    All are this harness's. Names that end in ``_s`` are seconds.
    """

    load_s: float = 30.0
    """From the start of the DLL's process to the end of InitService."""
    handler_s: float = 5.0
    """A handler that runs longer hangs."""
    deinit_s: float = 5.0
    """DeinitService."""
    unload_s: float = 2.0
    """The end of the process after DeinitService."""
    pre_associate_s: float = 10.0
    """From the return of PerformPreAssociate to its completion."""
    post_associate_s: float = 10.0
    """From the return of PerformPostAssociate to its completion."""
    busy_s: float = 5.0
    """A process that keeps the processor busy for longer on end is said to spin."""
    race_s: float = 0.5
    """How long a call that the DLL's other thread had decided on may take to come: one that crosses
    DeinitAdapter, StopPostAssociate or AdapterReset within it proves nothing."""
    os_answer_s: float = 5.0
    """What the OS side owes: send completions, a stop after a deauthentication, notifications."""
    onex_s: float = 9.5
    """What the OS's own 802.1X waits for a message of the access point."""
    threads: int = 128
    """Threads the process may have."""
    memory_mib: int = 0
    """Memory it may use; 0: three eighths of the guest's."""

    def setting(self, name: str) -> str:
        """A limit as it stands in lab.toml, for a message: "[limits] handler_s = 5"."""
        return f"[limits] {name} = {getattr(self, name):g}"

    def limit_of(self, function: str) -> str:
        """The name of the limit a handler is held to.

        "start" and "load" stand for the start of the process, "unload" for its end.
        """
        if function in _STARTING:
            return "load_s"
        if function == "unload":
            return "unload_s"
        return "deinit_s" if function == names.DEINIT_SERVICE else "handler_s"

    def handler_limit_s(self, function: str) -> float:
        """The limit a handler is held to, in seconds."""
        return float(getattr(self, self.limit_of(function)))


@dataclass(frozen=True, slots=True)
class Expectation:
    """What the scenario says must come of every association, but for its exceptions; the EXPECT
    rules hold it to that."""

    connected: bool | None = True
    """None: either way is right."""
    echoes: int = 0
    """Echo requests the access point sends; all must be answered."""
    protected: bool = True
    """The echo must be protected both ways."""
    messages: tuple[str, ...] = FOUR_WAY
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
    air_only: tuple[tuple[int, ...], ...] = ()
    """Of each of those rules the associations it is for; empty: every one."""
    air_media: tuple[tuple[int, ...], ...] = ()
    """Of each of those rules the isolated media on which it must act; empty: on any."""
    air_by_chance: tuple[int, ...] = ()
    """The places (from 1) of those of them that chance may keep from acting."""
    ap: tuple[str, ...] = ()
    """What access points are ordered to do of themselves, in words; all of it must be done."""
    usb: tuple[str, ...] = ()
    """What the emulated USB adapter is ordered to do, in words; all of it must be done."""
    exceptions: tuple[tuple[tuple[int, ...], Expectation], ...] = ()
    """What is expected of single associations in its place; those have no exceptions."""

    def of(self, association: int) -> Expectation:
        """What must come of that association."""
        return next((other for named, other in self.exceptions if association in named), self)

    def rule_acts_in(self, place: int, association: int) -> bool:
        """Whether the rule for the air at that place (from 1) is for that association."""
        named = self.air_only[place - 1] if place <= len(self.air_only) else ()
        return not named or association in named

    def media_of_rule(self, place: int) -> tuple[int, ...]:
        """The isolated media on which the rule for the air at that place (from 1) must act."""
        return self.air_media[place - 1] if place <= len(self.air_media) else ()
