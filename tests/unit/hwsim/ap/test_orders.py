# SPDX-License-Identifier: GPL-2.0-or-later
"""Orders to access points wait for their moments, and are counted as left until they are done."""

from __future__ import annotations

from hwsim.ap.orders import ApOrder, ApOrders


def test_each_waits_for_its_moment() -> None:
    """The nth of the association, each order once; places count from 1."""
    orders = ApOrders([
        ApOrder("stop", "authorized", nth=2), ApOrder("start", "echoed"),
        ApOrder("rekey-group", "authorized", nth=2),
    ])  # fmt: skip
    assert orders.due("begin") == orders.due("authorized") == []
    assert [order.place for order in orders.due("authorized")] == [1, 3]
    assert orders.due("authorized") == []
    assert [order.do for order in orders.due("echoed")] == ["start"]


def test_what_is_left() -> None:
    """Due is not done; an order of a call is none of the association's."""
    orders = ApOrders([ApOrder("stop"), ApOrder("start", "echoed")])
    (stop,) = orders.due("begin")
    assert orders.left == [1, 2]
    orders.done(stop)
    orders.done(ApOrder("stop"))
    assert orders.left == [2]
    assert ApOrders().left == []
