# SPDX-License-Identifier: GPL-2.0-or-later
"""Orders to an adapter in control calls: what is taken, and how the rest is refused."""

from __future__ import annotations

from typing import Any

import pytest

from hwsim.adapter_orders import UsbOrder, kinds
from hwsim.control import usb_requests
from hwsim.errors import RequestError


def test_orders() -> None:
    """In their order, with the defaults filled in."""
    orders = usb_requests.orders([
        {"do": "unplug", "on": "M3", "when": "before", "nth": 2, "after_ms": 30, "for_ms": 900},
        {"do": "stall", "on": "authorized", "for_ms": 40},
        {"do": "slow", "on": "M1", "for_ms": 40, "delay_ms": 5, "transfers": ["control"]},
    ])  # fmt: skip
    assert orders.due("M3", "before") == []
    assert orders.due("M3", "before") == [
        UsbOrder(do="unplug", on="M3", when="before", nth=2, after_ms=30, for_ms=900, place=1)
    ]
    assert orders.due("authorized") == [
        UsbOrder(do="stall", on="authorized", for_ms=40, transfers=kinds(()), place=2)
    ]
    assert orders.due("M1") == [
        UsbOrder(do="slow", on="M1", for_ms=40, delay_ms=5, transfers=kinds(["control"]), place=3)
    ]
    assert not usb_requests.orders([]).any


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("unplug", "a list of at most 16"),
        ([{"do": "unplug", "on": "begin"}] * 17, "a list of at most 16"),
        ([{"do": "explode", "on": "begin"}], r"usb\[0\].do"),
        ([{"do": "unplug", "on": "M9"}], r"usb\[0\].on"),
        ([{"do": "unplug", "on": "M1", "when": "never"}], r"usb\[0\].when"),
        ([{"do": "stall", "on": "M1"}], "for_ms is missing"),
        ([{"do": "slow", "on": "M1", "for_ms": 5}], "delay_ms is missing"),
        ([{"do": "unplug", "on": "M1", "delay_ms": 5}], "delay_ms is unknown"),
        ([{"do": "stall", "on": "M1", "for_ms": 5, "transfers": ["iso"]}], "a list of control"),
        ([{"do": "stall", "on": "M1", "for_ms": 5, "transfers": 7}], "a list of control"),
    ],
)
def test_what_is_no_order_is_refused(given: Any, said: str) -> None:
    """With what to change."""
    with pytest.raises(RequestError, match=said):
        usb_requests.orders(given)
