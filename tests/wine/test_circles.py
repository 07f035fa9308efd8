# SPDX-License-Identifier: GPL-2.0-or-later
"""No C file needs another that needs it: looked up in what the compiled files define and use."""

from __future__ import annotations

import subprocess
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from tests.wine.conftest import CROSS

NM = CROSS.replace("gcc", "nm")
PROGRAMS = ("sample", "sample2", "host", "recorder", "agent", "wlanapi", "common", "bench")


def symbols(objects: Path) -> dict[str, tuple[set[str], set[str]]]:
    """By file: the names it defines for others, and those it uses."""
    found = {}
    for path in sorted(objects.glob("*.o")):
        lines = subprocess.run(
            [NM, "--extern-only", str(path)], check=True, capture_output=True, text=True, timeout=60
        ).stdout.splitlines()
        kinds = [(line.split()[-2], line.split()[-1]) for line in lines]
        defined = {name for kind, name in kinds if kind != "U"}
        found[path.stem] = defined, {name for kind, name in kinds if kind == "U"}
    return found


@pytest.mark.parametrize("program", PROGRAMS)
def test_files_form_no_circle(pe: Path, program: str) -> None:
    """graphlib names a circle if there is one."""
    found = symbols(pe / "obj" / program)
    assert found
    needs = {
        file: [other for other in found if other != file and used & found[other][0]]
        for file, (_, used) in found.items()
    }
    TopologicalSorter(needs).prepare()
