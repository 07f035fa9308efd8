# SPDX-License-Identifier: GPL-2.0-or-later
"""The kinds of guest there are, by the name that lab.toml has for them."""

from __future__ import annotations

from typing import Final

from harness.config.lab import GuestKind
from harness.guests.base import Guest
from harness.guests.reference.guest import ReferenceGuest
from harness.guests.windows.guest import WindowsGuest

GUESTS: Final[dict[GuestKind, Guest]] = {"reference": ReferenceGuest(), "windows": WindowsGuest()}


def guest_of(kind: GuestKind) -> Guest:
    """The guest of a kind; the configuration has refused what is none."""
    return GUESTS[kind]
