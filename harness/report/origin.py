# SPDX-License-Identifier: GPL-2.0-or-later
"""Where zero is: one moment on the clocks of the trace, of the air's records and of the capture."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import final

from harness.results.wording import span_us


@final
@dataclass(frozen=True)
class Clocks:
    """How the clocks of a run lie to each other, in nanoseconds; None: not known."""

    guest_minus_air_ns: int
    uncertainty_ns: int
    wall_minus_air_ns: int | None = None

    def origin(self, guest_ns: int) -> str:
        """A moment of the guest's clock, by every clock that the evidence is written in."""
        air_ns = guest_ns - self.guest_minus_air_ns
        sure = f" ± {span_us(self.uncertainty_ns / 1000)}" if self.uncertainty_ns else ""
        known = f"0 ms is t_ns {guest_ns} in ihv-trace.jsonl, air_ns {air_ns}{sure} in events.jsonl"
        if self.wall_minus_air_ns is None:
            return known
        return f"{known}, {_utc(air_ns + self.wall_minus_air_ns)} in air.pcapng"


def _utc(wall_ns: int) -> str:
    """Nanoseconds since 1970 as Wireshark shows them in UTC."""
    seconds, rest = divmod(wall_ns, 1_000_000_000)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S}.{rest:09d} UTC"
