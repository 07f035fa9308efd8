# SPDX-License-Identifier: GPL-2.0-or-later
"""The code keeps its measure: short functions, files of one idea, no circle of files."""

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
}
FILES = sorted(path for package in PACKAGES.values() for path in package.rglob("*.py"))
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


def test_a_function_is_read_at_a_glance() -> None:
    """At most 50 lines."""
    sizes = dict(found for path in FILES for found in functions(path))
    assert {name: lines for name, lines in sizes.items() if lines > FUNCTION_LINES} == {}


@pytest.mark.parametrize("package", ["harness", "hwsim"])
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
