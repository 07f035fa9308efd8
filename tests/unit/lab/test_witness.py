# SPDX-License-Identifier: GPL-2.0-or-later
"""A run with a guest that bears witness: what cannot be had is told, and ends no run."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.errors import LabFault
from harness.evidence import DriverVerifier, WallClock
from harness.evidence.model import DamageKind
from harness.evidence.sources import EVENTS
from harness.evidence.sources.events import read_events
from harness.lab.recording import Recording, open_recording
from harness.lab.witness import witnessed

VERIFIER = DriverVerifier("acme.sys", ("acme.sys",), True)


class FakeWitness:
    """One whose clock goes on; from `silent_from` on no call is answered."""

    def __init__(self, silent_from: int = 99) -> None:
        self.calls = 0
        self.silent_from = silent_from
        self.since_ns: int | None = None

    def _called(self) -> int:
        self.calls += 1
        if self.calls >= self.silent_from:
            raise LabFault("answer of the guest", 1, "nothing came")
        return self.calls

    def reading(self) -> WallClock:
        """Later each time."""
        called = self._called()
        return WallClock(1000 + called, called, 1)

    def verifier(self) -> DriverVerifier:
        """On one driver."""
        self._called()
        return VERIFIER

    def fetch(self, folder: Path, since_utc_ns: int) -> tuple[str, ...]:
        """All but one dump."""
        self._called()
        self.since_ns = since_utc_ns
        (folder / "fetched").touch()
        return ("a.dmp: gone",)


def run(folder: Path, witness: FakeWitness | None, fault: Exception | None = None) -> Recording:
    """A run, which ends with `fault`."""
    with open_recording(folder) as recording, witnessed(witness, recording, folder):
        if fault:
            raise fault
    return recording


def test_clocks_are_read_at_both_ends_and_all_is_written_down(tmp_path: Path) -> None:
    """So that the run can be judged again from its files."""
    witness = FakeWitness()
    recording = run(tmp_path, witness)
    log = read_events((tmp_path / EVENTS).read_bytes(), lambda event: None)
    assert (
        log.wall_clocks == recording.wall_clocks == [WallClock(1001, 1, 1), WallClock(1003, 3, 1)]
    )
    assert log.verifier == recording.verifier == VERIFIER
    assert witness.since_ns == 1001
    assert [one.message for one in recording.lacking] == [
        "of the guest's own log and dumps was not had: a.dmp: gone"
    ]
    assert [one for one in log.damage if one.kind is DamageKind.EVENT_LOG] == recording.lacking


@pytest.mark.parametrize("silent_from", [1, 2, 3, 4])
def test_a_guest_that_falls_silent_ends_no_run(tmp_path: Path, silent_from: int) -> None:
    """Each thing that was not had is told, and is no missing evidence."""
    recording = run(tmp_path, FakeWitness(silent_from))
    assert any("nothing came" in one.message for one in recording.lacking)
    assert not any(one.missing for one in recording.lacking)


def test_what_ends_a_run_goes_on_and_the_log_is_fetched_all_the_same(tmp_path: Path) -> None:
    """Then it is wanted most."""
    with pytest.raises(LabFault, match="radio"):
        run(tmp_path, FakeWitness(), LabFault("radio", 1, "gone"))
    assert (tmp_path / "fetched").exists()


def test_a_guest_without_a_witness_is_asked_nothing(tmp_path: Path) -> None:
    """The reference guest: all that it tells is in the trace and the events."""
    assert run(tmp_path, None).wall_clocks == []
