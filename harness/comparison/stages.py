# SPDX-License-Identifier: GPL-2.0-or-later
"""Which part of an association a timing figure is about: whose doing it is, and what it contains.

Only what the station does between two moments of its own can be the driver's doing. What the
operating system does before the driver is called, and after the driver said that it is done, takes
as long as the machine is slow: by these figures a slow night is told from a slow driver.
"""

from __future__ import annotations

from typing import Final

OF_THE_SYSTEM: Final = ("assoc_to_handler", "completion_to_data")
"""The operating system's own: before the driver's handler is entered, after its completion."""

OF_THE_ACCESS_POINT: Final = ("assoc_to_m1", "m2_to_m3")
"""The lab's: nothing of the guest is in them."""

OF_THE_LAB: Final = (*OF_THE_SYSTEM, *OF_THE_ACCESS_POINT)
"""A driver is never blamed for these."""

PARTS: Final[dict[str, tuple[str, ...]]] = {
    "m1_to_m2": ("handler",),
    "handshake": ("m1_to_m2", "m3_to_m4"),
    "handler_to_completion": ("m1_to_m2", "m3_to_m4", "m4_to_completion"),
}
"""A figure, and those within it that do not overlap: what they became longer by, it becomes longer
by, too, and says nothing new. An M1 that arrives early waits for the handler."""

OWN_OF: Final = {
    "m1_to_m2_air": "m1_to_m2",
    "m3_to_m4_air": "m3_to_m4",
    "g1_to_g2_air": "g1_to_g2",
}
"""A figure of the capture, and the station's own for the same answer. What the former has beyond
the latter is the way through QEMU, so that it is compared only where the latter is not known."""


def is_the_lab(figure: str) -> bool:
    """A figure that is no doing of the driver's."""
    return figure in OF_THE_LAB
