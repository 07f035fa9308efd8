# SPDX-License-Identifier: GPL-2.0-or-later
"""The timing figures of a handshake: their names, what each one spans, and how they are summed up.

The air's figure of a station's answer is longer than the station's own by the way through QEMU and
the radio port, there and back.
"""

from __future__ import annotations

from typing import Final, NamedTuple


class Figure(NamedTuple):
    """A figure: a short name for tables and plots; the clock it is on, and from what to what."""

    label: str
    span: str


FIGURES: Final[dict[str, Figure]] = {
    "assoc_to_m1": Figure("assoc → M1", "air clock: association response sent → first M1 sent"),
    "m1_to_m2": Figure(
        "M1 → M2", "guest clock: the M1 that was answered delivered → M2 leaves the station"
    ),
    "m1_to_m2_air": Figure(
        "M1 → M2, air", "air clock, as in the capture: that M1 sent → M2 arrives"
    ),
    "m2_to_m3": Figure(
        "M2 → M3", "air clock: M2 arrives → first M3 sent: the access point's turnaround"
    ),
    "m3_to_m4": Figure(
        "M3 → M4", "guest clock: the M3 that was answered delivered → M4 leaves the station"
    ),
    "m3_to_m4_air": Figure(
        "M3 → M4, air", "air clock, as in the capture: that M3 sent → M4 arrives"
    ),
    "handshake": Figure(
        "handshake", "air clock: first M1 sent → first M4 arrives, retries included"
    ),
    "g1_to_g2": Figure(
        "G1 → G2", "guest clock: the G1 that was answered delivered → G2 leaves the station"
    ),
    "g1_to_g2_air": Figure(
        "G1 → G2, air", "air clock, as in the capture: that G1 sent → G2 arrives"
    ),
    "assoc_to_handler": Figure(
        "assoc → handler",
        "guest clock: association response delivered → PerformPostAssociate entered",
    ),
    "handler": Figure("handler", "guest clock: PerformPostAssociate entered → returned"),
    "handler_to_completion": Figure(
        "handler → completion",
        "guest clock: PerformPostAssociate returned → PostAssociateCompletion",
    ),
    "m4_to_completion": Figure(
        "M4 → completion", "guest clock: first M4 leaves the station → PostAssociateCompletion"
    ),
    "completion_to_data": Figure(
        "completion → data", "guest clock: PostAssociateCompletion → the station's first data"
    ),
}
"""All figures by the name they have in result.json, in their natural order."""

PERCENTILES: Final = {"p50": 50, "p95": 95, "p99": 99}
"""The percentiles of a summary."""
SUMMARY: Final = ("min", *PERCENTILES, "max")
"""What is told of a figure beside the number of its values, as `TimingSummary` has it."""
