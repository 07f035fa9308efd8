# SPDX-License-Identifier: GPL-2.0-or-later
"""Driver Verifier: in force after a reboot, and only once."""

from __future__ import annotations

import json
from pathlib import PureWindowsPath

import pytest
import windows_face

from harness.errors import LabFault
from harness.guests.common.ssh import CommandResult
from harness.guests.windows.verifier import FLAGS, STANDARD, is_watching, turn_on
from tests.unit.guests.windows.face import WindowsFace

DRIVER = PureWindowsPath(r"C:\Windows\System32\drivers\RTL8187B.sys")


def test_it_is_asked_for_once(face: WindowsFace) -> None:
    """What it watches already needs no reboot."""
    assert turn_on(face, DRIVER)  # type: ignore[arg-type]
    assert not is_watching(face, DRIVER)  # type: ignore[arg-type]
    kept = json.loads(windows_face.VERIFIER.read_text())
    assert kept["drivers"] == ["RTL8187B.sys", "ndis.sys"]
    assert kept["flags"] == 0x2209BB
    windows_face.VERIFIER.write_text(json.dumps({**kept, "boot": "the one before"}))
    assert is_watching(face, DRIVER)  # type: ignore[arg-type]
    assert not turn_on(face, DRIVER)  # type: ignore[arg-type]


def test_a_driver_whose_name_ends_alike_is_another(face: WindowsFace) -> None:
    """It is watched, and ours is not."""
    other = PureWindowsPath(r"C:\Windows\System32\drivers\netrtl8187b.sys")
    assert turn_on(face, other)  # type: ignore[arg-type]
    kept = json.loads(windows_face.VERIFIER.read_text())
    windows_face.VERIFIER.write_text(json.dumps({**kept, "boot": "the one before"}))
    assert is_watching(face, other)  # type: ignore[arg-type]
    assert not is_watching(face, DRIVER)  # type: ignore[arg-type]


def test_one_that_is_watched_by_other_rules_alone_is_asked_for(face: WindowsFace) -> None:
    """An image may have come with the standard ones."""
    assert turn_on(face, DRIVER)  # type: ignore[arg-type]
    kept = json.loads(windows_face.VERIFIER.read_text())
    before = {**kept, "boot": "the one before", "flags": STANDARD}
    windows_face.VERIFIER.write_text(json.dumps(before))
    assert turn_on(face, DRIVER)  # type: ignore[arg-type]
    assert json.loads(windows_face.VERIFIER.read_text())["flags"] == FLAGS


def test_a_name_that_is_none_becomes_part_of_no_command(face: WindowsFace) -> None:
    """The guest tells it."""
    with pytest.raises(LabFault, match="is none"):
        turn_on(face, PureWindowsPath("a.sys & calc.sys"))  # type: ignore[arg-type]
    assert not any("calc" in one for one in face.asked)


def test_one_that_refuses() -> None:
    """With its exit code and words."""

    class Refusing:
        def run(self, command: str) -> CommandResult:
            return CommandResult(1, "Access is denied." if "/flags" in command else "", "")

    with pytest.raises(LabFault, match="verifier ended with 1: Access is denied"):
        turn_on(Refusing(), DRIVER)  # type: ignore[arg-type]
