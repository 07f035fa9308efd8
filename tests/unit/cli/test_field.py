# SPDX-License-Identifier: GPL-2.0-or-later
"""`hil field`."""

from __future__ import annotations

import json
from pathlib import Path

from tests.unit.command import Command
from tests.unit.field.talk import Talk
from tests.unit.field.test_inspection import write


def test_a_capture_is_inspected(hil: Command, tmp_path: Path) -> None:
    """For a person, or for a program."""
    path = write(tmp_path / "x.pcap", Talk().connect())
    told = hil("field", "inspect", str(path))
    assert told.code == 0
    assert "came to 4-way" in told.out
    told = hil("field", "inspect", str(path), str(path), "--json")
    assert [one["packets"] for one in json.loads(told.out)] == [9, 9]


def test_mistakes_end_with_2(hil: Command, tmp_path: Path) -> None:
    """In one line, with a hint."""
    path = write(tmp_path / "x.pcap", Talk().connect())
    (tmp_path / "keys").write_text("x")
    for given in ((str(tmp_path / "none"),), (str(path), "--keys", str(tmp_path / "keys"))):
        told = hil("field", "inspect", *given)
        assert told.code == 2
        assert "hint:" in told.err
