# SPDX-License-Identifier: GPL-2.0-or-later
"""The scenarios that come with the harness, by name, and a user's own, by path."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from harness.config.validation import load_toml
from harness.errors import UsageError
from harness.naming import did_you_mean
from harness.scenarios.model import Scenario

CATALOGUE = Path(__file__).parent


def scenario_names() -> list[str]:
    """The names of all shipped scenarios, sorted."""
    return list(_shipped())


@cache
def _shipped() -> tuple[str, ...]:
    return tuple(sorted(path.stem for path in CATALOGUE.glob("*.toml")))


def scenario_text(name: str) -> str:
    """The file of the shipped scenario `name`, without its licence line."""
    text = (CATALOGUE / f"{name}.toml").read_text(encoding="utf-8")
    return "".join(text.splitlines(keepends=True)[1:])


def find_scenario(name: str) -> Scenario:
    """The shipped scenario `name`, or the one in the file `name`; raises `UsageError`."""
    path = CATALOGUE / f"{name}.toml"
    if name in _shipped():
        return load_toml(path, Scenario)
    if name.endswith(".toml") or "/" in name:
        return _beside(load_toml(Path(name), Scenario), Path(name).parent)
    if Path(name).is_file():
        raise UsageError(f"scenario {name}: is no .toml file", hint="give it a name that ends so")
    near = did_you_mean(name, scenario_names())
    raise UsageError(
        f"no scenario {name!r}",
        hint=near or "`hil scenarios` lists them all; one of your own is a .toml file",
    )


def _beside(scenario: Scenario, folder: Path) -> Scenario:
    """The scenario with the paths in it seen from the folder of its file."""
    eap = scenario.eap
    if eap is None or eap.certificates is None:
        return scenario
    found = eap.model_copy(update={"certificates": folder / eap.certificates})
    return scenario.model_copy(update={"eap": found})
