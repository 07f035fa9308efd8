# SPDX-License-Identifier: GPL-2.0-or-later
"""Orders in control calls: what is taken, and how the rest is refused."""

from __future__ import annotations

from typing import Any

import pytest

from hwsim.ap.orders import ApOrder
from hwsim.control import order_requests
from hwsim.errors import RequestError


def test_orders() -> None:
    """In their order, with the defaults filled in."""
    given = [
        {"do": "stop", "on": "echoed", "nth": 2, "after_ms": 30, "access_point": 2},
        {"do": "switch-channel", "on": "begin", "channel": 48, "count": 3,
         "announce": ["ecsa", "csa-action"], "quiet": True},
        {"do": "deauthenticate", "on": "switched"},
        {"do": "disassociate", "on": "switched", "broadcast": True},
    ]  # fmt: skip
    assert order_requests.orders(given) == (
        ApOrder("stop", "echoed", 2, 30, 2),
        ApOrder("switch-channel", channel=48, count=3, announce=("ecsa", "csa-action"), quiet=True),
        ApOrder("deauthenticate", "switched", reason=3),
        ApOrder("disassociate", "switched", reason=8, broadcast=True),
    )


def test_an_order_at_once() -> None:
    """One that a call asks for has no moment."""
    assert order_requests.order({"do": "move", "channel": 6}, "order") == ApOrder("move", channel=6)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"do": "jump", "on": "begin"}, "'jump' is none of stop"),
        ({"do": "stop"}, r"orders\[0\].on is missing"),
        ({"do": "stop", "on": "noon"}, "'noon' is none of begin"),
        ({"do": "stop", "on": "begin", "channel": 6}, "channel is unknown"),
        ({"do": "move", "on": "begin"}, "channel is missing"),
        ({"do": "move", "on": "begin", "channel": 14}, "14 is none of 1 to 13"),
        ({"do": "move", "on": "begin", "channel": 6, "count": 2}, "count is unknown"),
        ({"do": "stop", "on": "begin", "reason": 3}, "reason is unknown"),
        ({"do": "switch-channel", "on": "begin", "channel": 6, "count": 0}, "from 1 to 255"),
        ({"do": "switch-channel", "on": "begin", "channel": 6, "announce": []}, "some of csa"),
        ({"do": "switch-channel", "on": "begin", "channel": 6, "announce": ["x"]}, "some of csa"),
        ({"do": "switch-channel", "on": "begin", "channel": 6, "quiet": 1}, "true or false"),
        ({"do": "stop", "on": "begin", "access_point": 9}, "from 1 to 8"),
        ([], "an object is needed"),
    ],
)
def test_what_is_no_order(given: Any, said: str) -> None:
    """The error names the field and what it may be."""
    with pytest.raises(RequestError, match=said) as caught:
        order_requests.orders([given])
    assert caught.value.code == "bad-argument"


def test_too_many() -> None:
    """A list, and a bounded one."""
    for given in ("stop", [{"do": "stop", "on": "begin"}] * 65):
        with pytest.raises(RequestError, match="a list of at most 64"):
            order_requests.orders(given)
