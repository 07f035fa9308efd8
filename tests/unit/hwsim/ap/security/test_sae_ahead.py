# SPDX-License-Identifier: GPL-2.0-or-later
"""Commits that wait for their station: computed ahead, given once, and not for who floods."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest
from Crypto.PublicKey.ECC import EccPoint

from hwsim.ap.security.curves import CURVES, Curve
from hwsim.ap.security.sae_ahead import AGAIN_NS, EVERY_NS, Ahead
from hwsim.ap.security.sae_element import hunted
from tests.unit.hwsim.ap.environment import Quiet

P256 = CURVES[19]
ONE, OTHER = b"\2\0\0\0\0\1", b"\2\0\0\0\0\2"


class Environment(Quiet):
    """Time that a test moves, and what is due by then."""

    def __init__(self) -> None:
        super().__init__()
        self.at_ns = EVERY_NS
        self.due: list[tuple[int, Callable[[], None]]] = []

    def now_ns(self) -> int:
        """The test's time."""
        return self.at_ns

    def random(self, size: int) -> bytes:
        """Random bytes."""
        return os.urandom(size)

    def call_after(self, delay_ns: int, callback: Callable[[], None]) -> None:
        """Keep it."""
        self.due.append((self.at_ns + delay_ns, callback))

    def run(self, passed_ns: int) -> None:
        """Let time pass, and do what is due."""
        self.at_ns += passed_ns
        while ready := [one for one in self.due if one[0] <= self.at_ns]:
            self.due.remove(ready[0])
            ready[0][1]()


@pytest.fixture
def environment() -> Environment:
    """Time at a stop."""
    return Environment()


@pytest.fixture
def asked() -> list[bytes]:
    """The stations whose password element was made."""
    return []


@pytest.fixture
def ahead(environment: Environment, asked: list[bytes]) -> Ahead:
    """What is computed ahead."""

    def element_of(curve: Curve, mac: bytes, by_hash: bool) -> EccPoint:
        asked.append(mac)
        return hunted(curve, b"password", mac, OTHER)

    around: Any = environment
    return Ahead(around, element_of)


def test_a_commit_that_waits(ahead: Ahead, environment: Environment, asked: list[bytes]) -> None:
    """It is there before the station asks, and no other is given it; the element stays."""
    ahead.expect(P256, ONE, False)
    assert asked == []
    environment.run(0)
    assert asked == [ONE]
    first = ahead.take(P256, ONE, False)
    second = ahead.take(P256, ONE, False)
    assert first.element is second.element
    assert first.commit.scalar != second.commit.scalar
    assert asked == [ONE]


def test_another_way_is_another_element(ahead: Ahead, asked: list[bytes]) -> None:
    """By hash or not; of each station its own."""
    for mac, by_hash in ((ONE, False), (ONE, True), (OTHER, False)):
        ahead.take(P256, mac, by_hash)
    assert asked == [ONE, ONE, OTHER]


def test_who_comes_again(ahead: Ahead, environment: Environment, asked: list[bytes]) -> None:
    """A while later, when its association is done."""
    ahead.again(P256, ONE, False)
    environment.run(AGAIN_NS - 1)
    assert asked == []
    environment.run(1)
    assert asked == [ONE]


def test_many_that_are_expected(ahead: Ahead, environment: Environment, asked: list[bytes]) -> None:
    """One in a while, whoever probes how often."""
    for number in range(100):
        ahead.expect(P256, number.to_bytes(6, "big"), False)
    environment.run(EVERY_NS)
    assert len(asked) == 1
    ahead.expect(P256, ONE, False)
    environment.run(0)
    assert asked[1:] == [ONE]
