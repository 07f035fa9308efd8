# SPDX-License-Identifier: GPL-2.0-or-later
"""The code keeps its measure: short functions, files of one idea, no circle of files.

And the tests mirror it: whoever changes a module finds its tests by its name.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = {
    "harness": ROOT / "harness",
    "hwsim": ROOT / "hwsim",
    "autoconfig": ROOT / "vm-images" / "reference" / "autoconfig",
    "hil_common": ROOT / "vm-images" / "common" / "hil_common",
    "winsetup": ROOT / "vm-images" / "windows" / "winsetup",
}
FILES = sorted(path for package in PACKAGES.values() for path in package.rglob("*.py"))
TESTS = ROOT / "tests" / "unit"
TESTED = {
    "autoconfig": [PACKAGES["autoconfig"]],
    "hil_common": [PACKAGES["hil_common"]],
    "hwsim": [PACKAGES["hwsim"]],
    "reference": [ROOT / "vm-images" / "reference" / part for part in (".", "imagebuild", "guest")],
    "winsetup": [PACKAGES["winsetup"]],
    "": [ROOT / "harness"],
}
"""Where the modules are whose tests are in a folder of tests/unit; all others are harness's."""

OF_MORE_THAN_ONE_MODULE = {
    "autoconfig/test_process.py": "its log, and how it ends upon signals",
    "checks/test_breaches.py": "all rules, on legal lives with one breach",
    "checks/test_faults.py": "all rules, on the faults of the sample DLL",
    "checks/test_good.py": "all rules, on a good run",
    "checks/test_pairs.py": "all rules, each kept and broken",
    "checks/test_properties.py": "all rules, on generated evidence",
    "checks/test_recorded.py": "all rules, on traces of the recorder",
    "checks/test_refusals.py": "all rules, where a framework function had failed",
    "checks/test_two_adapters.py": "all rules, with two adapters",
    "checks/test_use_after_return.py": "the rules about buffers, in three families",
    "exports/test_hostile.py": "all formats, on hostile text",
    "report/test_style.py": "the style sheet",
    "test_ci.py": "the recipes of docs/ci",
    "test_dependencies.py": "pyproject.toml and tox.ini",
    "test_documents.py": "the documents",
    "test_fuzz.py": "the steps of the fuzzer in tests/fuzz",
    "test_hil_script.py": "the script ./hil",
    "test_mutations.py": "judging, on damaged evidence",
    "test_newcomer.py": "the command, wrongly used",
    "test_powershell.py": "the scripts for Windows",
    "test_security_modes.py": "docs/security-modes.md",
    "test_structure.py": "the whole tree",
}
FILE_LINES = 400
FUNCTION_LINES = 50


def named(path: Path) -> str:
    """A file as one finds it in the clone."""
    return str(path.relative_to(ROOT))


def functions(path: Path) -> Iterator[tuple[str, int]]:
    """Where each function of a file is, and its length in lines, decorators not counted."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno is not None
            yield f"{named(path)}:{node.lineno} {node.name}", node.end_lineno - node.lineno + 1


def has_module(test: Path) -> bool:
    """Whether a test file is named for a module or package beside which it would stand.

    An aspect may follow the name; the rules of checks stand in a folder of their own in both.
    """
    place = test.relative_to(TESTS).parent
    top = place.parts[0] if place.parts and place.parts[0] in TESTED else ""
    words = test.stem.removeprefix("test_").split("_")
    names = {"_".join(words[:count]) for count in range(1, len(words) + 1)}
    folders = [folder / place.relative_to(top) for folder in TESTED[top]]
    found = {path.stem.strip("_") for folder in folders for path in folder.glob("*")}
    return bool(names & (found | {place.name}))


def circle(imports: Mapping[str, set[str]]) -> list[str]:
    """The modules of one circle, each imports the next; empty where there is none."""
    left = {name: set(known) for name, known in imports.items()}
    while leaves := [name for name, known in left.items() if not known & left.keys()]:
        for name in leaves:
            del left[name]
    if not left:
        return []
    way = [min(left)]
    while (further := min(left[way[-1]] & left.keys())) not in way:
        way.append(further)
    return way[way.index(further) :]


def test_a_file_holds_one_idea() -> None:
    """At most 400 lines."""
    sizes = {named(path): len(path.read_text(encoding="utf-8").splitlines()) for path in FILES}
    assert {name: lines for name, lines in sizes.items() if lines > FILE_LINES} == {}


@pytest.mark.unmeasured
def test_a_function_is_read_at_a_glance() -> None:
    """At most 50 lines."""
    sizes = dict(found for path in FILES for found in functions(path))
    assert {name: lines for name, lines in sizes.items() if lines > FUNCTION_LINES} == {}


@pytest.mark.parametrize("package", sorted(PACKAGES))
def test_no_files_import_each_other_in_a_circle(
    package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Imports for type checking alone and those inside functions count as well."""
    monkeypatch.syspath_prepend(str(PACKAGES[package].parent))
    graph = grimp.build_graph(package, cache_dir=None, exclude_type_checking_imports=False)
    imports = {name: graph.find_modules_directly_imported_by(name) for name in graph.modules}
    assert circle(imports) == []


def test_a_circle_is_found() -> None:
    """Wherever one comes into it from, and past modules that are in none."""
    imports = {"a": {"b"}, "b": {"c", "leaf"}, "c": {"d"}, "d": {"b"}, "leaf": set[str]()}
    assert circle(imports) == ["b", "c", "d"]
    assert circle(imports | {"d": {"leaf"}}) == []


def test_each_test_file_is_of_a_module() -> None:
    """Or is known to be about several."""
    files = {str(path.relative_to(TESTS)): path for path in TESTS.rglob("test_*.py")}
    without = {name for name, path in files.items() if not has_module(path)}
    assert without == OF_MORE_THAN_ONE_MODULE.keys()
