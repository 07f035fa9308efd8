# SPDX-License-Identifier: GPL-2.0-or-later
"""Where a run took place and what it left: named whole, secrets marked."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from harness.config.lab import Lab
from harness.evidence.sources.crash_dumps import DUMPS
from harness.guests.common.companions import Companion
from harness.guests.common.dll import Dll
from harness.lab.recording import Recording
from harness.run import fingerprint
from harness.run.fingerprint import DESCRIPTIONS, LIBRARIES, environment, evidence_files
from tests.unit.doubles import IMAGES, World


@pytest.fixture(autouse=True)
def qemu(monkeypatch: pytest.MonkeyPatch) -> None:
    """QEMU's version without a QEMU."""
    monkeypatch.setattr(fingerprint, "qemu_version", lambda: "QEMU emulator version 7.2")


def test_the_guests_own_dll_is_named(world: World) -> None:
    """Without --dll: path and hash of what the guest has registered."""
    found = environment(None, world.session(Recording(io.BytesIO(), io.BytesIO())), Lab())
    assert (found.dll_path, found.dll_sha256) == ("C:\\v\\ihv.dll", "ab" * 32)
    assert (found.accelerator, found.accelerator_reason) == ("tcg", "no KVM")
    assert "10.0.19045" in (found.guest_build or "")
    assert found.clock_uncertainty_us == 100
    assert found.other["image"] == IMAGES.key
    assert found.other["guest's clock set by"] == "3.2 s"
    assert "radio port" not in found.other
    assert set(found.versions) == {"wlan-hil", "python", *LIBRARIES}


def test_an_own_dll_and_a_missing_clock(world: World) -> None:
    """With --dll: the file on this machine. A clock that was never tied is none, not zero."""
    world.air.state.clock = None
    session = world.session(Recording(io.BytesIO(), io.BytesIO()))
    helper = Companion(Path("/x/helper.dll"), "helper.dll", "ef" * 32)
    lab = Lab.model_validate({"air": {"port": "vhost_user"}})
    found = environment(Dll(Path("/x/ihv.dll"), "cd" * 32, (helper,)), session, lab)
    assert found.other["radio port"] == "vhost_user"
    assert found.dll_companions == {"helper.dll": "ef" * 32}
    assert (found.dll_path, found.dll_sha256) == ("/x/ihv.dll", "cd" * 32)
    assert found.clock_uncertainty_us is None


def test_evidence_is_listed_with_what_it_is(tmp_path: Path) -> None:
    """In a set order, empty files left out, and those with keys marked."""
    for name in ("serial.log", "air-2.keys", "air.pcapng", "air.keys", "other"):
        (tmp_path / name).write_text("x")
    (tmp_path / "qmp.jsonl").touch()
    found = evidence_files(tmp_path)
    assert [one.path for one in found] == ["air.pcapng", "air.keys", "air-2.keys", "serial.log"]
    assert [one.path for one in found if one.secret] == ["air.keys", "air-2.keys"]
    assert all(one.description == DESCRIPTIONS[one.path] for one in found)
    assert {one.size_bytes for one in found} == {1}


def test_what_was_fetched_from_windows_is_among_the_files(tmp_path: Path) -> None:
    """A dump may hold keys; a trace of ETW is kept, and said not to be decoded."""
    (tmp_path / DUMPS).mkdir()
    for name in ("event-log.xml", "wlan.etl", "dumps/01.dmp", "dumps/notes.txt"):
        (tmp_path / name).write_text("x")
    found = evidence_files(tmp_path)
    assert [one.path for one in found] == ["event-log.xml", "wlan.etl", "dumps/01.dmp"]
    assert [one.path for one in found if one.secret] == ["dumps/01.dmp"]
    assert "not decoded" in found[1].description
