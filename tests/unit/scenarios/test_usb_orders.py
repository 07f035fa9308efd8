# SPDX-License-Identifier: GPL-2.0-or-later
"""`[[usb]]` in words, and in the form the air takes, which its own check takes."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from harness.scenarios import Scenario, UsbOrder
from hwsim.adapter_orders import ACTS, MESSAGES, MOMENTS
from hwsim.control import usb_requests


@pytest.mark.parametrize(
    ("order", "phrase"),
    [
        (UsbOrder(on="echoed", do="unplug"), "unplug on echoed (number 1)"),
        (
            UsbOrder(on="M3", when="before", nth=2, after_ms=30, do="unplug", for_ms=2000),
            "unplug for 2000 ms before M3 (number 2, 30 ms later)",
        ),
        (
            UsbOrder(on="M1", do="slow", transfers=("control", "bulk-in"), delay_ms=5, for_ms=90),
            "slow control and bulk-in by 5 ms for 90 ms on M1 (number 1)",
        ),
    ],
)
def test_phrases(order: UsbOrder, phrase: str) -> None:
    """What the report and the findings say."""
    assert order.phrase() == phrase


def test_the_air_takes_what_a_scenario_says() -> None:
    """Every act, moment and message; what is left out has the same defaults on both sides."""
    more: dict[str, dict[str, Any]] = {
        "stall": {"for_ms": 5}, "slow": {"for_ms": 5, "delay_ms": 1},
    }  # fmt: skip
    for do in ACTS:
        for moment in (*MOMENTS, *MESSAGES):
            order = UsbOrder.model_validate({"on": moment, "do": do, **more.get(do, {})})
            orders = usb_requests.orders([order.to_json()])
            (taken,) = orders.due(moment)
            assert (taken.do, taken.after_ms) == (do, 0)


def test_how_long_it_may_last_and_what_ends_a_connection() -> None:
    """What it waits, and until it is over."""
    order = UsbOrder(on="echoed", do="unplug", after_ms=500, for_ms=2000)
    assert (order.lasts_s, order.ends_it) == (2.5, True)
    assert not UsbOrder(on="echoed", do="stall", for_ms=5).ends_it


@pytest.mark.parametrize(
    ("order", "said"),
    [
        ({"on": "echoed", "when": "before", "do": "unplug"}, "'echoed' is a moment"),
        ({"on": "M1", "do": "stall"}, "needs for_ms"),
        ({"on": "M1", "do": "slow", "for_ms": 5}, "delay_ms goes with do = 'slow'"),
        ({"on": "M1", "do": "stall", "for_ms": 5, "delay_ms": 5}, "delay_ms goes with"),
        ({"on": "M1", "do": "unplug", "transfers": ["control"]}, "does not go with do = 'unplug'"),
    ],
)
def test_what_contradicts_itself_is_refused(order: dict[str, Any], said: str) -> None:
    """With the reason."""
    with pytest.raises(ValidationError, match=said):
        UsbOrder.model_validate(order)


@pytest.mark.parametrize(
    ("scenario", "said"),
    [
        ({"echoes": 0, "usb": [{"on": "echoed", "do": "unplug"}]}, "never comes with echoes = 0"),
        (
            {"network": {"security": "open"}, "usb": [{"on": "M1", "do": "unplug"}]},
            "on = 'M1' never comes in this network",
        ),
        ({"usb": [{"on": "begin", "do": "unplug"}]}, "nothing associates without its adapter"),
        ({"usb": [{"on": "eap", "do": "unplug"}]}, "on = 'eap' never comes in this network"),
    ],
)
def test_an_order_that_would_try_nothing_is_refused(scenario: dict[str, Any], said: str) -> None:
    """When the file is read."""
    with pytest.raises(ValidationError, match=said):
        Scenario.model_validate({"name": "x", "summary": "x", **scenario})
