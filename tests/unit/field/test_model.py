# SPDX-License-Identifier: GPL-2.0-or-later
"""How far a connection came."""

from __future__ import annotations

import pytest

from harness.field.model import DataSeen
from tests.unit.field.talk import G1, M1, Talk


@pytest.mark.parametrize(
    ("talk", "reached"),
    [
        (Talk().management(5, bytes(12), down=True), "scan"),
        (Talk().management(11, bytes(6), down=False), "authentication"),
        (Talk().associate(), "association"),
        (Talk().associate().key(M1, down=True), "4-way"),
        (Talk().connect(), "4-way"),
        (Talk().connect().key(G1, down=True), "group"),
        (Talk().connect().management(12, b"\3\0", down=False), "end"),
        (Talk().connect().management(12, b"\3\0", down=False).associate(), "association"),
    ],
)
def test_the_last_stage(talk: Talk, reached: str) -> None:
    """A deauthentication is the end only if nothing follows."""
    assert talk.conversation().reached == reached


def test_encrypted_data_is_the_last_stage() -> None:
    """It is counted, not kept; what came before the latest messages says nothing of them."""
    one = Talk().connect().conversation()
    one.up = DataSeen(1, 0, one.messages[-1].wall_ns)
    assert one.reached == "data"
    one.up = DataSeen(1, 0, one.messages[0].wall_ns)
    assert one.reached == "4-way"
