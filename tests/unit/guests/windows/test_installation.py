# SPDX-License-Identifier: GPL-2.0-or-later
"""The recorder goes in, comes out, and is out again whenever the harness was killed in between."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.errors import LabFault, UsageError
from harness.guests.common.dll import Dll
from harness.guests.common.recorder import RECORDER, SETTINGS, Setup
from harness.guests.windows import adapters
from harness.guests.windows import installation as module
from harness.guests.windows.installation import JOURNAL, WindowsInstaller
from tests.unit.guests.windows.face import ORIGINAL, Killed, WindowsFace, shell_of

SAMPLE = ORIGINAL["ExtensibilityDLL"]


@pytest.fixture
def setup(tmp_path: Path, face: WindowsFace) -> Setup:
    """The guest's own DLL, with agent and recorder."""
    face.files[SAMPLE] = b"MZ sample"
    return setup_of(tmp_path)


def setup_of(folder: Path, dll: Dll | None = None, oui: str | None = None) -> Setup:
    """Files of a few bytes."""
    for name in ("agent.exe", "recorder.dll"):
        (folder / name).write_text(f"MZ {name}")
    return Setup(folder / "agent.exe", folder / "recorder.dll", dll, oui)


def installer(face: WindowsFace) -> WindowsInstaller:
    """On it."""
    return WindowsInstaller(face, shell_of(face), 5)  # type: ignore[arg-type]


def test_the_recorder_stands_before_the_guests_dll(face: WindowsFace, setup: Setup) -> None:
    """The adapter is restarted once; what was there is written down first."""
    installed = installer(face).install(setup)
    assert installed.vendor == installed.original == SAMPLE
    assert face.registry == {**ORIGINAL, "ExtensibilityDLL": str(RECORDER)}
    assert face.restarts == 1
    assert SAMPLE.encode() in face.files[str(SETTINGS)]
    journal = face.asked.index(f"write {JOURNAL.name}")
    assert any("pnputil /restart-device" in one for one in face.asked[journal:])
    assert installer(face).in_place


def test_it_comes_out_again(face: WindowsFace, setup: Setup) -> None:
    """With the adapter restarted, so that no process keeps it."""
    it = installer(face)
    it.uninstall(it.install(setup))
    assert face.registry == ORIGINAL
    assert face.restarts == 2
    assert not it.in_place


def test_a_dll_above_a_driver_that_has_none(face: WindowsFace, tmp_path: Path) -> None:
    """Its values are made, and are gone again afterwards."""
    face.registry.clear()
    (tmp_path / "v.dll").write_bytes(b"MZ v")
    setup = setup_of(tmp_path, Dll(tmp_path / "v.dll", "ab"), "00E04C")
    installed = installer(face).install(setup)
    assert installed.vendor == r"C:\hil\vendor\v.dll"
    assert face.registry == {"ExtensibilityDLL": str(RECORDER), "AdapterOUI": "0xe04c"}
    installer(face).uninstall(installed)
    assert face.registry == {}
    assert r"C:\hil\vendor\v.dll" not in face.files


