# SPDX-License-Identifier: GPL-2.0-or-later
"""Events on time: how the guest's clock stands, and when the guest or the air stood still."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any, Final

from hwsim.clock import ClockEstimate
from hwsim.loop import Loop, now_ns
from hwsim.ports.base import Port

INTERVAL_NS: Final = 500_000_000
"""So often is the clock looked at."""
_NEWS_NS: Final = 10_000
"""A change of the estimate below this is no news."""


class ClockWatch:
    """Looks at the clocks as long as the loop runs.

    ``event`` gets a name and fields: ``clock`` with a :class:`ClockEstimate` when that has changed
    by more than a tenth of its error bound, ``stall`` with who stood still and between which times
    of the air's clock (ns).
    """

    def __init__(
        self, loop: Loop, port: Port, event: Callable[[str, Mapping[str, Any]], None]
    ) -> None:
        self._loop = loop
        self._port = port
        self._event = event
        self._last_estimate: ClockEstimate | None = None
        self._reported = loop.last_stall
        loop.call_after(INTERVAL_NS, self._look)

    def stalled(self, who: str, since_ns: int, until_ns: int) -> None:
        """Send the event ``stall``: ``who`` did nothing between these times."""
        fields = {"who": who, "from_air_ns": since_ns, "until_air_ns": until_ns}
        self._loop.later(lambda: self._event("stall", fields))

    def _look(self) -> None:
        self._loop.call_after(INTERVAL_NS, self._look)
        if self._loop.last_stall != self._reported:
            self._reported = self._loop.last_stall
            self.stalled("the air", *self._reported)
        estimate = self._port.clock_estimate(now_ns())
        if estimate is not None and _differs(estimate, self._last_estimate):
            self._last_estimate = estimate
            self._event("clock", asdict(estimate))


def _differs(new: ClockEstimate, old: ClockEstimate | None) -> bool:
    if old is None:
        return True
    threshold = max(new.uncertainty_ns // 10, _NEWS_NS)
    return (
        abs(new.offset_ns - old.offset_ns) > threshold
        or abs(new.uncertainty_ns - old.uncertainty_ns) > threshold
    )
