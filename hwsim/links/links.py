# SPDX-License-Identifier: GPL-2.0-or-later
"""The links between access points and stations: how strongly they hear each other, and what of it
is lost. Only what a scenario asks for: other links are as if there were no distance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from random import Random
from typing import Final, NamedTuple

from hwsim.links.propagation import loss_probability
from hwsim.records import Direction, FrameKind
from hwsim.rules.frame_rules import FrameRule

NOISE_DBM: Final = -91
"""Thermal noise of 20 MHz (-101 dBm) and a receiver's noise figure of 10 dB (IEEE 802.11-2020,
17.3.10.2)."""
WEAKEST_DBM: Final = -127
STRONGEST_DBM: Final = -1
"""What mac80211_hwsim can say of a signal."""
BY_LINK: Final = FrameRule(message="data", nth=0, action="drop")
"""The rule that a lost frame's record names; it has place 0, since it is none of [[air]]."""
_PROBABILITY = lru_cache(maxsize=4096)(loss_probability)


class Sending(NamedTuple):
    """What of a frame decides whether it is lost: ``size`` is in bytes, ``group``: to no single
    station."""

    kind: FrameKind
    direction: Direction
    rate_kbps: int
    size: int
    group: bool


@dataclass(frozen=True, slots=True)
class Link:
    """One link, the same in both directions.

    Attributes:
        access_point, station: their numbers from 1; None stands for each.
        signal_dbm: how strongly they hear each other; None is as the network has it.
        noise_dbm: what they hear besides; None: nothing that matters, so that no frame is lost
            for its rate.
        loss: the probability that a frame is lost, whatever its rate and its retries.
    """

    access_point: int | None = None
    station: int | None = None
    signal_dbm: int | None = None
    noise_dbm: int | None = None
    loss: float = 0.0

    def probability(self, sent: Sending) -> float:
        """The chance that a frame is lost on it."""
        if self.signal_dbm is None or self.noise_dbm is None:
            return self.loss
        snr_db = self.signal_dbm - self.noise_dbm
        by_noise = _PROBABILITY(snr_db, sent.rate_kbps, sent.size, group=sent.group)
        return self.loss + (1 - self.loss) * by_noise


@dataclass(slots=True)
class Links:
    """The links of an association.

    ``seed`` decides which frames are lost, of each kind on each link by itself: the same seed and
    the same messages, the same losses, however many beacons there were between.
    """

    links: Sequence[Link] = ()
    seed: str = ""
    _random: dict[str, Random] = field(default_factory=dict)

    def between(self, access_point: int, station: int) -> Link | None:
        """The first link that fits both numbers, or None."""
        for link in self.links:
            if link.access_point in (None, access_point) and link.station in (None, station):
                return link
        return None

    def signal_dbm(self, access_point: int, station: int, usual: int) -> int:
        """How strongly the one hears the other."""
        link = self.between(access_point, station)
        return usual if link is None or link.signal_dbm is None else link.signal_dbm

    def loses(self, access_point: int, station: int, sent: Sending) -> bool:
        """Whether a frame between the two is lost."""
        link = self.between(access_point, station)
        probability = 0.0 if link is None else link.probability(sent)
        if not probability:
            return False
        stream = f"{self.seed}/link/{access_point}/{station}/{sent.direction}/{sent.kind}"
        if stream not in self._random:
            self._random[stream] = Random(stream)  # noqa: S311 -- to be had again, no secret
        return self._random[stream].random() < probability
