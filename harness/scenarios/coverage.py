# SPDX-License-Identifier: GPL-2.0-or-later
"""docs/coverage.md, made from docs/known-cases.toml: which known cases our scenarios try. Pure.

`python -m harness.scenarios.coverage docs/known-cases.toml > docs/coverage.md`
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Final

from pydantic import Field, model_validator

from harness.config.validation import Strict, load_toml

HEAD: Final = """<!-- Made by `python -m harness.scenarios.coverage`; a test holds it. -->
# Known cases, and the scenarios that try them

What public test suites of WLAN drivers and field reports try of a station, in our own words, each
with its source; and the shipped scenario that tries it of a DLL ([adding-a-scenario.md](
adding-a-scenario.md) says how one comes in). No public suite looks behind the interface of an IHV
Extensions DLL: the scenarios that do (resets and stops in the midst of an operation, hostile
parameters, requests to the user, late and refused packets) stand alone and are not listed here.
"""

COLUMNS: Final = "| case | source | scenarios | state |\n| --- | --- | --- | --- |"


class KnownCase(Strict):
    """What is tried, where it is known from, the scenarios that try it, what of it is lacking."""

    area: str
    what: str
    source: str
    scenarios: tuple[str, ...] = ()
    lacking: str = ""

    @model_validator(mode="after")
    def _says_how_it_stands(self) -> KnownCase:
        if not self.scenarios and not self.lacking:
            raise ValueError("has neither scenarios nor what is lacking")
        return self

    @property
    def state(self) -> str:
        """How it stands, in a word or two."""
        if not self.scenarios:
            return "not yet"
        return "in part" if self.lacking else "tried"


class KnownCases(Strict):
    """The file."""

    case: Annotated[tuple[KnownCase, ...], Field(min_length=1)]


def read_cases(path: Path) -> tuple[KnownCase, ...]:
    """The cases in a file; raises UsageError for one that is none."""
    return load_toml(path, KnownCases).case


def coverage(cases: Sequence[KnownCase]) -> str:
    """The whole document."""
    counts = dict.fromkeys(("tried", "in part", "not yet"), 0)
    for case in cases:
        counts[case.state] += 1
    total = ", ".join(f"{count} {state}" for state, count in counts.items())
    parts = [HEAD, f"{len(cases)} cases: {total}.\n"]
    for area in dict.fromkeys(case.area for case in cases):
        parts.append(f"## {area}\n\n{COLUMNS}")
        parts.append("\n".join(_row(case) for case in cases if case.area == area) + "\n")
    return "\n".join(parts)


def _row(case: KnownCase) -> str:
    scenarios = ", ".join(f"`{name}`" for name in case.scenarios) or "–"
    state = f"{case.state}: {case.lacking}" if case.lacking else case.state
    return f"| {case.what} | {case.source} | {scenarios} | {state} |"


if __name__ == "__main__":
    sys.stdout.write(coverage(read_cases(Path(sys.argv[1]))))
