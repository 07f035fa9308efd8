# SPDX-License-Identifier: GPL-2.0-or-later
"""The announcement of a channel switch, in beacons and in action frames.

Source: IEEE 802.11-2020, 9.4.2.18 (element), 9.4.2.52 (extended), 9.6.2.6 and 9.6.7.7 (action
frames), 11.8.8.2 (when the switch takes place).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from hwsim.ap.channels import channel_number, operating_class

ELEMENT_CSA: Final = 37
ELEMENT_ECSA: Final = 60
_SPECTRUM_MANAGEMENT: Final = b"\x00\x04"
"""Category and action of the Channel Switch Announcement frame."""
_PUBLIC: Final = b"\x04\x04"
"""Those of the Extended Channel Switch Announcement frame."""


@dataclass(slots=True)
class ChannelSwitch:
    """A switch that is under way.

    ``left`` counts the beacons that still announce it; the one with count 1 is the last on the old
    channel. ``forms`` are of :data:`hwsim.ap.orders.Announcement`; ``done`` is called behind it.
    """

    channel: int
    left: int
    forms: Sequence[str]
    quiet: bool
    done: Callable[[], None]

    def elements(self) -> bytes:
        """What beacons and probe responses have of it now."""
        found = b""
        if "csa" in self.forms:
            found += bytes((ELEMENT_CSA, 3)) + self._csa()
        if "ecsa" in self.forms:
            found += bytes((ELEMENT_ECSA, 4)) + self._ecsa()
        return found

    def actions(self) -> list[bytes]:
        """The bodies of the action frames that announce it."""
        found = []
        if "csa-action" in self.forms:
            found.append(_SPECTRUM_MANAGEMENT + bytes((ELEMENT_CSA, 3)) + self._csa())
        if "ecsa-action" in self.forms:
            found.append(_PUBLIC + self._ecsa())
        return found

    def _csa(self) -> bytes:
        return bytes((self.quiet, channel_number(self.channel), self.left))

    def _ecsa(self) -> bytes:
        where = operating_class(self.channel), channel_number(self.channel)
        return bytes((self.quiet, *where, self.left))
