# SPDX-License-Identifier: GPL-2.0-or-later
"""`[[ap]]` in words, and in the form the air takes, which its own check takes."""

from __future__ import annotations

import pytest

from harness.scenarios import ApOrder
from hwsim.ap import orders as ap_orders
from hwsim.control import order_requests


@pytest.mark.parametrize(
    ("order", "phrase"),
    [
        (ApOrder(on="echoed", do="stop"), "stop access point 1 on echoed (number 1)"),
        (
            ApOrder(on="begin", nth=2, after_ms=30, do="move", channel=6, access_point=2),
            "move access point 2 to channel 6 on begin (number 2, 30 ms later)",
        ),
        (
            ApOrder(on="switched", do="deauthenticate", reason=34),
            "deauthenticate access point 1 with reason 34 on switched (number 1)",
        ),
    ],
)
def test_phrases(order: ApOrder, phrase: str) -> None:
    """What the report and the findings say."""
    assert order.phrase() == phrase


def test_the_air_takes_what_a_scenario_says() -> None:
    """Every act and moment; what is left out has the same defaults on both sides."""
    channel = {act: {"channel": 6} for act in ap_orders.WITH_CHANNEL}
    for act in ap_orders.ACTS:
        for moment in ap_orders.MOMENTS:
            given = {"on": moment, "do": act, **channel.get(act, {})}
            (taken,) = order_requests.orders([ApOrder.model_validate(given).to_json()])
            assert (taken.do, taken.on, taken.nth, taken.after_ms) == (act, moment, 1, 0)


def test_how_long_it_may_last() -> None:
    """What it waits, and the beacons that announce it."""
    assert ApOrder(on="echoed", do="stop", after_ms=500).lasts_s == 0.5
    assert ApOrder(on="echoed", do="switch-channel", channel=6).lasts_s == 5


def test_what_ends_a_connection() -> None:
    """A request does not; a disassociation that is announced does."""
    assert ApOrder(on="echoed", do="stop").ends_it
    assert not ApOrder(on="echoed", do="bss-transition").ends_it
    assert ApOrder(on="echoed", do="bss-transition", disassociate_after=1).ends_it
