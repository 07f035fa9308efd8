# SPDX-License-Identifier: GPL-2.0-or-later
"""The WLAN adapter: its choice, its driver's place and model."""

from __future__ import annotations

import subprocess
from pathlib import Path, PureWindowsPath

import pytest
from pydantic import ValidationError

from harness.guests.windows.adapters import FORM, dll_place, driver_model, place_of, the_adapter
from harness.guests.windows.powershell import PowerShell
from tests.unit.guests.common.test_dll import EXPORTS, compiled

ADAPTER = {
    "name": "Wi-Fi", "description": "d", "guid": "{1}", "instance": r"USB\VID_0BDA&PID_8187\5&1",
    "driver_key": r"{4D36E972-E325-11CE-BFC1-08002BE10318}\0001", "image": "", "driver_version": "",
    "ndis": "6.20", "status": "Disabled", "dll": None, "dll_kind": "String", "oui": None,
}  # fmt: skip


def test_the_face_has_one(shell: PowerShell) -> None:
    """With all that is asked of it."""
    found = the_adapter(shell)
    assert found.instance == r"USB\VID_0BDA&PID_8187\5&2A3B4C5D&0&1"
    assert found.oui == 0x123456


def test_one_that_works_is_preferred(shell: PowerShell, monkeypatch: pytest.MonkeyPatch) -> None:
    """To one that is switched off."""
    two = FORM.validate_python({"adapters": [ADAPTER, {**ADAPTER, "name": "2", "status": "Up"}]})
    monkeypatch.setattr(shell, "ask", lambda *_: two)
    assert the_adapter(shell).name == "2"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("instance", 'USB\\X" & del C:\\ & echo "'),
        ("driver_key", r"{4D36E972-E325-11CE-BFC1-08002BE10318}\0001\..\0002"),
    ],
)
def test_no_name_of_windows_ends_a_quote(key: str, value: str) -> None:
    """What becomes part of a command line or of a path has its known form."""
    with pytest.raises(ValidationError):
        FORM.validate_python({"adapters": [{**ADAPTER, key: value}]})


@pytest.mark.parametrize(
    ("image", "place"),
    [
        (r"\SystemRoot\System32\drivers\x.sys", r"C:\Windows\System32\drivers\x.sys"),
        (r"System32\drivers\x.sys", r"C:\Windows\System32\drivers\x.sys"),
        (r"\??\C:\drivers\x.sys", r"C:\drivers\x.sys"),
        (r"%SystemRoot%\x.sys", r"C:\Windows\x.sys"),
    ],
)
def test_where_a_drivers_file_is(image: str, place: str) -> None:
    """As services' ImagePath has it."""
    assert place_of(image) == PureWindowsPath(place)


def linked_to(folder: Path, library: str, more: str = "") -> bytes:
    """A driver that imports from a library."""
    (folder / "x.def").write_text(f"LIBRARY {library}\nEXPORTS\nHilImported\n")
    subprocess.run(
        ["x86_64-w64-mingw32-dlltool", "-d", folder / "x.def", "-l", folder / "libx.a"], check=True
    )
    source = (
        f"{EXPORTS}{more}\n__declspec(dllimport) int HilImported(void);"
        "int f(void) { return HilImported(); }"
    )
    entry = ("-shared", "-Wl,-e,Dot11ExtIhvInitService", "-Wl,--subsystem,native")
    return compiled(folder, source, *entry, f"-L{folder}", "-lx").read_bytes()


def test_the_drivers_model_shows_in_what_it_is_linked_to(tmp_path: Path) -> None:
    """NDIS alone, wdiwifi.sys, or the name of WiFiCx."""
    assert driver_model(linked_to(tmp_path, "ndis.sys")) == "Native 802.11"
    assert driver_model(linked_to(tmp_path, "wdiwifi.sys")) == "WDI"
    wide = "__attribute__((used)) const unsigned short n[] = {87, 105, 70, 105, 67, 120, 0};"
    assert driver_model(linked_to(tmp_path, "ndis.sys", wide)) == "WiFiCx"
    assert driver_model(b"") == "unknown"


@pytest.mark.parametrize(
    ("value", "place"),
    [
        (r"C:\drivers\x.dll", r"C:\drivers\x.dll"),
        (r"%SystemRoot%\System32\x.dll", r"C:\Windows\System32\x.dll"),
        ("x.dll", r"C:\Windows\System32\x.dll"),
    ],
)
def test_where_a_dlls_file_is(value: str, place: str) -> None:
    """As an INF may have registered it."""
    assert dll_place(value) == PureWindowsPath(place)
