# SPDX-License-Identifier: GPL-2.0-or-later
"""The links of a control call: what is right of them, and what errors say."""

from __future__ import annotations

from typing import Any

import pytest

from hwsim.control.link_requests import MAX_LINKS, links
from hwsim.errors import RequestError
from hwsim.links.links import Link


def test_links() -> None:
    """What is left out stays open."""
    given = [{"access_point": 2, "signal_dbm": -80, "noise_dbm": -91}, {"station": 1, "loss": 1}]
    assert links(given) == (
        Link(access_point=2, signal_dbm=-80, noise_dbm=-91), Link(station=1, loss=1.0),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({}, "links: a list of at most 64 links is needed"),
        ([{}] * (MAX_LINKS + 1), "links: a list of at most 64"),
        ([1], r"links\[0\]: an object is needed"),
        ([{"loss": 2}], r"links\[0\].loss: a probability from 0 to 1"),
        ([{"loss": True}], r"links\[0\].loss: a probability"),
        ([{}, {"signal_dbm": 0}], r"links\[1\].signal_dbm: a whole number from -127 to -1"),
        ([{"station": 0}], r"links\[0\].station: a whole number from 1"),
        ([{"distance_m": 3}], r"links\[0\].distance_m is unknown"),
    ],
)
def test_what_is_wrong_is_said(value: Any, said: str) -> None:
    """Which link, which field, and what it should be."""
    with pytest.raises(RequestError, match=said):
        links(value)
