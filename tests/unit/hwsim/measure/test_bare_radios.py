# SPDX-License-Identifier: GPL-2.0-or-later
"""Radios that are there until standard input ends."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from hwsim.measure import bare_radios
from hwsim.ports import hwsim_radios
from tests.unit.hwsim.ports.test_hwsim_radios import FakeSocket


def test_they_are_there_and_gone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A line says that they are; a machine without hwsim is told what to do."""
    monkeypatch.setattr(hwsim_radios, "GenericNetlinkSocket", FakeSocket)
    monkeypatch.setattr(hwsim_radios, "MODULE", tmp_path)
    monkeypatch.setattr(sys, "argv", ["bare_radios", "2"])
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    assert bare_radios.main() == 0
    assert capsys.readouterr().out == '{"event": "ready"}\n'
    monkeypatch.setattr(hwsim_radios, "MODULE", tmp_path / "missing")
    with pytest.raises(SystemExit, match="modprobe"):
        bare_radios.main()
