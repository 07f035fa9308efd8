# SPDX-License-Identifier: GPL-2.0-or-later
"""The scenarios that a plan selects: by name, by tag, by file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, final

from harness.errors import UsageError
from harness.naming import did_you_mean
from harness.nightly.plan import matching
from harness.scenarios import Scenario, find_scenario, scenario_names

TAG: Final = "tag:"
WITHOUT: Final = "!"


@final
@dataclass(frozen=True, slots=True)
class Chosen:
    """A scenario, and the argument by which `hil run` finds it."""

    scenario: Scenario
    argument: str


def select(patterns: Sequence[str], folder: Path) -> list[Chosen]:
    """The scenarios that patterns name, each once; raises `UsageError` for one that names none."""
    shipped = {name: Chosen(find_scenario(name), name) for name in scenario_names()}
    found: dict[str, Chosen] = {}
    for pattern in patterns:
        chosen = _fitting(pattern.removeprefix(WITHOUT), shipped, folder)
        if pattern.startswith(WITHOUT):
            found = {name: one for name, one in found.items() if name not in chosen}
            continue
        for name, one in chosen.items():
            if found.setdefault(name, one) != one:
                raise UsageError(
                    f"scenarios: two are named {name!r}, one of them by {pattern!r}",
                    hint="give your own another name: results are told apart by it",
                )
    if not found:
        raise UsageError("scenarios: nothing is left of them", hint="take a ! pattern away")
    return list(found.values())


def _fitting(pattern: str, shipped: Mapping[str, Chosen], folder: Path) -> dict[str, Chosen]:
    if pattern.startswith(TAG):
        tag = pattern.removeprefix(TAG)
        fits = [one for one in shipped.values() if tag in one.scenario.tags]
        known = sorted({tag for one in shipped.values() for tag in one.scenario.tags})
        hint = did_you_mean(tag, known) or f"there are {', '.join(known)}"
    elif pattern.endswith(".toml"):
        fits = [_of_file(path) for path in _files(pattern, folder)]
        hint = f"paths begin at the plan's folder, {folder.resolve()}"
    else:
        fits = [shipped[name] for name in matching(shipped, pattern)]
        hint = did_you_mean(pattern, shipped) or "`hil scenarios` lists them all"
    if not fits:
        raise UsageError(f"scenarios: {pattern!r} fits none", hint=hint)
    return {one.scenario.name: one for one in fits}


def _of_file(path: Path) -> Chosen:
    return Chosen(find_scenario(str(path)), str(path.resolve()))


def _files(pattern: str, folder: Path) -> list[Path]:
    path = Path(pattern)
    try:
        if path.is_absolute():
            return sorted(Path(path.anchor).glob(str(path.relative_to(path.anchor))))
        return sorted(folder.glob(pattern))
    except (ValueError, OSError) as error:
        raise UsageError(
            f"scenarios: {pattern[:100]!r} is no pattern of files: {error}"[:300],
            hint="** stands alone between slashes, as in mine/**/*.toml",
        ) from None
