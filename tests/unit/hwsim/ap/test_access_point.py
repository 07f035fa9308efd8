# SPDX-License-Identifier: GPL-2.0-or-later
"""The access point itself; what it does with stations is in the tests of the air."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

from hil_common.security import WPA2_PSK
from hwsim.ap.access_point import AccessPoint
from hwsim.ap.station import Station


def test_a_network_with_keys_never_lets_a_station_in_without() -> None:
    """One whose PMK was forgotten over many others is sent away: "no longer valid"."""
    mode = SimpleNamespace(choice=WPA2_PSK, suite=object(), pmk=lambda station: None)
    sent: list[Any] = []
    point = SimpleNamespace(_security=mode, deauthenticate=lambda *given: sent.append(given))
    AccessPoint._secure(cast("AccessPoint", point), Station(b"\2" * 6))
    assert sent == [(b"\2" * 6, 2)]
