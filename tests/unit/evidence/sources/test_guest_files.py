# SPDX-License-Identifier: GPL-2.0-or-later
"""Event log and dumps of a run's folder: read, sealed, and with the association they are of."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from harness.evidence.crashes import DriverVerifier
from harness.evidence.event_log import WallClock
from harness.evidence.sources.base import EVENT_LOG
from harness.evidence.sources.crash_dumps import DUMPS
from harness.evidence.sources.guest_files import GuestFiles, read_guest_files, with_guest_files
from harness.evidence.sources.seal import SEAL, read_seal, seal, unlike_seal
from tests.unit.checks.builder import tell
from tests.unit.evidence.dumps import SECONDS, program_dump, system_dump
from tests.unit.evidence.windows_log import event_xml

VERIFIER = DriverVerifier("acme.sys", ("acme.sys",), True)


def folder_with_all(folder: Path) -> Path:
    """A log and three dumps, one of them none."""
    (folder / EVENT_LOG).write_text(event_xml(8000) + "torn")
    (folder / DUMPS).mkdir()
    for name, data in (("a", program_dump()), ("b", b"no dump"), ("c", system_dump())):
        (folder / DUMPS / f"{name}.dmp").write_bytes(data)
    return folder


def test_what_is_there_is_read_and_what_is_no_such_file_is_told(tmp_path: Path) -> None:
    """None of it is missing evidence."""
    assert read_guest_files(tmp_path, {}) == GuestFiles()
    found = read_guest_files(folder_with_all(tmp_path), {})
    assert [one.event_id for one in found.events] == [8000]
    assert [one.told_by for one in found.dumps] == ["dumps/a.dmp", "dumps/c.dmp"]
    assert [one.message.split(":")[0] for one in found.damage] == [EVENT_LOG, "dumps/b.dmp"]
    assert not any(one.missing for one in found.damage)


def test_what_changed_since_the_run_is_left_out_and_named(tmp_path: Path) -> None:
    """By the seal, which has the dumps as well; and what a seal names is no way out of a folder."""
    folder = folder_with_all(tmp_path)
    seal(folder)
    (folder / DUMPS / "a.dmp").write_bytes(program_dump(code=0x80000003))
    (folder / EVENT_LOG).write_text(event_xml(8001))
    sealed = read_seal(folder) or {}
    found = read_guest_files(folder, sealed)
    assert (found.events, [one.told_by for one in found.dumps]) == ((), ["dumps/c.dmp"])
    assert {one.message.split(" ")[0] for one in unlike_seal(folder, sealed)} == {
        EVENT_LOG, "dumps/a.dmp",
    }  # fmt: skip
    outside = {"dumps/../../x.dmp": sealed["dumps/c.dmp"], "dumps/d.dmp": sealed["dumps/c.dmp"]}
    (gone,) = unlike_seal(folder, outside)
    assert gone.message == "dumps/d.dmp is not there any more"
    assert (folder / SEAL).is_file()


def test_a_crash_is_of_the_association_that_it_came_in(tmp_path: Path) -> None:
    """On the guest clock, by a reading of both."""
    evidence = tell(associations=2).evidence()
    first, second = evidence.associations
    reading = WallClock(SECONDS * 1_000_000_000, second.connect_ns + 5, 0)
    files = read_guest_files(folder_with_all(tmp_path), {})
    found = with_guest_files(evidence, files, [reading], VERIFIER)
    assert [len(one.crashes) for one in found.associations] == [0, 2]
    assert {one.t_ns for one in found.crashes} == {second.connect_ns + 5}
    assert (found.verifier, found.trace) == (VERIFIER, evidence.trace)
    assert replace(first, log_events=(), crashes=()) == first


def test_without_a_reading_nothing_has_a_place(tmp_path: Path) -> None:
    """It is told once for the log; a crash is kept, of no association."""
    files = read_guest_files(folder_with_all(tmp_path), {})
    found = with_guest_files(tell().evidence(), files, [], None)
    assert [one.t_ns for one in found.crashes] == [None, None]
    assert found.associations[0].crashes == ()
    assert "1 events are not placed" in found.damage[-1].message
