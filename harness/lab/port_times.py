# SPDX-License-Identifier: GPL-2.0-or-later
"""How long frames took that a port alone delivered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class PortTimes:
    """Frames delivered by a port alone."""

    took_us: tuple[float, ...]
    """Of each that the guest took, from when it was given to the port."""
    seconds: float
    """All together."""
    refused: int

    @classmethod
    def of(cls, answer: Mapping[str, Any]) -> Self:
        """From the air's answer to `measure_port`."""
        took_us = tuple(float(one) for one in answer["took_us"])
        return cls(took_us, float(answer["seconds"]), int(answer["refused"]))

    @property
    def rate(self) -> float:
        """Frames taken a second."""
        return len(self.took_us) / self.seconds if self.seconds else 0.0
