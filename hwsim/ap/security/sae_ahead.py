# SPDX-License-Identifier: GPL-2.0-or-later
"""What an access point can compute of an SAE exchange before the station asks for it.

The password element depends on both addresses alone, our commit on that and on chance. A station
that probes is one that may authenticate soon, and so is one that did so before: its part is
computed when there is time, of at most one station in :data:`EVERY_NS`, so that who sends many
probe requests costs little.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from Crypto.PublicKey.ECC import EccPoint

from hwsim.ap.environment import ApEnvironment
from hwsim.ap.pmksa import keep_newest
from hwsim.ap.security.curves import Curve
from hwsim.ap.security.sae_exchange import OwnCommit

EVERY_NS: Final = 50_000_000
AGAIN_NS: Final = 300_000_000
"""So long after an exchange its association is over: what it needs comes first."""

ElementOf = Callable[[Curve, bytes, bool], EccPoint]


class Ahead:
    """Our commits that wait for a station; ``element_of`` makes the password element for a curve
    and an address, by hash to element or not."""

    def __init__(self, environment: ApEnvironment, element_of: ElementOf) -> None:
        self._environment = environment
        self._element_of = element_of
        self._elements: dict[bytes, EccPoint] = {}
        self._commits: dict[bytes, OwnCommit] = {}
        self._not_before_ns = 0

    def take(self, curve: Curve, mac: bytes, by_hash: bool) -> OwnCommit:
        """A commit for that station, which no other is given."""
        key = _key(curve, mac, by_hash)
        return self._commits.pop(key, None) or self._made(curve, mac, by_hash)

    def expect(self, curve: Curve, mac: bytes, by_hash: bool) -> None:
        """That station may ask for one: have it ready, if there is time."""
        now_ns, key = self._environment.now_ns(), _key(curve, mac, by_hash)
        if key in self._commits or now_ns < self._not_before_ns:
            return
        self._not_before_ns = now_ns + EVERY_NS

        def make() -> None:
            keep_newest(self._commits, key, self._made(curve, mac, by_hash))

        self._environment.call_after(0, make)

    def again(self, curve: Curve, mac: bytes, by_hash: bool) -> None:
        """That station has been given one, and may come again."""
        self._environment.call_after(AGAIN_NS, lambda: self.expect(curve, mac, by_hash))

    def _made(self, curve: Curve, mac: bytes, by_hash: bool) -> OwnCommit:
        key = _key(curve, mac, by_hash)
        element = self._elements.get(key)
        if element is None:
            element = self._element_of(curve, mac, by_hash)
            keep_newest(self._elements, key, element)
        return OwnCommit.made(curve, element, self._environment.random)


def _key(curve: Curve, mac: bytes, by_hash: bool) -> bytes:
    return bytes((curve.group, by_hash)) + mac
