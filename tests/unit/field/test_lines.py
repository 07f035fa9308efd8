# SPDX-License-Identifier: GPL-2.0-or-later
"""An inspection for a terminal."""

from __future__ import annotations

from pathlib import Path

from harness.field import inspect
from harness.field.lines import lines
from harness.field.secrets import Secrets
from tests.unit.field.talk import Talk
from tests.unit.field.test_inspection import write


def test_what_matters_stands_first(tmp_path: Path) -> None:
    """Then the steps, then each message with its time and packet."""
    talk = Talk().connect().management(12, b"\x0f\0", down=True, after_ms=2.5)
    found = list(lines(inspect(write(tmp_path / "x.pcap", talk), Secrets())))
    assert found[1:] == [
        "  access point 02:00:00:00:00:01 “lab”, channel 6: PSK, pairwise CCMP, group CCMP",
        "",
        "02:00:00:00:01:01 with 02:00:00:00:00:01: came to end; PSK, pairwise CCMP, group CCMP",
        "  !! the access point deauthenticates: reason 15 4WAY_HANDSHAKE_TIMEOUT  (packet 10)",
        "  4-way handshake: M1 → M2 1.00, M2 → M3 1.00, M3 → M4 1.00, handshake 3.00 ms",
        "        2        0.000 ms → auth        open, message 1",
        "        3        1.000 ms ← auth        open, message 2",
        "        4        2.000 ms → assoc-req",
        "        5        3.000 ms ← assoc-resp",
        "        6        4.000 ms ← M1          replay counter 1",
        "        7        5.000 ms → M2          replay counter 1, MIC not checked: no key",
        "        8        6.000 ms ← M3          replay counter 2, MIC not checked: no key",
        "        9        7.000 ms → M4          replay counter 2, MIC not checked: no key",
        "       10        9.500 ms ← deauth      reason 15 4WAY_HANDSHAKE_TIMEOUT",
    ]


def test_many_messages_are_counted(tmp_path: Path) -> None:
    """The terminal shows the first."""
    talk = Talk()
    for _ in range(70):
        talk.management(12, b"\3\0", down=True)
    found = list(lines(inspect(write(tmp_path / "x.pcap", talk), Secrets())))
    assert found[-1] == "  … and 10 messages more (--json has them all)"


def test_an_empty_capture_is_said_to_be_one(tmp_path: Path) -> None:
    """And what a name does to a terminal is left out."""
    talk = Talk().beacon(b"\0\x06\x1b[31mx")
    found = list(lines(inspect(write(tmp_path / "x.pcap", talk), Secrets())))
    assert found[-1] == "No message between a station and an access point is in it."
    assert "\x1b" not in "\n".join(found)
