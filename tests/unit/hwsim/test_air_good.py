# SPDX-License-Identifier: GPL-2.0-or-later
"""The good path, from the beacon to the echo, against the real air process."""

from __future__ import annotations

import struct

from tests.unit.hwsim.conftest import AirProcess
from tests.unit.hwsim.soft_station import GUEST_OFFSET_NS, RSNE, SoftStation


def test_four_messages_make_a_station_authorized(air: AirProcess) -> None:
    """Open authentication, association and M1…M4, once each, every one recorded with its facts."""
    client = air.on_air()
    station = air.station()
    station.join()
    client.state("authorized")
    client.frame("M4")
    assert client.kinds() == ["auth", "auth", "assoc-req", "assoc-resp", "M1", "M2", "M3", "M4"]
    m1, m2, m3, m4 = (client.frame(kind) for kind in ("M1", "M2", "M3", "M4"))
    assert [m["direction"] for m in (m1, m2, m3, m4)] == ["down", "up", "down", "up"]
    assert m1["replay_counter"] == m2["replay_counter"] < m3["replay_counter"]
    assert m2["mic_ok"]
    assert m4["mic_ok"]
    assert all(m["acked"] and m["delivered"] and m["rule"] is None for m in (m1, m2, m3, m4))
    assert not any(m["retry"] or m["protected"] for m in (m1, m2, m3, m4))
    assert all(m["association"] == 1 for m in (m1, m2, m3, m4))
    numbers = [event["number"] for event in client.events if event["event"] == "frame"]
    assert numbers == sorted(numbers)
    states = [event["state"] for event in client.events if event["event"] == "station"]
    assert states == ["authenticated", "associated", "handshaking", "authorized"]
