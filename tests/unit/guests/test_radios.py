# SPDX-License-Identifier: GPL-2.0-or-later
"""What a scenario needs that a radio has not is told before anything starts."""

from __future__ import annotations

import pytest

from harness.guests.radios import unfit
from harness.scenarios import Scenario, find_scenario


def scenario(**network: object) -> Scenario:
    """The plain scenario, with another network."""
    plain = find_scenario("plain")
    return Scenario.model_validate(
        {**plain.model_dump(exclude_unset=True), "network": network}
    )  # fmt: skip


def test_the_simulated_radio_has_everything() -> None:
    """No scenario is refused for it."""
    assert unfit(scenario(channel=36), None) == ""


@pytest.mark.parametrize("adapter", ["rtl8187l", "rtl8187b"])
def test_what_realteks_chips_have_not(adapter: str) -> None:
    """The upper band, protected management frames; and there is one adapter."""
    assert unfit(find_scenario("plain"), adapter) == ""
    assert unfit(scenario(channel=36), adapter).startswith("channel 36: the chip has")
    assert unfit(scenario(pmf="optional"), adapter).startswith("management frame protection (opt")
    two = find_scenario("plain").model_copy(update={"adapters": 2})
    assert unfit(two, adapter).startswith("2 adapters")
