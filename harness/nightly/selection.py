# SPDX-License-Identifier: GPL-2.0-or-later
"""The scenarios that a plan selects: by name, by tag, by file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, final

from harness.errors import UsageError
from harness.scenarios import Scenario, find_scenario, scenario_names
from harness.scenarios.patterns import fitting

WITHOUT: Final = "!"


@final
@dataclass(frozen=True, slots=True)
class Chosen:
    """A scenario, and the argument by which `hil run` finds it."""

    scenario: Scenario
    argument: str


def select(patterns: Sequence[str], folder: Path) -> list[Chosen]:
    """The scenarios that patterns name, each once; raises `UsageError` for one that names none.

    One that begins with `!` takes those it names out again.
    """
    found: dict[str, Chosen] = {}
    for pattern in patterns:
        chosen = [_chosen(one) for one in fitting(pattern.removeprefix(WITHOUT), folder)]
        if pattern.startswith(WITHOUT):
            for one in chosen:
                found.pop(one.scenario.name, None)
            continue
        for one in chosen:
            if found.setdefault(one.scenario.name, one) != one:
                raise UsageError(
                    f"scenarios: two are named {one.scenario.name!r}, one of them by {pattern!r}",
                    hint="give your own another name: results are told apart by it",
                )
    if not found:
        raise UsageError("scenarios: nothing is left of them", hint="take a ! pattern away")
    return list(found.values())


def _chosen(found: str) -> Chosen:
    shipped = found in scenario_names()
    return Chosen(find_scenario(found), found if shipped else str(Path(found).resolve()))
