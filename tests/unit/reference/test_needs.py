# SPDX-License-Identifier: GPL-2.0-or-later
"""needs.txt: one table for `hil`, doctor and image build, read the same way by all."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from imagebuild.needs import TABLE, program_needs

HIL = Path(__file__).parents[3] / "hil"


def test_every_row_is_whole():
    """A program or file, packages, an occasion and a purpose; no program twice."""
    needs = program_needs()
    assert len({need.program for need in needs}) == len(needs) > 10
    assert all(need.packages and need.use for need in needs)


def test_the_script_reads_the_same_rows():
    """`hil` is shell: what it makes of the table is what Python makes of it."""
    function = re.search(r"^needs\(\) \{\n.*?^\}", HIL.read_text(), re.MULTILINE | re.DOTALL)
    assert function is not None
    script = f"here={HIL.parent}\n{function.group()}\nneeds run build user"
    said = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True).stdout
    wanted = [
        f"{need.program}={','.join(need.packages)}"
        for need in program_needs("run", "build", "user")
    ]
    assert said.split() == wanted


def test_an_occasion_selects_its_rows():
    """The tests' own programs are not needed for a run."""
    assert {need.when for need in program_needs("test")} == {"test"}
    assert not {need.program for need in program_needs("test")} & {
        need.program for need in program_needs("run", "build", "user")
    }


@pytest.mark.parametrize("row", ["qemu qemu-system-x86 run", "qemu qemu-system-x86 ever runs it"])
def test_a_row_without_the_form_is_told(tmp_path, row):
    """With its line."""
    table = tmp_path / "needs.txt"
    table.write_text(f"# head\n{row}\n")
    with pytest.raises(ValueError, match=r"needs.txt:2: wanted program, packages, when, use"):
        program_needs(table=table)


def test_the_table_lies_beside_the_recipe():
    """It is part of what the guest's image is made from."""
    assert TABLE.is_file()
