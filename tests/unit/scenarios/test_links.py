# SPDX-License-Identifier: GPL-2.0-or-later
"""`[[network.links]]`: three ways to say a signal, and what makes no sense."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from harness.scenarios import Network, Scenario


@pytest.mark.parametrize(
    ("link", "signal_dbm"),
    [
        ({"signal_dbm": -70}, -70),
        ({"snr_db": 12}, -79),
        ({"snr_db": 12, "noise_dbm": -95}, -83),
        ({"distance_m": 100}, -80),
        ({"distance_m": 100, "path_loss_exponent": 2}, -60),
        ({"distance_m": 100, "tx_power_dbm": 10}, -90),
        ({"distance_m": 100_000, "path_loss_exponent": 6}, -127),
    ],
)
def test_a_signal(link: dict[str, Any], signal_dbm: int) -> None:
    """By itself, above the noise, or at a distance; as far as hwsim can say it."""
    (told,) = Network(links=[link]).links_json()
    assert told["signal_dbm"] == signal_dbm


def test_a_distance_is_on_the_access_points_channel() -> None:
    """At 5 GHz less comes over the same way; a loss alone leaves the signal alone."""
    links = [{"access_point": 2, "distance_m": 10}, {"distance_m": 10}, {"loss": 0.5}]
    network = Network(access_points=2, further_channels=(36,), links=links)
    other, own, lossy = network.links_json()
    assert (own["signal_dbm"], other["signal_dbm"]) == (-50, -57)
    assert (other["access_point"], lossy) == (2, {"loss": 0.5})


@pytest.mark.parametrize(
    ("link", "said"),
    [
        ({}, "it would change nothing"),
        ({"station": 1}, "has none of signal_dbm, snr_db, distance_m, loss"),
        ({"signal_dbm": -70, "snr_db": 3}, "signal_dbm and snr_db say the same"),
        ({"snr_db": 3, "tx_power_dbm": 3}, "tx_power_dbm goes with distance_m only"),
        ({"noise_dbm": -95, "loss": 0.1}, "noise_dbm goes with signal_dbm or snr_db"),
        ({"access_point": 2, "loss": 1}, "access_point 2: there are 1"),
        ({"loss": 1.5}, "less than or equal to 1"),
    ],
)
def test_what_makes_no_sense_is_said(link: dict[str, Any], said: str) -> None:
    """With what to change."""
    with pytest.raises(ValidationError, match=said):
        Network(links=[link])


def test_neighbours_have_links_too() -> None:
    """They are numbered behind our own access points; a station must be an adapter."""
    links = [{"access_point": 2, "loss": 1}]
    assert Network(neighbours=("other",), links=links).links_json()[0]["access_point"] == 2
    with pytest.raises(ValidationError, match="station 2: adapters is 1"):
        Scenario(name="a", summary="a", network={"links": [{"station": 2, "loss": 1}]})
