# SPDX-License-Identifier: GPL-2.0-or-later
"""The access point itself; what it does with stations is in the tests of the air."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import pytest

from hil_common.security import WPA2_PSK
from hwsim.ap.access_point import AccessPoint
from hwsim.ap.station import Station


def test_a_network_with_keys_never_lets_a_station_in_without() -> None:
    """A security mode that forgets its PMK is a fault, not an open network."""
    mode = SimpleNamespace(choice=WPA2_PSK, suite=object(), pmk=lambda station: None)
    point = cast("AccessPoint", SimpleNamespace(_security=mode))
    with pytest.raises(ValueError, match=r"wpa2-psk: no PMK for an associated station"):
        AccessPoint._secure(point, cast("Station", object()))
