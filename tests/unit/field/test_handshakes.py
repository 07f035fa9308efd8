# SPDX-License-Identifier: GPL-2.0-or-later
"""Handshakes, their steps, and limits."""

from __future__ import annotations

from harness.field.handshakes import handshakes, too_slow
from tests.unit.field.talk import G1, G2, M1, M2, M3, M4, Talk


def test_steps_go_from_the_latest_asking() -> None:
    """A message that was repeated does not make the other side slow."""
    talk = Talk().key(M1, down=True).key(M1, down=True, after_ms=1000).key(M2, down=False)
    talk.key(M3, down=True, after_ms=2).key(M4, down=False, after_ms=4)
    (run,) = handshakes(talk.conversation().messages)
    assert run.name == "4-way handshake"
    assert run.steps_us() == {
        "M1 → M2": 1000, "M2 → M3": 2000, "M3 → M4": 4000, "handshake": 1_007_000,
    }  # fmt: skip
    assert run.missing == ()


def test_each_handshake_is_one() -> None:
    """A new M1 after an M4, a group key, an association in between."""
    talk = Talk().connect().key(G1, down=True).key(G2, down=False)
    talk.key(M1, down=True).key(M2, down=False).associate().key(M1, down=True)
    found = handshakes(talk.conversation().messages)
    assert [(run.name, run.missing) for run in found] == [
        ("4-way handshake", ()),
        ("group key handshake", ()),
        ("4-way handshake", ("M3", "M4")),
        ("4-way handshake", ("M2", "M3", "M4")),
    ]


def test_without_times_there_are_no_steps() -> None:
    """Simple packets have none."""
    talk = Talk().connect()
    for message in (messages := talk.conversation().messages):
        message.wall_ns = 0
    assert [run.steps_us() for run in handshakes(messages)] == [{}]


def test_a_flood_costs_no_more_than_its_length() -> None:
    """20,000 M1 are one handshake, found in one pass."""
    talk = Talk().key(M1, down=True)
    flood = talk.conversation().messages * 20_000
    (run,) = handshakes(flood)
    assert len(run.messages) == 20_000


def test_limits() -> None:
    """Warn, then fail."""
    steps = {"M1 → M2": 199_000.0, "M2 → M3": 501_000.0, "M3 → M4": 1_000_001.0}
    assert too_slow(steps) == [("M2 → M3", 501_000.0, "warn"), ("M3 → M4", 1_000_001.0, "fail")]


def test_an_ending_that_is_repeated_makes_no_handshake_longer() -> None:
    """It has ended with the first, as in a run."""
    talk = Talk().connect().key(M3, down=True, after_ms=190).key(M4, down=False)
    (run,) = handshakes(talk.conversation().messages)
    assert run.steps_us()["handshake"] == 3000
