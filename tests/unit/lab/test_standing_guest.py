# SPDX-License-Identifier: GPL-2.0-or-later
"""A guest that somebody else holds, lent to one run after the other."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from harness.console import PlainConsole
from harness.errors import LabFault, PeerGone
from harness.lab.bring_up import keep_to_yourself
from harness.lab.recording import Recording
from harness.lab.session import setup_for
from harness.lab.shared_guest import Wanted
from harness.lab.standing_guest import StandingGuest
from tests.unit.conftest import MakePlan
from tests.unit.doubles import FakeGuest, World, raising


class Borrower:
    """Runs on a standing guest."""

    def __init__(self, world: World, plan: MakePlan, console: PlainConsole, folder: Path) -> None:
        (folder / "logs").mkdir()
        self.guest = FakeGuest(world, folder / "logs")
        self.standing = StandingGuest(self.guest, folder / "logs")
        self._folder, self._console, self._lab = folder, console, plan().lab

    def run(self, name: str, break_by: Exception | None = None) -> Path:
        """A run that says its name on the serial console: its folder."""
        folder = self._folder / name
        folder.mkdir()
        wanted = Wanted(lab=self._lab, setup=lambda image: setup_for(image, None, None, None))
        recording = Recording(io.BytesIO(), io.BytesIO())
        lent = self.standing.lent(wanted, self._console, recording, folder, keep_to_yourself)
        with lent as guest:
            assert guest is self.guest
            self.guest.say(name)
            if break_by is not None:
                raise break_by
        return folder


@pytest.fixture
def borrower(world: World, plan: MakePlan, console: PlainConsole, tmp_path: Path) -> Borrower:
    """Runs on a standing guest."""
    return Borrower(world, plan, console, tmp_path)


def test_each_run_has_what_was_said_during_it(borrower: Borrower, world: World) -> None:
    """And an air of its own; the service forgets in between."""
    folders = [borrower.run("first"), borrower.run("second")]
    assert [(one / "serial.log").read_text() for one in folders] == ["first\n", "second\n"]
    assert world.done.count("renew") == world.done.count("forget") == 2
    assert world.done.count("finish") == 3


def test_the_service_is_stopped_before_it_forgets(borrower: Borrower, world: World) -> None:
    """It runs in a guest that was only booted, and obeys this order when it is stopped alone."""
    borrower.run("first")
    assert world.done.index("stop service") < world.done.index("forget")


def test_a_run_that_breaks_has_its_logs_and_whole_capture(
    borrower: Borrower, world: World, tmp_path: Path
) -> None:
    """The guest is there still."""
    with pytest.raises(LabFault):
        borrower.run("broken", LabFault("x", 1, "y"))
    assert (tmp_path / "broken" / "serial.log").read_text() == "broken\n"
    assert world.done[-1] == "finish"
    borrower.standing.end()
    assert borrower.run("next").is_dir()


def test_a_guest_that_is_gone_is_told(borrower: Borrower, world: World) -> None:
    """No other one takes its place: what tests did to it would not be there."""
    world.at("check processes", 0, raising(PeerGone("the guest's QEMU process", 0, "ended")))
    with pytest.raises(PeerGone):
        borrower.run("first")
    assert "open guest" not in world.done
