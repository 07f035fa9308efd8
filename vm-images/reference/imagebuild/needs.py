# SPDX-License-Identifier: GPL-2.0-or-later
"""needs.txt: what the lab needs of the machine, for `hil`, `hil doctor` and this build."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

TABLE = Path(__file__).resolve().parents[1] / "needs.txt"

WHEN = frozenset({"run", "build", "user", "test"})
"""Values of the third column, explained at the head of the table."""


@dataclass(frozen=True)
class ProgramNeed:
    """One row: a program (or a file, by its path), its Debian packages, when and what for."""

    program: str
    packages: tuple[str, ...]
    when: str
    use: str

    @property
    def is_file(self) -> bool:
        """Whether it is a file that has to be there, not a program to be found."""
        return self.program.startswith("/")


def program_needs(*when: str, table: Path = TABLE) -> tuple[ProgramNeed, ...]:
    """The rows for these occasions, in the table's order; all of them without any.

    Raises `ValueError` for a row that does not have the form.
    """
    rows = []
    for number, line in enumerate(table.read_text(encoding="utf-8").splitlines(), 1):
        fields = line.split(None, 3)
        if not fields or line.startswith("#"):
            continue
        if len(fields) != 4 or fields[2] not in WHEN:
            raise ValueError(f"{table.name}:{number}: wanted program, packages, when, use: {line}")
        program, packages, at, use = fields
        if not when or at in when:
            rows.append(ProgramNeed(program, tuple(packages.split(",")), at, use))
    return tuple(rows)
