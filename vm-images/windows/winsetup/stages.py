# SPDX-License-Identifier: GPL-2.0-or-later
"""How far an installation has come, as it tells over the first serial port.

A line is ``HIL-STAGE name``, when that stage begins, or ``HIL-FAILED name: why``. Whatever else is
on the port (firmware, boot loaders) is none of ours.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

STAGE_WORD: Final = "HIL-STAGE"
FAILED_WORD: Final = "HIL-FAILED"
LINE: Final = re.compile(rf"{STAGE_WORD} ([a-z-]{{1,40}})$|{FAILED_WORD} ([a-z-]{{1,40}}): ?(.*)$")


@dataclass(frozen=True, slots=True)
class Stage:
    """A named part of an installation."""

    name: str
    meaning: str
    limit_s: int
    """Bound on the wait for it, counted from the stage before. None of these was measured on
    Windows: they are generous for KVM, and `--patience` multiplies them."""


STAGES: Final = (
    Stage("windows-pe", "Windows Setup has booted and reads the answer file", 600),
    Stage("specialize", "the system is on the disk and boots from it", 3600),
    Stage("first-logon", "the administrator is logged on", 1800),
    Stage("drivers", "virtio drivers are added", 300),
    Stage("ssh", "OpenSSH is installed, with the keys that are known", 300),
    Stage("settings", "test signing, crash dumps, no updates, no sleep", 300),
    Stage("restart", "the system restarts, for test signing", 300),
    Stage("restarted", "the system is up again", 900),
    Stage("adapter-driver", "the WLAN driver is added by pnputil", 300),
    Stage("ihv-extensions", "the IHV Extensions DLL is in place", 600),
    Stage("companions", "recorder and agent are in place", 300),
    Stage("sealed", "all is done; the system shuts down", 300),
)
SHUTDOWN_S: Final = 600
"""Bound on the machine's end after the last stage."""

NAMES: Final = tuple(one.name for one in STAGES)


@dataclass(frozen=True, slots=True)
class Told:
    """What the lines so far say."""

    stage: str = ""
    """The last stage that began; empty before the first."""
    failed: str = ""
    """What failed, in words; empty if nothing did."""


def read_told(console: bytes) -> Told:
    """What the serial console says; whole lines count, and of two failures the first."""
    stage = ""
    for raw in console.split(b"\n")[:-1]:
        text = "".join(
            c if c.isprintable() else "?" for c in raw.decode("utf-8", "replace").rstrip()
        )
        found = LINE.search(text)
        if found is None:
            continue
        name, failed, why = found.groups()
        if failed is not None:
            return Told(stage, f"{failed}: {why.strip()[:300] or 'no reason given'}")
        if name in NAMES:
            stage = name
    return Told(stage)


def awaited_after(stage: str) -> Stage | None:
    """The stage that comes next; None after the last."""
    following = NAMES.index(stage) + 1 if stage else 0
    return STAGES[following] if following < len(STAGES) else None
