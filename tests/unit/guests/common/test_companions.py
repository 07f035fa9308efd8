# SPDX-License-Identifier: GPL-2.0-or-later
"""What comes with a DLL: which files are taken, under which names, and what is not found."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.errors import UsageError
from harness.guests.common import companions as module
from harness.guests.common import pe
from harness.guests.common.companions import (
    Companion,
    collect,
    hashes,
    in_system,
    redistributables,
    safe_name,
    unresolved,
)

SYSTEM = in_system(frozenset({"kernel32.dll"}))


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A driver package: the DLL, a helper, and data in a folder."""
    folder = tmp_path / "package"
    (folder / "data").mkdir(parents=True)
    (folder / "Vendor.dll").write_bytes(b"MZ vendor")
    (folder / "Helper.dll").write_bytes(b"MZ helper")
    (folder / "data" / "table.bin").write_bytes(b"data")
    return folder


def names(paths: list[Path], dll: Path) -> list[str]:
    """The names of the companions taken."""
    return [one.name for one in collect(paths, dll)]


def test_a_folder_is_taken_with_all_it_holds(package: Path) -> None:
    """Below it names stay; the DLL itself is no companion."""
    assert names([package], package / "Vendor.dll") == ["data/table.bin", "Helper.dll"]
    found = hashes(collect([package], package / "Vendor.dll"))
    assert all(len(value) == 64 for value in found.values())


def test_a_file_given_twice_is_taken_once(package: Path) -> None:
    """Once by the folder, once by name."""
    files = [package, package / "Helper.dll"]
    assert names(files, package / "Vendor.dll") == ["data/table.bin", "Helper.dll"]


def refused(paths: list[Path], dll: Path = Path("v.dll")) -> str:
    """Why companions are refused."""
    with pytest.raises(UsageError) as caught:
        collect(paths, dll)
    return caught.value.message


def test_names_that_are_one_for_windows(package: Path) -> None:
    """Helper.dll and helper.DLL cannot lie in one folder there."""
    (package / "helper.DLL").write_bytes(b"other")
    assert "differ" in refused([package])


def test_another_file_of_the_dlls_name(package: Path, tmp_path: Path) -> None:
    """Which of the two would be tested is not guessed."""
    (tmp_path / "vendor.dll").write_bytes(b"MZ newer")
    assert "has the name of" in refused([package], tmp_path / "vendor.dll")


def test_a_link_is_not_followed(package: Path) -> None:
    """A package may hold anything; a link could lead to a file of the person's own."""
    (package / "secret.txt").symlink_to("/etc/hostname")
    assert "is a link" in refused([package])


def test_a_missing_companion(tmp_path: Path) -> None:
    """A path without a file."""
    assert "no such file" in refused([tmp_path / "none"])


