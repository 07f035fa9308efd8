# SPDX-License-Identifier: GPL-2.0-or-later
"""What a port's own time comes to."""

from __future__ import annotations

from harness.lab.port_times import PortTimes


def test_the_rate_is_that_of_frames_that_were_taken() -> None:
    """Those refused are none of them; without a time there is none."""
    found = PortTimes.of({"took_us": [100, 200.5], "seconds": 0.5, "refused": 1})
    assert found == PortTimes((100.0, 200.5), 0.5, 1)
    assert found.rate == 4
    assert PortTimes((), 0.0, 0).rate == 0
