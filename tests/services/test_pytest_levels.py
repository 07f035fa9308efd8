# SPDX-License-Identifier: GPL-2.0-or-later
"""pytest as a process of its own: which tests a level of ours has when a file is named."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("more", "files"),
    [
        (["-k", "bounds"], {"test_dependencies.py"}),
        (["tests/unit/test_faults.py"], {"test_faults.py"}),
    ],
)
def test_a_file_named_takes_the_place_of_a_levels_folder(more: list[str], files: set[str]) -> None:
    """`./hil test -e unit -- FILE` runs FILE alone; `-- -k WORD` still is about the level."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q", "--collect-only",
         "--noconftest", "-o", "testpaths=tests/unit/test_dependencies.py", *more],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    found = {line.partition("::")[0] for line in done.stdout.splitlines() if "::" in line}
    assert {Path(name).name for name in found} == files, done.stdout