def test_too_many(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A whole disk given by mistake is refused before it is uploaded."""
    monkeypatch.setattr(module, "MAX_FILES", 1)
    assert "more than 1 files" in refused([package])


@pytest.mark.parametrize(
    "name",
    ["..", "a\\b.dll", "C:x", "nul", "COM1.dll", "x.", "x ", "tr\u00e9s.dll", "a\x07b", "x" * 101],
)
def test_names_no_guest_file_may_have(name: str) -> None:
    """Ways out of the folder, devices, and what Windows or the protocol cannot carry."""
    assert safe_name(name)


@pytest.mark.parametrize("name", ["Vendor Ihv.dll", "a-b_c.1.dll", "console.dll"])
def test_names_as_drivers_have_them(name: str) -> None:
    """Blanks, dots and dashes inside."""
    assert safe_name(name) == ""


Imports = dict[str, tuple[str | int, ...]]


def image(imports: Imports, *exports: str, machine: int = pe.AMD64) -> pe.Image:
    """Headers with these imports and exports."""
    return pe.Image("00", machine, True, exports=frozenset(exports), imports=imports)


def beside(name: str, what: pe.Image | None) -> Companion:
    """A companion with these headers."""
    return Companion(Path(f"/p/{name}"), name, "00", what)


def lacking(main: pe.Image, *files: Companion) -> list[str]:
    """What is not found for a DLL."""
    return unresolved("v.dll", main, files, SYSTEM)


def test_what_the_system_brings_is_found() -> None:
    """Its DLLs, and the names that stand for them."""
    assert lacking(image({"kernel32.dll": ("Beep",), "api-ms-win-core-heap-l1-1-0.dll": ()})) == []


def test_an_import_that_nobody_brings() -> None:
    """The DLL that asks, the one that is missing, and what of it is wanted."""
    (line,) = lacking(image({"vhelp.dll": ("One", "Two", 3, "Four")}))
    assert line == "v.dll imports vhelp.dll (One, Two, number 3 and 1 more), which is not there"


def test_a_companion_is_found_whatever_its_case() -> None:
    """As Windows looks for it; what it imports in turn has to be there, too."""
    helper = beside("VHelp.DLL", image({"other.dll": ("F",)}, "One"))
    (line,) = lacking(image({"vhelp.dll": ("One",)}), helper)
    assert line == "VHelp.DLL imports other.dll (F), which is not there"


def test_a_companion_in_a_folder_below_is_not_looked_at() -> None:
    """The loader looks beside the DLL only."""
    assert lacking(image({"vhelp.dll": ()}), beside("sub/vhelp.dll", image({})))


@pytest.mark.parametrize(
    ("what", "said"),
    [
        (image({}, "Two"), "imports One of vhelp.dll, which does not export that"),
        (image({}, "One", machine=0x14C), "is 32-bit x86"),
        (None, "is not a Windows PE file"),
    ],
)
def test_a_companion_that_does_not_do(what: pe.Image | None, said: str) -> None:
    """An older build, another machine's, or no DLL at all."""
    (line,) = lacking(image({"vhelp.dll": ("One",)}), beside("vhelp.dll", what))
    assert said in line


def test_imports_in_a_circle_end() -> None:
    """Two companions may need each other."""
    one, two = image({"b.dll": ()}), image({"a.dll": ()})
    assert lacking(image({"a.dll": ()}), beside("a.dll", one), beside("b.dll", two)) == []


@pytest.mark.parametrize(
    ("dll", "windows_has_it"),
    [
        ("vcruntime140.dll", False),
        ("vcruntime140_1.dll", False),
        ("msvcp140.dll", False),
        ("msvcp140_codecvt_ids.dll", False),
        ("msvcr100.dll", False),
        ("msvcr90.dll", False),
        ("msvcp120d.dll", False),
        ("ucrtbased.dll", False),
        ("concrt140.dll", False),
        ("mfc140u.dll", False),
        ("atl100.dll", False),
        ("msxml4.dll", False),
        ("zlib1.dll", False),
        ("msvcrt.dll", True),
        ("msvcrt40.dll", True),
        ("msvcp_win.dll", True),
        ("msvcp60.dll", True),
        ("msvcp110_win.dll", True),
        ("ucrtbase.dll", True),
        ("mfc42u.dll", True),
        ("atl.dll", True),
        ("msxml3.dll", True),
        ("vendor140.dll", True),
    ],
)
def test_what_comes_with_visual_c_and_not_with_windows(dll: str, windows_has_it: bool) -> None:
    """The guest has much of it built in, so a run there says nothing of a bare Windows."""
    assert redistributables(image({dll: ("f",)}), ()) == ([] if windows_has_it else [dll])


def test_a_runtime_that_is_shipped_or_that_a_helper_needs() -> None:
    """Beside the DLL it is no matter; a helper's need counts as the DLL's own."""
    shipped = beside("VCRUNTIME140.dll", image({}))
    assert redistributables(image({"vcruntime140.dll": ("f",)}), (shipped,)) == []
    helper = beside("helper.dll", image({"msvcp140.dll": ("f",)}))
    assert redistributables(image({"helper.dll": ("g",)}), (helper,)) == ["msvcp140.dll"]
