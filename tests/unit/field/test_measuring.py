# SPDX-License-Identifier: GPL-2.0-or-later
"""The made-up capture, and what is said of figures."""

from __future__ import annotations

import io
from pathlib import Path

from harness.console import Console
from harness.field import inspect
from harness.field.measuring import (
    ReadingFigures,
    Usage,
    measure_reading,
    write_capture,
)
from harness.field.secrets import Secrets


def test_the_capture_is_one_of_an_office(tmp_path: Path) -> None:
    """Of 100 packets one is a beacon and one an M1; most are encrypted."""
    path = tmp_path / "x.pcap"
    content = io.BytesIO()
    write_capture(content, 4000)
    path.write_bytes(content.getvalue())
    found = inspect(path, Secrets())
    assert found.packets == 4000
    assert found.unread == ()
    assert sum(one.beacons for one in found.access_points) == 40
    messages = [one for each in found.conversations for one in each.conversation.messages]
    assert [one.kind for one in messages] == ["M1"] * 40


def test_own_figures_are_taken(console: Console) -> None:
    """In a process of its own."""
    figures = measure_reading(1, console, packets=2000)
    (own,) = figures.own
    assert 0 < own.cpu_s < 60
    assert 5 < own.peak_mib < 500


def test_what_is_said() -> None:
    """The best of the rounds is held to the bound."""
    own = (Usage(0.5, 30), Usage(0.4, 31))
    figures = ReadingFigures(10, 1, own, (Usage(5, 250), Usage(6, 240)))
    assert list(figures.lines())[-2:] == [
        "  CPU time: 0.080 of tshark's (wanted: 0.125, kept)",
        "  memory: 0.125 of tshark's (wanted: 0.125, kept)",
    ]
    alone = ReadingFigures(10, 1, own, ())
    assert "not installed" in list(alone.lines())[-1]
    assert figures.to_json()["own"][0] == {"cpu_s": 0.5, "peak_mib": 30}
