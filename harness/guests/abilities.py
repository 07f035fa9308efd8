# SPDX-License-Identifier: GPL-2.0-or-later
"""What each kind of guest can do, as data: asked before anything is started, and when judging."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from harness.checks.severity import OsSide
from harness.config.lab import GuestKind


@dataclass(frozen=True, slots=True)
class Abilities:
    """What a guest can do besides associating, and whose its OS side is."""

    os_side: OsSide
    takes_stimuli: bool
    """Its WLAN service does what a scenario's [[os]] says."""
    keeps_certificates: bool
    """It can be given the certificates that 802.1X needs."""
    most_adapters: int
    """So many WLAN adapters it can have at once."""
    writes_last_record: bool
    """Its WLAN service writes the last record of every process of the IHV host, so that a trace
    without one has lost its end."""


ABILITIES: Final[dict[GuestKind, Abilities]] = {
    "reference": Abilities(
        os_side="lab",
        takes_stimuli=True,
        keeps_certificates=True,
        most_adapters=4,
        writes_last_record=True,
    ),
    "windows": Abilities(
        os_side="microsoft",
        takes_stimuli=False,
        keeps_certificates=False,
        most_adapters=1,
        writes_last_record=False,
    ),
}
