# SPDX-License-Identifier: GPL-2.0-or-later
"""Steps of a story on Windows: events of its log, crash reports, bug checks, Driver Verifier."""

from __future__ import annotations

from harness.evidence import CrashDump, DriverVerifier, LogEvent
from harness.evidence.event_names import WLAN
from tests.unit.checks.story import Step, Story

MINIPORT = "acmewlan.sys"


def logged(event_id: int, *, after_ms: float = 1, **data: str) -> Step:
    """An event of WLAN-AutoConfig, placed on the guest clock."""

    def step(s: Story) -> None:
        at_ns = s.tick() + int(after_ms * 1e6)
        members = {"ExtensibleModulePath": r"C:\Windows\System32\acmeihv.dll"} | data
        event = LogEvent(at_ns, WLAN, event_id, data=members, t_ns=at_ns)
        s.log_events.append(event)

    return step


def crash_report(module: str, program: str = "wlanext.exe", *, placed: bool = True) -> Step:
    """A crash of a program, as Application Error or a minidump tells it."""

    def step(s: Story) -> None:
        at_ns = s.tick()
        s.crashes.append(
            CrashDump("event 1000", False, 0xC0000005, at_ns, program, module, 0x1234,
                      t_ns=at_ns if placed else None)
        )  # fmt: skip

    return step


def bug_check(
    parameter: int, code: int = 0xC4, module: str = "", *, placed: bool = True, ago_s: float = 0,
    told_later: bool = False,
) -> Step:  # fmt: skip
    """Windows ends."""

    def step(s: Story) -> None:
        at_ns = s.tick() - int(ago_s * 1e9)
        s.crashes.append(
            CrashDump("dumps/1.dmp", True, code, at_ns, module=module,
                      parameters=(parameter, 0, 0, 0), t_ns=at_ns if placed else None,
                      told_later=told_later)
        )  # fmt: skip

    return step


def verified(*others: str, ndis_wifi: bool = True) -> Step:
    """Driver Verifier is on the miniport and NDIS, and on others."""

    def step(s: Story) -> None:
        s.verifier = DriverVerifier(MINIPORT, ("ndis.sys", MINIPORT, *others), ndis_wifi)

    return step
