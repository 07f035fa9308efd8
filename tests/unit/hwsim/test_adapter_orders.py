# SPDX-License-Identifier: GPL-2.0-or-later
"""Orders to an adapter wait for moments and messages, and are left until they are done."""

from __future__ import annotations

from hwsim.adapter_orders import UsbOrder, UsbOrders


def test_each_waits_for_its_moment() -> None:
    """The nth of the association; before and behind a message are counted apart."""
    orders = UsbOrders([
        UsbOrder(do="unplug", on="M3", nth=2), UsbOrder(do="stall", on="M3", when="before"),
        UsbOrder(do="slow", on="authorized"),
    ])  # fmt: skip
    assert [one.place for one in orders.due("M3", "before")] == [2]
    assert orders.due("M3") == orders.due("M3", "before") == []
    assert [one.do for one in orders.due("M3")] == ["unplug"]
    assert [one.do for one in orders.due("authorized")] == ["slow"]


def test_what_is_left() -> None:
    """Due is not done."""
    orders = UsbOrders([UsbOrder(do="unplug"), UsbOrder(do="stall", on="echoed")])
    (unplug,) = orders.due("begin")
    assert orders.left == [1, 2]
    orders.done(unplug)
    assert orders.left == [2]
    assert orders.any
    assert not UsbOrders().any
