# SPDX-License-Identifier: GPL-2.0-or-later
"""What is left of a crash under Windows: of a program, or of all of it (a bug check). Pure.

The same crash may be told by a dump file and by the event log; it is one crash then. A bug check
of Driver Verifier is the driver's that it verified, which is known only if it was recorded.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import PureWindowsPath
from typing import Final

from harness.evidence import event_names
from harness.evidence.event_log import LogEvent, WallClock, on_guest_clock

_HEX: Final = re.compile(r"0x([0-9a-fA-F]{1,16})")
MOST: Final = 100
"""Crashes that are kept of one source; a run ends with its first bug check."""


@dataclass(frozen=True, slots=True)
class CrashDump:
    """One crash. ``told_by`` is the file or the event that tells of it.

    Of a program: the exception's ``code``, and the ``module`` and ``offset`` it came from, empty
    and None where no module has it. Of Windows: the bug check's code and ``parameters``, and as
    ``module`` the driver that Windows itself names for it, if it does. All names are of files, in
    lower case. ``t_ns`` is on the guest clock, None where nothing ties the calendar to it;
    ``told_later``: it is when Windows, started anew, wrote it down, and the crash was before that.
    """

    told_by: str
    system: bool
    code: int
    utc_ns: int
    program: str = ""
    module: str = ""
    offset: int | None = None
    parameters: tuple[int, ...] = ()
    t_ns: int | None = None
    told_later: bool = False

    def is_same(self, other: CrashDump) -> bool:
        """Whether it is one crash, told twice."""
        mine, its = (
            (self.parameters, other.parameters) if self.system else (self.where, other.where)
        )
        return (self.system, self.code, mine) == (other.system, other.code, its)

    @property
    def where(self) -> str:
        """Module and offset, as in a fingerprint."""
        if not self.module:
            return "no known module"
        return self.module if self.offset is None else f"{self.module}+{self.offset:#x}"


@dataclass(frozen=True, slots=True)
class DriverVerifier:
    """Driver Verifier as it was set when a run began: the adapter's miniport, all drivers that it
    verifies (none: it is off), and whether its NDIS/WIFI rules are among what it checks."""

    miniport: str
    drivers: tuple[str, ...]
    ndis_wifi: bool

    @property
    def on_the_miniport_alone(self) -> bool:
        """Of the drivers it verifies the adapter's is the only one beside NDIS itself."""
        return {one.casefold() for one in self.drivers} - {"ndis.sys"} == {self.miniport.casefold()}


def file_name(path: str) -> str:
    """The name of a file in a path of Windows, in lower case."""
    return PureWindowsPath(path.replace("\0", "")).name.lower()


def told_by_events(events: Iterable[LogEvent]) -> tuple[CrashDump, ...]:
    """The crashes that the event log tells of."""
    found = (_told(event) for event in events)
    return tuple([one for one in found if one is not None][:MOST])


def _told(event: LogEvent) -> CrashDump | None:
    match (event.provider, event.event_id):
        case event_names.BUGCHECK, event_names.BUGCHECK_ID:
            numbers = [int(one, 16) for one in _HEX.findall(event.data.get("param1", ""))]
            return _bug_check(event, numbers)
        case event_names.KERNEL_POWER, event_names.KERNEL_POWER_ID:
            names = ("BugcheckCode", *(f"BugcheckParameter{place}" for place in range(1, 5)))
            return _bug_check(event, [event.number(name) or 0 for name in names])
        case event_names.APPLICATION_ERROR, event_names.APPLICATION_ERROR_ID:
            return _program(event)
    return None


def _bug_check(event: LogEvent, numbers: Sequence[int]) -> CrashDump | None:
    if not numbers or not numbers[0]:
        return None  # event 41 comes with 0 after a loss of power
    parameters = (*numbers[1:5], 0, 0, 0, 0)[:4]
    return CrashDump(
        f"event {event.event_id}", True, numbers[0], event.utc_ns, parameters=parameters,
        t_ns=event.t_ns, told_later=True,
    )  # fmt: skip


def _program(event: LogEvent) -> CrashDump | None:
    code = _hex(event.data.get("ExceptionCode", ""))
    if code is None:
        return None
    return CrashDump(
        f"event {event.event_id}", False, code, event.utc_ns,
        file_name(event.data.get("AppName", "")), file_name(event.data.get("ModuleName", "")),
        _hex(event.data.get("FaultingOffset", "")), t_ns=event.t_ns,
    )  # fmt: skip


def _hex(text: str) -> int | None:
    """A number in hex, with 0x or without, as Application Error writes it."""
    try:
        return int(text.strip()[:20], 16)
    except ValueError:
        return None


def merged(
    dumps: Iterable[CrashDump], told: Iterable[CrashDump], clocks: Sequence[WallClock]
) -> tuple[CrashDump, ...]:
    """Each crash once, in the order of its time: what a dump tells, and on the guest clock."""
    found: list[CrashDump] = []
    for one in (*dumps, *told):
        placed = on_guest_clock(one.utc_ns, clocks)
        with_time = replace(one, t_ns=placed[0] if placed else one.t_ns)
        if not any(with_time.is_same(known) for known in found[:MOST]):
            found.append(with_time)
    return tuple(sorted(found[:MOST], key=lambda one: one.utc_ns))
