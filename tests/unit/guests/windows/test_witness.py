# SPDX-License-Identifier: GPL-2.0-or-later
"""What bears witness in a Windows guest: read together, fetched whole, and told in no language."""

from __future__ import annotations

import time
from pathlib import Path, PureWindowsPath
from typing import Any

import pytest
import windows_face

from harness.errors import LabFault
from harness.evidence import DriverVerifier, WallClock
from harness.evidence.sources.base import EVENT_LOG
from harness.evidence.sources.guest_files import read_guest_files
from harness.guests.windows.powershell import command_line, whole
from harness.guests.windows.verifier import turn_on
from harness.guests.windows.witness import (
    DUMP_PLACES,
    LOGS,
    MOST_EVENTS,
    PROVIDERS,
    Reading,
    WindowsWitness,
    verifier_of,
    wall_clock,
)
from tests.unit.evidence.dumps import program_dump
from tests.unit.guests.windows.face import WindowsFace

DRIVER = PureWindowsPath(r"C:\Windows\System32\drivers\hilref.sys")
DUMP = r"C:\hil\dumps\wlanext.exe.1188.dmp"
NOON_TICKS = 639_314_640_000_000_000
"""2026-11-28 12:00 UTC in the ticks of .NET."""


@pytest.fixture
def witness(face: WindowsFace) -> WindowsWitness:
    """That of the face."""
    return WindowsWitness(face, limit_s=5)  # type: ignore[arg-type]


def test_both_clocks_are_read_together(witness: WindowsWitness) -> None:
    """The calendar within its step, the counter within the time of the reading."""
    before_ns, found, after_ns = time.monotonic_ns(), witness.reading(), time.monotonic_ns()
    assert before_ns - 100 <= found.guest_ns <= after_ns
    assert abs(found.utc_ns - time.time_ns()) < 60_000_000_000
    assert found.uncertainty_ns >= 16_000_000


def test_a_reading_in_nanoseconds() -> None:
    """10 MHz, as Windows' counter has; half of what the reading took is uncertain."""
    told = Reading(10_000_000, NOON_TICKS, 10_000_200, 10_000_000)
    assert wall_clock(told) == WallClock(
        1_795_867_200_000_000_000, 1_000_010_000, 10_000 + 16_000_000
    )


@pytest.mark.parametrize("told", [Reading(5, 1, 4, 1), Reading(1, 1, 2, 0), Reading(-1, 1, 2, 1)])
def test_a_reading_that_cannot_be_is_refused(told: Reading) -> None:
    """The guest is not trusted."""
    with pytest.raises(LabFault, match="they say"):
        wall_clock(told)


def test_the_log_and_new_dumps_come_into_the_runs_folder(
    witness: WindowsWitness, face: WindowsFace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Under names of ours; a path of the guest's leads nowhere else."""
    events = windows_face.SCRIPTS["events"]

    def with_dumps(given: dict[str, Any]) -> dict[str, Any]:
        return events(given) | {"dumps": [DUMP, r"..\..\escape.dmp"]}

    monkeypatch.setitem(windows_face.SCRIPTS, "events", with_dumps)
    face.files[DUMP] = program_dump()
    run = tmp_path / "run"
    run.mkdir()
    assert witness.fetch(run, 0) == ()
    found = read_guest_files(run, {})
    assert [one.event_id for one in found.events] == [10001]
    assert [(one.told_by, one.program) for one in found.dumps] == [("dumps/01.dmp", "wlanext.exe")]
    assert sorted(path.name for path in run.rglob("*") if path.is_file()) == [
        "01.dmp", "02.dmp", EVENT_LOG,
    ]  # fmt: skip


def test_a_log_that_was_cut_says_so(
    witness: WindowsWitness, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The oldest of each log are taken, so that the newest are missing."""
    events = windows_face.SCRIPTS["events"]
    monkeypatch.setitem(
        windows_face.SCRIPTS, "events", lambda given: events(given) | {"events": MOST_EVENTS}
    )
    (lacking,) = witness.fetch(tmp_path, 0)
    assert "10000 events; what came later is left out" in lacking


def test_a_dump_that_cannot_be_read_is_named(
    witness: WindowsWitness, face: WindowsFace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The log is there all the same."""
    events = windows_face.SCRIPTS["events"]
    monkeypatch.setitem(
        windows_face.SCRIPTS, "events", lambda given: events(given) | {"dumps": [DUMP]}
    )
    read = face.read_from

    def refused(target: Any, offset: int, most: int) -> bytes:
        if str(target) == DUMP:
            raise LabFault(f"reading {target}", 1, "permission denied")
        return read(target, offset, most)

    monkeypatch.setattr(face, "read_from", refused)
    (lacking,) = witness.fetch(tmp_path, 0)
    assert DUMP in lacking
    assert (tmp_path / EVENT_LOG).is_file()


def test_the_verifier_by_files_and_flags(witness: WindowsWitness, face: WindowsFace) -> None:
    """Off, then asked for, then in force behind a reboot."""
    assert witness.verifier() == DriverVerifier("hilref.sys", (), False)
    turn_on(face, DRIVER)  # type: ignore[arg-type]
    assert witness.verifier().drivers == ()
    kept = windows_face.VERIFIER.read_text().replace('"boot": "', '"boot": "another ')
    windows_face.VERIFIER.write_text(kept)
    found = witness.verifier()
    assert found == DriverVerifier("hilref.sys", ("hilref.sys", "ndis.sys"), True)
    assert found.on_the_miniport_alone


def test_an_italian_windows_says_it_as_well() -> None:
    """As /querysettings printed it once; without the NDIS/WIFI rules, and with them."""
    said = "Flag aggiuntivi:\n[ ] 0x00080000 Controllo\n[{}] 0x00200000 Verifica NDIS/WIFI.\n"
    drivers = "MODULO: Acme.SYS (caricamento: 1)\nMODULO: ndis.sys (caricamento: 1)\n"
    for mark, on in ((" ", False), ("X", True)):
        found = verifier_of("acme.sys", drivers, said.format(mark))
        assert found == DriverVerifier("acme.sys", ("Acme.SYS", "ndis.sys"), on)


def test_its_scripts_fit_a_command_line() -> None:
    """With all that they are given."""
    given = {"since_ms": 1_795_867_200_000, "target": r"C:\hil\event-log.xml", "logs": LOGS,
             "providers": PROVIDERS, "dumps": DUMP_PLACES, "most": MOST_EVENTS}  # fmt: skip
    command_line(whole("events", given, "0" * 32))
    command_line(whole("reading", {}, "0" * 32))
