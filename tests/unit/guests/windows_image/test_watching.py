# SPDX-License-Identifier: GPL-2.0-or-later
"""Waiting for an installation: each stage bounded, and what is told of one that does not come."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pytest

from harness.errors import PeerGone, TooSlow
from harness.guests.windows_image import watching
from harness.guests.windows_image.watching import InstallationFailed, StageLog, await_sealed
from winsetup.stages import NAMES


@dataclass
class Installing:
    """A machine whose console gets a line more each time it is looked at; then it is off."""

    log: Path
    lines: list[bytes]
    stays_on: bool = False
    returncode: int = 0
    process: Any = None
    told: list[tuple[float, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.process = self

    @property
    def alive(self) -> bool:
        """Whether there is more to come."""
        if self.lines:
            with self.log.open("ab") as file:
                file.write(self.lines.pop(0))
            return True
        return self.stays_on

    def state(self) -> str:
        """How it ended."""
        return "QEMU ended with status 0"

    def wait(self, patience: float = 1) -> None:
        """Have it waited for."""
        await_sealed(
            cast(Any, self), self.log, patience, lambda part, name: self.told.append((part, name))
        )


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "POLL_S", 0)


def line(stage: str) -> bytes:
    """What a stage says of itself."""
    return f"HIL-STAGE {stage}\r\n".encode()


def test_an_installation_that_comes_to_its_end(tmp_path: Path) -> None:
    """Each stage is told, with how far it is; what the firmware says is passed over."""
    machine = Installing(tmp_path / "log", [b"BdsDxe: loading\r\n", *map(line, NAMES)])
    machine.wait()
    assert [name for _, name in machine.told] == list(NAMES)
    assert machine.told[-1][0] == 1


def test_a_stage_that_does_not_come(tmp_path: Path) -> None:
    """The error tells which was awaited, and the last that was seen."""
    machine = Installing(tmp_path / "log", [line("windows-pe")], stays_on=True)
    with pytest.raises(TooSlow, match=r"stage specialize .*last seen: stage windows-pe"):
        machine.wait(patience=0)


def test_before_the_first_stage(tmp_path: Path) -> None:
    """Such as an ISO whose firmware finds nothing to boot."""
    with pytest.raises(TooSlow, match=r"stage windows-pe .*last seen: no stage yet"):
        Installing(tmp_path / "log", [], stays_on=True).wait(patience=0)


def test_a_machine_that_ends_too_early(tmp_path: Path) -> None:
    """Nobody waits for the stage's bound then."""
    with pytest.raises(PeerGone, match=r"last seen: stage ssh; QEMU ended with status 0"):
        Installing(tmp_path / "log", [line("ssh")]).wait()


def test_a_stage_that_fails(tmp_path: Path) -> None:
    """What it says is the error."""
    said = line("ssh") + b"HIL-FAILED ssh: msiexec.exe ended with status 1603\r\n"
    with pytest.raises(InstallationFailed, match=r"stage ssh: msiexec\.exe ended with status 1603"):
        Installing(tmp_path / "log", [said], stays_on=True).wait()


def test_a_machine_that_does_not_switch_itself_off(tmp_path: Path) -> None:
    """Its disk is in use still, and not sealed."""
    with pytest.raises(TooSlow, match="shutdown of the installed system"):
        Installing(tmp_path / "log", [line("sealed")], stays_on=True).wait(patience=0)


def test_a_qemu_that_breaks_at_the_end(tmp_path: Path) -> None:
    """A machine that was killed is none that switched itself off."""
    with pytest.raises(PeerGone, match="shutdown"):
        Installing(tmp_path / "log", [line("sealed")], returncode=-9).wait()


def test_a_console_is_read_as_it_grows(tmp_path: Path) -> None:
    """Lines in parts; stages that never go back; no memory for lines without an end."""
    log = StageLog(tmp_path / "log")
    assert log.read_on().stage == ""
    for part, stage in [
        (b"HIL-STAGE sp", ""), (b"ecialize\r\n", "specialize"), (line("windows-pe"), "specialize"),
        (b"x" * 2_000_000, "specialize"), (b"\r\n" + line("ssh"), "ssh"),
    ]:  # fmt: skip
        with log.path.open("ab") as file:
            file.write(part)
        for _ in range(3):
            log.read_on()
        assert log.told.stage == stage
        assert len(log._rest) <= watching.LONGEST_LINE
