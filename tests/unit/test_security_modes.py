# SPDX-License-Identifier: GPL-2.0-or-later
"""docs/security-modes.md has a row for every mode and cipher, and names tests that there are."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hil_common.ciphers import ALL_CIPHERS
from hil_common.security import SECURITY_CHOICES

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "security-modes.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| `([a-z0-9-]+)` \| (.+) \|$", re.MULTILINE)
ROWS = {name: cells.split(" | ") for name, cells in ROW.findall(TEXT)}
TEST = re.compile(r"`(test_\w+)(?:\[([^\]]+)\])?`")
REASON = re.compile(r"no: \(([a-z])\)")
NAMED = sorted({(test, case) for cells in ROWS.values() for test, case in TEST.findall(str(cells))})
FILES = {
    path: path.read_text(encoding="utf-8") for path in (ROOT / "tests" / "vm").glob("test_*.py")
}


def test_every_mode_and_cipher_has_a_row() -> None:
    """One that is added says by which tests other people's programs take it, or why they do not."""
    assert ROWS.keys() == {*SECURITY_CHOICES, *ALL_CIPHERS}


@pytest.mark.parametrize("name", ROWS)
def test_a_row_says_something_of_each_program(name: str) -> None:
    """A test, or a reason which stands below the tables."""
    cells = ROWS[name]
    assert len(cells) == 3
    for cell in cells:
        reason = REASON.fullmatch(cell)
        assert TEST.search(cell) or (reason and f"\n({reason[1]}) " in TEXT), cell


@pytest.mark.parametrize(("test", "case"), NAMED)
def test_the_tests_are_there(test: str, case: str) -> None:
    """With the case that is named, if one is."""
    files = [path for path, text in FILES.items() if f"\ndef {test}(" in text]
    assert files
    modules = [importlib.import_module(f"tests.vm.{path.stem}") for path in files]
    assert not case or any(case in cases(getattr(module, test)) for module in modules)


def cases(test: Any) -> Iterator[str]:
    """The names of a test's cases, as pytest makes them of one parametrization."""
    (mark,) = (one for one in test.pytestmark if one.name == "parametrize")
    name = mark.kwargs.get("ids", str)
    for value in mark.args[1]:
        yield "-".join(map(str, value)) if isinstance(value, tuple) else name(value)
