# SPDX-License-Identifier: GPL-2.0-or-later
"""The kinds of guest there are, by the name that lab.toml has for them."""

from __future__ import annotations

from typing import Final

from harness.config.lab import GuestKind
from harness.guests.base import Guest
from harness.guests.reference.guest import ReferenceGuest
from harness.guests.windows.guest import WindowsGuest
from harness.guests.windows.proof import GUEST_STEPS as WINDOWS_GUEST_STEPS
from harness.guests.windows.proof import RUN_ON_WINDOWS, UNPROVEN
from harness.guests.windows.proof import STEPS as WINDOWS_STEPS
from harness.guests.windows.proof import Subject as WindowsSubject
from harness.guests.windows.sealed import sealed

GUESTS: Final[dict[GuestKind, Guest]] = {"reference": ReferenceGuest(), "windows": WindowsGuest()}


__all__ = [
    "GUESTS", "RUN_ON_WINDOWS", "UNPROVEN", "WINDOWS_GUEST_STEPS", "WINDOWS_STEPS",
    "WindowsSubject", "guest_of", "sealed",
]  # fmt: skip


def guest_of(kind: GuestKind) -> Guest:
    """The guest of a kind; the configuration has refused what is none."""
    return GUESTS[kind]
