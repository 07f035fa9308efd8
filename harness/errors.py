# SPDX-License-Identifier: GPL-2.0-or-later
"""Our exception hierarchy, named for who has to act; in brackets the module of those not here.

HarnessError              a message and a hint; never shown as a traceback
├── UsageError            the user's input is wrong; nothing was started (exit 2)
│   ├── Unfit             a scenario that this lab cannot run, as it can others
│   ├── StoreError        a run cannot be kept where it is to be kept
│   └── ResultFileError   a result.json cannot be used: absent, damaged, foreign, newer
├── ServiceRefused        the guest's WLAN service does not come up with the DLL under test
├── ProfileRefused        DLL or WLAN service do not take the profile [guests.common]
├── CallFailed            a call was answered, with an error [local.jsonlines]
├── QmpRefused            QEMU refused a command [vm.qmp]
├── ProgramMissing        a program of the lab is not installed [local.programs]
├── BuildFailed           the guest's image could not be built [guests.reference]
└── LabFault              the lab broke, nothing is known of the driver (verdict MISS, exit 3)
    ├── TooSlow           a bounded wait ran out
    ├── PeerGone          a process or connection of the lab ended
    └── DiskFull          a disk has no room for what the lab writes [local.storage]

A lab fault is never a driver verdict: code that judges the driver catches none of these.
"""

from __future__ import annotations


class HarnessError(Exception):
    """Something the user can act on: what was wanted and found, and how to fix it."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(HarnessError):
    """Input that cannot be used: names the field, the value and the fix."""


class Unfit(UsageError):
    """A scenario that cannot be run with what is given, `why` says with what; others may be."""

    def __init__(self, scenario: str, why: str, *, hint: str) -> None:
        self.why = why
        super().__init__(f"scenario {scenario} cannot be run {why}", hint=hint)


class StoreError(UsageError, OSError):
    """A run cannot be kept: its place cannot be made or written to."""


class ResultFileError(UsageError, ValueError):
    """A result file cannot be used; the message names the file and what is wrong with it."""


class ServiceRefused(HarnessError):
    """The WLAN service did not start with the DLL: what the trace shows of it is judged."""


class LabFault(HarnessError):
    """The lab broke while something was awaited.

    `awaited` says what, `waited_s` for how long, `last_state` the last thing seen of it.
    """

    def __init__(self, awaited: str, waited_s: float, last_state: str, *, hint: str = "") -> None:
        self.awaited = awaited
        self.waited_s = waited_s
        self.last_state = last_state
        super().__init__(
            f"{awaited}: {self._what()} after {waited_s:.1f} s; last seen: {last_state}", hint=hint
        )

    def _what(self) -> str:
        return "lab fault"


class TooSlow(LabFault, TimeoutError):
    """A bounded wait ran out."""

    def _what(self) -> str:
        return "gave up"


class PeerGone(LabFault, ConnectionError):
    """A process or a connection the lab depends on ended."""

    def _what(self) -> str:
        return "went away"