def test_a_guest_that_never_ends_a_file_is_not_read_on(
    face: WindowsFace, setup: Setup, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is asked for no more than a program may have, and one byte; nothing is changed by it."""
    monkeypatch.setattr(adapters, "LARGEST", 8)
    with pytest.raises(LabFault, match="more than 8 bytes"):
        installer(face).install(setup)
    assert face.registry == ORIGINAL
    assert not installer(face).in_place


def test_without_any_dll_there_is_nothing_to_test(face: WindowsFace, tmp_path: Path) -> None:
    """Which is for the user to mend."""
    face.registry.clear()
    with pytest.raises(UsageError, match="no IHV Extensions DLL") as caught:
        installer(face).install(setup_of(tmp_path))
    assert "--dll" in caught.value.hint


def test_a_driver_that_calls_no_handlers_is_measured_alone(
    face: WindowsFace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a DLL nothing is changed; with one it is put there, and may stay unused."""
    monkeypatch.setattr(module, "driver_model", lambda _: "WDI")
    face.registry.clear()
    installed = installer(face).install(setup_of(tmp_path))
    assert (installed.vendor, face.registry) == ("", {})
    assert "of the WDI model" in installed.silent


def interrupted(face: WindowsFace, setup: Setup, at: int) -> bool:
    """Whether a harness that installs, and takes out, is killed at that step."""
    face.dies_at, face.steps = at, 0
    try:
        it = installer(face)
        it.uninstall(it.install(setup))
    except Killed:
        return True
    finally:
        face.dies_at = -1
    return False


def test_after_a_kill_at_any_moment_the_values_come_back(face: WindowsFace, setup: Setup) -> None:
    """Whoever comes next, to install or only to put back, finds the adapter as it was."""
    at = 0
    while interrupted(face, setup, at):
        installer(face).put_back()
        assert face.registry == ORIGINAL, f"killed at step {at}: {face.asked[-1]}"
        assert not installer(face).in_place
        assert not interrupted(face, setup, 1000), f"after a kill at step {at}"
        at += 1
    assert at == 15


@pytest.mark.parametrize(
    ("trouble", "value", "said"),
    [
        ("adapter", "gone", "WLAN adapter of the Windows guest.*lists none"),
        ("adapter", "lost", "restart of the adapter.*does not list it any more"),
        ("pnputil", 5, "pnputil ended with 5"),
        ("pnputil", 3010, "wants a reboot first"),
        ("registry", "deaf", "registry values of the adapter.*not Values"),
        ("disk", "full", "not enough space"),
    ],
)
def test_what_windows_may_do_to_it_is_a_named_lab_fault(
    face: WindowsFace, setup: Setup, trouble: str, value: object, said: str
) -> None:
    """And the values are as they were, or will be once Windows lets us."""
    it = WindowsInstaller(face, shell_of(face), 0.01)  # type: ignore[arg-type]
    face.trouble[trouble] = value
    with pytest.raises(LabFault, match=said):
        it.install(setup)
    face.trouble.clear()
    face.restarted.unlink(missing_ok=True)
    installer(face).put_back()
    assert face.registry == ORIGINAL
    assert not installer(face).in_place


def test_a_recorder_without_a_note_of_what_was_there(face: WindowsFace, setup: Setup) -> None:
    """Nobody can know it: the user has to say."""
    face.registry["ExtensibilityDLL"] = str(RECORDER)
    with pytest.raises(LabFault, match="the file is not there") as caught:
        installer(face).install(setup)
    assert "by hand" in caught.value.hint


def test_a_dll_that_is_not_there(face: WindowsFace, tmp_path: Path) -> None:
    """Before anything is changed."""
    with pytest.raises(LabFault, match="is not there, or empty"):
        installer(face).install(setup_of(tmp_path))
    assert face.registry == ORIGINAL


def test_a_value_with_a_variable_comes_back_as_it_was(face: WindowsFace, tmp_path: Path) -> None:
    """The file is found meanwhile; the value's kind is kept."""
    face.registry["ExtensibilityDLL"] = r"%SystemRoot%\System32\ihv.dll"
    face.kinds["ExtensibilityDLL"] = "REG_EXPAND_SZ"
    face.files[r"C:\Windows\System32\ihv.dll"] = b"MZ ihv"
    it = installer(face)
    installed = it.install(setup_of(tmp_path))
    assert installed.vendor == r"C:\Windows\System32\ihv.dll"
    assert face.kinds["ExtensibilityDLL"] == "REG_SZ"
    it.uninstall(installed)
    assert face.registry["ExtensibilityDLL"] == r"%SystemRoot%\System32\ihv.dll"
    assert face.kinds["ExtensibilityDLL"] == "REG_EXPAND_SZ"
